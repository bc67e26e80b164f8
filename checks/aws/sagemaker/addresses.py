"""Where SageMaker resources hold addresses in S3: one table of places for each kind, and how to follow them.

A place is the path of a field and the members below it; lists are passed through. What no table names, no check sees:
tests/checks/aws/sagemaker/test_addresses.py holds the tables against AWS's own model.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import UNSET

from checks.aws.sagemaker.hubs import code_of, weights_of
from checks.aws.sagemaker.resources import (
    ComponentSpecification,
    Container,
    DataSource,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    PackageContainer,
    ServingContainer,
    TrainingJob,
)

_SOURCES = ("model_data_source", "additional_model_data_sources")
#: Below a container of a model: what it loads.
WEIGHTS = ("model_data_url", *(f"{source}.s3_data_source.s3_uri" for source in _SOURCES))
#: Below a container: lists of what it loads, which lies where the list says.
MANIFESTS = tuple(f"{source}.s3_data_source.manifest_s3_uri" for source in _SOURCES)

#: Below a container of a model package: what it loads.
PACKAGED_WEIGHTS = (*WEIGHTS, "additional_s3_data_source.s3_uri")
#: Below a model package: what was trained with the algorithms that it is made from, and lists of it.
ALGORITHMS = (
    "source_algorithms.model_data_url",
    "source_algorithms.model_data_source.s3_data_source.s3_uri",
    "source_algorithms.model_data_source.s3_data_source.manifest_s3_uri",
)

#: Below an inference component: what it loads where it names no model.
COMPONENTS = ("specification.container.artifact_url", "specifications.container.artifact_url")

CAPTURED = ("data_capture.destination_s3_uri",)
RESPONSES = ("async_output.s3_output_path", "async_output.s3_failure_path")
DUMPS = ("variants.core_dump_config.destination_s3_uri", "shadow_variants.core_dump_config.destination_s3_uri")
#: What an endpoint compares requests with, to explain its answers.
BASELINES = ("shap_baseline_uri",)

INPUTS = ("inputs.data_source.s3_data_source.s3_uri",)
#: Code that a training container downloads and runs.
CODE = ("code_uris",)
OUTPUTS = (
    "output.s3_output_path",
    "checkpoint_s3_uri",
    "debug_hook_s3_output_path",
    "debug_rules.s3_output_path",
    "tensor_board_s3_output_path",
    "profiler_s3_output_path",
)
_LISTS_DATA = ("ManifestFile", "AugmentedManifestFile")


def addresses(holder: Any, places: Iterable[str]) -> tuple[str, ...]:
    """What stands at these places, each once."""
    found: dict[str, None] = {}
    for place in places:
        _follow(holder, _steps(place), found)
    return tuple(found)


@cache
def _steps(place: str) -> tuple[str, ...]:
    return tuple(place.split("."))


def _follow(value: Any, steps: tuple[str, ...], found: dict[str, None]) -> None:
    for at, step in enumerate(steps):
        if isinstance(value, tuple):
            for item in value:
                _follow(item, steps[at:], found)
            return
        value = getattr(value, step, None)
        if value is None or value is UNSET:
            return
    for uri in value if isinstance(value, tuple) else (value,):
        if isinstance(uri, str) and uri:
            found[uri] = None


def containers_of(model: Model) -> tuple[Container, ...] | None:
    """Containers of a model, single or chained; None where they were not observed."""
    if model.primary_container is UNSET or model.containers is UNSET:
        return None
    single = (model.primary_container,) if model.primary_container is not None else ()
    return single + (model.containers or ())


def weight_uris(container: ServingContainer) -> tuple[str, ...]:
    """Addresses of everything the container loads as model data. A serving image may be told by a variable."""
    places = PACKAGED_WEIGHTS if isinstance(container, PackageContainer) else WEIGHTS
    return tuple(dict.fromkeys((*addresses(container, places), *weights_of(container))))


def artifact_uris(container: ServingContainer) -> tuple[str, ...]:
    """Addresses of everything the container loads: model data, lists of it, and code."""
    return tuple(dict.fromkeys((*weight_uris(container), *addresses(container, MANIFESTS), *code_of(container))))


def hub_contents(container: ServingContainer) -> dict[str, str]:
    """Versions of content of a SageMaker hub, by the address that the container loads it from."""
    sources = (container.model_data_source, *(container.additional_model_data_sources or ()))
    return {uri: arn for source in sources if source for uri, arn in _hub_content(source)}


def _hub_content(source: DataSource) -> Iterator[tuple[str, str]]:
    found = source.s3_data_source
    if found and found.s3_uri and found.hub_access_config and found.hub_access_config.hub_content_arn:
        yield found.s3_uri, found.hub_access_config.hub_content_arn


def model_uris(model: Model) -> tuple[str, ...]:
    """Addresses of all that the containers of a model load by themselves, as far as it was observed."""
    return tuple(dict.fromkeys(uri for container in containers_of(model) or () for uri in artifact_uris(container)))


def package_uris(package: ModelPackage) -> tuple[str, ...]:
    """Addresses of all that a model package may make a model load."""
    specifications = (package.inference_specification, *(package.additional_inference_specifications or ()))
    containers = (
        found for specification in specifications if specification for found in specification.containers or ()
    )
    loaded = (uri for container in containers for uri in artifact_uris(container))
    return tuple(dict.fromkeys((*loaded, *addresses(package, ALGORITHMS))))


def specifications_of(component: InferenceComponent) -> tuple[ComponentSpecification, ...] | None:
    """What an inference component is made of; None where that was not observed."""
    if component.specification is UNSET or component.specifications is UNSET:
        return None
    single = (component.specification,) if component.specification is not None else ()
    return single + (component.specifications or ())


def component_uris(component: InferenceComponent) -> tuple[str, ...]:
    """Addresses of all that the containers of an inference component load by themselves."""
    containers = [each.container for each in specifications_of(component) or () if each.container]
    told = (uri for container in containers for uri in (*weights_of(container), *code_of(container)))
    return tuple(dict.fromkeys((*addresses(component, COMPONENTS), *told)))


def config_uris(config: EndpointConfig) -> tuple[str, ...]:
    """Every address of an endpoint configuration."""
    return addresses(config, (*CAPTURED, *RESPONSES, *DUMPS, *BASELINES))


def job_uris(job: TrainingJob) -> tuple[str, ...]:
    """Every address of a training job."""
    return addresses(job, (*INPUTS, *CODE, *OUTPUTS))


def unread_inputs(job: TrainingJob) -> tuple[str, ...]:
    """Inputs that are lists of where the data lies; no scan reads the content of objects."""
    sources = [channel.data_source.s3_data_source for channel in job.inputs or () if channel.data_source]
    return tuple(f"what {source.s3_uri} lists" for source in sources if source and source.s3_data_type in _LISTS_DATA)
