"""Whether the data that served models were trained with is described. It was recorded: that it is true is not known."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from checks.blind_spots import SHEETS
from checks.gcp.bigquery.resources import Table
from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.paths.documentation import endpoint_of
from checks.gcp.paths.sheets import TableSheet, written_of
from checks.gcp.storage.resources import DataFolder
from checks.gcp.vertex_ai.resources import Dataset, Endpoint, Model, TrainingPipeline
from scanner.cards.sheet_files import Sheets
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
    needs=(Endpoint, TrainingPipeline, Dataset, Table, DataFolder),
    blind_to=SHEETS,
    decided_by=(
        *("TrainingPipeline.dataset", "Dataset.description", "Dataset.sources"),
        *("Table.description", "DataFolder.documents"),
    ),
    recorded=True,
)
def vertex_served_model_training_data_undescribed(model: Model, view: View) -> Verdict:
    """Dataset that a served model version was trained with is not described, nor is where its data lies.

    Judged is the dataset of Vertex AI that the training pipeline read which made the version. A model that no pipeline
    made, or whose pipeline read no such dataset, is not looked at: a custom job does not say which data it reads. A
    placeholder such as `TODO` describes nothing. A dataset without a description is described where all of its sources
    are: a table in BigQuery by its description, or by its entry in Dataplex Universal Catalog, an overview or aspects
    that people made; files, with `--read-documents`, by a data sheet beside them: `croissant.json`, `metadata.json`
    that says it is Croissant, `README.md`, `dataset_card.md` or `datasheet.md`. These have to say what the data is, and
    not only what it is called, whom to ask and which licence it has.

    ## Why it matters
    Whoever has to say what a model was trained on, whether a record may be in it, or whom the data leaves out, reads
    it in the data sheet, or asks people who may have left.

    ## How to fix
    Describe the dataset: why and how it was collected, of whom, and what it must not be used for, or where that is
    written. `mlposture datasheet` drafts a data sheet from what a scan saw, and marks what only people can answer;
    filled in, and put beside the data as `datasheet.md` or `croissant.json`, a scan with `--read-documents` reads it.

    REST: `description` in `datasets.patch`. Terraform: `description` of `google_bigquery_table`. Console: Dataplex, the
    table, Overview.

    ## References
    - https://arxiv.org/abs/1803.09010
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.datasets
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.trainingPipelines
    - https://cloud.google.com/dataplex/docs/enrich-entries-metadata
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
    """The verdict on a dataset without a description: by what is written of each place that its data is in."""
    if dataset.sources is UNSET:
        return unknown("Dataset.sources", path=path)
    found = [written_of(view, uri, dataset.scope.account) for uri in dataset.sources or ()]
    written = _shown(found)
    evidence = {**evidence, **joined(dataset, "sources"), **written}
    path = (*(one.table.id for one in found if isinstance(one, TableSheet) and isinstance(one.table, Table)), *path)
    if found and all(one.describe for one in found):
        return passed("its training data is described where it lies", path=path, **evidence)
    if found and all(one.describe or not one.complete for one in found):
        open_ = ("Table.description", "Table.catalog", "DataFolder.documents", "DataFolder.refused")
        return unknown(*open_, path=path)
    beside = ", nor does what is written where it lies" if written else ""
    return failed(f"no description says what its training data is{beside}", path=path, **evidence)


def _shown(found: Sequence[Sheets | TableSheet]) -> dict[str, Any]:
    """What is written of places, as evidence."""
    files = {id: files for one in found if isinstance(one, Sheets) for id, files in one.evidence.items()}
    tables = [one.table for one in found if isinstance(one, TableSheet) and isinstance(one.table, Table)]
    shown: dict[str, Any] = {"DataFolder.documents": files} if files else {}
    described = {table.id: table.description for table in tables if table.description is not UNSET}
    catalogued = {
        table.id: table.catalog for table in tables if table.description != "filled" and table.catalog is not UNSET
    }
    shown |= {"Table.description": described} if described else {}
    return shown | ({"Table.catalog": catalogued} if catalogued else {})
