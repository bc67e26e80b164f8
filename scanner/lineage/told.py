"""What each kind of the clouds says of lineage: a job reads and writes, a model is made of files, an endpoint serves.

This room stands below the checks and cannot import them, so that kinds and members are named here.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from scanner.lineage.dataset_names import Place, place_of
from scanner.model.nouns import Resource, Scope
from scanner.systems.texts import texts


class Told(Struct, frozen=True):
    """What a kind says of lineage: the members that hold what it reads, and what it writes. `*` is any text.

    A job writes below its own name if it is `named`, unless `made` says what it made. In these `states` it made
    nothing. A model of which only `called` says where its files are is known by its id; both names mean the same.
    """

    what: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    named: bool = False
    states: tuple[str, ...] = ()
    called: tuple[str, ...] = ()


_ARTIFACTS = ("*model_data_url", "*s3_data_source.s3_uri", "*additional_s3_data_source.s3_uri")
_MADE_NOTHING = ("JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED")
KINDS = {
    "aws.sagemaker.TrainingJob": Told(
        "job",
        ("inputs[[]].data_source.s3_data_source.s3_uri",),
        ("output.s3_output_path",),
        made=("artifact",),
        named=True,
        states=("Failed",),  # one that is stopped has time to save its model
    ),
    "aws.sagemaker.Model": Told("model", _ARTIFACTS),
    "aws.sagemaker.ModelPackage": Told("model", _ARTIFACTS),
    "aws.sagemaker.Endpoint": Told("endpoint"),
    "gcp.vertex_ai.CustomJob": Told("job", (), ("output_uri",), states=_MADE_NOTHING),
    "gcp.vertex_ai.TrainingPipeline": Told("job", ("dataset",)),
    "gcp.vertex_ai.Model": Told("model", ("artifact_uri",)),
    "gcp.vertex_ai.Endpoint": Told("endpoint"),
    "azure.machine_learning.Job": Told("job", ("data[[]]", "plain_data[[]]", "unclear_data[[]]")),
    "azure.machine_learning.ModelVersion": Told("model", called=("model_uri",)),
    "azure.machine_learning.OnlineDeployment": Told("model", ("model",)),
    "azure.machine_learning.OnlineEndpoint": Told("endpoint"),
}
#: Parts of a resource id of Azure up to the workspace.
_WORKSPACE = 9
_ASSETS = {"azure.machine_learning.Job": "data", "azure.machine_learning.OnlineDeployment": "models"}


def addresses(resource: Resource, members: tuple[str, ...]) -> tuple[Place, ...]:
    """What stands in these members, each place once."""
    found = (text for path, text, _ in texts(resource) if any(fnmatchcase(path, one) for one in members))
    assets = _ASSETS.get(type(resource).kind)
    return tuple(dict.fromkeys(place_of(_whole(text, resource.id, assets) if assets else text) for text in found))


def workspace(id: str) -> str:
    """The id of the workspace that something of Azure ML is in."""
    return "/".join(id.split("/")[:_WORKSPACE])


def _whole(address: str, id: str, assets: str) -> str:
    """An address that holds in one workspace alone, as one that holds everywhere; any other as it is.

    `azureml:tickets@latest` might be any version of the asset.
    """
    scheme, _, rest = address.partition(":")
    if scheme.lower() != "azureml" or rest.startswith("/subscriptions/"):
        return address
    inside = rest.removeprefix("//")
    if inside.startswith(("datastores/", "jobs/")):
        return f"{workspace(id)}/{inside}"
    if "/" in rest:
        return address
    name, _, version = rest.partition(":")
    return f"{workspace(id)}/{assets}/{name.partition('@')[0]}/versions/{version or '*'}"


def job_called(scope: Scope, id: str, name: str) -> tuple[str, str]:
    """Namespace and name of a job or an endpoint of a cloud in OpenLineage: what is called so elsewhere is another.

    In Azure ML a name holds in one workspace, and names in Vertex AI are for people, who may use one for several.
    """
    namespace = f"{scope.provider}://{scope.account}/{scope.region}"
    if scope.provider == "azure":
        return f"{namespace}/{workspace(id).rpartition('/')[2]}", name
    number = id.rpartition("/")[2] if scope.provider == "gcp" else name
    return namespace, name if name == number else f"{name}/{number}"


def written(resource: Resource, told: Told) -> tuple[Place, ...]:
    """Where a job puts what it makes; nothing where it made nothing."""
    if not made_something(resource, told):
        return ()
    below = resource.name if told.named else ""
    return tuple(Place(one.store, f"{one.path}/{below}".strip("/")) for one in addresses(resource, told.writes))


def made_something(resource: Resource, told: Told) -> bool:
    """Whether a job is not known to have made nothing."""
    state = getattr(resource, "status", None) or getattr(resource, "state", None)
    return state not in told.states


def names_of_model(resource: Resource) -> tuple[Place, ...]:
    """The artifacts of a model; of one that names none, what it is called."""
    return addresses(resource, KINDS[type(resource).kind].reads) or (place_of(resource.id),)
