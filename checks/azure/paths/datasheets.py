"""Whether the data that served models were trained with is described. It was recorded: that it is true is not known."""

from msgspec import UNSET

from checks.azure.machine_learning.resources import DataVersion, Job, ModelVersion, OnlineDeployment
from checks.azure.paths.made_by import job_behind
from checks.blind_spots import SHEETS
from scanner.model.checks import check
from scanner.model.nouns import (
    Resource,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
)
from scanner.model.views import View


@check(
    id="MLP-5333",
    severity=Severity.LOW,
    objective="dataset-documentation",
    since="0.1.0",
    needs=(OnlineDeployment, Job, DataVersion),
    blind_to=SHEETS,
    recorded=True,
)
def azure_ml_served_model_training_data_undescribed(version: ModelVersion, view: View) -> Verdict:
    """Data that a job made a served model version from is no data asset, or one that nothing describes.

    Judged is the data in the inputs of the job that the version names. A data asset is described where it or its
    version has a description that says more than a placeholder such as `TODO`. What is in a registry, and what an
    earlier step of a pipeline wrote, is not followed: the verdict stays open.

    ## Why it matters
    Whoever has to say what a model was trained on, whether a record may be in it, or whom the data leaves out, reads
    it in the data sheet, or asks people who may have left.

    ## How to fix
    Register the data as a data asset, let jobs name that, and describe it: why and how it was collected, of whom, and
    what it must not be used for, or where that is written. `mlposture datasheet` drafts a data sheet from what a scan
    saw, and marks what only people can answer.

    CLI: `az ml data update --name … --version … --set description="…"`. Studio: Data, the asset, Edit description.

    ## References
    - https://arxiv.org/abs/1803.09010
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-create-data-assets
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-data
    """
    behind = job_behind(version, view)
    if isinstance(behind, Verdict):
        return behind
    job, path = behind
    if not (job.data or job.plain_data or job.unclear_data):
        return not_applicable("the job that made it names no data that it reads", **joined(job, "data"))
    return _described(job, view, path)


def _described(job: Job, view: View, path: tuple[str, ...]) -> Verdict:
    """The verdict on the data that a job reads."""
    versions = [view.get(DataVersion, id) for id in job.data or ()]
    seen = [one for one in versions if isinstance(one, Resource)]
    path, read = (*(one.id for one in seen), *path), joined(job, "data", "plain_data", "unclear_data")
    evidence = {**read, "DataVersion.description": {one.id: one.description for one in seen}}
    if job.plain_data:
        return failed("it was trained with data that is no data asset, and nothing describes", path=path, **evidence)
    if any(one.description in ("empty", "placeholder") for one in seen):
        return failed("no description says what its training data is", path=path, **evidence)
    if job.unclear_data:
        return unknown("which data asset an input is", path=path)
    if UNSET in versions or any(one.description is UNSET for one in seen):
        return unknown("DataVersion.description", path=path)
    if None in versions:
        return failed(
            "the data asset that it was trained with is gone, and what was written of it", path=path, **evidence
        )
    return passed("its training data is described", path=path, **evidence)
