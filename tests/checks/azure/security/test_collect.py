"""What Defender is asked, and what comes of its answers: real calls to a simulated subscription."""

from __future__ import annotations

import copy
from typing import Any

from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.azure.security.resources import PRICINGS, SETTINGS, DefenderPlan, StorageDefender
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5631"]


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[str]]:
    """The inventory of a subscription, and what Defender was asked."""
    with running("azure", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("azure", [CHECK])
    return inventory, [one.operation for one in world.log if one.operation in (PRICINGS, SETTINGS)]


def subscription() -> dict[str, Any]:
    return copy.deepcopy(document("azure"))


def test_two_plans_and_the_settings_of_each_account_are_read() -> None:
    inventory = calm("azure")[0]
    plans = {one.name: one for one in inventory.of(DefenderPlan)}
    settings = {one.name: one for one in inventory.of(StorageDefender)}

    assert {name: one.tier for name, one in plans.items()} == {"StorageAccounts": "Standard", "CloudPosture": "Free"}
    assert {"nwretinaprod", "nwretinadev"} < settings.keys()
    dev = settings["nwretinadev"]
    assert dev.discovery and (dev.discovery.is_enabled, dev.overrides) == (False, True)


def test_a_subscription_without_such_a_job_is_asked_nothing() -> None:
    changed = subscription()
    changed["resources"] = [one for one in changed["resources"] if not one["type"].endswith("/jobs")]

    assert scanned(changed)[1] == []


def test_a_subscription_without_defender_has_neither_and_no_gap() -> None:
    inventory, _ = scanned(subscription(), Fault(PRICINGS, "disabled"), Fault(SETTINGS, "disabled"))

    assert inventory.gaps == ()
    assert {one.tier for one in inventory.of(DefenderPlan)} == {None}
    assert {one.discovery for one in inventory.of(StorageDefender)} == {None}


def test_what_may_not_be_read_is_a_gap_and_stays_open() -> None:
    inventory, _ = scanned(subscription(), Fault(PRICINGS, "deny"), Fault(SETTINGS, "deny"))

    assert {gap.permission for gap in inventory.gaps} == {PRICINGS, SETTINGS}
    assert {one.tier for one in inventory.of(DefenderPlan)} == {UNSET}
    assert {one.discovery for one in inventory.of(StorageDefender)} == {UNSET}
