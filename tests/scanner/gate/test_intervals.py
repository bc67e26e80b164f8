"""Intervals, against what their papers print."""

from __future__ import annotations

import pytest

from scanner.gate.intervals import Bounds, bounds, corrected, difference
from scanner.model.evaluations import Interval, Measured


def rate(events: int, of: int, level: float = 0.95) -> Bounds:
    found = bounds(Measured(metric="recall", value=events / of, of=of), level)
    assert found
    return found


@pytest.mark.parametrize(
    ("events", "of", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_the_paper(events: int, of: int, low: float, high: float) -> None:
    assert rate(events, of)[1:3] == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10.
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_the_difference_of_two_rates_is_that_of_the_paper(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    assert difference(rate(*one), rate(*other)) == pytest.approx((low, high), abs=5e-5)


def test_a_standard_error_gives_the_normal_interval() -> None:
    found = bounds(Measured(metric="mae", value=50.0, standard_error=2.0), 0.95)

    assert found
    assert found[1:3] == pytest.approx((46.08, 53.92), abs=0.005)


def test_a_given_interval_is_taken_as_it_is_and_only_widened() -> None:
    given = Measured(metric="mae", value=50.0, interval=Interval(low=47, high=55, level=0.95))

    assert bounds(given, 0.95) == (50, 47, 55, "as given at 0.95")
    assert bounds(given, 0.9) == (50, 47, 55, "as given at 0.95")
    wider = bounds(given, corrected(10))
    assert wider
    assert wider.low == pytest.approx(50 - 3 * 2.807 / 1.96, abs=0.001)
    assert wider.high == pytest.approx(50 + 5 * 2.807 / 1.96, abs=0.001)
    assert wider.how == "as given at 0.95, widened to 0.995"


@pytest.mark.parametrize(
    ("measured", "known"),
    [
        (Measured(metric="accuracy", value=0.9, items=100), True),  # a share of all of them
        (Measured(metric="recall", value=0.9, items=100), False),  # of the positive ones, whose number is not known
        (Measured(metric="recall", value=0.9, of=0), False),
        (Measured(metric="mae", value=40.0, items=100), False),
        (Measured(metric="mae", value=40.0, of=100), False),  # no share of anything
        (Measured(metric="accuracy", value=None, items=100), False),
    ],
)
def test_without_what_an_interval_takes_there_is_none(measured: Measured, *, known: bool) -> None:
    assert (bounds(measured, 0.95) is not None) is known


def test_many_comparisons_ask_for_a_higher_level() -> None:
    assert [corrected(count) for count in (0, 1, 5)] == pytest.approx([0.95, 0.95, 0.99])
