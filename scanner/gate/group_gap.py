"""How far apart groups are: of each two of them, the interval of the difference."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from scanner.gate.gate_types import Answer, Gap, from_bounds, worst
from scanner.gate.group_cells import Key, group_of
from scanner.gate.intervals import Bounds, corrected, difference

_WORDS = {
    Answer.AGAINST: "two groups are further apart than {limit:g}",
    Answer.MET: "no two groups are further apart than {limit:g}",
    Answer.TOO_FEW: "groups may be further apart than {limit:g}, or not",
}
_ALONE = "fewer than two groups can be compared, so that nothing can be said of a gap between groups"


class _Pair(NamedTuple):
    """Two groups, that of the larger value first, and between which bounds their difference lies, if it is `known`."""

    answer: Answer
    high: float
    value: float
    low: float
    keys: tuple[Key, Key]
    known: bool


def comparisons(groups: int) -> int:
    """How many pairs there are of so many groups."""
    return groups * (groups - 1) // 2


def gap(groups: Sequence[tuple[Key, Bounds]], limit: float, facets: Key, hidden: frozenset[Key]) -> Gap:
    """Whether groups are further apart than a limit. Their bounds have the level that so many pairs ask for."""
    pairs = comparisons(len(groups))
    level = corrected(pairs)
    if not pairs:
        return Gap(answer=Answer.TOO_FEW, why=_ALONE, comparisons=0, level=level)
    compared = [_pair(one, other, limit) for one, other in combinations(groups, 2)]
    answer = worst(pair.answer for pair in compared)
    deciding = max((pair for pair in compared if pair.answer is answer), key=lambda pair: (pair.low, pair.value))
    found = Gap(answer=answer, why=_WORDS[answer].format(limit=limit), comparisons=pairs, level=level)
    return found if hidden & {*deciding.keys} else _with_numbers(found, deciding, facets)


def _pair(one: tuple[Key, Bounds], other: tuple[Key, Bounds], limit: float) -> _Pair:
    (key, larger), (other_key, smaller) = sorted((one, other), key=lambda group: -group[1].value)
    low, high = difference(larger, smaller)
    known = bool(larger.how and smaller.how)
    answer = from_bounds(beyond=low > limit, clear=high <= limit and low >= -limit) if known else Answer.TOO_FEW
    return _Pair(answer, high, larger.value - smaller.value, low, (key, other_key), known)


def _with_numbers(found: Gap, pair: _Pair, facets: Key) -> Gap:
    return Gap(
        answer=found.answer,
        why=found.why,
        comparisons=found.comparisons,
        level=found.level,
        between=tuple(group_of(facets, key) for key in pair.keys),
        value=pair.value,
        low=pair.low if pair.known else None,
        high=pair.high if pair.known else None,
    )
