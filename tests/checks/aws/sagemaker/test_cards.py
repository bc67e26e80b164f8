"""Model cards as they are collected: which are asked for, which kept, and in which version one was approved."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from worlds.base import Fault

from checks.aws.sagemaker.cards import _approved_in
from checks.aws.sagemaker.resources import Model, ModelCard, ModelPackage

OPERATIONS = {"sagemaker:ListModelCards", "sagemaker:DescribeModelCard", "sagemaker:ListModelCardVersions"}


def world_of(change: Any) -> dict[str, Any]:
    """The demo organisation with one region, changed."""
    made = document("aws")
    change(made["regions"]["eu-west-1"]["sagemaker"])
    return made


def test_a_card_is_kept_without_its_prose_and_its_approval_is_found() -> None:
    with running("aws") as world:
        inventory = take_inventory("aws", systems=False)
        asked = [request.params for request in world.log if request.operation == "sagemaker:DescribeModelCard"]

    [card] = inventory.of(ModelCard)
    assert (card.status, card.approved_version) == ("Approved", 3)
    assert card.approved_by == card.created_by
    assert "Sort support tickets" not in str(card)
    named = [one for one in asked if one["ModelCardName"] == "mood-card"]
    assert named == [{"ModelCardName": "mood-card"}, {"ModelCardName": "mood-card", "ModelCardVersion": 3}]
    assert [one for one in asked if one not in named] == [{"ModelCardName": "weights-card"}]  # of another model


def test_cards_of_nothing_that_was_read_are_not_kept() -> None:
    def other(kinds: dict[str, Any]) -> None:
        kinds["ModelCard"][0]["Content"] = '{"model_overview": {"model_id": "fraud"}}'

    with running("aws", world_of(other)) as world:
        inventory = take_inventory("aws", systems=False)

    assert list(inventory.of(ModelCard)) == []
    assert not [request for request in world.log if request.operation == "sagemaker:ListModelCardVersions"]


def test_an_account_without_packages_is_asked_nothing_of_cards() -> None:
    def without(kinds: dict[str, Any]) -> None:
        kinds["Model"] = [one for one in kinds["Model"] if "registry" not in one["ModelName"]]

    with running("aws", world_of(without)) as world:
        inventory = take_inventory("aws", systems=False)

    assert list(inventory.of(Model))
    assert not OPERATIONS & {request.operation for request in world.log}


def test_a_card_that_may_not_be_described_may_be_of_anything() -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeModelCard", "deny"))
        inventory = take_inventory("aws", systems=False)

    assert {card.name for card in inventory.of(ModelCard)} == {"mood-card", "weights-card"}
    assert all(card.card is card.approved_version is UNSET for card in inventory.of(ModelCard))
    assert [gap.operation for gap in inventory.gaps] == ["sagemaker:DescribeModelCard"]


def test_what_a_package_has_is_read_item_by_item() -> None:
    with running("aws"):
        inventory = take_inventory("aws", systems=False)

    package = next(one for one in inventory.of(ModelPackage) if one.name == "sentiment/3")
    assert package.card and package.card.entries and package.card.entries["MC-2.1"].state == "placeholder"
    assert package.metadata and package.metadata.entries and package.metadata.entries["MC-1.8"].state == "filled"
    assert (package.card_status, package.version) == ("Draft", 3)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["Draft", "Approved"], 2),
        (["Draft", "Approved", "Approved"], 2),
        (["Approved", "Draft", "Approved"], 3),
        (["Approved"], 1),
        (["Approved", "Draft"], None),
    ],
)
def test_an_approval_began_with_the_first_version_since(statuses: list[str], expected: int | None) -> None:
    versions = tuple({"ModelCardVersion": n, "ModelCardStatus": one} for n, one in enumerate(statuses, 1))

    assert _approved_in(versions) == _approved_in(versions[::-1]) == expected


def test_versions_that_make_no_sense_are_no_approval() -> None:
    assert _approved_in(({"ModelCardVersion": "one", "ModelCardStatus": "Approved"},)) is None
    assert _approved_in(UNSET) is _approved_in(None) is _approved_in(()) is None
