"""Checks of what OpenLineage events record of training: which data, from where, in which version."""

from typing import Any

from msgspec import UNSET

from checks.lineage.openlineage.joins import (
    COMPLETE,
    data_for,
    is_same,
    is_training,
    is_whole,
    latest,
    perhaps_writers,
    readers,
    runs_of,
    writers,
)
from checks.lineage.openlineage.resources import LineageDataset, LineageJob, LineageRun
from scanner.lineage.roles import Role
from scanner.lineage.run_parts import Data
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: What no event tells.
SILENT = "jobs that send no events"


@check(
    id="MLP-5201",
    severity=Severity.MEDIUM,
    objective="data-lineage",
    since="0.1.0",
    needs=(LineageRun,),
    blind_to=("inputs that an integration does not see",),
    decided_by=("LineageRun.inputs",),
    recorded=True,
)
def lineage_training_job_names_no_data(job: LineageJob, view: View) -> Verdict:
    """Training job whose events name no data that it read.

    The last run of it that was completed counts, and what a server or an event without a run says of the job. A job
    trains where a tag of it, of its run or of a data set says so (`role`, `context` or `mlflow.data.context` is
    `training`), where `jobType` does, or where it made a data set of the type MODEL.

    ## Why it matters
    Of a model whose training data nobody can name it cannot be said what it has learnt, whether that was allowed, or
    what else is wrong once a source turns out to be. Annex IV of the EU AI Act asks where the data came from.

    ## How to fix
    Have the job name its inputs in the COMPLETE event. Where the integration does not see them, as with data that code
    downloads itself, send an event of your own with the OpenLineage client.

    Python: `RunEvent(…, inputs=[InputDataset(namespace="s3://BUCKET", name="PATH")])`.

    ## References
    - https://openlineage.io/docs/spec/object-model
    - https://openlineage.io/docs/spec/run-cycle
    - https://openlineage.io/docs/spec/facets/job-facets/job-type
    """
    if not is_whole(view):
        return unknown("every run")
    if missing := unobserved(job, "namespace"):
        return missing
    run = latest(runs_of(view, job.namespace or "", job.name))
    if run is None:
        return not_applicable("no run of it is recorded as completed")
    if not is_training(run):
        return not_applicable("nothing recorded says that it trains a model")
    shown, path = joined(run, "inputs", "outputs", "ended_at"), (job.id, run.id)
    if [data for data in run.inputs or () if not data.model]:
        return passed("its last completed run names what it read", path=path, **joined(run, "inputs"))
    if job.inputs is UNSET:
        return unknown("inputs", path=path)
    if job.inputs:
        return passed("it is recorded what the job reads", path=path, inputs=job.inputs, **shown)
    return failed("its last completed run names no data that it read", path=path, inputs=job.inputs, **shown)


@check(
    id="MLP-5202",
    severity=Severity.LOW,
    objective="data-lineage",
    since="0.1.0",
    needs=(LineageRun,),
    blind_to=(SILENT,),
    recorded=True,
)
def lineage_training_data_of_unknown_origin(data: LineageDataset, view: View) -> Verdict:
    """Training data that no recorded job made and that nothing describes.

    A facet that says where it comes from, what it is or who answers for it describes it: `dataSource`, `catalog`,
    `storage`, `documentation` or `ownership`, on any event that names it. Where a job wrote what only might
    be the same data, such as a folder that it may lie in, the verdict stays open.

    ## Why it matters
    Data that appears from nowhere cannot be traced to its source when something is wrong with it: poisoned records,
    a licence, personal data that has to be deleted. Nobody is there to ask.

    ## How to fix
    Let the job that writes the data send events. For data from outside, say so in a dataset event with its source and
    its owner.

    Python: `DatasetEvent(…, dataset=StaticDataset(…, facets={"ownership": OwnershipDatasetFacet(owners=[…])}))`.

    ## References
    - https://openlineage.io/docs/spec/naming
    - https://openlineage.io/docs/spec/facets/dataset-facets/ownership
    - https://openlineage.io/docs/spec/facets/dataset-facets/data_source
    """
    if not is_whole(view):
        return unknown("every run")
    if missing := unobserved(data, "namespace", "description", "described", "deleted", "model", "alias"):
        return missing
    used = [run for run in readers(view, data.place) if _is_read_for_training(run, data, view)]
    if data.deleted:
        return not_applicable("the server has it as deleted", deleted=True)
    if data.model or not used:
        return not_applicable("no recorded run reads it as training data")
    shown: dict[str, Any] = {"described": data.described, "description": data.description}
    if data.described or data.description:
        return passed("its events say where it comes from or whose it is", **shown)
    for run in used:
        if any(use.described for use in run.inputs or () if is_same(view, use.place, data.place)):
            return passed("events of a run that reads it describe it", path=(data.id, run.id), **joined(run, "inputs"))
    return _made(data, used[0], view, **shown)


def _made(data: LineageDataset, reader: LineageRun, view: View, **shown: Any) -> Verdict:
    """Whether a recorded run made some data that nothing describes."""
    names = (data.place, *(other.place for other in data.alias or ()))
    makers = [run for where in names for run in writers(view, where)]
    for run in makers:
        if run.state == COMPLETE:
            return passed("a recorded run made it", path=(run.id, data.id), **joined(run, "outputs", "state"))
    if makers or any(True for where in names for _ in perhaps_writers(view, where)):
        return unknown("whether a run made it that is not at its end, or wrote what might be the same data")
    return failed("no recorded run made it, and nothing describes it", path=(data.id, reader.id), **shown)


def _is_read_for_training(run: LineageRun, data: LineageDataset, view: View) -> bool:
    return any(is_same(view, use.place, data.place) for use in data_for(run, Role.TRAINING))


@check(
    id="MLP-5204",
    severity=Severity.LOW,
    objective="experiment-traceability",
    since="0.1.0",
    needs=(LineageRun,),
    blind_to=(SILENT,),
    recorded=True,
)
def lineage_training_data_rewritten_since(run: LineageRun, view: View) -> Verdict:
    """Data that a model was trained with has been written again, and no version says what it was.

    The last completed run of each training job counts. Data with a version (the `version` facet) can be found again.
    Times are those of the events; without both of them the verdict stays open.

    ## Why it matters
    The model can no longer be trained again from what it was trained with, nor explained by it: what lies there now is
    something else. An audit, or a request to delete somebody's data, then has nothing to look at.

    ## How to fix
    Train from a snapshot, and record its version: a table format that keeps versions (Iceberg, Delta Lake), versioned
    objects, or a folder a day.

    Python: `InputDataset(…, facets={"version": DatasetVersionDatasetFacet(datasetVersion=…)})`.

    ## References
    - https://openlineage.io/docs/spec/facets/dataset-facets/version_facet
    """
    if not is_whole(view):
        return unknown("every run")
    last = latest(runs_of(view, run.job_namespace or "", run.job_name or ""))
    if run.state != COMPLETE or not is_training(run):
        return not_applicable("it is no completed run that is recorded to have trained a model")
    if last is None or last.id != run.id:
        return not_applicable("a later run of the same job was completed")
    unversioned = [data for data in data_for(run, Role.TRAINING) if not data.version]
    if not data_for(run, Role.TRAINING):
        return not_applicable("it names no data that it was trained with")
    shown: dict[str, Any] = {"inputs": run.inputs, "ended_at": run.ended_at}
    open_ones: list[str] = []
    for data in unversioned:
        verdict = _rewritten(run, data, view)
        if isinstance(verdict, LineageRun):
            path = (verdict.id, run.id)
            return failed(
                "data that it was trained with was written again since",
                path=path,
                **shown,
                **joined(verdict, "ended_at"),
            )
        open_ones += [verdict] if verdict else []
    if open_ones:
        return unknown(*dict.fromkeys(open_ones))
    how = "all of it has a version" if not unversioned else "no recorded run has written it again"
    return passed(how, **shown)


def _rewritten(run: LineageRun, data: Data, view: View) -> LineageRun | str:
    """The run that wrote some data after another one read it; else why that is open, empty if it is not."""
    later = [one for one in writers(view, data.place) if one.id != run.id and one.state == COMPLETE]
    for one in later:
        if run.ended_at and one.ended_at and one.ended_at > run.ended_at:
            return one
    if later and not (run.ended_at and all(one.ended_at for one in later)):
        return "when it was written and read"
    for one in perhaps_writers(view, data.place):
        if one.id != run.id and one.state == COMPLETE and not _before(one, run):
            return "whether what was written later is the same data"
    return ""


def _before(one: LineageRun, run: LineageRun) -> bool:
    return bool(one.ended_at and run.ended_at and one.ended_at <= run.ended_at)
