"""What SageMaker resources refer to: configurations, variants, instance types."""

import enum
from collections.abc import Iterable

from msgspec import UNSET, Struct, UnsetType

from checks.aws.names import named
from checks.aws.sagemaker.addresses import specifications_of
from checks.aws.sagemaker.resources import (
    Container,
    DataCapture,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    Variant,
)
from scanner.model.nouns import Resource
from scanner.model.patterns import pattern
from scanner.model.views import View, Whole

#: Families with NVMe instance storage; it is encrypted by the hardware and takes no key of the customer.
_NVME = pattern(
    r"ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|g[5-7]|g6e|gr6|g7e|p5|p5en?|p6[a-z0-9-]*|dl1|trn\d[a-z]*|i\d[a-z]*)\..+"
)


def has_nvme(instance_type: str) -> bool:
    """Whether an instance of this type stores data on disks that take no KMS key."""
    return _NVME.fullmatch(instance_type) is not None


def label(container: Container) -> str:
    """What a message calls a container."""
    return container.container_hostname or container.image or container.model_package_name or "container"


def all_variants(config: EndpointConfig) -> tuple[Variant, ...]:
    """Production and shadow variants that were observed."""
    return (config.variants or ()) + (config.shadow_variants or ())


def config_of(endpoint: Endpoint, view: View) -> EndpointConfig | None:
    """Configuration of an endpoint; None where it was not observed (also if it was deleted under the endpoint)."""
    if not isinstance(endpoint.endpoint_config_name, str):
        return None
    return named(view, EndpointConfig, endpoint, "endpoint-config", endpoint.endpoint_config_name) or None


def model_names(variants: Iterable[Variant]) -> dict[str | None, None]:
    """Names of the models that variants run, each once; None stands for inference components.

    A pool of instances may have another model than its variant, made for their type.
    """
    found: dict[str | None, None] = {}
    for variant in variants:
        pools = [pool.model_name for pool in variant.instance_pools or ()]
        if None in pools or not pools:
            found[variant.model_name] = None
        found |= {name: None for name in pools if name is not None}
    return found


def models_of(endpoint: Endpoint, config: EndpointConfig, view: View) -> list[Model | UnsetType | None]:
    """The models of the variants of an endpoint, by its configuration; None for one that is gone."""
    names = (name for name in model_names(all_variants(config)) if name is not None)
    return [named(view, Model, endpoint, "model", name) for name in names]


def instance_types(variants: Iterable[Variant]) -> list[str]:
    """Instance types that variants run on or may run on."""
    found = ((v.instance_type, *(pool.instance_type for pool in v.instance_pools or ())) for v in variants)
    return [name for names in found for name in names if name is not None]


def captures(capture: DataCapture | None) -> bool:
    """Whether requests and responses are recorded: a configuration that does not say so records them."""
    return capture is not None and capture.enable_capture is not False and capture.initial_sampling_percentage != 0


class Hosting(enum.Enum):
    """What a variant runs a model on."""

    INSTANCES = enum.auto()
    SERVERLESS = enum.auto()
    COMPONENT = enum.auto()


class Hostings(Struct, frozen=True):
    """How variants of endpoint configurations and inference components run each model; `whole` where none of these is
    missing."""

    ways: dict[tuple[str, str, str], set[Hosting]]
    components: dict[tuple[str, str, str], list[InferenceComponent]]
    whole: Whole

    def of(self, model: Model) -> set[Hosting]:
        return self.ways.get(_key(model, model.name), set())

    def components_of(self, model: Model) -> list[InferenceComponent]:
        """The inference components that run a model."""
        return self.components.get(_key(model, model.name), [])


def _key(beside: Resource, name: str) -> tuple[str, str, str]:
    return (beside.scope.account, beside.scope.region, name.lower())


def hosting(view: View) -> Hostings:
    """An index of what each model runs on, to be derived once."""
    configs, found = view.all(EndpointConfig), view.all(InferenceComponent)
    ways: dict[tuple[str, str, str], set[Hosting]] = {}
    whole = Whole(configs, found)
    for config in configs:
        if UNSET in (config.variants, config.shadow_variants):
            whole.doubt(config.scope)
        for variant in all_variants(config):
            on = Hosting.INSTANCES if variant.serverless_config is None else Hosting.SERVERLESS
            for name in model_names([variant]):
                if name is not None:
                    ways.setdefault(_key(config, name), set()).add(on)
    components: dict[tuple[str, str, str], list[InferenceComponent]] = {}
    for component in found:
        specifications = specifications_of(component)
        if specifications is None:
            whole.doubt(component.scope)
        for name in {each.model_name for each in specifications or () if each.model_name is not None}:
            ways.setdefault(_key(component, name), set()).add(Hosting.COMPONENT)
            components.setdefault(_key(component, name), []).append(component)
    return Hostings(ways, components, whole)


def answers(component: InferenceComponent) -> bool | None:
    """Whether an inference component answers requests; None if that is not known.

    One whose last change failed does as long as copies of it run: they are those of before the change.
    """
    match component.status:
        case "InService" | "Updating":
            return True
        case "Creating" | "Deleting":
            return False
        case "Failed" if isinstance(component.current_copies, int):
            return component.current_copies > 0
        case _:
            return None


def isolated(component: InferenceComponent, view: View) -> bool | UnsetType | None:
    """Whether the endpoint of an inference component keeps its containers from the network; UNSET if not observed."""
    endpoint = None
    if isinstance(component.endpoint_name, str):
        endpoint = named(view, Endpoint, component, "endpoint", component.endpoint_name)
    config = config_of(endpoint, view) if isinstance(endpoint, Endpoint) else None
    return UNSET if config is None else config.enable_network_isolation


class Components(Struct, frozen=True):
    """Ids of the inference components of each endpoint; `whole` where none is missing."""

    ids: dict[tuple[str, str, str], list[str]]
    whole: Whole

    def of(self, endpoint: Endpoint) -> list[str]:
        return self.ids.get((endpoint.scope.account, endpoint.scope.region, endpoint.name.lower()), [])


def components(view: View) -> Components:
    """An index of the inference components by endpoint, to be derived once."""
    found = view.all(InferenceComponent)
    ids: dict[tuple[str, str, str], list[str]] = {}
    whole = Whole(found)
    for component in found:
        if isinstance(component.endpoint_name, str):
            key = (component.scope.account, component.scope.region, component.endpoint_name.lower())
            ids.setdefault(key, []).append(component.id)
        else:
            whole.doubt(component.scope)
    return Components(ids, whole)
