"""Replies become snapshots by declaration; the three states are kept apart."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from scanner.model.decode import Malformed, decode, plans
from scanner.model.nouns import Observed, Part, Read, Resource, Scope

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
    seats: Annotated[Observed[int], Read("t:DescribeCar", "Seats")] = UNSET
    weight: Annotated[Observed[float], Read("t:DescribeCar", "Weight")] = UNSET
    plate: Annotated[Observed[int | str], Read("t:ListCars", "Plate")] = UNSET
    spares: Annotated[Observed[Mapping[str, Wheel | None]], Read("t:DescribeCar", "Spares")] = UNSET


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


def test_a_null_in_a_list_or_map_costs_itself_alone() -> None:
    car, problems = made(
        DescribeCar={"Wheels": [None, {"Size": 17, "Spare": None}, None]}, GetRules={"Document": {"a": None, "b": "c"}}
    )

    assert (car.wheels, car.rules) == ((Wheel(size=17),), {"b": "c"})
    assert problems == []


def test_where_null_means_something_it_stays() -> None:
    car, _ = made(DescribeCar={"Spares": {"left": None, "right": {"Size": 17}}})

    assert car.spares == {"left": None, "right": Wheel(size=17)}


def test_an_item_of_the_wrong_type_costs_the_list() -> None:
    car, problems = made(DescribeCar={"Wheels": [None, {"Size": 17}, "spare"]})

    assert (car.wheels, problems) == (UNSET, ["Wheels"])


def test_a_broken_document_is_reported() -> None:
    car, problems = made(GetRules={"Document": "{"})

    assert problems == ["Document"]
    assert car.rules is UNSET


def no_nulls(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: no_nulls(item) for key, item in found.items() if item is not None}
    return [no_nulls(item) for item in found if item is not None] if isinstance(found, list | tuple) else found


def decode_plainly(
    kind: type[Resource], replies: Mapping[str, Any], **identity: Any
) -> tuple[Resource, list[Malformed]]:
    """What decoding means, without any care for speed."""
    values: dict[str, Any] = dict(identity)
    problems = []
    for plan in plans(kind):
        reply = replies.get(plan.operation, UNSET)
        if reply is UNSET:
            continue
        try:
            found = reply
            for key in plan.path:
                if found is not None and not isinstance(found, Mapping):
                    raise msgspec.ValidationError(f"expected an object around `{key}`, got {type(found).__name__}")
                found = None if found is None else found.get(key)
            if plan.json and isinstance(found, str):
                found = msgspec.json.decode(found)
            try:
                values[plan.name] = msgspec.convert(found, plan.type)
            except msgspec.ValidationError:
                values[plan.name] = msgspec.convert(no_nulls(found), plan.type)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            problems.append(Malformed(plan.operation, ".".join(plan.path) or plan.name, str(error)))
    return kind(**values), problems


leaves = st.sampled_from(
    [None, True, 0, 1, 2**70, 1.5, "", "red", "{", "null", '{"a": "b"}', '{"a": 1}', "2026-11-22T12:00:00Z"]
    + [dt.datetime(2026, 11, 22, tzinfo=zone) for zone in (None, dt.UTC)]
    + [b"red", (1,), frozenset()]
)
keys = st.sampled_from(["Colour", "Doors", "Locked", "Spares", "Wheels", "Built", "Document", "Size", "Spare", "Plate"])
members = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys | st.sampled_from(["Seats", "Weight"]), inner),
    max_leaves=8,
)
replies = st.one_of(st.just(UNSET), members)


@given(st.fixed_dictionaries({}, optional={f"t:{name}": replies for name in ("ListCars", "DescribeCar", "GetRules")}))
def test_fast_is_as_plain(given_replies: dict[str, Any]) -> None:
    fast = decode(Car, given_replies, id="c", name="c", scope=HERE)

    assert fast == decode_plainly(Car, given_replies, id="c", name="c", scope=HERE)
    assert [type(getattr(fast[0], name)) for name in Car.__struct_fields__] == [
        type(getattr(decode_plainly(Car, given_replies, id="c", name="c", scope=HERE)[0], name))
        for name in Car.__struct_fields__
    ]


@pytest.mark.parametrize("plan", plans(Car), ids=lambda plan: plan.name)
@given(found=leaves)
def test_one_member_of_any_type(plan: Any, found: Any) -> None:
    reply: Any = found
    for key in reversed(plan.path):
        reply = {key: reply}

    assert decode(Car, {plan.operation: reply}, id="c", name="c", scope=HERE) == decode_plainly(
        Car, {plan.operation: reply}, id="c", name="c", scope=HERE
    )


FIRST = """
import importlib, sys, threading
sys.setswitchinterval(1e-6)
importlib.import_module("checks.aws.sagemaker.resources")
from scanner.model.decode import decode
from scanner.model.documents import Decoders, document
from scanner.model.nouns import Scope
from checks.aws.sagemaker.resources import EndpointConfig, Model, NotebookInstance, TrainingJob

kinds = (EndpointConfig, Model, NotebookInstance, TrainingJob)
place = Scope("aws", "111122223333", "eu-west-1")
containers = [{"Image": "a", "Environment": {"A": "b"}}]
reply = {"ProductionVariants": [{"VariantName": "v", "ModelName": "m"}], "Containers": containers,
         "VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}, "InputDataConfig": [{"ChannelName": "c"}]}
start = threading.Barrier(24)
decoders = Decoders()

def first(kind):
    start.wait()
    every = {f"sagemaker:Describe{kind.__name__}": reply, f"sagemaker:List{kind.__name__}s": {}}
    made, _ = decode(kind, every, id="i", name="n", scope=place)
    decoders.decode(kind, document(made))

threads = [threading.Thread(target=first, args=(kinds[n % 4],)) for n in range(24)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""


def test_many_threads_may_be_the_first_to_decode() -> None:
    """In a process of its own, where nobody has decoded anything: msgspec crashes if it is not kept from it."""
    for _ in range(4):
        done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
