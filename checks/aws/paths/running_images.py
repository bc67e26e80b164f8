"""Which images run where a model package serves: what SageMaker resolved them to, or else what the package states."""

from collections.abc import Iterable

from msgspec import UNSET

from checks.aws.paths.served_packages import served_packages
from checks.aws.sagemaker.addresses import specifications_of
from checks.aws.sagemaker.packages import packaged
from checks.aws.sagemaker.references import all_variants, model_names
from checks.aws.sagemaker.resources import (
    DeployedImage,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
)
from scanner.cards.digests import sha256_in
from scanner.model.views import View

_IN_SERVICE = "InService"
#: What the ARNs of inference components hold, and those of configurations do not.
_COMPONENT = ":inference-component/"


def images_of(view: View, package: ModelPackage) -> tuple[frozenset[str] | None, ...]:
    """The digests of the images that run in each place where a package serves; None where that is not known."""
    return tuple(_in(view, package, way) for way in view.derive(served_packages).ways.get(package.id, ()))


def shown_images(view: View, package: ModelPackage) -> dict[str, dict[str, object]]:
    """What endpoints and inference components state of images, as evidence."""
    shown: dict[str, dict[str, object]] = {}
    for _, by, at in view.derive(served_packages).ways.get(package.id, ()):
        component = view.get(InferenceComponent, by) if _COMPONENT in by else None
        endpoint = view.get(Endpoint, at)
        if isinstance(component, InferenceComponent):
            shown.setdefault("InferenceComponent.specification", {})[by] = component.specification
        elif isinstance(endpoint, Endpoint):
            shown.setdefault("Endpoint.deployed_variants", {})[at] = endpoint.deployed_variants
    return {name: known for name, values in shown.items() if (known := _observed(values))}


def _observed(values: dict[str, object]) -> dict[str, object]:
    return {id: value for id, value in values.items() if value is not UNSET}


def _in(view: View, package: ModelPackage, way: tuple[str, ...]) -> frozenset[str] | None:
    model, endpoint = view.get(Model, way[0]), view.get(Endpoint, way[2])
    if not isinstance(model, Model) or not isinstance(endpoint, Endpoint):
        return None
    if _COMPONENT in way[1]:
        component = view.get(InferenceComponent, way[1])
        images = _of_component(component, model) if isinstance(component, InferenceComponent) else None
    else:
        config = view.get(EndpointConfig, way[1])
        images = _of_variants(endpoint, config, model) if isinstance(config, EndpointConfig) else None
    if images is None:
        return None
    return _resolved(images) if images else _registered(view, model, package)


def _of_component(component: InferenceComponent, model: Model) -> list[DeployedImage] | None:
    """The images of an inference component, nothing where it states none; None while it changes, or was not seen."""
    specifications = specifications_of(component)
    if component.status != _IN_SERVICE or specifications is None:
        return None
    ours = [one.container for one in specifications if (one.model_name or "").lower() == model.name.lower()]
    return [one.deployed_image for one in ours if one and one.deployed_image]


def _of_variants(endpoint: Endpoint, config: EndpointConfig, model: Model) -> list[DeployedImage] | None:
    """The same of the variants that run a model. While an endpoint changes, they may be of another configuration; and
    a variant with models for different instances has the images of all.
    """
    deployed, shadows = endpoint.deployed_variants, endpoint.deployed_shadow_variants
    if endpoint.status != _IN_SERVICE or deployed is UNSET or shadows is UNSET:
        return None
    ours = [one for one in all_variants(config) if model.name.lower() in map(_lower, model_names([one]))]
    if any(len(model_names([one])) > 1 for one in ours):
        return None
    named = {one.variant_name for one in ours}
    runs = [one for one in (*(deployed or ()), *(shadows or ())) if one.variant_name in named]
    if {one.variant_name for one in runs} != named and (deployed or shadows):
        return None
    images = [image for one in runs for image in one.deployed_images or ()]
    return images if all(one.deployed_images for one in runs) or not images else None


def _lower(name: str | None) -> str:
    return (name or "").lower()


def _registered(view: View, model: Model, package: ModelPackage) -> frozenset[str] | None:
    """The digests that a package states of its images: by which they are named, or what a tag led to."""
    found = packaged(view, model, package)
    return _digests(one.image_digest or one.image for one in found) if found else None


def _resolved(images: Iterable[DeployedImage]) -> frozenset[str] | None:
    """What images were resolved to, and the digests by which they were asked for."""
    found = list(images)
    resolved = _digests(one.resolved_image for one in found)
    return resolved and resolved | frozenset(sha256_in(*(one.specified_image or "" for one in found)))


def _digests(images: Iterable[str | None]) -> frozenset[str] | None:
    """Their digests; None unless each has one."""
    found = [sha256_in((one or "").rpartition("@")[2]) for one in images]
    return frozenset(digest for one in found for digest in one) if found and all(found) else None
