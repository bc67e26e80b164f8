"""Assigning costs in proportion to the inventory, however many systems share it. Work is counted, never timed."""

from __future__ import annotations

from functools import partial

import pytest
from counting import lines
from support import NOW, registered

from benchmarks.systems import manifest, resources
from scanner.store.inventory import Inventory
from scanner.systems.assign import Assignment, assign
from scanner.systems.graph import Graph

#: Four times as much, and a little for sorting.
LIMIT = 4.6


def assigned(systems: int, total: int) -> Assignment:
    inventory = Inventory(NOW)
    inventory.store.put(resources(systems, total))
    return assign(manifest(systems), Graph(inventory, registered()[1]))


@pytest.mark.parametrize(
    ("few", "many"), [((20, 400), (20, 1600)), ((10, 400), (40, 1600))], ids=["as many systems", "more systems"]
)
def test_work_grows_with_the_inventory_and_no_faster(few: tuple[int, int], many: tuple[int, int]) -> None:
    spent = [lines(partial(assigned, *size)) for size in (few, many)]

    assert spent[1] / spent[0] <= LIMIT


def test_each_system_of_the_benchmark_claims_its_own() -> None:
    found = assigned(8, 8 * 43)

    assert {len(claims.claimed) for claims in found.systems.values()} == {43}
    assert list(found.unclaimed) == []
    assert found.shared == {}
