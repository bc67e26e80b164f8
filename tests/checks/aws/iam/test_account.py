"""Roles from the details of the whole account are the roles that single reads give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from scanning import QUICK, crowd, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.iam.resources import Role
from scanner.store.inventory import Inventory

EVERYTHING = "iam:GetAccountAuthorizationDetails"
#: Calls are counted here: one that takes long on a busy machine must not be made twice.
PATIENT = msgspec.structs.replace(QUICK, connect_timeout=30, read_timeout=30)


@pytest.fixture(scope="module")
def running_world() -> Iterator[Any]:
    with running("aws", crowd(copies=6, roles=6)) as world:
        yield world


@pytest.fixture
def world(running_world: Any) -> Iterator[Any]:
    yield running_world
    running_world.faults.clear()
    running_world.replace(crowd(copies=6, roles=6))


def scan(world: Any) -> tuple[Inventory, Counter[str]]:
    first = len(world.log)
    wanted = [check for check in registered()[0].values() if check.kind is Role]
    inventory = take_inventory("aws", wanted, manners=PATIENT, regions=("eu-west-1",), verify=False)
    return inventory, Counter(request.operation for request in world.log[first:] if request.operation[:4] == "iam:")


def singly(world: Any) -> list[Role]:
    """The roles when the details of the account are denied."""
    world.faults.append(Fault(EVERYTHING, "deny"))
    inventory, _ = scan(world)
    assert {role.details_from for role in inventory.of(Role)} == {"iam:GetRole"}
    return sourceless(inventory)


def sourceless(inventory: Inventory) -> list[Role]:
    return [msgspec.structs.replace(role, details_from=UNSET) for role in inventory.of(Role)]


def test_two_pages_take_the_place_of_all_single_reads(world: Any) -> None:
    inventory, asked = scan(world)

    roles = inventory.of(Role)
    assert len(roles) >= 20
    assert asked == {EVERYTHING: 2}
    assert {role.details_from for role in roles} == {EVERYTHING}
    assert any(role.boundary for role in roles)
    assert any(role.inline_policies for role in roles)
    assert sourceless(inventory) == singly(world)


def test_few_roles_are_read_singly(world: Any) -> None:
    few = crowd(copies=6, roles=6)
    jobs = few["regions"]["eu-west-1"]["sagemaker"]["TrainingJob"]
    few["regions"] = {"eu-west-1": {"sagemaker": {"TrainingJob": jobs[:6]}}}
    world.replace(few)
    inventory, asked = scan(world)

    assert 0 < len(inventory.of(Role)) < 10
    assert EVERYTHING not in asked


def test_a_role_that_is_gone_is_absent(world: Any) -> None:
    document = crowd(copies=6, roles=6)
    document["regions"]["eu-west-1"]["sagemaker"]["Model"][0]["ExecutionRoleArn"] = (
        "arn:aws:iam::111122223333:role/gone"
    )
    world.replace(document)
    inventory, asked = scan(world)

    assert asked["iam:GetRole"] == 1
    assert "gone" not in {role.name for role in inventory.of(Role)}
    assert inventory.gaps == ()
    assert sourceless(inventory) == singly(world)


def test_what_few_enough_pages_do_not_show_is_read_singly(world: Any) -> None:
    """One page for ten roles that are referred to, in an account that has many more of them."""
    document = crowd(copies=6, roles=6)
    trust = document["roles"][0]["trust"]
    document["roles"] = [{"name": f"other-{n}", "trust": trust} for n in range(100)] + document["roles"]
    world.replace(document)
    inventory, asked = scan(world)

    roles = inventory.of(Role)
    assert asked[EVERYTHING] == len(roles) // 10
    assert asked["iam:GetRole"] == len(roles)
    assert inventory.gaps == ()


def test_a_second_page_that_fails_leaves_the_rest_to_single_reads(world: Any) -> None:
    fault = Fault(EVERYTHING, "deny")
    strikes = fault.strikes
    fault.strikes = lambda request: "Marker" in request.params and strikes(request)  # type: ignore[method-assign]
    world.faults.append(fault)
    inventory, asked = scan(world)

    assert asked[EVERYTHING] == 2
    assert 0 < asked["iam:GetRole"] < len(inventory.of(Role))
    assert inventory.gaps == ()
    assert {role.details_from for role in inventory.of(Role)} == {EVERYTHING, "iam:GetRole"}
    world.faults.clear()
    assert sourceless(inventory) == singly(world)
