"""MLflow resources for tests. Fields are `UNSET` unless given: a case names only what its verdict rests on."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from checks.mlflow import ids
from checks.mlflow.records import Metric, Pair
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.server.resources import Server
from checks.mlflow.tracking.resources import (
    Dataset,
    DatasetInput,
    EvaluationTable,
    Experiment,
    LoggedModel,
    Run,
    TableRow,
)
from scanner.model.nouns import Scope

SERVER = "https://mlflow.northwind.example"
HERE = Scope("mlflow", SERVER)
RUN, MODEL = "f0000000000000000000000000000007", "m-0f0000000000000000000000000000f7"
TRAINED, HELD_OUT = "7a1f0c21", "9b2e11d4"


def server(**fields: Any) -> Server:
    return Server(id=SERVER, name="mlflow.northwind.example", scope=HERE, **fields)


def version(number: str = "7", **fields: Any) -> ModelVersion:
    return ModelVersion(
        id=ids.model_version(SERVER, "fraud-scorer", number), name=f"fraud-scorer/{number}", scope=HERE, **fields
    )


def used(**fields: Any) -> ModelVersion:
    """A version that an alias leads to, made by a run, and registered from a logged model."""
    given = {"aliases": ("champion",), "stage": "None", "run_id": RUN, "model_id": MODEL, "source": f"models:/{MODEL}"}
    return version(**{**given, "pairs": None, **fields})


def run(**fields: Any) -> Run:
    """A run that is at its end."""
    given = {"status": "FINISHED", "lifecycle_stage": "active"}
    return Run(id=ids.run(SERVER, RUN), name="third-quarter", scope=HERE, **{**given, **fields})


def logged(**fields: Any) -> LoggedModel:
    return LoggedModel(
        id=ids.logged_model(SERVER, MODEL), name="scorer-logged", scope=HERE, **{"pairs": None, **fields}
    )


def noting(*paths: str) -> tuple[Pair, ...]:
    """The tags of a run that notes tables."""
    noted = ", ".join(f'{{"path": "{path}", "type": "table"}}' for path in paths)
    return (Pair(key="mlflow.loggedArtifacts", value=f"[{noted}]"),)


def table(path: str, columns: Any, *rows: tuple[float | str | None, ...], **fields: Any) -> EvaluationTable:
    """A table of the run; one without columns was not read, or is none that is kept."""
    kept = tuple(TableRow(cells=row) for row in rows) if columns else columns
    given = {"rows": kept, "problem": None, "digest": "d" * 64}
    id = ids.table(ids.run(SERVER, RUN), path)
    return EvaluationTable(
        id=id, name=path.rpartition("/")[2].removesuffix(".json"), scope=HERE, columns=columns, **{**given, **fields}
    )


def experiment(location: Any = UNSET, **fields: Any) -> Experiment:
    id = ids.experiment(SERVER, "1")
    return Experiment(id=id, name="card fraud", scope=HERE, artifact_location=location, **fields)


def pairs(**values: str) -> tuple[Pair, ...]:
    """Tags; `_` stands for the dot in their names."""
    return tuple(Pair(key=f"mlflow.source.git.{key}", value=value) for key, value in values.items())


def metric(key: str, digest: str | None = HELD_OUT, **fields: Any) -> Metric:
    return Metric(key=key, value=0.9, dataset_digest=digest, **fields)


def data(digest: str | None, context: str) -> DatasetInput:
    tags = (Pair(key="mlflow.data.context", value=context),)
    return DatasetInput(dataset=Dataset(name=f"data-{digest}", digest=digest), tags=tags)
