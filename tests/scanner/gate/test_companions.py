"""Sizes, denominators and errors that are metrics of their own."""

from __future__ import annotations

from scanner.gate.companions import folded
from scanner.model.evaluations import Measured


def m(metric: str, value: float | None, **more: int) -> Measured:
    return Measured(metric=metric, value=value, group={"sex": "1"}, **more)


def test_what_companions_say_is_said_of_the_metric() -> None:
    found = folded([m("mae", 50), m("mae_standard_error", 2), m("count", 120.0), m("recall", 0.9), m("recall_of", 40)])

    assert (found[0].standard_error, found[0].items) == (2, 120)
    assert (found[3].of, found[3].items) == (40, 120)


def test_a_field_says_more_than_a_companion() -> None:
    assert folded([m("mae", 50, items=100), m("count", 120)])[0].items == 100


def test_what_is_no_number_of_things_says_nothing() -> None:
    for count in (-1.0, 1.5, None):
        assert folded([m("mae", 50), m("count", count), m("mae_standard_error", count and -1.0)])[0].items is None
    assert folded([m("mae", 50), m("mae_standard_error", -2.0)])[0].standard_error is None


def test_a_companion_of_another_group_is_none() -> None:
    other = Measured(metric="count", value=120, group={"sex": "2"})

    assert folded([m("mae", 50), other])[0].items is None
