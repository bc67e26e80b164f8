"""The tables of addresses hold every member of AWS's own model that is one, and what they hold is followed."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import botocore.session
import msgspec
import pytest
from factories.aws import component, config, job, package

from checks.aws.sagemaker import addresses
from checks.aws.sagemaker.hubs import code_of_training
from checks.aws.sagemaker.resources import (
    Container,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    NotebookInstance,
    PackageContainer,
    TrainingJob,
)
from scanner.model.decode import plans

OF_CONTAINER = (*addresses.WEIGHTS, *addresses.MANIFESTS)
OF_PACKAGED = (*addresses.PACKAGED_WEIGHTS, *addresses.MANIFESTS)
_SPECIFICATIONS = ("inference_specification", "additional_inference_specifications")
TABLES: dict[type[Any], tuple[str, ...]] = {
    Model: tuple(f"{field}.{place}" for field in ("primary_container", "containers") for place in OF_CONTAINER),
    ModelPackage: (
        *(f"{field}.containers.{place}" for field in _SPECIFICATIONS for place in OF_PACKAGED),
        *addresses.ALGORITHMS,
    ),
    EndpointConfig: (*addresses.CAPTURED, *addresses.RESPONSES, *addresses.DUMPS, *addresses.BASELINES),
    InferenceComponent: addresses.COMPONENTS,
    TrainingJob: (*addresses.INPUTS, *addresses.OUTPUTS),
    Endpoint: (),
    NotebookInstance: (),
}
EXCUSED = {
    ("NotebookInstance", "Url"): "where Jupyter answers",
    ("NotebookInstance", "DefaultCodeRepository"): "a Git repository",
    ("NotebookInstance", "AdditionalCodeRepositories"): "Git repositories",
    ("TrainingJob", "ModelArtifacts.S3ModelArtifacts"): "lies below the output path",
    ("TrainingJob", "ProfilerRuleConfigurations.S3OutputPath"): "Search does not have it: a blind spot of MLP-1309",
    ("Endpoint", "DataCaptureConfig.DestinationS3Uri"): "the configuration of the endpoint has it",
    ("Endpoint", "AsyncInferenceConfig.OutputConfig.S3OutputPath"): "the configuration of the endpoint has it",
    ("Endpoint", "AsyncInferenceConfig.OutputConfig.S3FailurePath"): "the configuration of the endpoint has it",
    (
        "Endpoint",
        "ExplainerConfig.ClarifyExplainerConfig.ShapConfig.ShapBaselineConfig.ShapBaselineUri",
    ): "the configuration of the endpoint has it",
}
#: Members of model packages below which no address is of anything that a model loads.
UNLOADED = {
    "ModelMetrics": "reports on the model",
    "DriftCheckBaselines": "what monitoring compares with",
    "ValidationSpecification": "what the package was tried with",
    "SamplePayloadUrl": "what a load test would send",
    "SourceUri": "where the model was registered from",
}
ELSEWHERE = "s3://fabrikam-example-weights/x"


def of_model(shape: Any, path: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    """Members that hold an address, by AWS's model."""
    if shape.type_name == "list":
        yield from of_model(shape.member, path, above)
    elif shape.type_name == "structure" and shape.name not in above:
        for name, member in shape.members.items():
            yield from of_model(member, f"{path}.{name}".lstrip("."), (*above, shape.name))
    elif shape.type_name == "string" and not getattr(shape, "enum", ()):
        words = f"{path.rpartition('.')[2]} {shape.name}"
        if any(word in words for word in ("S3", "Uri", "Url")):
            yield path


def on_the_wire(kind: type[Any], place: str) -> str:
    """The members of a Describe reply that a place is read from."""
    field, *inner = place.split(".")
    plan = next(plan for plan in plans(kind) if plan.name == field)
    steps, current = list(plan.path), plan.type
    for name in inner:
        part = next(arg for arg in arguments(current) if isinstance(arg, type) and issubclass(arg, msgspec.Struct))
        found = next(f for f in msgspec.structs.fields(part) if f.name == name)
        steps.append(found.encode_name)
        current = found.type
    return ".".join(steps)


def arguments(type_: Any) -> Iterator[Any]:
    yield type_
    for argument in typing.get_args(type_):
        yield from arguments(argument)


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_address_is_in_the_table(kind: type[Any]) -> None:
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    known = set(of_model(sagemaker.operation_model(f"Describe{kind.__name__}").output_shape))
    excused = {member for name, member in EXCUSED if name == kind.__name__}
    excused |= {member for member in known if kind is ModelPackage and member.partition(".")[0] in UNLOADED}

    assert {on_the_wire(kind, place) for place in TABLES[kind]} == known - excused
    assert excused <= known


def filled(value: type[Any], path: list[str]) -> Any:
    """A value of this type with an address at the end of the path."""
    if not path:
        return ELSEWHERE
    part = next(arg for arg in arguments(value) if isinstance(arg, type) and issubclass(arg, msgspec.Struct))
    found = next(f for f in msgspec.structs.fields(part) if f.name == path[0])
    made = part(**{path[0]: filled(found.type, path[1:])})
    return (made,) if any(typing.get_origin(argument) is tuple for argument in arguments(value)) else made


@pytest.mark.parametrize("place", OF_CONTAINER)
def test_what_a_container_loads_is_followed(place: str) -> None:
    assert addresses.artifact_uris(filled(Container, place.split("."))) == (ELSEWHERE,)


@pytest.mark.parametrize("place", OF_PACKAGED)
def test_what_a_container_of_a_package_loads_is_followed(place: str) -> None:
    assert addresses.artifact_uris(filled(PackageContainer, place.split("."))) == (ELSEWHERE,)


@pytest.mark.parametrize("place", TABLES[ModelPackage])
def test_the_addresses_of_a_package_are_followed(place: str) -> None:
    field, *inner = place.split(".")
    type_ = next(f.type for f in msgspec.structs.fields(ModelPackage) if f.name == field)

    assert addresses.package_uris(package(**{field: filled(type_, inner)})) == (ELSEWHERE,)


@pytest.mark.parametrize("place", TABLES[EndpointConfig])
def test_the_addresses_of_a_configuration_are_followed(place: str) -> None:
    field, *inner = place.split(".")
    type_ = next(f.type for f in msgspec.structs.fields(EndpointConfig) if f.name == field)

    assert addresses.config_uris(config(**{field: filled(type_, inner)})) == (ELSEWHERE,)


@pytest.mark.parametrize("place", TABLES[InferenceComponent])
def test_the_addresses_of_an_inference_component_are_followed(place: str) -> None:
    field, *inner = place.split(".")
    type_ = next(f.type for f in msgspec.structs.fields(InferenceComponent) if f.name == field)
    nothing = {"specification": None, "specifications": None}

    assert addresses.component_uris(component(**{**nothing, field: filled(type_, inner)})) == (ELSEWHERE,)


@pytest.mark.parametrize("place", TABLES[TrainingJob])
def test_the_addresses_of_a_job_are_followed(place: str) -> None:
    field, *inner = place.split(".")
    type_ = next(f.type for f in msgspec.structs.fields(TrainingJob) if f.name == field)

    assert addresses.job_uris(job(**{field: filled(type_, inner)})) == (ELSEWHERE,)


DRIVERS = "s3://northwind-example-models/drivers/"


def by_channels(*words: str) -> dict[str, Any]:
    """A job that has its code among its inputs, with these arguments; `{0}` is where inputs lie."""
    sources = {"code": ELSEWHERE, "sm_drivers": DRIVERS, "training": "s3://northwind-example-data/rows/"}
    return {
        "AlgorithmSpecification": {
            "ContainerEntrypoint": ["/bin/bash"],
            "ContainerArguments": [word.format("/opt/ml/input/data") for word in words],
        },
        "InputDataConfig": [
            {"ChannelName": name, "DataSource": {"S3DataSource": {"S3Uri": uri}}} for name, uri in sources.items()
        ],
    }


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"HyperParameters": {"sagemaker_submit_directory": f'"{ELSEWHERE}"'}}, (ELSEWHERE,)),
        ({"HyperParameters": {"sagemaker_submit_directory": ELSEWHERE}}, (ELSEWHERE,)),
        ({"Environment": {"SAGEMAKER_SUBMIT_DIRECTORY": ELSEWHERE}}, (ELSEWHERE,)),
        ({"HyperParameters": {"sagemaker_submit_directory": '"/opt/ml/code"'}}, ()),
        ({"HyperParameters": {"sagemaker_submit_directory": 7}, "Environment": None}, ()),
        ({}, ()),
        (by_channels("-c", "chmod +x {0}/sm_drivers/sm_train.sh && {0}/sm_drivers/sm_train.sh"), (ELSEWHERE, DRIVERS)),
        (by_channels("{0}/code/train.py", "--data", "{0}/training/"), (ELSEWHERE,)),
        (by_channels("{0}/boot/job_driver.sh", "--s3_base_uri", DRIVERS, "--region", "eu-west-1"), (DRIVERS,)),
        (by_channels("train.py", "--config={0}/code/config.json", "{0}/training/rows.pyx"), ()),
        ({**by_channels("{0}/code/train.py"), "InputDataConfig": [{"ChannelName": "code", "DataSource": []}, 7]}, ()),
        ({**by_channels("{0}/code/train.py"), "AlgorithmSpecification": {"ContainerArguments": "train.py"}}, ()),
    ],
)
def test_code_of_a_training_job(reply: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert code_of_training(reply) == expected
