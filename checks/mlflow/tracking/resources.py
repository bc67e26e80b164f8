"""Kinds of tracking: typed snapshots. All of it is recorded: whoever may write to a run writes what it says."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.mlflow.records import Metric, Pair
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

EXPERIMENTS = "mlflow:SearchExperiments"
RUN = "mlflow:GetRun"
LOGGED = "mlflow:GetLoggedModel"
ARTIFACT = "mlflow:GetArtifact"


class Dataset(Part, frozen=True, kw_only=True):
    """A data set that a run read. The digest is of MLflow's making: of some of the rows, and the number of all."""

    name: str | None = None
    digest: str | None = None
    source_type: str | None = None
    source: str | None = None


class DatasetInput(Part, frozen=True, kw_only=True):
    """A data set of a run, with what it was for (the tag `mlflow.data.context`)."""

    dataset: Dataset | None = None
    tags: tuple[Pair, ...] | None = None


class ModelOutput(Part, frozen=True, kw_only=True):
    """A logged model that a run made."""

    model_id: str | None = None


class TableRow(Part, frozen=True, kw_only=True):
    """A row of a table: numbers, and names of groups."""

    cells: tuple[float | str | None, ...] | None = None


class Experiment(Resource, frozen=True, kw_only=True):
    """An experiment with the place below which its runs keep artifacts. Id: SERVER/experiments/ID"""

    kind: ClassVar[str] = "mlflow.tracking.Experiment"
    title: ClassVar[str] = "MLflow experiment"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    artifact_location: Annotated[Observed[str], Read(EXPERIMENTS, "artifact_location")] = UNSET
    lifecycle_stage: Annotated[Observed[str], Read(EXPERIMENTS, "lifecycle_stage")] = UNSET


class Run(Resource, frozen=True, kw_only=True):
    """A run behind a registered version. Id: SERVER/runs/ID

    Of each model the newest versions, and all that have an alias or a stage. `user` is who made it, by their own word.
    """

    kind: ClassVar[str] = "mlflow.tracking.Run"
    title: ClassVar[str] = "MLflow run"
    holds: ClassVar[Holds] = Holds.TRAINING

    experiment_id: Annotated[Observed[str], Read(RUN, "info.experiment_id")] = UNSET
    status: Annotated[Observed[str], Read(RUN, "info.status")] = UNSET
    lifecycle_stage: Annotated[Observed[str], Read(RUN, "info.lifecycle_stage")] = UNSET
    user: Annotated[Observed[str], Read(RUN, "info.user_id")] = UNSET
    start_time: Annotated[Observed[int], Read(RUN, "info.start_time")] = UNSET
    end_time: Annotated[Observed[int], Read(RUN, "info.end_time")] = UNSET
    artifact_location: Annotated[Observed[str], Read(RUN, "info.artifact_uri")] = UNSET
    params: Annotated[Observed[tuple[Pair, ...]], Read(RUN, "data.params")] = UNSET
    metrics: Annotated[Observed[tuple[Metric, ...]], Read(RUN, "data.metrics")] = UNSET
    pairs: Annotated[Observed[tuple[Pair, ...]], Read(RUN, "data.tags")] = UNSET
    datasets: Annotated[Observed[tuple[DatasetInput, ...]], Read(RUN, "inputs.dataset_inputs")] = UNSET
    model_outputs: Annotated[Observed[tuple[ModelOutput, ...]], Read(RUN, "outputs.model_outputs")] = UNSET
    #: parameters and tags that look like credentials, by name; their values are not kept
    secrets: Observed[tuple[str, ...]] = UNSET


class LoggedModel(Resource, frozen=True, kw_only=True):
    """A logged model of MLflow 3 behind a registered version. Id: SERVER/logged-models/ID"""

    kind: ClassVar[str] = "mlflow.tracking.LoggedModel"
    title: ClassVar[str] = "MLflow logged model"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    status: Annotated[Observed[str], Read(LOGGED, "info.status")] = UNSET
    artifact_location: Annotated[Observed[str], Read(LOGGED, "info.artifact_uri")] = UNSET
    source_run_id: Annotated[Observed[str], Read(LOGGED, "info.source_run_id")] = UNSET
    pairs: Annotated[Observed[tuple[Pair, ...]], Read(LOGGED, "info.tags")] = UNSET
    params: Annotated[Observed[tuple[Pair, ...]], Read(LOGGED, "data.params")] = UNSET
    metrics: Annotated[Observed[tuple[Metric, ...]], Read(LOGGED, "data.metrics")] = UNSET


class EvaluationTable(Resource, frozen=True, kw_only=True):
    """A table among the artifacts of a run whose name says that it has results by group.

    Read with `--read-documents` alone. Of one that has no row a group, with the number of items in it, nothing is kept;
    `problem` says why. Id: that of the run, with /tables/PATH
    """

    kind: ClassVar[str] = "mlflow.tracking.EvaluationTable"
    title: ClassVar[str] = "MLflow table of results by group"
    holds: ClassVar[Holds] = Holds.TRAINING

    columns: Observed[tuple[str, ...]] = UNSET
    rows: Observed[tuple[TableRow, ...]] = UNSET
    #: why nothing of it is kept
    problem: Observed[str] = UNSET
    #: SHA-256 of the file
    digest: Observed[str] = UNSET
