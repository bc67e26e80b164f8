"""What SageMaker resources refer to: containers, artifacts, buckets, instance types."""

from collections.abc import Iterable

from msgspec import UNSET

from checks.aws.names import named
from checks.aws.sagemaker.resources import Container, DataCapture, Endpoint, EndpointConfig, Model, TrainingJob, Variant
from scanner.model.patterns import pattern
from scanner.model.views import View

#: Families with NVMe instance storage; it is encrypted by the hardware and takes no key of the customer.
_NVME = pattern(
    r"ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|g[5-7]|g6e|gr6|g7e|p5|p5en?|p6[a-z0-9-]*|dl1|trn\d[a-z]*|i\d[a-z]*)\..+"
)


def has_nvme(instance_type: str) -> bool:
    """Whether an instance of this type stores data on disks that take no KMS key."""
    return _NVME.fullmatch(instance_type) is not None


def containers_of(model: Model) -> tuple[Container, ...] | None:
    """Containers of a model, single or chained; None where they were not observed."""
    if model.primary_container is UNSET or model.containers is UNSET:
        return None
    single = (model.primary_container,) if model.primary_container is not None else ()
    return single + (model.containers or ())


def label(container: Container) -> str:
    """What a message calls a container."""
    return container.container_hostname or container.image or container.model_package_name or "container"


def artifact_uris(container: Container) -> tuple[str, ...]:
    """Addresses of everything the container loads as model data, without repeats.

    A serving image may be told by a variable.
    """
    sources = (container.model_data_source, *(container.additional_model_data_sources or ()))
    found = [source.s3_data_source.s3_uri for source in sources if source is not None and source.s3_data_source]
    told = [value for value in (container.environment or {}).values() if value.startswith("s3://")]
    return _present((container.model_data_url, *found, *told))


def opaque_packages(model: Model) -> tuple[str, ...]:
    """Model packages that containers load from without naming the artifact; where it lies was not observed."""
    return _present(c.model_package_name for c in containers_of(model) or () if not artifact_uris(c))


def model_uris(model: Model) -> tuple[str, ...]:
    """Artifact addresses of all containers of a model that were observed."""
    return _present(uri for container in containers_of(model) or () for uri in artifact_uris(container))


def all_variants(config: EndpointConfig) -> tuple[Variant, ...]:
    """Production and shadow variants that were observed."""
    return (config.variants or ()) + (config.shadow_variants or ())


def config_of(endpoint: Endpoint, view: View) -> EndpointConfig | None:
    """Configuration of an endpoint; None where it was not observed (also if it was deleted under the endpoint)."""
    if not isinstance(endpoint.endpoint_config_name, str):
        return None
    return named(view, EndpointConfig, endpoint, "endpoint-config", endpoint.endpoint_config_name) or None


def instance_types(variants: Iterable[Variant]) -> list[str]:
    """Instance types that variants run on or may run on."""
    found = ((v.instance_type, *(pool.instance_type for pool in v.instance_pools or ())) for v in variants)
    return [name for names in found for name in names if name is not None]


def captures(capture: DataCapture | None) -> bool:
    """Whether requests and responses are recorded: a configuration that does not say so records them."""
    return capture is not None and capture.enable_capture is not False


def config_uris(config: EndpointConfig) -> tuple[str, ...]:
    """Addresses that an endpoint of this configuration writes to."""
    uris = [dump.destination_s3_uri for v in all_variants(config) if (dump := v.core_dump_config) is not None]
    if config.data_capture:
        uris.append(config.data_capture.destination_s3_uri)
    if config.async_output:
        uris += [config.async_output.s3_output_path, config.async_output.s3_failure_path]
    return _present(uris)


def input_uris(job: TrainingJob) -> tuple[str, ...]:
    """Addresses in S3 that a training job reads."""
    sources = [channel.data_source for channel in job.inputs or ()]
    return _present(source.s3_data_source.s3_uri for source in sources if source and source.s3_data_source)


def output_uris(job: TrainingJob) -> tuple[str, ...]:
    """Addresses in S3 that a training job writes the model and its checkpoints to."""
    return _present((job.output.s3_output_path if job.output else None, job.checkpoint_s3_uri or None))


def _present(uris: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(uri for uri in uris if uri))
