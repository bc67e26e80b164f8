"""Subscriptions below management groups, and groups that cannot be looked into."""

from __future__ import annotations

from typing import Any

import pytest
from scanning import document, quick_calls, running, take_inventory, verdicts_of
from support import registered
from worlds.base import Fault

from checks.azure.client.api import connect
from checks.azure.client.subscriptions import DESCENDANTS
from scanner.model.errors import CannotScan
from scanner.model.nouns import Reason, Status

FULL, EMPTY, CLOSED, UNSEEN = (f"00000000-0000-0000-0000-00000000000{n}" for n in "1234")


def tree() -> dict[str, Any]:
    changed = document("azure")
    changed["more_subscriptions"] = [
        {"subscriptionId": EMPTY, "displayName": "Northwind Example Spare"},
        {"subscriptionId": CLOSED, "displayName": "Northwind Example Old", "state": "Disabled"},
    ]
    changed["management_groups"] = {
        "northwind": ["clinical", EMPTY, CLOSED],
        "clinical": [FULL, UNSEEN],
        "bare": [],
    }
    return changed


def accounts(**settings: Any) -> tuple[str, ...]:
    provider = connect(settings, quick_calls())
    try:
        return provider.accounts()
    finally:
        provider.close()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (FULL, EMPTY)),
        ({"management_groups": ("clinical",)}, (FULL, UNSEEN)),
        ({"management_groups": ("northwind",)}, (FULL, EMPTY, UNSEEN)),
        ({"management_groups": ("/providers/Microsoft.Management/managementGroups/clinical/",)}, (FULL, UNSEEN)),
        ({"management_groups": ("clinical",), "subscriptions": (EMPTY,)}, (FULL, EMPTY, UNSEEN)),
        ({"management_groups": ("bare", "clinical")}, (FULL, UNSEEN)),
        ({"management_groups": ("clinical", "nosuch")}, (FULL, UNSEEN)),
        ({"management_groups": ("nosuch",), "subscriptions": (EMPTY,)}, (EMPTY,)),
    ],
)
def test_subscriptions_below_groups_are_scanned_unless_closed(
    settings: dict[str, Any], expected: tuple[str, ...]
) -> None:
    with running("azure", tree()):
        assert accounts(**settings) == expected


def test_subscriptions_are_known_by_name() -> None:
    """That of a subscription which the credential does not see is known from its group."""
    clinical, spare = ("azure", FULL), ("azure", EMPTY)
    with running("azure", tree()) as world:
        every = take_inventory("azure").names
        below = connect({"management_groups": ("clinical",)}, quick_calls())
        assert below.accounts() == (FULL, UNSEEN)
        assert dict(below.names)[UNSEEN] == UNSEEN  # what the simulated group calls it
        below.close()
        world.faults.append(Fault("Microsoft.Resources/subscriptions/read", "deny"))
        unlisted = take_inventory("azure", subscriptions=(FULL,)).names

    assert every == {clinical: "Northwind Example Clinical", spare: "Northwind Example Spare"}
    assert unlisted == {}


def test_a_name_that_is_no_text_is_none() -> None:
    changed = tree()
    changed["more_subscriptions"][0]["displayName"] = ["Spare"]
    with running("azure", changed):
        assert take_inventory("azure").names == {("azure", FULL): "Northwind Example Clinical"}


def test_subscriptions_below_a_group_are_scanned_when_they_cannot_be_listed() -> None:
    with running("azure", tree()) as world:
        world.faults.append(Fault("Microsoft.Resources/subscriptions/read", "deny"))

        assert accounts(management_groups=("clinical",)) == (FULL, UNSEEN)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"management_groups": ("nosuch",)},
            "group 'nosuch' .*AuthorizationFailed.*Management Group Reader",
        ),
        ({"management_groups": ("nosuch", "bare")}, "management group 'nosuch'"),
        ({"management_groups": ("bare",)}, "no enabled subscription"),
        ({"management_groups": ("clinical",), "subscriptions": (UNSEEN,)}, f"'{UNSEEN}' is not visible"),
    ],
)
def test_groups_that_lead_to_nothing_are_an_error_that_says_so(settings: dict[str, Any], said: str) -> None:
    with running("azure", tree()), pytest.raises(CannotScan, match=said):
        accounts(**settings)


def test_who_sees_nothing_is_told_in_which_tenant() -> None:
    changed = tree()
    changed["subscription"]["state"] = "Disabled"
    changed["more_subscriptions"] = []
    with running("azure", changed), pytest.raises(CannotScan, match=f"in tenant {changed['tenant']}; .*sign in to"):
        accounts()
    with running("azure", changed) as world:
        world.faults.append(Fault("Microsoft.Resources/tenants/read", "deny"))
        with pytest.raises(CannotScan, match="no enabled subscription; give"):
            accounts()


def test_a_group_that_cannot_be_looked_into_is_a_gap_of_every_kind() -> None:
    with running("azure", tree()):
        whole = take_inventory("azure", subscriptions=(FULL,))
        inventory = take_inventory("azure", subscriptions=(FULL,), management_groups=("nosuch",))

    collectors = {kind for kind, made in registered()[1].items() if made.provider == "azure"}
    gaps = {gap.kind: gap for gap in inventory.gaps}
    assert gaps.keys() == collectors
    for gap in gaps.values():
        assert (gap.operation, gap.permission, gap.reason) == (DESCENDANTS, DESCENDANTS, Reason.DENIED)
        assert gap.scope.account == "/providers/Microsoft.Management/managementGroups/nosuch"
        assert gap.checks
    # Nothing is concluded from absence any more, and nothing else changes.
    before, after = verdicts_of(whole, "azure"), verdicts_of(inventory, "azure")
    changed = {key[0] for key, status in after.items() if status is not before[key]}
    assert changed
    assert {after[key] for key in after if after[key] is not before[key]} == {Status.UNKNOWN}
