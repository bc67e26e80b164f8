"""What an evaluation says of the thresholds of a system: against, met, too few to say, or missing.

*Against* is said when the whole interval lies beyond the limit, *met* when the whole interval clears it. All else is
too few to say. What is not shown of small groups is in `group_cells`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.gate.clarify_analysis import COMPARING
from scanner.gate.gate_types import Answer, Asked, Gap, Shown, ThresholdAnswer, from_bounds, worst
from scanner.gate.group_cells import (
    Cell,
    Key,
    cells,
    facets_of,
    group_of,
    is_large,
    left_over,
    named_key,
    not_shown,
)
from scanner.gate.group_gap import comparisons, gap
from scanner.gate.intervals import Bounds, bounds, corrected, is_share
from scanner.gate.special_categories import note
from scanner.model.evaluations import Measured
from scanner.systems.manifest import Threshold

_POINT = (
    "a value alone says nothing: record its standard error ({0}_standard_error in MLflow and tables), an interval, or, "
    "of a share, of how many items it is one ({0}_of), or declare point: true"
)
_NO_MINIMUM = "the manifest does not say how many items a group must have for a number to mean anything: smallest_group"
_ALONE = "one group alone is recorded, so that nothing is known of any other"
_LEFT = "items of the evaluation are in no group that is recorded, so that nothing is known of them"
_UNITS = "it is a share, and values and limits are partly between 0 and 1 and partly not: give all of them as shares"
_KEPT = "some groups are judged and not shown, so that nobody can compute a smaller one from them"
_COUNTED = ((Answer.AGAINST, "beyond the limit"), (Answer.MET, "clear of it"), (Answer.TOO_FEW, "on both sides of it"))


#: Metrics that are named where another one was asked for.
_MOST_NAMED = 5


class _Judged(NamedTuple):
    """A value that means something, its bounds (`how` is empty where none are known), and what they say of limits."""

    key: Key
    measured: Measured
    bounds: Bounds
    answer: Answer | None


def decide(thresholds: Sequence[Threshold], values: Sequence[Measured]) -> tuple[ThresholdAnswer, ...]:
    """What the values of an evaluation say of each threshold. Raises InputError for more groups than are compared."""
    return tuple(_decide(one, thresholds, values) for one in thresholds)


def _decide(one: Threshold, thresholds: Sequence[Threshold], values: Sequence[Measured]) -> ThresholdAnswer:
    facets = facets_of(one)
    family = cells(values, facets, one.metric)
    asked = [cell for cell in family if named_key(one) in (None, cell.key)]
    if not any(cell.measured for cell in asked):
        answer, why = Answer.MISSING, (_missing(one, values),)
        return ThresholdAnswer(asked=said(one), answer=answer, why=why, notes=_notes(one, facets))
    if _differ_in_unit(one, family):
        return ThresholdAnswer(asked=said(one), answer=Answer.MISSING, why=(_UNITS,), notes=_notes(one, facets))
    hidden = not_shown(family, values, facets, thresholds)
    absent = _absent(one, family, values, facets)
    large = [cell for cell in asked if is_large(cell, one)]
    judged = _judge(large, one, len(large))
    between = _gap(large, one, comparisons(len(judged)), facets, hidden)
    answers = [found.answer for found in judged if found.answer]
    answers += [between.answer] if between else []
    answers += [Answer.TOO_FEW] if absent or len(large) < len(asked) else []
    answers += [Answer.MISSING] if len(judged) < len(large) else []
    return ThresholdAnswer(
        asked=said(one),
        answer=worst(answers),
        why=(*absent, *_why(one, len(asked), len(large), judged, hidden), *([between.why] if between else [])),
        comparisons=len(large),
        level=corrected(len(large)),
        shown=tuple(_shown(found, facets) for found in judged if found.key not in hidden),
        withheld=sum(cell.key in hidden for cell in asked),
        gap=between,
        notes=_notes(one, facets),
    )


def _absent(one: Threshold, family: Sequence[Cell], values: Sequence[Measured], facets: Key) -> tuple[str, ...]:
    """Why it is known, of a threshold of every group, that there are others than those that are recorded."""
    if not facets or one.group is not None:
        return ()
    alone = [_ALONE] if len(family) == 1 and one.metric not in COMPARING else []
    return (*alone, *([_LEFT] if left_over(values, facets) else []))


def _differ_in_unit(one: Threshold, family: Sequence[Cell]) -> bool:
    """Whether a share is compared with what can be none, as 97 (percent) with 0.9, or 0.5 with 90."""
    shares = [cell.measured.value for cell in family if cell.measured and is_share(cell.measured)]
    values = [value for value in shares if value is not None]
    gap = [one.largest_gap] if one.largest_gap is not None and one.largest_gap > 1 else []  # a small one may be either
    limits = [limit for limit in (one.at_least, one.at_most, *gap) if limit is not None]
    return bool(values) and len({0 <= number <= 1 for number in (*values, *limits)}) > 1


def _judge(large: Sequence[Cell], one: Threshold, compared: int) -> list[_Judged]:
    """The groups that have a value, with the bounds that so many comparisons ask for."""
    found = []
    for cell in large:
        if cell.measured is not None and cell.measured.value is not None:
            known = bounds(cell.measured, corrected(compared)) or _point(cell.measured.value, one)
            found.append(_Judged(cell.key, cell.measured, known, _limits(known, one)))
    return found


def _point(value: float, one: Threshold) -> Bounds:
    return Bounds(value, value, value, "a point, as the manifest allows" if one.point else "")


def _limits(found: Bounds, one: Threshold) -> Answer | None:
    """What bounds say of the floor and the ceiling; None where there is neither."""
    answers = []
    if one.at_least is not None:
        answers.append(from_bounds(beyond=found.high < one.at_least, clear=found.low >= one.at_least))
    if one.at_most is not None:
        answers.append(from_bounds(beyond=found.low > one.at_most, clear=found.high <= one.at_most))
    if answers and not found.how:
        return Answer.TOO_FEW
    return worst(answers) if answers else None


def _gap(large: Sequence[Cell], one: Threshold, pairs: int, facets: Key, hidden: frozenset[Key]) -> Gap | None:
    if one.largest_gap is None:
        return None
    groups = [(found.key, found.bounds) for found in _judge(large, one, pairs)]
    return gap(groups, one.largest_gap, facets, hidden)


def _shown(found: _Judged, facets: Key) -> Shown:
    known = found.bounds
    return Shown(
        group=group_of(facets, found.key),
        value=known.value,
        low=known.low if known.how else None,
        high=known.high if known.how else None,
        interval=known.how or "none",
        items=found.measured.items,
        of=found.measured.of,
        answer=found.answer,
    )


def _missing(one: Threshold, values: Sequence[Measured]) -> str:
    where = f"by {one.facet}" if one.facet else "for all items together"
    if one.group is not None:
        where = f"for the group {one.facet}={one.group}"
    there = sorted({value.metric for value in values if {*value.group} == {*facets_of(one)}})
    more = f" and {len(there) - _MOST_NAMED} more" if len(there) > _MOST_NAMED else ""
    known = f"; there is {', '.join(there[:_MOST_NAMED])}{more}" if there and one.metric not in there else ""
    return f"no value of {one.metric} {where} is recorded{known}"


def _why(one: Threshold, asked: int, large: int, judged: Sequence[_Judged], hidden: frozenset[Key]) -> Iterator[str]:
    """What the answer rests on, without a number of a group that is not shown."""
    if one.facet and one.smallest_group is None:
        yield _NO_MINIMUM
    elif small := asked - large:
        few = f"of fewer than {one.smallest_group} items, or of a number that nobody recorded"
        yield f"{_groups(small)} {few}: too few to say"
    if len(judged) < large:
        yield f"{_groups(large - len(judged))} without a value"
    if any(not found.bounds.how for found in judged):
        yield _POINT.format(one.metric)
    limited = [found.answer for found in judged if found.answer and found.bounds.how]
    if limited and one.facet:
        counts = ", ".join(f"{limited.count(answer)} {words}" for answer, words in _COUNTED)
        yield f"of {_groups(len(limited))} with an interval, {counts}"
    elif limited:
        yield f"the interval of all items is {dict(_COUNTED)[limited[0]]}"
    if any(found.key in hidden for found in judged):
        yield _KEPT


def _groups(count: int) -> str:
    return f"{count} {'group' if count == 1 else 'groups'}"


def _notes(one: Threshold, facets: Key) -> tuple[str, ...]:
    notes = [] if one.set_by and one.why else ["the manifest does not say who set this threshold, and why"]
    if one.point:
        notes.append("where no interval is known, a point counts as it is: the manifest says so (point: true)")
    return (*notes, *note(facets))


def said(one: Threshold) -> Asked:
    """A threshold, as the result has it."""
    return Asked(
        metric=one.metric,
        facet=one.facet or "",
        group=one.group or "",
        at_least=one.at_least,
        at_most=one.at_most,
        largest_gap=one.largest_gap,
        smallest_group=one.smallest_group,
        point=bool(one.point),
        set_by=one.set_by or "",
        why=one.why or "",
        set_on=one.set_on,
    )
