"""Which tables of results by group count for a registered version, and what they say of it.

As with metrics, a table counts for the model and on the data that it names, by its columns `model_id` and
`dataset_digest`. One that names no model is of what its run made, if the version was registered from no logged model.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.records import moment
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.behind import logged_model_of
from checks.mlflow.tracking.evaluated import is_void, run_of, training_digests
from checks.mlflow.tracking.resources import EvaluationTable, Run
from checks.mlflow.tracking.tables import DATA, DATA_NAME, MODEL, Table, is_cut, noted, table_of
from scanner.gate.evaluation_file import from_table
from scanner.model.errors import InputError
from scanner.model.evaluations import EvaluatedOn, Evaluation
from scanner.model.nouns import Verdict, unknown
from scanner.model.views import View


class Tabled(NamedTuple):
    """The tables on data that a version was not trained on; and why others do not count, empty where there are none."""

    on_data: tuple[EvaluationTable, ...]
    without: str


def tables_of(version: ModelVersion, view: View) -> Tabled | Verdict:
    """What there is of a version; an unknown verdict where a table may say more, and was not read."""
    run = run_of(version, view)
    if isinstance(run, Verdict):
        return run
    if run is None or is_void(run):
        return Tabled((), "")
    if run.pairs is UNSET:
        return unknown("Run.pairs", path=(run.id,))
    if is_cut(run):
        return unknown("which tables its run has: the list in its tags cannot be read", path=(run.id,))
    trained = training_digests(run.datasets or ())
    counting, unread, why = list[EvaluationTable](), "", ""
    for path, found in _read(run, view):
        if found is None or found.digest is None:  # too large, or one too many
            unread = unread or path
            continue
        table = table_of(found)
        reason = f"{found.problem}" if table is None else _aside(table, version, trained)
        if reason:
            why = why or f"the table {path} does not count: {reason}"
        else:
            counting.append(found)
    if unread and not counting:
        asked = "" if view.asked(EvaluationTable) else ", which --read-documents reads"
        return unknown(f"the table {unread}{asked}", path=(run.id,))
    return Tabled(tuple(counting), why)


def evaluations_in_tables(version: ModelVersion, view: View, facets: Collection[str]) -> Iterator[Evaluation | str]:
    """Each table of the run of a version as an evaluation, or why it is none."""
    run = run_of(version, view)
    if not isinstance(run, Run) or run.pairs is UNSET:
        return
    for path, found in _read(run, view):
        table = None if found is None else table_of(found)
        if found is None:
            yield f"{path}: not read; scan with --read-documents"
        elif is_void(run):
            yield f"{path}: its run failed, was stopped or is deleted"
        elif table is None:
            yield f"{path}: {found.problem}"
        else:
            yield _evaluation(version, run, found, table, facets)


def _evaluation(
    version: ModelVersion, run: Run, found: EvaluationTable, table: Table, facets: Collection[str]
) -> Evaluation | str:
    known = tuple(name for name in table.columns if name in table.facets or name in facets)
    try:
        values = from_table(table.rows, table.columns, found.name, known)
    except InputError as error:
        return str(error)
    return Evaluation(
        source=found.id,
        values=values,
        model=_model(table, version),
        data=EvaluatedOn(digest=table.about.get(DATA, ""), name=table.about.get(DATA_NAME, "")),
        trained_on=tuple(sorted(training_digests(run.datasets or ()))) or None,
        at=moment(run.start_time or None),  # nothing in it is older
        by=run.user or version.user or "",
    )


def _read(run: Run, view: View) -> Iterator[tuple[str, EvaluationTable | None]]:
    """The tables that a run notes; None for one that was not read. One that is not there any more is left out."""
    for path in noted(run):
        found = view.get(EvaluationTable, ids.table(run.id, path)) if view.asked(EvaluationTable) else UNSET
        if isinstance(found, EvaluationTable) and UNSET not in (found.columns, found.rows, found.problem, found.digest):
            yield path, found
        elif found is not None:
            yield path, None


def _model(table: Table, version: ModelVersion) -> str:
    """The model that a table is of; that of the run, where it names none and there is no other."""
    return table.about.get(MODEL, "") or ("" if logged_model_of(version) else version.name)


def _aside(table: Table, version: ModelVersion, trained: Collection[str]) -> str:
    """Why a table does not count for a version; empty where it does."""
    model, digest = _model(table, version), table.about.get(DATA, "")
    if not model:
        return f"it has no column {MODEL}, and does not say of which model it is"
    if model not in (logged_model_of(version), version.name):
        return "it names another model"
    if not digest:
        return f"it has no column {DATA}, and does not say on which data"
    return "it is on the data that the model was trained on" if digest in trained else ""
