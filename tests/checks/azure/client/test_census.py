"""What need not be asked, because Resource Graph lists none, and what has to be asked all the same."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from scanning import document, running, take_inventory, verdicts_of
from support import registered
from worlds.azure import AzureWorld
from worlds.base import Fault

from checks.azure.actions import Permission
from checks.azure.ai_services.resources import ACCOUNTS
from checks.azure.authorization.resources import ASSIGNMENTS, RoleAssignment
from checks.azure.client.census import PERMISSIONS, QUERY, TYPES, Census, permissions, rows
from checks.azure.machine_learning.resources import WORKSPACES
from scanner.calls.bounds import Bounds
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Scope, Status
from scanner.store.inventory import Inventory

COLLECTORS = registered()[1]
FULL, EMPTY, COSTS, UNSEEN = (f"00000000-0000-0000-0000-00000000000{n}" for n in "1234")
READER = (Permission(actions=("*/read",)),)
WORKSPACE = f"/subscriptions/{FULL}/resourceGroups/RG/providers/Microsoft.MachineLearningServices/workspaces/WS"
SEEN = [(f"/subscriptions/{name}", "microsoft.resources/subscriptions") for name in (FULL, EMPTY)]
ML, AI = TYPES


def more(*subscriptions: Mapping[str, Any], emptied: bool = False) -> dict[str, Any]:
    """The demo organisation with more subscriptions, which are empty; perhaps all of them are."""
    changed = document("azure")
    changed["more_subscriptions"] = [{"displayName": "Northwind Example Spare", **one} for one in subscriptions]
    if emptied:
        kept = [item for item in changed["resources"] if item["type"] not in TYPES and "/workspaces/" not in item["id"]]
        changed["resources"] = [item for item in kept if "Microsoft.CognitiveServices" not in item["id"]]
        changed["role_assignments"], changed["diagnostic_settings"] = [], {}
    return changed


def asked(world: AzureWorld, account: str) -> set[str]:
    """Operations that were asked for in a subscription, less the permissions of the credential."""
    found = {r.operation for r in world.log if r.path.lower().startswith(f"/subscriptions/{account}")}
    return found - {PERMISSIONS}


def seen(inventory: Inventory) -> list[Any]:
    return [inventory.of(made.kind) for made in COLLECTORS.values() if made.provider == "azure"]


# -- subscriptions ---------------------------------------------------------------------------------------------------


def test_an_absence_that_rests_on_the_index_is_not_silent(caplog: pytest.LogCaptureFixture) -> None:
    with running("azure"):
        take_inventory("azure")
    assert "Resource Graph" not in caplog.text

    with running("azure", more({"subscriptionId": EMPTY})):
        take_inventory("azure")
    assert "1 subscriptions were not asked" in caplog.text
    assert "what was made in the last minutes may be missing" in caplog.text


def test_an_empty_subscription_is_asked_for_roles_alone() -> None:
    changed = more({"subscriptionId": EMPTY})
    changed["foreign_storage"] = []  # an account whose name is taken is looked for everywhere
    with running("azure", changed) as world:
        assert isinstance(world, AzureWorld)
        inventory = take_inventory("azure")

        assert asked(world, EMPTY) == {ASSIGNMENTS, "Microsoft.Authorization/roleDefinitions/read"}
    assert inventory.gaps == ()
    empty = {kind: listing for (kind, scope), listing in inventory.listings.items() if scope.account == EMPTY}
    assert all(listing.complete for listing in empty.values())
    said = {kind.rpartition(".")[2]: listing.absent for kind, listing in empty.items() if listing.absent}
    assert said == {
        "Workspace": f"Resource Graph, which may lag by minutes, lists no {ML} in the subscription",
        "Account": f"Resource Graph, which may lag by minutes, lists no {AI} in the subscription",
    }


def test_where_nothing_is_judged_nothing_is_asked() -> None:
    with running("azure", more({"subscriptionId": EMPTY}, emptied=True)) as world:
        assert isinstance(world, AzureWorld)
        inventory = take_inventory("azure", logs=())

        assert asked(world, EMPTY) == asked(world, FULL) == set()
        assert len(world.sent()) <= 2 + 1 + 1 + 1  # log in, subscriptions, one query, one batch of permissions
    assert inventory.gaps == ()
    assert inventory.complete(RoleAssignment)
    assert inventory.count() == 0


def test_a_role_in_a_subscription_that_is_empty_otherwise_is_seen() -> None:
    changed = more({"subscriptionId": EMPTY})
    given = next(one for one in changed["role_assignments"] if one["id"].endswith("a004"))
    made = copy.deepcopy(given)
    scope = f"/subscriptions/{EMPTY}/resourceGroups/rg-elsewhere"
    made["id"] = f"{scope}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-00000000a0ff"
    endpoint = next(one for one in changed["resources"] if one["id"].endswith("/onlineEndpoints/retina-good"))
    [identity] = endpoint["identity"]["userAssignedIdentities"].values()
    owner = next(one for one in changed["role_definitions"] if one["properties"]["roleName"] == "Owner")
    made["properties"] |= {
        "scope": scope,
        "principalId": identity["principalId"],
        "roleDefinitionId": owner["id"],
        "condition": None,
    }
    made.pop("name", None)
    key = ("azure_ml_endpoint_identity_privileged", endpoint["id"].lower())
    with running("azure", changed):
        before = verdicts_of(take_inventory("azure"), "azure")
    changed["role_assignments"].append(made)
    with running("azure", changed):
        after = verdicts_of(take_inventory("azure"), "azure")

    assert (before[key], after[key]) == (Status.PASS, Status.FAIL)


def test_a_subscription_that_is_seen_but_may_not_be_read_gives_gaps_and_no_absence() -> None:
    with running("azure", more({"subscriptionId": COSTS, "reader": False})):
        inventory = take_inventory("azure", logs=())

    denied = {gap.operation for gap in inventory.gaps if gap.scope.account == COSTS and gap.reason is Reason.DENIED}
    assert denied == {WORKSPACES, ACCOUNTS, ASSIGNMENTS}
    named = {made.kind.kind for made in registered()[1].values() if made.named}  # and here nothing is named
    listings = [
        listing for (kind, scope), listing in inventory.listings.items() if scope.account == COSTS and kind not in named
    ]
    assert listings
    assert not any(listing.complete or listing.absent for listing in listings)


def test_a_subscription_without_any_access_gives_gaps_and_no_absence() -> None:
    changed = more()
    changed["management_groups"] = {"northwind": [FULL, UNSEEN]}
    with running("azure", changed):
        inventory = take_inventory("azure", management_groups=("northwind",))

    # The group's own permissions say Reader, and still Resource Graph does not show this one.
    denied = {gap.operation for gap in inventory.gaps if gap.scope.account == UNSEEN and gap.reason is Reason.DENIED}
    assert denied == {WORKSPACES, ACCOUNTS, ASSIGNMENTS}
    assert not any(listing.absent for listing in inventory.listings.values())


# -- children --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["/workspaces/ws-pilot", "/onlineendpoints/pilot", "/deployments/blue"])
def test_what_resource_graph_has_not_heard_of_is_seen_in_a_parent_that_is(part: str) -> None:
    with running("azure") as world:
        assert isinstance(world, AzureWorld)
        calm = take_inventory("azure")
        world.unindexed = frozenset(key for key in world.items if part in key)
        late = take_inventory("azure")

    assert world.unindexed
    assert seen(late) == seen(calm)


# -- failing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [QUERY, PERMISSIONS])
@pytest.mark.parametrize("kind", ["deny", "error", "malformed", "throttle", "reset"])
def test_without_a_census_everything_is_asked_and_seen(operation: str, kind: str) -> None:
    with running("azure", more({"subscriptionId": EMPTY})) as world:
        calm = take_inventory("azure")
        world.log.clear()
        world.faults.append(Fault(operation, kind))
        inventory = take_inventory("azure")

        assert isinstance(world, AzureWorld)
        assert {WORKSPACES, ACCOUNTS, ASSIGNMENTS} <= asked(world, EMPTY)
    assert seen(inventory) == seen(calm)
    assert inventory.gaps == ()
    assert all(listing.complete and not listing.absent for listing in inventory.listings.values())


@pytest.mark.parametrize(
    "pages",
    [
        [{}],
        [{"data": [7], "totalRecords": 1}],
        [{"data": [{"id": "/x"}], "totalRecords": 1}],
        [{"data": [{"id": "/x", "type": "t"}], "totalRecords": 2}],
        [{"data": [], "totalRecords": 0, "$skipToken": 7}],
        [{"data": [{"id": "/x", "type": "t"}], "totalRecords": 2, "$skipToken": "a"}] * 2,
    ],
)
def test_pages_that_do_not_add_up_are_no_census(pages: list[Mapping[str, Any]]) -> None:
    given = iter(pages)

    with pytest.raises(CallFailed):
        list(rows(lambda body: next(given), [FULL], Bounds()))


def test_a_thousand_subscriptions_go_into_one_query() -> None:
    bodies: list[Mapping[str, Any]] = []

    def query(body: Mapping[str, Any]) -> Mapping[str, Any]:
        bodies.append(body)
        return {"data": [], "totalRecords": 0}

    assert list(rows(query, [str(n) for n in range(2001)], Bounds())) == []
    assert [len(body["subscriptions"]) for body in bodies] == [1000, 1000, 1]


# -- when none is an answer ------------------------------------------------------------------------------------------


def test_none_is_an_answer_only_where_it_can_be_believed() -> None:
    census = Census(
        (FULL, EMPTY), [*SEEN, (WORKSPACE, ML.lower()), (f"{WORKSPACE}/x", "X")], {FULL: READER, EMPTY: READER}
    )

    assert census.holds(ML, FULL.upper()) is True
    assert census.holds(ML, EMPTY) is False
    assert census.holds(ML, UNSEEN) is None
    assert census.holds(AI, FULL) is False
    assert census.without == 2
    assert (census.nowhere(ML), census.nowhere(AI)) == (False, True)
    assert not Census().nowhere(AI)


@pytest.mark.parametrize(
    ("allowed", "answer"),
    [
        (READER, False),
        ((Permission(actions=(f"{AI}/read",)),), False),
        ((Permission(actions=("Microsoft.CognitiveServices/*",)),), False),
        ((), None),
        ((Permission(actions=("Microsoft.Resources/subscriptions/read",)),), None),
        ((Permission(actions=("*",), not_actions=("Microsoft.CognitiveServices/*/read",)),), None),
        ((Permission(data_actions=("*",)),), None),
    ],
)
def test_what_may_not_be_read_is_not_called_absent(allowed: tuple[Permission, ...], answer: bool | None) -> None:
    census = Census((EMPTY,), SEEN, {EMPTY: allowed})

    assert census.holds(AI, EMPTY) is answer
    assert census.nowhere(AI) is (answer is False)


def test_nowhere_takes_every_subscription() -> None:
    assert not Census((FULL, EMPTY), SEEN, {EMPTY: READER}).nowhere(AI)
    assert not Census((FULL, EMPTY, UNSEEN), SEEN, dict.fromkeys((FULL, EMPTY, UNSEEN), READER)).nowhere(AI)


def test_permissions_on_a_condition_or_in_another_form_are_none() -> None:
    free, bound = {"actions": ["*/read"]}, {"actions": ["*"], "condition": "@Resource[x] StringEquals 'y'"}

    assert permissions({"value": [free, bound]}) == READER
    assert permissions({"value": [free, 7]}) == ()
    assert permissions({}) == ()


# -- groups ----------------------------------------------------------------------------------------------------------


def test_what_holds_for_a_group_is_not_asked_of_each_subscription() -> None:
    changed = more({"subscriptionId": EMPTY})
    changed["management_groups"] = {"northwind": ["clinical", EMPTY], "clinical": [FULL]}
    with running("azure", changed) as world:
        inventory = take_inventory("azure", management_groups=("northwind",))

        assert [r.path.split("/")[4] for r in world.log if r.operation == PERMISSIONS] == ["northwind"]
    assert inventory.gaps == ()
    assert inventory.listings["azure.machine_learning.Workspace", Scope("azure", EMPTY)].absent
