"""Evaluations of one model that are of the same time and on the same data: what all of them say, as one evaluation.

A table a facet is what fairlearn gives, so that several are one evaluation more often than not. None of them is later
than another, and where they say two things of one group, nobody knows which counts.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from scanner.model.evaluations import Evaluation, Measured


def joined(parts: Sequence[Evaluation]) -> Evaluation:
    """The evaluation that these are parts of, the first of which it is called by. There is one at least."""
    first = parts[0]
    if len(parts) == 1:
        return first
    trained = [one.trained_on for one in parts]
    return replace(
        first,
        source=", ".join(dict.fromkeys(one.source for one in parts)),
        values=_values(one for part in parts for one in part.values),
        trained_on=None if None in trained else tuple(sorted({digest for those in trained for digest in those or ()})),
        by=", ".join(dict.fromkeys(one.by for one in parts if one.by)),
    )


def _values(values: Iterable[Measured]) -> tuple[Measured, ...]:
    """Each value once; none where two say other things of it."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], Measured] = {}
    for one in values:
        place = (one.metric, frozenset(one.group.items()))
        known = found.setdefault(place, one)
        if known != one:
            items = one.items if one.items == known.items else None
            found[place] = Measured(metric=one.metric, value=None, group=one.group, items=items)
    return tuple(found.values())
