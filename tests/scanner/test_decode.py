"""Replies become snapshots by declaration; the three states are kept apart."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar

import pytest
from msgspec import UNSET

from scanner.decode import decode, plans
from scanner.model import Observed, Part, Read, Resource, Scope

HERE = Scope("aws", "111122223333", "eu-west-1")


class Wheel(Part, frozen=True, kw_only=True, rename="pascal"):
    size: int | None = None
    spare: bool | None = None


class Car(Resource, frozen=True, kw_only=True):
    kind: ClassVar[str] = "aws.test.Car"

    colour: Annotated[Observed[str], Read("t:ListCars", "Colour")] = UNSET
    locked: Annotated[Observed[bool], Read("t:DescribeCar", "Doors.Locked")] = UNSET
    wheels: Annotated[Observed[tuple[Wheel, ...]], Read("t:DescribeCar", "Wheels")] = UNSET
    built: Annotated[Observed[dt.datetime], Read("t:DescribeCar", "Built")] = UNSET
    rules: Annotated[Observed[dict[str, str]], Read("t:GetRules", "Document", json=True)] = UNSET
    everything: Annotated[Observed[dict[str, object]], Read("t:GetRules", "")] = UNSET


def made(**replies: object) -> tuple[Car, list[str]]:
    named = {f"t:{name}": reply for name, reply in replies.items()}
    car, problems = decode(Car, named, id="c", name="c", scope=HERE)  # type: ignore[arg-type]
    return car, [problem.field for problem in problems]


def test_what_was_not_asked_stays_unset() -> None:
    car, problems = made(ListCars={"Colour": "red"})

    assert (car.colour, car.locked, car.wheels) == ("red", UNSET, UNSET)
    assert problems == []


def test_absent_members_of_a_reply_are_observed_absent() -> None:
    car, problems = made(DescribeCar={"Other": 1})

    assert (car.locked, car.wheels, car.built) == (None, None, None)
    assert car.colour is UNSET
    assert problems == []


def test_a_thing_that_does_not_exist_has_all_its_members_absent() -> None:
    car, _ = made(GetRules=None)

    assert (car.rules, car.everything) == (None, None)


def test_nested_lists_and_renamed_members() -> None:
    car, problems = made(DescribeCar={"Wheels": [{"Size": 17, "Spare": True, "Unknown": 1}, {}]})

    assert car.wheels == (Wheel(size=17, spare=True), Wheel())
    assert problems == []


def test_a_policy_inside_a_string_is_parsed() -> None:
    car, problems = made(GetRules={"Document": '{"a": "b"}'})

    assert car.rules == {"a": "b"}
    assert car.everything == {"Document": '{"a": "b"}'}
    assert problems == []


@pytest.mark.parametrize(
    ("reply", "field"),
    [
        ({"Doors": {"Locked": "yes"}}, "Doors.Locked"),
        ({"Doors": "open"}, "Doors.Locked"),
        ({"Doors": {"Locked": 1}}, "Doors.Locked"),
        ({"Wheels": {"Size": 1}}, "Wheels"),
        ({"Wheels": [{"Size": "17"}]}, "Wheels"),
        ({"Built": "yesterday"}, "Built"),
    ],
)
def test_a_member_of_the_wrong_type_is_unset_and_reported(reply: dict[str, object], field: str) -> None:
    car, problems = made(DescribeCar=reply)

    assert problems == [field]
    assert getattr(car, next(p.name for p in plans(Car) if ".".join(p.path) == field)) is UNSET


def test_a_broken_document_is_reported() -> None:
    car, problems = made(GetRules={"Document": "{"})

    assert problems == ["Document"]
    assert car.rules is UNSET
