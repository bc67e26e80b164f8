"""Between which bounds a measured value lies, and the difference of two.

- Of a rate whose denominator is known: Wilson's score interval (Wilson, 1927, JASA 22:209).
- From a standard error: the normal interval. One of 0 says that nothing varied among the items, not that the value is
  certain, and so does an interval without width: neither is one.
- An interval that is given is taken as it is. Where many comparisons ask for a higher level than its own, each side is
  widened by the ratio of the normal quantiles.
- Of a difference: from the bounds of both values (Zou and Donner, 2008, Statistics in Medicine 27:1693), which for two
  Wilson intervals is Newcombe's method 10 (1998, Statistics in Medicine 17:873). The groups of a facet share no items.

Many comparisons are corrected for after Bonferroni (Dunn, 1961, JASA 56:52): with n of them, each interval has the
level 1 - 0.05/n, so that all hold together with 95 %. Holm's procedure finds more, but has no such intervals to show.
"""

from math import hypot, inf, sqrt
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


def is_share(measured: Measured) -> bool:
    """Whether a value is a share of items, which lies between 0 and 1."""
    return measured.of is not None or measured.metric in SHARES_OF_ALL


def bounds(measured: Measured, level: float) -> Bounds | None:
    """The bounds of a value at a level; None where nothing was recorded that gives any."""
    if measured.value is None:
        return None
    found = (way(measured, measured.value, level) for way in (_given, _from_error, _from_share))
    return next((one for one in found if one and -inf < one.low < one.high < inf), None)


def _given(measured: Measured, value: float, level: float) -> Bounds | None:
    given = measured.interval
    if given is None or not (own := _quantile(given.level)):
        return None
    factor = max(1.0, _quantile(level) / own)
    how = f"as given at {given.level:.4g}" + (f", widened to {level:.4g}" if factor > 1 else "")
    return Bounds(value, value - factor * (value - given.low), value + factor * (given.high - value), how)


def _from_error(measured: Measured, value: float, level: float) -> Bounds | None:
    if measured.standard_error is None:
        return None
    half = _quantile(level) * measured.standard_error
    return Bounds(value, value - half, value + half, f"standard error, at {level:.4g}")


def _from_share(measured: Measured, value: float, level: float) -> Bounds | None:
    known = [count for count in (measured.of, measured.items) if count is not None]
    of = min(known, default=0) if is_share(measured) else 0  # nothing is a share of more items than there are
    return Bounds(value, *_wilson(value, of, level), f"Wilson, at {level:.4g}") if of > 0 and 0 <= value <= 1 else None


def difference(one: Bounds, other: Bounds) -> tuple[float, float]:
    """Between which bounds the first value less the second lies."""
    gap = one.value - other.value
    low = gap - hypot(one.value - one.low, other.high - other.value)
    high = gap + hypot(one.high - one.value, other.value - other.low)
    return low, high


def _wilson(share: float, of: int, level: float) -> tuple[float, float]:
    z, count = _quantile(level), float(of)
    middle = share + z * z / (2 * count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def _quantile(level: float) -> float:
    return -NormalDist().inv_cdf((1 - level) / 2)  # of 0.5 + level / 2 nothing is left near 1
