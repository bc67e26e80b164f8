"""What serves, by all the names that registries and MLflow have for it: to tell whether a kept result is of it."""

from collections.abc import Collection

from msgspec import Struct

from checks.across import azure_ml, sagemaker, vertex
from checks.across.served import path_to
from checks.aws.paths.served_packages import served_models, served_packages
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage
from checks.azure.machine_learning.resources import ModelVersion as AzureVersion
from checks.azure.machine_learning.resources import OnlineDeployment, OnlineEndpoint, Workspace
from checks.azure.paths.documentation import served_versions
from checks.gcp.paths.documentation import served_models as vertex_models
from checks.gcp.vertex_ai.resources import Endpoint as VertexEndpoint
from checks.gcp.vertex_ai.resources import Model as VertexModel
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.recorded_evaluations import names_of
from checks.mlflow.tracking.resources import LoggedModel, Run
from scanner.model.views import View

#: What of an inventory is looked at.
NEEDS = (
    *(Endpoint, EndpointConfig, Model, ModelPackage, InferenceComponent, Bucket),
    *(VertexEndpoint, VertexModel),
    *(AzureVersion, OnlineDeployment, OnlineEndpoint, Workspace),
    *(ModelVersion, LoggedModel, Run),
)
_INDEXES = {"aws": sagemaker.index, "gcp": vertex.index, "azure": azure_ml.index}


class Served(Struct):
    """A model behind an endpoint in service: its kind and id, all its names, and what serves it, by kind and id."""

    kind: str
    id: str
    names: set[str]
    by: tuple[str, str]


class ServedNow(Struct, frozen=True):
    """All that is known to serve; `complete` unless there may be more."""

    models: tuple[Served, ...]
    complete: bool


def served_now(view: View, clouds: Collection[str]) -> ServedNow:
    """What serves in these clouds, and what the versions in MLflow's registry are called that this comes from."""
    found: list[Served] = []
    complete = True
    for cloud, look in (("aws", _in_sagemaker), ("gcp", _in_vertex), ("azure", _in_azure)):
        if cloud in clouds:
            complete = look(view, found) and complete
    if "mlflow" in clouds:
        for version in view.all(ModelVersion):
            for index in (_INDEXES[cloud] for cloud in clouds if cloud in _INDEXES):
                _name(found, path_to(version, view, index), names_of(version))
    return ServedNow(tuple(found), complete)


def _in_sagemaker(view: View, found: list[Served]) -> bool:
    models, packages = view.derive(served_models), view.derive(served_packages)
    made_from: dict[str, set[str]] = {}
    for package, path in packages.paths.items():
        arn = package.partition("#")[0]
        made_from.setdefault(path[0], set()).update((arn, arn.partition(":model-package/")[2]))
    for model, way in models.paths.items():
        names = {model, *made_from.get(model, ())}
        found.append(Served(Model.kind, model, names, (Endpoint.kind, way[-1])))
    return models.whole.everywhere and packages.whole.everywhere


def _in_vertex(view: View, found: list[Served]) -> bool:
    served = view.derive(vertex_models)
    for (model, version), endpoint in served.endpoints.items():
        full = f"{model}@{version}"
        names = {full, full.partition("//")[2].partition("/")[2]}
        found.append(Served(VertexModel.kind, model, names, (VertexEndpoint.kind, endpoint)))
    return served.complete


def _in_azure(view: View, found: list[Served]) -> bool:
    served = view.derive(served_versions)
    for version, deployment in served.deployments.items():
        if version:  # and not one of a registry
            name, _, number = version.partition("/models/")[2].partition("/versions/")
            names = {version, f"azureml:{name}:{number}"}
            found.append(Served(AzureVersion.kind, version, names, (OnlineDeployment.kind, deployment)))
    return not served.missing and not served.doubts() and "" not in served.deployments


def _name(found: list[Served], path: tuple[str, ...], names: Collection[str]) -> None:
    """Give the model that a path leads through these names as well, if it is clear which that is."""
    if not path:
        return
    through = [one for one in found if one.id in path] or [one for one in found if one.by[1] == path[-1]]
    if len(through) == 1:
        through[0].names.update(names)
