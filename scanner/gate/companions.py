"""What tables and MLflow have no field for: metrics that are the size, the denominator or the error of another one.

Of the metric `mae`, `mae_standard_error` of the same group is its standard error; of `recall`, `recall_of` is how many
items it is a share of. `count` is how many items are in the group, as fairlearn calls it.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from scanner.gate.evaluation_file import MOST_ITEMS
from scanner.gate.group_cells import COUNT
from scanner.model.evaluations import Measured

ERROR, OF = "_standard_error", "_of"

_Place = tuple[str, frozenset[tuple[str, str]]]


def folded(values: Iterable[Measured]) -> tuple[Measured, ...]:
    """The values with what their companions say of them, as far as they do not say so themselves."""
    by_place: dict[_Place, Measured] = {(one.metric, frozenset(one.group.items())): one for one in values}
    return tuple(_with(one, group, by_place) for (_, group), one in by_place.items())


def _with(one: Measured, group: frozenset[tuple[str, str]], by_place: dict[_Place, Measured]) -> Measured:
    error = _value(by_place.get((one.metric + ERROR, group)))
    return replace(
        one,
        items=one.items if one.items is not None else _count(by_place.get((COUNT, group))),
        of=one.of if one.of is not None else _count(by_place.get((one.metric + OF, group))),
        standard_error=one.standard_error if one.standard_error is not None else error,
    )


def _value(one: Measured | None) -> float | None:
    return one.value if one is not None and one.value is not None and one.value >= 0 else None


def _count(one: Measured | None) -> int | None:
    value = _value(one)
    return int(value) if value is not None and value < MOST_ITEMS and float(value).is_integer() else None
