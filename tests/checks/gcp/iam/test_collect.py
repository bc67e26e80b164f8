"""What roles give that are switched off, and service accounts that are named and gone."""

from __future__ import annotations

import pytest
from scanning import document, running, take_inventory

from checks.gcp.iam.grants import role_id
from checks.gcp.iam.resources import Role, ServiceAccount

HELPER = "projects/example-fraud-prod/roles/notebookHelper"


@pytest.mark.parametrize(
    ("state", "held"),
    [
        ({"stage": "GA"}, ("iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken")),
        ({"stage": "DEPRECATED"}, ("iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken")),
        ({"stage": "DISABLED"}, ()),
        ({"deleted": True}, ()),
    ],
)
def test_a_role_that_is_disabled_or_deleted_gives_nothing(state: dict[str, object], held: tuple[str, ...]) -> None:
    changed = document("gcp")
    roles = changed["collections"]["iam.googleapis.com/v1"]["roles"]
    next(role for role in roles if role["name"] == HELPER).update(state)
    with running("gcp", changed):
        inventory = take_inventory("gcp")
    found = inventory.find(Role, role_id(HELPER))
    assert found is not None
    assert found.permissions == held


@pytest.mark.parametrize(
    "email",
    [
        "trainer@example-fraud-prod.iam.gserviceaccount.com",
        "123456789012-compute@developer.gserviceaccount.com",
        "example-fraud-prod@appspot.gserviceaccount.com",
    ],
)
def test_an_account_that_was_deleted_is_gone_and_no_permission_is_missing(email: str) -> None:
    """Google refuses one that is gone, unless it is asked for in its own project."""
    changed = document("gcp")
    jobs = changed["collections"]["aiplatform.googleapis.com/v1"]["customJobs"]
    jobs[0]["jobSpec"]["serviceAccount"] = email
    accounts = changed["collections"]["iam.googleapis.com/v1"]["serviceAccounts"]
    accounts[:] = [each for each in accounts if each["email"] != email]
    with running("gcp", changed):
        inventory = take_inventory("gcp")
    found = {account.email: account for account in inventory.all(ServiceAccount)}
    assert found[email].exists is False
    assert [gap for gap in inventory.gaps if gap.operation.startswith("iam.")] == []
