"""No check of Azure fails what is being created or deleted, whatever its settings say."""

from __future__ import annotations

import msgspec
import pytest
from support import FAIL, all_cases, fail_with, registered

from scanner.model.checks import Check
from scanner.store.inventory import InventoryView

#: Checks that fail all the same, with the reason.
EXCUSED = {
    "azure_ml_online_deployment_secret_in_environment": "whoever may read it reads the secret until it is gone",
}
JUDGED = [
    check
    for check in registered()[0].values()
    if check.providers == {"azure"} and "provisioning_state" in check.kind.__struct_fields__
]


@pytest.mark.parametrize("state", ["Creating", "deleting"])
@pytest.mark.parametrize("check", JUDGED, ids=lambda check: check.slug)
def test_nothing_fails_that_is_not_there_yet_or_any_more(check: Check, state: str) -> None:
    failing = [case for case in all_cases()[check.slug] if case.expected is FAIL]

    assert failing
    if check.slug in EXCUSED:
        return
    for case in failing:
        there = msgspec.structs.replace(case.resource, provisioning_state=state)
        given = check(there, InventoryView(case.inventory(), check.needs))
        fail_with([f"{case.name}: {given.status}: {given.message}"] if given.status is FAIL else [])
