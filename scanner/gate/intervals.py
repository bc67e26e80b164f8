"""Between which bounds a measured value lies, and the difference of two.

- Of a rate whose denominator is known: Wilson's score interval (Wilson, 1927, JASA 22:209).
- From a standard error: the normal interval.
- An interval that is given is taken as it is. Where many comparisons ask for a higher level than its own, each side is
  widened by the ratio of the normal quantiles.
- Of a difference: from the bounds of both values (Zou and Donner, 2008, Statistics in Medicine 27:1693), which for two
  Wilson intervals is Newcombe's method 10 (1998, Statistics in Medicine 17:873). The groups of a facet share no items.

Many comparisons are corrected for after Bonferroni (Dunn, 1961, JASA 56:52): with n of them, each interval has the
level 1 - 0.05/n, so that all hold together with 95 %. Holm's procedure finds more, but has no such intervals to show.
"""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from scanner.model.evaluations import Measured

#: The level at which all comparisons of one threshold hold together.
LEVEL = 0.95
CORRECTION = (
    "Bonferroni (Dunn, 1961): with n comparisons of one threshold, each interval has the level 1 - 0.05/n, so that all "
    "hold together with 95 %"
)
#: Metrics that are a share of all items of a group, by the names that scikit-learn and fairlearn give them. A recall is
#: none: it is one of the positive items, whose number is not that of the group.
SHARES_OF_ALL = frozenset({"accuracy", "accuracy_score", "error_rate", "selection_rate", "zero_one_loss"})


class Bounds(NamedTuple):
    """Between which bounds a value lies, and how that is known."""

    value: float
    low: float
    high: float
    how: str


def corrected(comparisons: int) -> float:
    """The level of each of so many comparisons."""
    return 1 - (1 - LEVEL) / max(1, comparisons)


def bounds(measured: Measured, level: float) -> Bounds | None:
    """The bounds of a value at a level; None where nothing was recorded that gives any."""
    value = measured.value
    if value is None:
        return None
    if measured.interval is not None:
        given = measured.interval
        factor = max(1.0, _quantile(level) / _quantile(given.level))
        how = f"as given at {given.level:.4g}" + (f", widened to {level:.4g}" if factor > 1 else "")
        return Bounds(value, value - factor * (value - given.low), value + factor * (given.high - value), how)
    if measured.standard_error is not None:
        half = _quantile(level) * measured.standard_error
        return Bounds(value, value - half, value + half, f"standard error, at {level:.4g}")
    of = measured.of
    if of is None and measured.metric in SHARES_OF_ALL:
        of = measured.items
    if of and 0 <= value <= 1:
        return Bounds(value, *_wilson(value, of, level), f"Wilson, at {level:.4g}")
    return None


def difference(one: Bounds, other: Bounds) -> tuple[float, float]:
    """Between which bounds the first value less the second lies."""
    gap = one.value - other.value
    low = gap - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = gap + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return low, high


def _wilson(share: float, of: int, level: float) -> tuple[float, float]:
    z = _quantile(level)
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)
