"""Tables of results by group, which MLflow's `log_table` keeps among the artifacts of a run.

A run notes which tables it has. One is opened only if its name says that it has groups, and kept only if it has a row
a group, with the number of items in it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from checks.mlflow.records import tag
from checks.mlflow.table_names import LARGEST, is_table
from checks.mlflow.tracking.resources import EvaluationTable, Run, TableRow
from scanner.gate.evaluation_file import from_table
from scanner.gate.group_cells import COUNT
from scanner.model.errors import InputError
from scanner.model.secrets.detect import holds_secret

#: The tag in which a run notes what it logged, and how a table is called there.
_NOTED, _TABLE = "mlflow.loggedArtifacts", "table"
#: Tables of a run that are read.
MOST = 20
TOO_LARGE = f"it is larger than {LARGEST // 1024} KiB, and was not read"
TOO_MANY = f"its run has more than {MOST} tables, and it was not read"
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 200, 60, 100
#: Columns that say of which model, and on which data, all of a table is: as members of MLflow's metrics are called.
MODEL, DATA, DATA_NAME = "model_id", "dataset_digest", "dataset_name"
_ABOUT = (MODEL, DATA, DATA_NAME)


class Table(NamedTuple):
    """What a table that was kept says: its facets and metrics, and of which model and data it is, if it says so."""

    facets: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[dict[str, float | str | None], ...]
    about: dict[str, str]


def noted(run: Run) -> tuple[str, ...]:
    """The tables that a run notes whose names say that they have groups, each by its path."""
    found = (one for one in _notes(run) or () if isinstance(one, dict))
    paths = (one.get("path") for one in found if one.get("type") == _TABLE)
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str) and is_table(path)))


def is_cut(run: Run) -> bool:
    """Whether what a run notes cannot be read: servers cut long tags off, and the list with them."""
    return _notes(run) is None


def _notes(run: Run) -> list[Any] | None:
    try:
        return msgspec.json.decode(tag(run.pairs or None, _NOTED) or "[]", type=list[Any])
    except (msgspec.DecodeError, RecursionError):
        return None


def taken(content: bytes) -> tuple[tuple[str, ...], tuple[TableRow, ...]] | str:
    """Columns and rows of a table with a row a group; else why nothing of it is kept."""
    if len(content) > LARGEST:
        return TOO_LARGE
    try:
        made = msgspec.json.decode(content, type=_Split)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "it is no table as log_table writes it"
    return _refusal(made) or (made.columns, tuple(TableRow(cells=row) for row in made.data))


def table_of(found: EvaluationTable) -> Table | None:
    """What a table says; None where nothing of it was kept."""
    if not found.columns or not found.rows:
        return None
    return _table(found.columns, tuple(row.cells or () for row in found.rows))


class _Split(msgspec.Struct):
    """What `log_table` writes: pandas' `orient="split"`, without an index."""

    columns: tuple[str, ...]
    data: tuple[tuple[float | str | None, ...], ...]


def _refusal(made: _Split) -> str:
    if len(made.columns) > _MOST_COLUMNS or len(set(made.columns)) < len(made.columns):
        return f"it has a column twice, or more than {_MOST_COLUMNS}"
    if not 0 < len(made.data) <= _MOST_ROWS or any(len(row) != len(made.columns) for row in made.data):
        return f"it has no rows, more than {_MOST_ROWS}, or one that does not fit its columns"
    if COUNT not in made.columns:
        return f"it has no column {COUNT} with the number of items, so that its rows may be items"
    cells = ((name, cell) for row in made.data for name, cell in zip(made.columns, row, strict=True))
    texts = [(name, cell) for name, cell in cells if isinstance(cell, str)]
    if any(len(cell) > _LONGEST for _, cell in texts) or any(holds_secret(name, cell) for name, cell in texts):
        return "it has texts that are no names of groups"
    table = _table(made.columns, made.data)
    if not table.facets:
        return "no column of it has names of groups"
    if any(len({row.get(name) for row in _rows(made)}) > 1 for name in _ABOUT):
        return f"{', '.join(_ABOUT)}: its rows are not all of one model and one data set"
    if {name for name, _ in texts} - {*_ABOUT, *table.facets}:
        return "a column of it has both numbers and texts"
    try:
        from_table(table.rows, table.columns, "", table.facets)
    except InputError:  # which may name what is in a cell
        return "its rows are not each of a group of its own"
    return ""


def _rows(made: _Split) -> Iterator[dict[str, float | str | None]]:
    return (dict(zip(made.columns, row, strict=True)) for row in made.data)


def _table(columns: tuple[str, ...], data: tuple[tuple[float | str | None, ...], ...]) -> Table:
    rows = [dict(zip(columns, row, strict=False)) for row in data]
    about = {name: str(rows[0][name]) for name in _ABOUT if rows and rows[0].get(name)}
    rest = tuple(name for name in columns if name not in _ABOUT)
    texts = tuple(name for name in rest if any(isinstance(row.get(name), str) for row in rows))
    facets = tuple(name for name in texts if all(isinstance(row.get(name), str | None) for row in rows))
    return Table(facets, rest, tuple({name: row.get(name) for name in rest} for row in rows), about)
