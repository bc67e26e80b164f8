"""Evaluations by group in files of our own shape: JSON with a published schema, and CSV.

docs/reference/evaluation-v1.schema.json is generated from `EvaluationFile`.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scanner.gate.group_cells import COUNT
from scanner.model.errors import InputError
from scanner.model.evaluations import EvaluatedOn, Evaluation, Interval, Measured

SCHEMA = "mlposture/evaluation/v1"
#: Values of an evaluation that are read, and facets of a group.
_MOST, _MOST_FACETS = 50_000, 10
#: No group has as many items.
MOST_ITEMS = 1e15
#: Columns of a CSV file with a row a value; each other one is a facet.
_VALUE_COLUMNS = ("metric", "value", "items", "of", "low", "high", "level", "standard_error")


class EvaluationFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was measured of one model on one data set, by group.

    `model` is an id as a registry has it, `model_digest` the SHA-256 of the artifact: one of them at least, or nobody
    knows of which model this is. `trained_on` are digests of the training data. `by` is who evaluated.
    """

    schema: Literal["mlposture/evaluation/v1"]
    model: str = ""
    model_digest: str = ""
    data: EvaluatedOn = EvaluatedOn()
    trained_on: tuple[str, ...] | None = None
    at: datetime | None = None
    by: str = ""
    values: tuple[Measured, ...]


def from_own(document: Any, name: str) -> Evaluation:
    """An evaluation in our JSON. Raises InputError."""
    try:
        file = msgspec.convert(document, EvaluationFile)
        at = utc(file.at) if file.at else None
    except (msgspec.ValidationError, ValueError) as error:
        raise InputError(f"{name}: {error}; its shape is that of evaluation-v1.schema.json") from error
    return Evaluation(
        source=name,
        values=checked([_stripped(one) for one in file.values], name),
        model=file.model,
        model_digest=file.model_digest,
        data=file.data,
        trained_on=file.trained_on,
        at=at,
        by=file.by,
    )


def _stripped(one: Measured) -> Measured:
    """A value whose group has no space around it, which nobody sees, so that a group is not two."""
    group = {facet.strip(): value.strip() for facet, value in one.group.items()}
    return msgspec.structs.replace(one, metric=one.metric.strip(), group=group)


def utc(at: datetime) -> datetime:
    """A time in UTC, in which one without a zone is taken to be. Raises ValueError for one outside of all years."""
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("there is no such time") from error


def from_csv(content: bytes, name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    """The values of a CSV file: a row a value, or a row a group and a column a metric. Raises InputError."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        rows = list(reader)
        columns = list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{name}: no CSV in UTF-8: {error}") from error
    if len(set(columns)) < len(columns):
        raise InputError(f"{name}: a column stands there twice; give each its own name")
    if any(None in row or None in row.values() for row in rows):
        raise InputError(f"{name}: a row has more or fewer fields than the first one has names")
    if {"metric", "value"} <= set(columns):
        return checked(list(_long(rows, columns, name)), name)
    return from_table(rows, columns, name, facets)


def from_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], name: str, facets: Sequence[str]
) -> tuple[Measured, ...]:
    """The values of a table with a row a group: `facets` are the columns that make it one. Raises InputError."""
    there = [column for column in columns if column in facets]
    if not there:
        known = f"none of {', '.join(facets)}" if facets else "no facet is known"
        raise InputError(f"{name}: no column is a facet ({known}); say which are, with --facet")
    metrics = [column for column in columns if column not in there and column not in ("", COUNT)]
    values: list[Measured] = []
    for row in rows:
        group = {facet: _label(row.get(facet)) for facet in there}
        group = {facet: value for facet, value in group.items() if value}
        items = whole(row.get(COUNT), f"{name}: {COUNT}")
        values += [
            Measured(metric=metric, value=_number(row.get(metric), name, metric), group=group, items=items)
            for metric in metrics or ()
        ]
        if not metrics:
            values.append(Measured(metric=COUNT, value=items, group=group, items=items))
    _refuse_nameless(values, there, name)
    return checked(values, name)


def _refuse_nameless(values: Sequence[Measured], facets: Sequence[str], name: str) -> None:
    """Raise InputError for a group without a name, as pandas writes one of what is missing: it is not all items."""
    sizes = {tuple(one.group.values()): one.items or 0 for one in values if len(one.group) in (0, len(facets))}
    total = sizes.pop((), None)
    if total and total < sum(sizes.values()):
        raise InputError(
            f"{name}: a row without a {facets[0]} has fewer items than the others, and is not all of them; "
            "name its group"
        )


def checked(values: Sequence[Measured], name: str) -> tuple[Measured, ...]:
    """Values that can be one evaluation. Raises InputError for what contradicts itself, or is more than anybody has."""
    if len(values) > _MOST:
        raise InputError(f"{name}: has more than {_MOST} values; give the metrics of the thresholds alone")
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    for one in values:
        key = (one.metric, frozenset(one.group.items()))
        if key in seen:
            of = ", ".join(f"{facet}={value}" for facet, value in one.group.items()) or "all items"
            raise InputError(f"{name}: {one.metric} of {of} stands there twice; is a facet missing (--facet)?")
        seen.add(key)
        if max(one.items or 0, one.of or 0) >= MOST_ITEMS:
            raise InputError(f"{name}: no group has as many items as one of {one.metric}")
        if len(one.group) > _MOST_FACETS:
            raise InputError(f"{name}: a group of {one.metric} has more than {_MOST_FACETS} facets")
        if one.standard_error is not None and not 0 <= one.standard_error < math.inf:
            raise InputError(f"{name}: a standard error of {one.metric} is no number from 0 on")
        if one.interval and not -math.inf < one.interval.low <= one.interval.high < math.inf:
            raise InputError(f"{name}: an interval of {one.metric} ends before it begins, or does not end")
        if one.interval and one.value is not None and not one.interval.low <= one.value <= one.interval.high:
            raise InputError(f"{name}: a value of {one.metric} lies outside its own interval")
        if one.of is not None and one.items is not None and one.of > one.items:
            raise InputError(f"{name}: a value of {one.metric} is said to be a share of more items than there are")
    return tuple(map(_finite, values))


def _finite(one: Measured) -> Measured:
    """A value that is infinite, or no number, says nothing."""
    wrong = one.value is not None and not math.isfinite(one.value)
    return msgspec.structs.replace(one, value=None) if wrong else one


def _long(rows: Iterable[Mapping[str, str]], columns: Sequence[str], name: str) -> Iterator[Measured]:
    there = [column for column in columns if column and column not in _VALUE_COLUMNS]
    for number, row in enumerate(rows, 2):
        where = f"{name}: row {number}"
        metric = row["metric"].strip()
        if not metric:
            raise InputError(f"{where}: names no metric")
        yield Measured(
            metric=metric,
            value=_number(row["value"], where, "value"),
            group={facet: row[facet].strip() for facet in there if row[facet].strip()},
            items=whole(row.get("items"), f"{where}: items"),
            of=whole(row.get("of"), f"{where}: of"),
            interval=_interval(row, where),
            standard_error=_error(row.get("standard_error"), where),
        )


def _interval(row: Mapping[str, str], where: str) -> Interval | None:
    low, high, level = (_number(row.get(name), where, name) for name in ("low", "high", "level"))
    if low is None and high is None:
        return None
    if low is None or high is None or level is None or not 0 < level < 1:
        raise InputError(f"{where}: an interval has low, high and a level such as 0.95")
    return Interval(low=low, high=high, level=level)


def _error(given: Any, where: str) -> float | None:
    error = _number(given, where, "standard_error")
    if error is not None and not 0 <= error < math.inf:
        raise InputError(f"{where}: a standard error is a number from 0 on, not {error:g}")
    return error


def _label(value: Any) -> str:
    """A value of a facet as text: JSON has numbers where CSV has none, and 1.0 is what pandas makes of 1."""
    if value is None or value != value:  # noqa: PLR0124 - a float that is no number is not itself
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _number(given: Any, where: str, what: str) -> float | None:
    """A number, None where there is none. Raises InputError for what is no number."""
    if given is None or (isinstance(given, str) and given.strip().lower() in ("", "nan", "na", "none", "null")):
        return None
    try:
        if isinstance(given, bool | list | dict):
            raise TypeError(given)
        number = float(given)
    except (TypeError, ValueError, OverflowError) as error:
        text = str(given)[:40]
        raise InputError(f"{where}: {what} is no number but {text!r}; if it is a facet, say so with --facet") from error
    return number if math.isfinite(number) else None


def whole(given: Any, what: str) -> int | None:
    """How many there are. Raises InputError for what is no number of things."""
    number = _number(given, what, "the count")
    if number is None:
        return None
    if not 0 <= number < MOST_ITEMS or not number.is_integer():
        raise InputError(f"{what}: {number:g} is no number of items")
    return int(number)
