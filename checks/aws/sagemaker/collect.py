"""SageMaker collectors: list gives identity, describe or search gives detail; a denied describe keeps the resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks import origins
from checks.aws.names import region_of
from checks.aws.sagemaker.bulk import SEARCH, Searched, searched
from checks.aws.sagemaker.cards import package_card
from checks.aws.sagemaker.details import Source, described, there
from checks.aws.sagemaker.hubs import VARIABLES, code_of_training
from checks.aws.sagemaker.packages import named_alone, package_id
from checks.aws.sagemaker.resources import (
    FEATURE_GROUP,
    FINISHED,
    Endpoint,
    EndpointConfig,
    FeatureGroup,
    InferenceComponent,
    Model,
    ModelPackage,
    MonitoringSchedule,
    NotebookInstance,
    TrainingJob,
)
from scanner.cards.filled import state_of
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply, Scope
from scanner.model.secrets.arguments import secret_arguments
from scanner.model.secrets.detect import suspicious_names

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: Jobs are immutable history; older ones say nothing about how the account is used now. A job waits for 28 days at most
#: and runs for as many, so that one that runs now was modified since then, when it began to, however old it is.
WINDOW = timedelta(days=30)
_WRONG_TYPE = False
_COMPONENTS = "sagemaker:ListInferenceComponents"
_COMPONENT = "sagemaker:DescribeInferenceComponent"
_PACKAGE = "sagemaker:DescribeModelPackage"
#: How the reason of a failed run begins where there was nothing captured to look at.
_NO_DATA = ("Job inputs had no data", "No S3 objects found")
#: The code under which the client gives every wording of "there is no such resource".
_GONE = ("ResourceNotFound",)


@collector(NotebookInstance, operations=("sagemaker:ListNotebookInstances", "sagemaker:DescribeNotebookInstance"))
def notebook_instances(api: AwsApi) -> Iterator[NotebookInstance]:
    yield from described(api, Source(NotebookInstance, "NotebookInstance", "notebook-instances"))


@collector(Model, operations=("sagemaker:ListModels", "sagemaker:DescribeModel", SEARCH))
def models(api: AwsApi) -> Iterator[Model]:
    source = Searched(
        Model,
        "Model",
        "models",
        forget=_forget_environments,
        settled=lambda _: True,  # nothing updates a model
        path=("Model", "Model"),
        required=(("ExecutionRoleArn",), ("EnableNetworkIsolation",), ("PrimaryContainer", "Containers")),
    )
    yield from searched(api, source)


@collector(ModelPackage, operations=(_PACKAGE,), per="account", follows=(Model,))
def model_packages(api: AwsApi, found: Found) -> Iterator[ModelPackage]:
    """The packages that models are made from, each once; one that does not exist any more is left out."""
    arns = {arn for model in found.of(Model) for _, arn in named_alone(model)}

    def look(arn: str) -> ModelPackage | None:
        reply = api.call(_PACKAGE, region=region_of(arn), absent=_GONE, ModelPackageName=arn)
        if reply is None:
            return None
        kept = package_card(_forget_in_packages(reply)) if isinstance(reply, Mapping) else reply
        scope = Scope(api.scope.provider, api.account, region_of(arn))
        name = arn.partition("/")[2]
        facts = {"id": package_id(arn, api.account), "name": name, "mlflow_names": _mlflow_names(reply)}
        return api.decode(ModelPackage, {_PACKAGE: kept}, scope=scope, **facts)

    yield from there(api.each(look, sorted(arns)))


@collector(EndpointConfig, operations=("sagemaker:ListEndpointConfigs", "sagemaker:DescribeEndpointConfig"))
def endpoint_configs(api: AwsApi) -> Iterator[EndpointConfig]:
    # Nothing updates an endpoint configuration: endpoints move on to another one.
    yield from described(api, Source(EndpointConfig, "EndpointConfig", "endpointConfig", settled=lambda _: True))


@collector(Endpoint, operations=("sagemaker:ListEndpoints", "sagemaker:DescribeEndpoint"))
def endpoints(api: AwsApi) -> Iterator[Endpoint]:
    yield from described(api, Source(Endpoint, "Endpoint", "endpoints"))


@collector(
    MonitoringSchedule,
    operations=("sagemaker:ListMonitoringSchedules", "sagemaker:DescribeMonitoringSchedule"),
    follows=(Endpoint,),
    opt_in="systems",
)
def monitoring_schedules(api: AwsApi, found: Found) -> Iterator[MonitoringSchedule]:
    """Those of a region with endpoints."""
    if any(endpoint.scope.region == api.scope.region for endpoint in found.of(Endpoint)):
        computed = {"had_no_data": _had_no_data}
        yield from described(
            api, Source(MonitoringSchedule, "MonitoringSchedule", "monitoring-schedules", computed=computed)
        )


def _had_no_data(reply: Mapping[str, Any]) -> bool | None:
    """What SageMaker says of runs of hours in which an endpoint was asked nothing. The reason itself is not kept."""
    run = reply.get("LastMonitoringExecutionSummary")
    reason = run.get("FailureReason") if isinstance(run, Mapping) else None
    return any(words in reason for words in _NO_DATA) if isinstance(reason, str) else None


@collector(InferenceComponent, operations=(_COMPONENTS, _COMPONENT), follows=(Endpoint, EndpointConfig))
def inference_components(api: AwsApi, found: Found) -> Iterator[InferenceComponent]:
    """Those of a region with an endpoint that may have some."""
    if _may_have_components(found, api.scope.region):
        yield from there(api.each(partial(_component, api), api.pages(_COMPONENTS, MaxResults=100)))


def _may_have_components(found: Found, region: str) -> bool:
    """Whether an endpoint has a configuration with a variant without a model, or one that was not observed."""
    without: dict[str, bool] = {}
    for config in found.of(EndpointConfig):
        if config.scope.region == region:
            models_alone = config.variants is not UNSET and all(v.model_name is not None for v in config.variants or ())
            without[config.name] = not models_alone
    endpoints = (one.endpoint_config_name for one in found.of(Endpoint) if one.scope.region == region)
    return any(without.get(str(config), True) for config in endpoints)


def _component(api: AwsApi, summary: Mapping[str, Any]) -> InferenceComponent | None:
    name = summary["InferenceComponentName"]
    reply = api.call(_COMPONENT, absent=_GONE, InferenceComponentName=name)
    if reply is None:
        api.gone()
        return None
    if isinstance(reply, Mapping):
        reply = _forget_in_component(reply)
    return api.decode(
        InferenceComponent,
        {_COMPONENTS: summary, _COMPONENT: reply},
        id=summary["InferenceComponentArn"],
        name=name,
    )


@collector(TrainingJob, operations=("sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob", SEARCH))
def training_jobs(api: AwsApi) -> Iterator[TrainingJob]:
    source = Searched(
        TrainingJob,
        "TrainingJob",
        "jobs",
        forget=_forget_values,
        settled=lambda summary: summary.get("TrainingJobStatus") in FINISHED,
        running_only=("enable_remote_debug",),
        computed={"code_uris": code_of_training},
        path=("TrainingJob",),
        required=(
            ("RoleArn",),
            ("AlgorithmSpecification",),
            ("ResourceConfig",),
            ("OutputDataConfig",),
            ("EnableNetworkIsolation",),
            ("EnableInterContainerTrafficEncryption",),
        ),
    )
    since = api.taken_at - WINDOW
    yield from searched(api, source, since=since, LastModifiedTimeAfter=since)


@collector(FeatureGroup, operations=("sagemaker:ListFeatureGroups", FEATURE_GROUP), opt_in="systems")
def feature_groups(api: AwsApi) -> Iterator[FeatureGroup]:
    yield from described(api, Source(FeatureGroup, "FeatureGroup", forget=_forget_description))


def _forget_description(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeFeatureGroup reply with how far the group is described in place of the text."""
    text = reply.get("Description")
    return {**reply, "Description": state_of(text) if isinstance(text, str | None) else _WRONG_TYPE}


def _forget_environments(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeModel reply without the values of environment variables, which may be secrets."""
    kept = dict(reply)
    if isinstance(reply.get("PrimaryContainer"), Mapping):
        kept["PrimaryContainer"] = _forget_environment(reply["PrimaryContainer"])
    if isinstance(reply.get("Containers"), list):
        kept["Containers"] = [_forget_environment(container) for container in reply["Containers"]]
    return kept


def _mlflow_names(reply: Reply) -> Any:
    metadata = reply.get("CustomerMetadataProperties") if isinstance(reply, Mapping) else UNSET
    if metadata is None:
        return None
    return origins.kept(metadata) or None if isinstance(metadata, Mapping) else UNSET


def _forget_in_packages(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeModelPackage reply without the values of environment variables."""
    first, others = reply.get("InferenceSpecification"), reply.get("AdditionalInferenceSpecifications")
    return {
        **reply,
        "InferenceSpecification": _forget_in_specification(first),
        "AdditionalInferenceSpecifications": [_forget_in_specification(each) for each in others]
        if isinstance(others, list)
        else others,
    }


def _forget_in_specification(specification: Any) -> Any:
    if not isinstance(specification, Mapping) or not isinstance(specification.get("Containers"), list):
        return specification
    return {**specification, "Containers": [_forget_environment(each) for each in specification["Containers"]]}


def _forget_in_component(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeInferenceComponent reply without the values of environment variables."""

    def forget(specification: Any) -> Any:
        if not isinstance(specification, Mapping) or "Container" not in specification:
            return specification
        return {**specification, "Container": _forget_environment(specification["Container"])}

    others = reply.get("Specifications")
    return {
        **reply,
        "Specification": forget(reply.get("Specification")),
        "Specifications": [forget(each) for each in others] if isinstance(others, list) else others,
    }


def _forget_environment(container: Any) -> Any:
    if not isinstance(container, Mapping):
        return container
    environment = container.get("Environment")
    if not isinstance(environment, Mapping):
        return {**container, "Environment": None if environment is None else _WRONG_TYPE}
    suspicious = suspicious_names(environment)
    kept = {name: environment[name] for name in sorted(VARIABLES & environment.keys() - set(suspicious))}
    told = {name: value for name, value in environment.items() if name not in suspicious}
    return {
        **container,
        "Environment": kept,
        "SuspiciousEnvironment": suspicious,
        "MlflowNames": origins.kept(told) or None,
    }


def _forget_values(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A DescribeTrainingJob reply with the names of what looks like credentials in place of two maps and arguments."""
    maps = {member: _suspicious(reply.get(member)) for member in ("HyperParameters", "Environment")}
    algorithm = reply.get("AlgorithmSpecification")
    if not isinstance(algorithm, Mapping):
        return {**reply, **maps}
    return {**reply, **maps, "AlgorithmSpecification": {**algorithm, "ContainerArguments": _of_command(algorithm)}}


def _of_command(algorithm: Mapping[str, Any]) -> Any:
    """What of its entry point and arguments looks like credentials."""
    parts = {name: algorithm.get(name) for name in ("ContainerEntrypoint", "ContainerArguments")}
    told = {name: words for name, words in parts.items() if words is not None}
    if not told:
        return None
    if not all(isinstance(words, list) for words in told.values()):
        return _WRONG_TYPE
    return secret_arguments([(f"{name}[{at}]", str(word)) for name in told for at, word in enumerate(told[name])])


def _suspicious(values: Any) -> Any:
    if values is None:
        return None
    return suspicious_names(values) if isinstance(values, Mapping) else _WRONG_TYPE
