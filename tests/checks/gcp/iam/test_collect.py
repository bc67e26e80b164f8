"""What roles give that are switched off."""

from __future__ import annotations

import pytest
from scanning import document, running, take_inventory

from checks.gcp.iam.grants import role_id
from checks.gcp.iam.resources import Role

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
