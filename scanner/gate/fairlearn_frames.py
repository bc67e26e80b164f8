"""What fairlearn's MetricFrame has in `by_group`, as pandas writes it to JSON.

Read are `to_json(orient="table")`, which names its facets; `reset_index().to_json(orient="records")`; the columns and
data of MLflow's `log_table`; and, of one facet that is known, `to_json()`. Tuples as keys, which that makes of several
facets, and `orient="split"` do not say which value is of which facet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.gate.evaluation_file import from_table
from scanner.model.errors import InputError
from scanner.model.evaluations import Measured

_ADVICE = 'write it with by_group.to_json(orient="table")'


def is_table(document: Any) -> bool:
    """Whether a document is what `orient="table"`, `log_table` or `orient="split"` write."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("data"), list)
        and bool({"schema", "columns"} & {*document})
    )


def from_frame(document: Any, name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    """The values of a table of group metrics. Raises InputError for one that does not say which facets it has."""
    if isinstance(document, list):
        return _from_records(document, name, facets)
    if is_table(document):
        return _from_split(document, name, facets) if "columns" in document else _from_schema(document, name)
    return _from_columns(document, name, facets)


def _from_schema(document: Mapping[str, Any], name: str) -> tuple[Measured, ...]:
    schema = document["schema"]
    keys = schema.get("primaryKey") if isinstance(schema, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, str) and key != "index" for key in keys) or not keys:
        raise InputError(f"{name}: the index of the table has no name, so that no facet is known; name it in pandas")
    return _from_records(document["data"], name, keys)


def _from_split(document: Mapping[str, Any], name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    columns = document["columns"]
    if "index" in document or not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise InputError(f"{name}: does not say which value is of which facet; {_ADVICE}")
    rows = document["data"]
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise InputError(f"{name}: a row has more or fewer values than there are columns")
    return from_table([dict(zip(columns, row, strict=True)) for row in rows], columns, name, facets)


def _from_records(rows: Sequence[Any], name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{name}: holds no table of groups; {_ADVICE}")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return from_table(rows, columns, name, facets)


def _from_columns(document: Any, name: str, facets: Sequence[str]) -> tuple[Measured, ...]:
    """What `to_json()` writes of one facet: metrics with a value a group."""
    metrics = document if isinstance(document, dict) else {}
    if not metrics or not all(isinstance(values, dict) for values in metrics.values()):
        raise InputError(f"{name}: no evaluation in any shape that is read; docs/guides/evaluation-gate.md has them")
    groups = list(dict.fromkeys(group for values in metrics.values() for group in values))
    if len(facets) != 1 or any(group.startswith("(") for group in groups):
        raise InputError(f"{name}: does not say which facets its groups are of; {_ADVICE}")
    [facet] = facets
    rows = [{facet: group, **{metric: values.get(group) for metric, values in metrics.items()}} for group in groups]
    return from_table(rows, [facet, *metrics], name, facets)
