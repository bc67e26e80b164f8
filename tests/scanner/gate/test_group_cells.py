"""Of groups that are too small, nobody can compute anything from what is shown.

The attacker knows all groups by name, that counts and sums add up over crossed facets, and every value that is shown.
What follows from that by arithmetic is a question of linear algebra: a group is given away if its sum is a combination
of those that are shown.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest

from scanner.gate.deciding import decide
from scanner.gate.gate_types import ThresholdAnswer
from scanner.model.evaluations import Measured
from scanner.systems.manifest import Threshold

SMALLEST = 20
ASKED = [Threshold(metric="mae", at_most=60)] + [
    Threshold(metric="mae", facet=facet, at_most=60, largest_gap=5, smallest_group=SMALLEST)
    for facet in ("sex", "age", "sex,age")
]


def evaluation(sizes: dict[tuple[str, str], int]) -> list[Measured]:
    """An evaluation of persons of these numbers by sex and age: of all, by each facet, and crossed."""
    values = []
    for facets in ((), ("sex",), ("age",), ("sex", "age")):
        places = [("sex", "age").index(facet) for facet in facets]
        groups: dict[tuple[str, ...], int] = {}
        for cell, size in sizes.items():
            key = tuple(cell[place] for place in places)
            groups[key] = groups.get(key, 0) + size
        for key, size in groups.items():
            group = dict(zip(facets, key, strict=True))
            values.append(Measured(metric="mae", value=40.0 + size, items=size, standard_error=1.0, group=group))
    return values


def shown(answers: tuple[ThresholdAnswer, ...]) -> list[dict[str, str]]:
    gaps = [group for one in answers if one.gap for group in one.gap.between]
    return [*(dict(cell.group) for one in answers for cell in one.shown), *map(dict, gaps)]


def given_away(groups: list[dict[str, str]], cells: list[tuple[str, str]], wanted: dict[str, str]) -> bool:
    """Whether the indicator of a group is a combination of those that are shown."""

    def indicator(group: dict[str, str]) -> list[Fraction]:
        return [Fraction(group.items() <= {"sex": sex, "age": age}.items()) for sex, age in cells]

    rows = [indicator(group) for group in groups]
    return rank(rows) == rank([*rows, indicator(wanted)])


def rank(rows: list[list[Fraction]]) -> int:
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((number for number in range(found, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for number in range(found + 1, len(rows)):
            factor = rows[number][column] / rows[found][column]
            rows[number] = [a - factor * b for a, b in zip(rows[number], rows[found], strict=True)]
        found += 1
    return found


@pytest.mark.parametrize("seed", range(40))
def test_no_small_group_can_be_computed_from_what_is_shown(seed: int) -> None:
    chance = random.Random(seed)
    sexes, ages = "123"[: chance.randint(1, 3)], "abcd"[: chance.randint(1, 4)]
    cells = list(product(sexes, ages))
    sizes = {cell: chance.choice([1, 7, 15, 30, 60, 100, 400]) for cell in cells}
    values = evaluation(sizes)
    visible = shown(decide(ASKED, values))

    small = [dict(one.group) for one in values if one.items is not None and one.items < SMALLEST]
    assert [group for group in small if given_away(visible, cells, group)] == []


def test_sums_of_withheld_groups_are_of_enough_items() -> None:
    values = [
        Measured(metric="mae", value=50.0, standard_error=1.0, items=items, group={"age": age})
        for age, items in (("a", 3), ("b", 4), ("c", 25), ("d", 30), ("e", 400))
    ]
    [found] = decide([ASKED[2]], values)

    assert [one.group["age"] for one in found.shown] == ["d", "e"]  # 3 and 4 are seven, and with 25 enough
    assert found.withheld == 3


def test_nothing_of_a_small_group_is_said() -> None:
    values = [
        Measured(metric="mae", value=value, standard_error=1.0, items=items, group={"age": age})
        for age, items, value in (("young", 7, 98.7654), ("middle", 41, 55.5), ("old", 300, 54.25))
    ]
    [found] = decide([ASKED[2]], values)
    said = repr(found)

    assert "old" in said
    assert [text for text in ("young", "98.7", "middle", "55.5", "41") if text in said] == []
    assert "1 group of fewer than 20 items" in said


def test_of_several_minimums_the_largest_decides_what_is_shown() -> None:
    asked = [ASKED[2], Threshold(metric="recall", facet="age", at_least=0.5, smallest_group=50)]
    values = [
        Measured(metric="mae", value=50.0, standard_error=1.0, items=items, group={"age": age})
        for age, items in (("a", 30), ("b", 60), ("c", 70))
    ]
    found, missing = decide(asked, values)

    assert (found.answer, [one.group for one in found.shown]) == ("met", [{"age": "c"}])
    assert missing.answer == "missing"


def test_where_no_minimum_is_declared_no_group_is_shown() -> None:
    values = [Measured(metric="mae", value=50.0, standard_error=1.0, items=300, group={"age": age}) for age in "ab"]
    [found] = decide([Threshold(metric="mae", facet="age", at_most=60)], values)

    assert (found.answer, found.shown, found.withheld) == ("too few to say", (), 2)


def test_all_items_together_are_withheld_where_they_are_one_small_group() -> None:
    values = [
        Measured(metric="mae", value=50.0, standard_error=1.0, group={}),
        Measured(metric="mae", value=50.0, standard_error=1.0, items=7, group={"sex": "1"}),
    ]

    assert [one.shown for one in decide(ASKED[:2], values)] == [(), ()]
