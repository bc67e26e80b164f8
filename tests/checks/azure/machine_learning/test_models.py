"""Registered versions as they are collected: those that deployments name, with what is written of them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory, with_faults
from worlds.base import Fault

from checks.azure.machine_learning.assets import model_path
from checks.azure.machine_learning.resources import ModelVersion
from scanner.cards.card import Card
from scanner.store.inventory import Inventory

MODELS = "Microsoft.MachineLearningServices/workspaces/models/read"
VERSIONS = "Microsoft.MachineLearningServices/workspaces/models/versions/read"
ROOT = "/subscriptions/s/resourceGroups/g"
WORKSPACE = f"{ROOT}/providers/Microsoft.MachineLearningServices/workspaces/w"


def changed(change: Any) -> dict[str, Any]:
    """The demo's subscription, with the resource of each id changed."""
    made = document("azure")
    change({one["id"].rpartition("workspaces/")[2]: one for one in made["resources"]})
    return made


def versions(inventory: Inventory) -> dict[str, ModelVersion]:
    return {one.name: one for one in inventory.of(ModelVersion)}


def test_what_people_wrote_of_a_served_version_is_read_and_its_prose_is_not_kept() -> None:
    with running("azure"):
        found = versions(take_inventory("azure"))

    assert sorted(found) == ["retina/7", "retina/8"]
    card = found["retina/7"].card
    assert isinstance(card, Card)
    assert {id: entry.where for id, entry in (card.entries or {}).items()} == {
        "MC-1.1": "tags.owner",
        "MC-1.8": "tags.licence",
        "MC-2.1": "model.description",
        "MC-2.3": "description: Out-of-scope uses",
    }
    assert str(found["retina/7"].create_time) == "2026-10-02 07:00:00.123457+00:00"
    assert "physician" not in str(found)


@pytest.mark.parametrize(("operation", "name"), [(MODELS, "retina/7"), (VERSIONS, "retina/8")])
def test_what_may_not_be_read_is_a_gap_and_nothing_is_known_of_the_card(operation: str, name: str) -> None:
    inventory, _ = with_faults("azure", lambda world: world.faults.append(Fault(operation, "deny")))

    assert operation in {gap.permission for gap in inventory.gaps}
    assert versions(inventory)[name].card is UNSET


def test_a_version_that_was_deleted_is_no_gap() -> None:
    made = document("azure")
    made["resources"] = [one for one in made["resources"] if "/models/retina/versions/8" not in one["id"]]
    with running("azure", made):
        inventory = take_inventory("azure")

    assert sorted(versions(inventory)) == ["retina/7"]
    assert inventory.complete(ModelVersion)
    assert not inventory.gaps


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"{WORKSPACE}/models/m/versions/1", f"{WORKSPACE}/models/m/versions/1"),
        (f"azureml:{WORKSPACE}/models/m/versions/1", f"{WORKSPACE}/models/m/versions/1"),
        (f"azureml:/{ROOT}/workspaces/w/models/m/versions/1", f"{WORKSPACE}/models/m/versions/1"),
        (f"AzureML:{WORKSPACE}/models/m/versions/1/", f"{WORKSPACE}/models/m/versions/1"),
        ("azureml://registries/r/models/m/versions/1", ""),
        (f"{WORKSPACE}/models/m", ""),
        ("azureml:m:1", ""),
        ("", ""),
    ],
)
def test_versions_are_found_by_each_spelling_of_their_address(address: str, path: str) -> None:
    assert model_path(address) == path
