"""The groups of an evaluation, how large they are, and which of them must not be shown.

A group of fewer items than the manifest lets mean anything is not shown: neither its value nor its size, nor its name,
for a facet may be so fine that a group is a person. Nor is anything shown that gives it away. Whoever knows the total
and all other groups can compute the last one, so that the smallest others are withheld with it, until those withheld
are two at least and together as many as a group must have. Of facets that are crossed nothing is shown then: rows and
columns give single cells away in more ways. A group whose size nobody recorded may be small.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from scanner.model.errors import InputError
from scanner.model.evaluations import Group, Measured
from scanner.systems.manifest import Threshold

#: The values of the facets of a group, in the order of their names.
Key = tuple[str, ...]

#: The metric that is the number of items in a group, as fairlearn calls it.
COUNT = "count"
#: Pairs of groups are compared, and nobody reads as many.
_MOST_GROUPS = 1000


class Cell(NamedTuple):
    """A group, what was measured of it (None if nothing was), and how many items that rests on (None if unknown)."""

    key: Key
    measured: Measured | None
    size: int | None


def facets_of(threshold: Threshold) -> Key:
    """The facets whose groups a threshold is about, in order; none if it is about all items."""
    return tuple(sorted(facet.strip() for facet in (threshold.facet or "").split(",") if facet.strip()))


def group_of(facets: Key, key: Key) -> Group:
    """A group with its facets."""
    return dict(zip(facets, key, strict=True))


def named_key(threshold: Threshold) -> Key | None:
    """The one group that a threshold names, if it does."""
    if threshold.group is None:
        return None
    named = [facet.strip() for facet in (threshold.facet or "").split(",")]
    values = threshold.group.split(",") if len(named) > 1 else [threshold.group]
    return tuple(value.strip() for _, value in sorted(zip(named, values, strict=True)))


def cells(values: Iterable[Measured], facets: Key, metric: str) -> list[Cell]:
    """What was measured of each group of these facets that any metric knows. Raises InputError for too many."""
    sizes = items(values, facets)
    if len(sizes) > _MOST_GROUPS:
        raise InputError(f"{', '.join(facets)}: has more than {_MOST_GROUPS} groups; put values together into bands")
    measured = {_key(one.group, facets): one for one in values if one.metric == metric and _is_of(one.group, facets)}
    return [Cell(key, measured.get(key), _least(size, measured.get(key))) for key, size in sorted(sizes.items())]


def items(values: Iterable[Measured], facets: Key) -> dict[Key, int | None]:
    """How many items are in each group; the fewest, where metrics differ."""
    sizes: dict[Key, int | None] = {}
    for one in values:
        if _is_of(one.group, facets):
            key = _key(one.group, facets)
            known = [size for size in (sizes.get(key), one.items) if size is not None]
            sizes[key] = min(known, default=None)
    return sizes


def left_over(values: Iterable[Measured], facets: Key) -> int:
    """How many items are in no group of these facets that is recorded, as far as all of the sizes are known."""
    values = tuple(values)
    total, sizes = items(values, ()).get(()), items(values, facets).values()
    known = [size for size in sizes if size is not None]
    return max(0, total - sum(known)) if total is not None and facets and len(known) == len(sizes) else 0


def _least(size: int | None, measured: Measured | None) -> int | None:
    """A rate of five positive items says as much as five items."""
    of = measured.of if measured else None
    return of if size is None else size if of is None else min(size, of)


def _is_of(group: Group, facets: Key) -> bool:
    return len(group) == len(facets) and all(facet in group for facet in facets)


def _key(group: Group, facets: Key) -> Key:
    return tuple(group[facet] for facet in facets)


def is_large(cell: Cell, threshold: Threshold) -> bool:
    """Whether a number of a group means anything, as the manifest says. Of all items together, any does."""
    if not threshold.facet:
        return True
    least = threshold.smallest_group
    return least is not None and cell.size is not None and cell.size >= least


def not_shown(
    family: Sequence[Cell], values: Sequence[Measured], facets: Key, thresholds: Sequence[Threshold]
) -> frozenset[Key]:
    """The groups of a family that are not shown, as far as thresholds say how many items a group must have."""
    if not facets:
        return frozenset(cell.key for cell in family if _is_small_total(cell, values, thresholds))
    # A group of one facet is the sum of those that it is crossed into: what holds for one of its facets holds for it.
    asked = [one.smallest_group for one in thresholds if one.smallest_group and {*facets} & {*facets_of(one)}]
    if not asked:
        return frozenset(cell.key for cell in family)
    sizes = {key: size or 0 for key, size in items(values, facets).items()}
    if rest := left_over(values, facets):  # whoever has the total can compute those, too
        sizes[()] = rest
    first = _with_others(sizes, max(asked), frozenset(), facets)
    return _with_others({cell.key: cell.size or 0 for cell in family}, max(asked), first, facets)


def _is_small_total(cell: Cell, values: Sequence[Measured], thresholds: Sequence[Threshold]) -> bool:
    """Whether all items together are fewer than a group must have, or are the one group of a facet that is."""
    least = max((one.smallest_group or 0 for one in thresholds), default=0)
    if cell.size is not None and cell.size < least:
        return True
    families = [items(values, facets_of(one)) for one in thresholds if one.facet]
    return any(len(sizes) == 1 and min(size or 0 for size in sizes.values()) < least for sizes in families)


def _with_others(sizes: Mapping[Key, int], smallest: int, first: Collection[Key], facets: Key) -> frozenset[Key]:
    """Groups that are small, or in `first`, and those that are withheld with them so that nobody can compute them."""
    out = {key for key, size in sizes.items() if size < smallest or key in first}
    if out and len(facets) > 1:
        return frozenset(sizes)
    for key in sorted(sizes.keys() - out, key=lambda key: (sizes[key], key)):
        if not out or (len(out) > 1 and sum(sizes[one] for one in out) >= smallest):
            break
        out.add(key)
    return frozenset(out)
