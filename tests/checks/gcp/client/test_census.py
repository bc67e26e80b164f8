"""The census by Cloud Asset Inventory: it saves calls, and costs no verdict where it is denied, late or too long."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from scanning import calm, document, manners_for, running, take_inventory, verdicts_of, with_faults
from support import registered
from worlds.base import Fault, World

from checks.gcp.client.census import NONE_AT_ALL, NONE_ELSEWHERE
from checks.gcp.client.locations import KNOWN
from checks.gcp.vertex_ai.resources import CustomJob, Endpoint, Model
from scanner.model.nouns import Scope
from scanner.store.inventory import Inventory

SEARCH = "cloudasset.assets.searchAllResources"
LOCATIONS = "aiplatform.locations.list"
LISTS = ("aiplatform.endpoints.list", "aiplatform.models.list", "aiplatform.customJobs.list")
VERTEX = "aiplatform.googleapis.com/v1"
HERE = Scope("gcp", "example-fraud-prod", "global")


def spread_out() -> dict[str, Any]:
    """The demo world, in a Vertex AI that has as many regions as the real one."""
    changed = document("gcp")
    changed["locations"]["aiplatform"] = list(KNOWN)
    return changed


def asked(world: World, operation: str) -> list[str]:
    return sorted(request.region for request in world.log if request.operation == operation)


def seen(inventory: Inventory) -> dict[str, list[Any]]:
    return {kind: list(inventory.of(made.kind)) for kind, made in registered()[1].items()}


def test_only_regions_that_hold_something_are_asked() -> None:
    with running("gcp", spread_out()) as world:
        inventory = take_inventory("gcp")

    assert {operation: asked(world, operation) for operation in LISTS} == {
        operation: ["europe-west4", "us-central1"] for operation in LISTS
    }
    assert len(asked(world, SEARCH)) == 1
    assert not asked(world, LOCATIONS)
    assert inventory.gaps == ()
    for kind in (Endpoint, Model, CustomJob):
        assert inventory.complete(kind)
        listing = inventory.listings[kind.kind, HERE]
        assert (listing.complete, listing.absent, listing.observed) == (True, NONE_ELSEWHERE, 0)


def test_a_project_without_vertex_ai_takes_one_call_for_all_regions() -> None:
    changed = spread_out()
    changed["collections"][VERTEX] = {}
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    vertex = {request.operation for request in world.log if request.operation.startswith("aiplatform.")}
    assert vertex == set()
    assert inventory.complete(Endpoint)
    assert inventory.listings["gcp.vertex_ai.Endpoint", HERE].absent == NONE_AT_ALL
    assert {scope.region for kind, scope in inventory.listings if kind == "gcp.vertex_ai.Endpoint"} == {"global"}


@pytest.mark.parametrize("kind", ["deny", "disabled", "error", "timeout", "reset", "malformed", "throttle"])
def test_without_a_census_the_same_is_seen_and_nobody_is_told_of_a_gap(kind: str, caplog: Any) -> None:
    before, verdicts, _ = calm("gcp")
    with caplog.at_level(logging.INFO, "mlposture"):
        inventory, after = with_faults(
            "gcp", lambda world: world.faults.append(Fault(SEARCH, kind)), manners=manners_for(kind)
        )

    assert inventory.gaps == ()
    assert after == verdicts
    assert seen(inventory) == seen(before)
    assert ("gcp.vertex_ai.Endpoint", HERE) not in inventory.listings
    assert "no census of projects/example-fraud-prod, so every location is asked" in caplog.text


def test_the_census_can_be_done_without() -> None:
    with running("gcp") as world:
        inventory = take_inventory("gcp", no_index=True)

    assert not asked(world, SEARCH)
    assert asked(world, LOCATIONS) == ["global"]
    assert verdicts_of(inventory, "gcp") == calm("gcp")[1]


def test_a_long_search_goes_on_type_by_type() -> None:
    with running("gcp") as world:
        world.max_page_size = 4  # type: ignore[attr-defined]
        inventory = take_inventory("gcp")

    assert len(asked(world, SEARCH)) > 4
    assert inventory.listings["gcp.vertex_ai.Model", HERE].absent == NONE_ELSEWHERE
    assert verdicts_of(inventory, "gcp") == calm("gcp")[1]


def test_a_search_that_takes_too_long_is_given_up() -> None:
    with running("gcp") as world:
        world.max_page_size = 1  # type: ignore[attr-defined]
        inventory = take_inventory("gcp")

    assert len(asked(world, SEARCH)) <= 2 + 3 * 5
    assert asked(world, LOCATIONS)
    assert ("gcp.vertex_ai.Model", HERE) not in inventory.listings
    assert verdicts_of(inventory, "gcp") == calm("gcp")[1]


def test_a_region_that_is_used_is_asked_for_every_kind() -> None:
    """What is new, and not in the inventory yet, is mostly where other things are already."""
    changed = spread_out()
    vertex = changed["collections"][VERTEX]
    changed["not_inventoried"] = [item["name"] for kind in ("models", "customJobs") for item in vertex[kind]]
    with running("gcp", changed):
        inventory = take_inventory("gcp")

    assert verdicts_of(inventory, "gcp") == calm("gcp")[1]


def test_a_name_that_says_no_location_makes_the_census_worthless() -> None:
    changed = document("gcp")
    path = "GET cloudasset.googleapis.com/v1/projects/example-fraud-prod:searchAllResources"
    changed["replies"][path] = {"results": [{"name": "//aiplatform.googleapis.com/endpoints/1"}]}
    with running("gcp", changed) as world:
        inventory = take_inventory("gcp")

    assert asked(world, LOCATIONS)
    assert verdicts_of(inventory, "gcp") == calm("gcp")[1]


def test_locations_asked_for_are_asked_whatever_the_inventory_says() -> None:
    with running("gcp") as world:
        take_inventory("gcp", locations=["us-central1", "europe-west4"])

    assert sorted(asked(world, "aiplatform.endpoints.list")) == ["europe-west4", "us-central1"]
    assert not asked(world, SEARCH)


def test_an_api_that_was_switched_off_after_the_census_is_absence() -> None:
    with running("gcp", document("gcp") | {"apis": {"disabled": ["aiplatform.googleapis.com"]}}):
        inventory = take_inventory("gcp")

    assert inventory.gaps == ()
    absences = {
        scope.region: listing.absent for (kind, scope), listing in inventory.listings.items() if kind.endswith(".Model")
    }
    off = "aiplatform.googleapis.com is not enabled in project example-fraud-prod"
    assert absences == {"europe-west4": off, "us-central1": off, "global": NONE_ELSEWHERE}
