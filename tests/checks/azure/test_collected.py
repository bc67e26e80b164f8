"""What collectors make of accounts that are not as templates leave them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from worlds.base import Fault, World

from checks.azure.ai_services.resources import PERIMETERS as AI_PERIMETERS
from checks.azure.ai_services.resources import Account
from checks.azure.authorization.resources import ASSIGNMENTS, Assignee
from checks.azure.client import api
from checks.azure.client.census import PERIMETERS as LIST_OF_PERIMETERS
from checks.azure.client.census import QUERY
from checks.azure.machine_learning.resources import Compute
from checks.azure.members import IpRule
from checks.azure.storage.resources import PERIMETERS, STORAGE, StorageAccount
from scanner.store.inventory import Inventory

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina"
ACCOUNTS = "/providers/Microsoft.Storage/storageAccounts"


def item(changed: dict[str, Any], end: str) -> dict[str, Any]:
    return next(one for one in changed["resources"] if one["id"].endswith(end))  # type: ignore[no-any-return]


def storage(inventory: Inventory, name: str) -> StorageAccount:
    [found] = [one for one in inventory.of(StorageAccount) if one.name == name]
    return found


def moved() -> dict[str, Any]:
    """The demo organisation, with the development storage in another resource group than its workspace names."""
    changed = document("azure")
    for one in changed["resources"]:
        if f"{ACCOUNTS}/nwretinadev" in one["id"]:
            one["id"] = one["id"].replace("/rg-retina/", "/rg-data/")
    return changed


def test_storage_that_was_moved_is_read_where_it_is() -> None:
    with running("azure", moved()):
        inventory = take_inventory("azure")

    found = storage(inventory, "nwretinadev")
    assert found.id == f"{GROUP}{ACCOUNTS}/nwretinadev".lower()
    assert found.moved_to == found.id.replace("/rg-retina/", "/rg-data/")
    assert (found.exists, found.allow_shared_key_access, found.versioning) == (True, True, False)
    assert "/rg-data/" in found.console_url
    assert inventory.gaps == ()


@pytest.mark.parametrize(("more", "there"), [({}, True), ({"reader": False}, False)])
def test_storage_that_was_moved_to_another_scanned_subscription_is_ours(more: dict[str, Any], there: bool) -> None:
    other = "00000000-0000-0000-0000-000000000003"
    changed = document("azure")
    changed.setdefault("more_subscriptions", []).append({"subscriptionId": other, "displayName": "Data", **more})
    changed["foreign_storage"].append("nwretinadev")
    for one in changed["resources"]:
        if f"{ACCOUNTS}/nwretinadev" in one["id"]:
            one["id"] = one["id"].replace("000000000001/", "000000000003/")
    with running("azure", changed):
        inventory = take_inventory("azure", subscriptions=["00000000-0000-0000-0000-000000000001", other])

    found = storage(inventory, "nwretinadev")
    assert found.id == f"{GROUP}{ACCOUNTS}/nwretinadev".lower()
    assert found.scope.account == "00000000-0000-0000-0000-000000000001"
    assert found.moved_to == (found.id.replace("000000000001/", "000000000003/") if there else UNSET)
    assert found.exists is there


def test_storage_that_somebody_else_has_was_not_moved() -> None:
    with running("azure"):
        inventory = take_inventory("azure")

    found = storage(inventory, "nwretinaarchive")
    assert (found.exists, found.name_available, found.moved_to) == (False, False, None)


def test_storage_is_not_called_taken_over_where_it_could_not_be_looked_for() -> None:
    with running("azure", moved()) as world:
        world.faults.append(Fault(STORAGE, "deny", verb="list"))
        inventory = take_inventory("azure")

    assert storage(inventory, "nwretinadev").moved_to is UNSET
    assert [gap.operation for gap in inventory.gaps] == [STORAGE]


@pytest.mark.parametrize("owner", ["/workspaces/ws-pilot", "/accounts/openai-open"])
def test_a_gap_names_the_subscription_of_storage_that_no_scan_sees(owner: str) -> None:
    changed = document("azure")
    elsewhere = "00000000-0000-0000-0000-0000000000ff"
    place = f"/subscriptions/{elsewhere}/resourceGroups/rg-data{ACCOUNTS}/nwelsewhere"
    properties = item(changed, owner)["properties"]
    properties |= (
        {"storageAccount": place} if "storageAccount" in properties else {"userOwnedStorage": [{"resourceId": place}]}
    )
    with running("azure", changed):
        inventory = take_inventory("azure")

    assert storage(inventory, "nwelsewhere").exists is UNSET
    [gap] = inventory.gaps
    assert gap.detail.startswith(f"{elsewhere}: there is no such subscription, or the credential has no role in it")


def test_only_a_name_that_is_taken_is_looked_for() -> None:
    changed = document("azure")
    changed["foreign_storage"] = []
    with running("azure", changed) as world:
        take_inventory("azure")

    assert not [r for r in world.log if r.operation == STORAGE and r.verb == "list"]


def test_further_storage_of_a_hub_is_collected() -> None:
    changed = document("azure")
    hub = item(changed, "/workspaces/ws-pilot")
    more = copy.deepcopy(item(changed, "/storageAccounts/nwretinaold"))
    more["id"] = f"{GROUP}{ACCOUNTS}/nwretinamore"
    more.pop("name", None)
    changed["resources"].append(more)
    hub["kind"] = "Hub"
    hub["properties"]["workspaceHubConfig"] = {"additionalWorkspaceStorageAccounts": [more["id"]]}
    with running("azure", changed):
        inventory = take_inventory("azure")

    assert storage(inventory, "nwretinamore").exists is True


def test_a_perimeter_that_may_not_be_read_is_not_observed() -> None:
    with running("azure") as world:
        seen = storage(take_inventory("azure"), "nwprompts")
        world.faults.append(Fault(PERIMETERS, "deny"))
        unseen = storage(take_inventory("azure"), "nwprompts")
        beside = storage(take_inventory("azure"), "nwretinaold")

    assert isinstance(seen.perimeter_rules, tuple) and [rule.name for rule in seen.perimeter_rules] == ["everybody"]
    assert seen.perimeter_mode == "Enforced"
    assert (unseen.perimeter_mode, unseen.perimeter_rules) == (UNSET, UNSET)
    assert beside.perimeter_mode is UNSET, "where there is a perimeter, every account may be in it"


def test_only_what_leaves_its_network_to_a_perimeter_is_asked_where_none_is_known() -> None:
    changed = document("azure")
    configurations = [each for each in changed["resources"] if each["type"].endswith("PerimeterConfigurations")]
    for each in configurations:
        del each["properties"]["networkSecurityPerimeter"]
    with running("azure", changed) as world:
        inventory = take_inventory("azure")
        asked = {r.resource.split("/")[8] for r in world.log if "PerimeterConfigurations/read" in r.operation}

    assert asked == {"nwprompts"}
    assert storage(inventory, "nwretinaold").perimeter_mode is None


@pytest.mark.parametrize("listed", [True, False])
def test_perimeters_are_listed_where_the_index_does_not_say_whether_there_is_one(listed: bool) -> None:
    with running("azure") as world:
        world.faults += [Fault(QUERY, "deny"), *([] if listed else [Fault(LIST_OF_PERIMETERS, "deny")])]
        inventory = take_inventory("azure")
        asked = {r.resource.split("/")[8] for r in world.log if "PerimeterConfigurations/read" in r.operation}

    # One leaves its network to a perimeter; where there is one, others may be in it as well.
    assert "nwprompts" in asked
    assert ("nwretinaold" in asked) is listed
    assert inventory.gaps == ()


def inside(changed: dict[str, Any], account: dict[str, Any]) -> dict[str, Any]:
    """Puts an AI account into a perimeter of its subscription, which lets one office in."""
    group = account["id"].partition("/providers/")[0]
    made = {
        "id": f"{account['id']}/networkSecurityPerimeterConfigurations/models",
        "type": "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations",
        "properties": {
            "networkSecurityPerimeter": {"id": f"{group}/providers/Microsoft.Network/networkSecurityPerimeters/models"},
            "resourceAssociation": {"name": "models", "accessMode": "Enforced"},
            "profile": {
                "name": "models",
                "accessRules": [
                    {"name": "office", "properties": {"direction": "Inbound", "addressPrefixes": ["203.0.113.0/24"]}}
                ],
            },
        },
    }
    changed["resources"].append(made)
    return made


def ai_accounts(changed: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in changed["resources"] if each["type"] == "Microsoft.CognitiveServices/accounts"]


def test_the_perimeter_of_an_ai_account_is_read() -> None:
    changed = document("azure")
    first = ai_accounts(changed)[0]
    inside(changed, first)
    with running("azure", changed) as world:
        inventory = take_inventory("azure")
        world.faults.append(Fault(AI_PERIMETERS, "deny"))
        unseen = take_inventory("azure")

    seen = {each.id: each for each in inventory.all(Account)}
    assert seen[first["id"].lower()].perimeter_mode == "Enforced"
    assert {each.perimeter_mode for each in seen.values()} == {"Enforced", None}
    assert {each.perimeter_mode for each in unseen.all(Account)} == {UNSET}
    assert {gap.operation for gap in unseen.gaps} == {AI_PERIMETERS}


def test_no_ai_account_is_asked_for_a_perimeter_where_there_is_none() -> None:
    changed = document("azure")
    for each in changed["resources"]:
        each.get("properties", {}).pop("networkSecurityPerimeter", None)
    with running("azure", changed) as world:
        inventory = take_inventory("azure")
        asked = [r for r in world.log if r.operation == AI_PERIMETERS]

    assert not asked
    assert {each.perimeter_mode for each in inventory.all(Account)} == {None}


def test_a_null_among_rules_costs_itself_alone() -> None:
    changed = document("azure")
    rules = item(changed, "/storageAccounts/nwretinaold")["properties"]["networkAcls"]["ipRules"]
    rules[:] = [None, *rules, None]
    with running("azure", changed):
        inventory = take_inventory("azure")

    assert storage(inventory, "nwretinaold").network_ip_rules == (IpRule(value="203.0.113.0/24"),)
    assert inventory.gaps == ()


@pytest.mark.parametrize("inner", [None, "missing"])
def test_of_a_compute_without_its_inner_settings_nothing_was_said(inner: str | None) -> None:
    changed = document("azure")
    properties = item(changed, "/computes/ci-plain")["properties"]
    properties["provisioningState"] = "Creating"
    properties.pop("properties")
    if inner is None:
        properties["properties"] = None
    with running("azure", changed):
        inventory = take_inventory("azure")

    [found] = [one for one in inventory.of(Compute) if one.name == "ci-plain"]
    assert (found.compute_type, found.provisioning_state) == ("ComputeInstance", "Creating")
    assert {found.ssh_public_access, found.enable_root_access, found.custom_services, found.subnet_id} == {UNSET}
    assert inventory.gaps == ()


def assignees(inventory: Inventory) -> dict[str, Assignee]:
    return {one.name[-2:]: one for one in inventory.of(Assignee)}


def groups(held: Assignee) -> set[str]:
    assert isinstance(held.roles, tuple)
    return {str(role.properties.principal_id)[-2:] for role in held.roles if role.properties} - {held.name[-2:]}


def asked_of_people(world: World) -> list[str]:
    return [r.query["$filter"] for r in world.log if "assignedto" in r.query.get("$filter", "").lower()]


def test_who_is_in_a_group_is_asked_once_of_each_identity() -> None:
    with running("azure") as world:
        found = assignees(take_inventory("azure"))
        asked = asked_of_people(world)

    assert sorted(found) == ["d1", "d2", *(f"e{n}" for n in range(1, 9))], "several resources act as d1"
    assert len(asked) == len(set(asked)) == len(found)
    assert groups(found["e8"]) == {"b3"}
    assert groups(found["d1"]) == {"b2"}
    assert groups(found["d2"]) == set()


def test_nobody_is_asked_of_where_no_group_has_a_role_that_matters() -> None:
    changed = document("azure")
    changed["role_assignments"] = [a for a in changed["role_assignments"] if not a["id"].endswith("a008")]
    with running("azure", changed) as world:
        inventory = take_inventory("azure")

    assert not asked_of_people(world)
    assert assignees(inventory) == {}


def test_of_whom_nothing_is_told_the_groups_are_not_observed() -> None:
    changed = document("azure")
    del changed["group_members"]
    with running("azure", changed):
        inventory = take_inventory("azure")

    assert {held.roles for held in assignees(inventory).values()} == {UNSET}
    assert {gap.operation for gap in inventory.gaps} == {ASSIGNMENTS}


def test_clouds_of_their_own_are_asked_for_no_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    versions: list[set[str]] = []
    for portal in ("https://portal.azure.com", "https://portal.azure.us"):
        monkeypatch.setattr(api, "_PORTALS", {"127.0.0.1": portal, "localhost": portal})
        with running("azure") as world:
            inventory = take_inventory("azure")
            versions.append({r.query["api-version"] for r in world.log if r.operation == STORAGE})
        assert inventory.gaps == ()

    public, sovereign = versions
    assert max(sovereign) < max(public)
