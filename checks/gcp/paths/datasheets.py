"""Whether the data that served models were trained with is described. It was recorded: that it is true is not known."""

from typing import Any

from msgspec import UNSET

from checks.blind_spots import SHEETS
from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.paths.sheets import sheets_beside
from checks.gcp.storage.resources import DataFolder
from checks.gcp.vertex_ai.resources import Dataset, Endpoint, Model, TrainingPipeline
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
    unobserved,
)
from scanner.model.views import View


@check(
    id="MLP-5315",
    severity=Severity.LOW,
    objective="dataset-documentation",
    since="0.1.0",
    needs=(Endpoint, TrainingPipeline, Dataset, DataFolder),
    blind_to=SHEETS,
    recorded=True,
)
def vertex_served_model_training_data_undescribed(model: Model, view: View) -> Verdict:
    """Dataset that a served model version was trained with is not described.

    Judged is the dataset of Vertex AI that the training pipeline read which made the version. A model that no pipeline
    made, or whose pipeline read no such dataset, is not looked at: a custom job does not say which data it reads. A
    placeholder such as `TODO` describes nothing. With `--read-documents` a data sheet beside each of its files counts
    as well: `croissant.json`, `metadata.json` that says it is Croissant, `README.md`, `dataset_card.md` or
    `datasheet.md`, where it says what the data is, and not only what it is called and which licence it has.

    ## Why it matters
    Whoever has to say what a model was trained on, whether a record may be in it, or whom the data leaves out, reads
    it in the data sheet, or asks people who may have left.

    ## How to fix
    Describe the dataset: why and how it was collected, of whom, and what it must not be used for, or where that is
    written. `mlposture datasheet` drafts a data sheet from what a scan saw, and marks what only people can answer;
    filled in, and put beside the data as `datasheet.md` or `croissant.json`, a scan with `--read-documents` reads it.

    REST: `description` in `datasets.patch`.

    ## References
    - https://arxiv.org/abs/1803.09010
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.datasets
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.trainingPipelines
    - https://docs.mlcommons.org/croissant/docs/croissant-spec.html
    """
    if missing := unobserved(model, "version", "training_pipeline"):
        return missing
    endpoint = endpoint_of(model, view)
    if isinstance(endpoint, Verdict):
        return endpoint
    if not model.training_pipeline:
        return not_applicable("no training pipeline of Vertex AI made it", training_pipeline=model.training_pipeline)
    pipeline = view.get(TrainingPipeline, full_name(AIPLATFORM, model.training_pipeline), model.scope)
    if pipeline is None:
        return not_applicable("the pipeline that made it is gone", training_pipeline=model.training_pipeline)
    if not isinstance(pipeline, Resource) or pipeline.dataset is UNSET:
        return unknown("TrainingPipeline.dataset", path=(model.id, endpoint))
    if pipeline.dataset is None:
        return not_applicable("its pipeline read no dataset of Vertex AI", **joined(pipeline, "dataset"))
    return _described(pipeline, view, (model.id, endpoint))


def _described(pipeline: TrainingPipeline, view: View, way: tuple[str, ...]) -> Verdict:
    """The verdict on the dataset that a pipeline read; `way` leads from there to an endpoint."""
    dataset = view.get(Dataset, str(pipeline.dataset), pipeline.scope)
    path, read = (pipeline.id, *way), joined(pipeline, "dataset")
    if dataset is None:
        return failed("the dataset that it was trained with is gone, with what was written of it", path=path, **read)
    if not isinstance(dataset, Resource) or dataset.description is UNSET:
        return unknown("Dataset.description", path=path)
    path, evidence = (dataset.id, *path), {**read, **joined(dataset, "description")}
    if dataset.description != "filled":
        return _described_elsewhere(dataset, view, path, evidence)
    return passed("its training data is described", path=path, **evidence)


def _described_elsewhere(dataset: Dataset, view: View, path: tuple[str, ...], evidence: dict[str, Any]) -> Verdict:
    """The verdict on a dataset without a description: by what there is of each place that its data is in."""
    if dataset.sources is UNSET and view.asked(DataFolder):
        return unknown("Dataset.sources", path=path)
    found = [sheets_beside(view, uri, dataset.scope.account) for uri in dataset.sources or ()]
    if files := {id: files for sheets in found for id, files in sheets.evidence.items()}:
        evidence = {**evidence, "DataFolder.documents": files}
    if found and all(sheets.describe for sheets in found):
        return passed("a document beside its training data describes it", path=path, **evidence)
    if found and all(sheets.describe or not sheets.complete for sheets in found):
        return unknown("DataFolder.documents", "DataFolder.refused", path=path)
    beside = ", nor does the document beside it" if files else ""
    return failed(f"no description says what its training data is{beside}", path=path, **evidence)
