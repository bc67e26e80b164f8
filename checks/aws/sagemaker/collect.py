"""SageMaker collectors: list gives identity, describe gives detail; a denied describe keeps the resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, Model, NotebookInstance, TrainingJob
from scanner.collector import collector
from scanner.model import Reply, Resource
from scanner.secrets import suspicious_names

if TYPE_CHECKING:
    from checks.aws.api import AwsApi

R = TypeVar("R", bound=Resource)

#: Jobs are immutable history; older ones say nothing about how the account is used now.
WINDOW = timedelta(days=30)
#: Variables that choose the weights and code a serving image downloads. No other value of an environment is kept.
_KEPT_VARIABLES = frozenset(
    f"{prefix}{name}"
    for prefix, names in {
        "": ("TRUST_REMOTE_CODE",),
        "HF_": ("MODEL_ID", "MODEL_REVISION", "REVISION", "TRUST_REMOTE_CODE", "MODEL_TRUST_REMOTE_CODE"),
        "OPTION_": ("MODEL_ID", "REVISION", "TRUST_REMOTE_CODE"),
        "SM_VLLM_": ("MODEL", "REVISION", "TRUST_REMOTE_CODE"),
    }.items()
    for name in names
)
_WRONG_TYPE = False


@collector(NotebookInstance, operations=("sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"))
def notebook_instances(api: AwsApi) -> Iterator[NotebookInstance]:
    yield from _described(api, NotebookInstance, "NotebookInstance", "notebook-instances")


@collector(Model, operations=("sagemaker:ListModels", "sagemaker:DescribeModel"))
def models(api: AwsApi) -> Iterator[Model]:
    yield from _described(api, Model, "Model", "models", forget=_forget_environments)


@collector(EndpointConfig, operations=("sagemaker:ListEndpointConfigs", "sagemaker:DescribeEndpointConfig"))
def endpoint_configs(api: AwsApi) -> Iterator[EndpointConfig]:
    yield from _described(api, EndpointConfig, "EndpointConfig", "endpointConfig")


@collector(Endpoint, operations=("sagemaker:ListEndpoints", "sagemaker:DescribeEndpoint"))
def endpoints(api: AwsApi) -> Iterator[Endpoint]:
    yield from _described(api, Endpoint, "Endpoint", "endpoints")


@collector(TrainingJob, operations=("sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob"))
def training_jobs(api: AwsApi) -> Iterator[TrainingJob]:
    since = api.taken_at - WINDOW
    yield from _described(api, TrainingJob, "TrainingJob", "jobs", forget=_forget_values, CreationTimeAfter=since)


def _described(
    api: AwsApi,
    kind: type[R],
    noun: str,
    page: str,
    *,
    forget: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda reply: reply,
    **parameters: Any,
) -> Iterator[R]:
    """Every resource that List<noun>s names, with the detail of Describe<noun>; `forget` drops what may be secret."""
    listing, describe = f"sagemaker:List{noun}s", f"sagemaker:Describe{noun}"
    region = api.scope.region

    def detail(summary: Mapping[str, Any]) -> R:
        name = summary[f"{noun}Name"]
        reply: Reply = api.call(describe, **{f"{noun}Name": name})
        return api.decode(
            kind,
            {listing: summary, describe: forget(reply) if isinstance(reply, Mapping) else reply},
            id=summary[f"{noun}Arn"],
            name=name,
            console_url=f"https://{region}.console.aws.amazon.com/sagemaker/home?region={region}#/{page}/{name}",
        )

    yield from api.each(detail, api.pages(listing, MaxResults=100, **parameters))


def _forget_environments(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeModel reply without the values of environment variables, which may be secrets."""
    kept = dict(reply)
    if isinstance(reply.get("PrimaryContainer"), Mapping):
        kept["PrimaryContainer"] = _forget_environment(reply["PrimaryContainer"])
    if isinstance(reply.get("Containers"), list):
        kept["Containers"] = [_forget_environment(container) for container in reply["Containers"]]
    return kept


def _forget_environment(container: Any) -> Any:
    if not isinstance(container, Mapping):
        return container
    environment = container.get("Environment")
    if not isinstance(environment, Mapping):
        return {**container, "Environment": None if environment is None else _WRONG_TYPE}
    suspicious = suspicious_names(environment)
    kept = {name: environment[name] for name in sorted(_KEPT_VARIABLES & environment.keys() - set(suspicious))}
    return {**container, "Environment": kept, "SuspiciousEnvironment": suspicious}


def _forget_values(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeTrainingJob reply with the names of what looks like credentials in place of two maps."""
    return {**reply, **{member: _suspicious(reply.get(member)) for member in ("HyperParameters", "Environment")}}


def _suspicious(values: Any) -> Any:
    if values is None:
        return None
    return suspicious_names(values) if isinstance(values, Mapping) else _WRONG_TYPE
