"""Whether the data that served models were trained with is described. It was recorded: that it is true is not known."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET, Struct

from checks.aws.glue.places import place_of, places_above
from checks.aws.glue.resources import Table
from checks.aws.paths.served_packages import served_models
from checks.aws.paths.sheets import sheets_beside
from checks.aws.s3.resources import DataFolder
from checks.aws.sagemaker.addresses import INPUTS, addresses, unread_inputs
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    FeatureGroup,
    InferenceComponent,
    Model,
    ModelPackage,
    TrainingJob,
)
from checks.blind_spots import SHEETS
from scanner.model.checks import check
from scanner.model.nouns import Scope, Severity, Status, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View

_FIELDS = ("description", "columns", "described_columns")


class _Trained(Struct, frozen=True):
    """The training jobs that made artifacts, by place; `unread` where that of some is not known."""

    by: dict[str, list[TrainingJob]]
    unread: bool


class _Described(Struct, frozen=True):
    """What may describe data, all of a kind by place; `complete` unless there may be more."""

    over: dict[str, list[Table | FeatureGroup]]
    complete: bool


class _Seen(NamedTuple):
    """What tables say of data: those over each place, what is shown of them, and the path so far."""

    tables: dict[str, list[Table | FeatureGroup]]
    shown: dict[str, Any]
    path: tuple[str, ...]


@check(
    id="MLP-5306",
    severity=Severity.LOW,
    objective="dataset-documentation",
    since="0.1.0",
    needs=(
        Model,
        Endpoint,
        EndpointConfig,
        InferenceComponent,
        ModelPackage,
        TrainingJob,
        Table,
        FeatureGroup,
        DataFolder,
    ),
    blind_to=(*SHEETS, "training jobs of more than 30 days ago"),
    decided_by=("Table.description", "Table.columns", "Table.described_columns"),
    recorded=True,
)
def sagemaker_served_model_training_data_undescribed(model: Model, view: View) -> Verdict:
    """Training data of a served model is described by no table, feature group or file beside it.

    A table of the Glue Data Catalog, or a feature group by its offline store, describes data in S3 where its location
    is that of the data, or a folder above it, and its description says more than a placeholder. Columns with a comment
    are counted and shown. With `--read-documents` a data sheet beside the data counts as well: `croissant.json`,
    `metadata.json` that says it is Croissant, `README.md`, `dataset_card.md` or `datasheet.md`, where it says what the
    data is, and not only what it is called and which licence it has. Judged is the data of training jobs of the last
    thirty days whose artifact an endpoint in service loads; data in file systems is not looked at. What Lake Formation
    does not let the scan see is not there for it: it needs DESCRIBE on the tables.

    ## Why it matters
    Whoever has to say what a model was trained on, whether a record may be in it, or whom the data leaves out, reads
    it in the data sheet, or asks people who may have left. Descriptions of tables are what AWS has for it.

    ## How to fix
    Give the data a table with a description that says why and how it was collected, of whom, and what it must not be
    used for, or where that is written. `mlposture datasheet` drafts a data sheet from what a scan saw, and marks what
    only people can answer; filled in, and put beside the data as `datasheet.md` or `croissant.json`, it is read by a
    scan with `--read-documents`. Comments of columns say what each holds.

    Terraform: `description` of `aws_glue_catalog_table`, and `comment` of its `columns`; `description` of
    `aws_sagemaker_feature_group`, which nothing changes later.

    ## References
    - https://arxiv.org/abs/1803.09010
    - https://docs.aws.amazon.com/glue/latest/dg/tables-described.html
    - https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeFeatureGroup.html
    - https://docs.mlcommons.org/croissant/docs/croissant-spec.html
    """
    return judged_in_service(model, view, _judged)


def judged_in_service(model: Model, view: View, judge: Callable[[Model, View, tuple[str, ...]], Verdict]) -> Verdict:
    """The verdict of `judge`, given the path to an endpoint, on the jobs behind a model that serves.

    What was not seen of endpoints and of jobs takes nothing away from a failure.
    """
    served = view.derive(served_models)
    path, followed = served.paths.get(model.id), served.whole.at(model.scope)
    if path is None:
        return not_applicable("no endpoint in service runs it") if followed else unknown("all endpoints")
    verdict = judge(model, view, path)
    if verdict.status is not Status.FAIL and (view.derive(training_jobs).unread or not followed):
        return unknown("all endpoints and training jobs", path=verdict.path)
    return verdict


def _judged(model: Model, view: View, path: tuple[str, ...]) -> Verdict:
    """The verdict on a model that serves, as far as jobs were seen; `path` leads from it to an endpoint."""
    jobs = jobs_behind(model, view)
    if isinstance(jobs, Verdict):
        return jobs
    path = (*(job.id for job in jobs), model.id, *path)
    if any(job.inputs is UNSET or unread_inputs(job) for job in jobs):
        return unknown("TrainingJob.inputs", path=path)
    places = {place for job in jobs for uri in addresses(job, INPUTS) if (place := place_of(uri))}
    if not places:
        return not_applicable("the job that made it read nothing from S3")
    return _described(places, model.scope, view, path)


def jobs_behind(model: Model, view: View) -> list[TrainingJob] | Verdict:
    """The training jobs that made what a model loads; a verdict where there is none, or that is not known."""
    loaded = artifacts(view, model)
    if loaded is None:
        return unknown("primary_container", "containers")
    trained = view.derive(training_jobs)
    found = [job for uri in loaded.uris for job in trained.by.get(place_of(uri), ())]
    if found:
        return found
    if loaded.unread:
        return unknown(*loaded.unread)
    if trained.unread:
        return unknown("TrainingJob.artifact")
    return not_applicable("no training job of the last thirty days made what it loads")


def _described(places: Iterable[str], scope: Scope, view: View, path: tuple[str, ...]) -> Verdict:
    """The verdict on data at these places. What tables describe, neither a feature group has to nor a file."""
    tables = view.derive(_tables)
    found = {place: _over(tables, place) for place in places}
    seen = list({one.id: one for listed in found.values() for one in listed}.values())
    shown: dict[str, Any] = {f"Table.{field}": {one.id: getattr(one, field) for one in seen} for field in _FIELDS}
    if not tables.complete or any(getattr(one, field) is UNSET for one in seen for field in _FIELDS):
        return unknown("Table.description", path=(*(one.id for one in seen), *path))
    left = sorted(place for place, listed in found.items() if not any(map(_is_filled, listed)))
    if not left:
        path = (*(one.id for one in seen), *path)
        return passed("its training data is described in the Glue Data Catalog", path=path, **shown)
    return _described_elsewhere(left, scope, view, _Seen(found, shown, (*(one.id for one in seen), *path)))


def _described_elsewhere(left: Sequence[str], scope: Scope, view: View, seen: _Seen) -> Verdict:
    """The verdict on data that no table describes: by feature groups, and by files where these were to be read."""
    groups = view.derive(_groups)
    grouped = {place: _over(groups, place) for place in left}
    more = list({one.id: one for listed in grouped.values() for one in listed}.values())
    path = (*(one.id for one in more), *seen.path)
    if not groups.complete or any(one.description is UNSET for one in more):
        return unknown("FeatureGroup.description", path=path)
    shown = {**seen.shown, "FeatureGroup.description": {one.id: one.description for one in more}}
    left = [place for place in left if not any(map(_is_filled, grouped[place]))]
    sheets = {place: sheets_beside(view, f"s3://{place}", scope) for place in left}
    if files := {id: files for one in sheets.values() for id, files in one.evidence.items()}:
        shown["DataFolder.documents"] = files
    left = [place for place in left if not sheets[place].describe]
    if not left:
        return passed("its training data is described", path=path, **shown)
    known = next((place for place in left if sheets[place].complete), None)
    if known is None:
        return unknown("DataFolder.documents", "DataFolder.refused", path=path)
    if seen.tables[known] or grouped[known]:
        return failed(f"what is over s3://{known} describes nothing", path=path, **shown)
    if sheets[known].evidence:
        return failed(f"what lies beside s3://{known} does not say what the data is", path=path, **shown)
    return failed(f"no table or feature group that the scan may see is over s3://{known}", path=path, **shown)


def _over(index: _Described, place: str) -> list[Table | FeatureGroup]:
    """What is over a place or a folder above it."""
    return [one for above in places_above(place) for one in index.over.get(above, ())]


def _is_filled(one: Table | FeatureGroup) -> bool:
    return one.description == "filled"


def training_jobs(view: View) -> _Trained:
    """An index of what training jobs made, to be derived once."""
    found = view.all(TrainingJob)
    by: dict[str, list[TrainingJob]] = {}
    unread = not found.complete
    for job in found:
        unread = unread or job.artifact is UNSET
        if job.artifact and (place := place_of(job.artifact)):
            by.setdefault(place, []).append(job)
    return _Trained(by, unread)


def _tables(view: View) -> _Described:
    """An index of tables, to be derived once."""
    found = view.all(Table)
    made = _Described({}, found.complete and all(table.location is not UNSET for table in found))
    for table in found:
        made.over.setdefault(place_of(table.location or ""), []).append(table)
    return made


def _groups(view: View) -> _Described:
    """An index of feature groups by their offline stores, to be derived once."""
    found = view.all(FeatureGroup)
    made = _Described({}, found.complete and all(group.offline_storage is not UNSET for group in found))
    for group in found:
        if group.offline_storage and group.offline_storage.resolved_output_s3_uri:
            made.over.setdefault(place_of(group.offline_storage.resolved_output_s3_uri), []).append(group)
    return made
