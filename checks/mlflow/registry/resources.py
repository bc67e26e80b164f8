"""Kinds of the model registry: typed snapshots. All of it is recorded: who registers a version writes what it says."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from checks.mlflow.records import Pair
from scanner.model.nouns import Holds, Observed, Part, Read, Resource

MODELS = "mlflow:SearchRegisteredModels"
VERSIONS = "mlflow:SearchModelVersions"


class Alias(Part, frozen=True, kw_only=True):
    """A name that people load a version by, which may lead to another one tomorrow."""

    alias: str | None = None
    version: str | None = None


class RegisteredModel(Resource, frozen=True, kw_only=True):
    """A registered model with its aliases. Id: SERVER/models/NAME"""

    kind: ClassVar[str] = "mlflow.registry.RegisteredModel"
    title: ClassVar[str] = "MLflow registered model"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    description: Annotated[Observed[str], Read(MODELS, "description")] = UNSET
    aliases: Annotated[Observed[tuple[Alias, ...]], Read(MODELS, "aliases")] = UNSET
    pairs: Annotated[Observed[tuple[Pair, ...]], Read(MODELS, "tags")] = UNSET


class ModelVersion(Resource, frozen=True, kw_only=True):
    """A version of a registered model. Id: SERVER/models/NAME/versions/VERSION

    `user` is who registered it by their own account; without authentication anybody may say anything.
    """

    kind: ClassVar[str] = "mlflow.registry.ModelVersion"
    title: ClassVar[str] = "MLflow model version"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    model: Annotated[Observed[str], Read(VERSIONS, "name")] = UNSET
    version: Annotated[Observed[str], Read(VERSIONS, "version")] = UNSET
    #: None of one that was made by no run
    run_id: Annotated[Observed[str], Read(VERSIONS, "run_id")] = UNSET
    #: of MLflow 3: the logged model that it was registered from
    model_id: Annotated[Observed[str], Read(VERSIONS, "model_id")] = UNSET
    #: where its files are: an address, or `models:/` and the id of a logged model
    source: Annotated[Observed[str], Read(VERSIONS, "source")] = UNSET
    stage: Annotated[Observed[str], Read(VERSIONS, "current_stage")] = UNSET
    status: Annotated[Observed[str], Read(VERSIONS, "status")] = UNSET
    user: Annotated[Observed[str], Read(VERSIONS, "user_id")] = UNSET
    creation_timestamp: Annotated[Observed[int], Read(VERSIONS, "creation_timestamp")] = UNSET
    last_updated_timestamp: Annotated[Observed[int], Read(VERSIONS, "last_updated_timestamp")] = UNSET
    description: Annotated[Observed[str], Read(VERSIONS, "description")] = UNSET
    pairs: Annotated[Observed[tuple[Pair, ...]], Read(VERSIONS, "tags")] = UNSET
    #: ids of the run that made it and of the logged model, by which an AI system that has it comes by them
    run: Observed[str] = UNSET
    logged_model: Observed[str] = UNSET
    #: the aliases that lead to it, as the registered model has them
    aliases: Observed[tuple[str, ...]] = UNSET
