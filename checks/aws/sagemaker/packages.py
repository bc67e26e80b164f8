"""What a model is made of: its own containers, and those of the model packages that these name alone."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from checks.aws.names import account_of, partition_of, seen_from
from checks.aws.sagemaker.addresses import ALGORITHMS, MANIFESTS, addresses, artifact_uris, containers_of
from checks.aws.sagemaker.resources import Container, Model, ModelPackage, PackageContainer, ServingContainer
from scanner.model.nouns import Resource, Scope
from scanner.model.views import View


class Contents(Struct, frozen=True):
    """All containers that a model runs, and the packages whose containers were not observed."""

    containers: tuple[ServingContainer, ...]
    unread: tuple[str, ...]


class Artifacts(Struct, frozen=True):
    """Addresses of all that a model loads, each with the ids of the packages that name it.

    `unread` says what could not be followed: artifacts of a package that was not observed, or what a manifest lists.
    """

    uris: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()

    @classmethod
    def alone(cls, uris: Iterable[str]) -> "Artifacts":
        """Addresses that no package names."""
        return cls(dict.fromkeys(uris, ()))


def package_arn(model: Model, name: str) -> str:
    """ARN of a package that a model names, by that or by its name."""
    if name.startswith("arn:"):
        return name
    scope = model.scope
    return f"arn:{partition_of(model.id)}:sagemaker:{scope.region}:{scope.account}:model-package/{name}"


def package_id(arn: str, account: str) -> str:
    """Id of a package as an account sees it."""
    return arn if account_of(arn) == account else seen_from(arn, account)


def named_alone(model: Model) -> Iterator[tuple[Container, str]]:
    """Containers that are what a model package says, and its ARN."""
    for container in containers_of(model) or ():
        if arn := _package_alone(model, container):
            yield container, arn


def _package_alone(model: Model, container: Container) -> str:
    name = container.model_package_name
    return package_arn(model, name) if name and container.image is None else ""


def package_of(view: View, model: Model, arn: str) -> ModelPackage | UnsetType | None:
    """A package that a model names; None for one that does not exist any more."""
    return view.get(ModelPackage, package_id(arn, model.scope.account), Scope("aws", model.scope.account))


def contents(view: View, model: Model) -> Contents | None:
    """What a model runs; None where its containers were not observed."""
    own = containers_of(model)
    if own is None:
        return None
    found: list[ServingContainer] = []
    unread = []
    for container in own:
        arn = _package_alone(model, container)
        packaged = _containers(package_of(view, model, arn), container) if arn else None
        found += [_with_environment(each, container) for each in packaged] if packaged else [container]
        if arn and not packaged:
            unread.append(arn)
    return Contents(tuple(found), tuple(dict.fromkeys(unread)))


def artifacts(view: View, model: Model) -> Artifacts | None:
    """What a model loads; None where its containers were not observed."""
    own = containers_of(model)
    if own is None:
        return None
    uris: dict[str, tuple[str, ...]] = {uri: () for container in own for uri in artifact_uris(container)}
    unread = [_listed(manifest) for container in own for manifest in addresses(container, MANIFESTS)]
    for container, arn in named_alone(model):
        package = package_of(view, model, arn)
        packaged = _containers(package, container)
        if packaged is None or not isinstance(package, Resource) or package.source_algorithms is UNSET:
            unread.append(f"artifact of {arn}")
            continue
        loaded = [*(uri for each in packaged for uri in artifact_uris(each)), *addresses(package, ALGORITHMS)]
        if not loaded and account_of(arn) != model.scope.account:
            unread.append(f"artifact of {arn}")  # which its owner need not show
        for uri in loaded:
            uris.setdefault(uri, (package.id,))
        unread += [_listed(manifest) for each in packaged for manifest in addresses(each, MANIFESTS)]
        unread += [_listed(manifest) for manifest in addresses(package, ALGORITHMS[-1:])]
    return Artifacts(uris, tuple(dict.fromkeys(unread)))


def packaged(view: View, model: Model, package: ModelPackage) -> tuple[PackageContainer, ...] | None:
    """The containers that a model takes from a package that was observed; None where nobody saw which."""
    found: list[PackageContainer] = []
    for container, arn in named_alone(model):
        if package_id(arn, model.scope.account) != package.id:
            continue
        taken = _containers(package_of(view, model, arn), container)
        if taken is None:
            return None
        found += taken
    return tuple(found)


def _containers(package: object, container: Container) -> tuple[PackageContainer, ...] | None:
    """Containers of the specification of a package that a container of a model asks for; None if not observed.

    A package that is made from an algorithm alone shows none.
    """
    if not isinstance(package, ModelPackage) or package.inference_specification is UNSET:
        return None
    wanted, first = container.inference_specification_name, package.inference_specification
    if wanted is None:
        return (first.containers or ()) if first else ()
    named = {each.name: each.containers for each in package.additional_inference_specifications or ()}
    return named.get(wanted)


def _with_environment(packaged: PackageContainer, own: Container) -> PackageContainer:
    """A container of a package with the variables that the model sets, which come before the package's own."""
    if not own.environment and not own.suspicious_environment and not own.mlflow_names:
        return packaged
    return replace(
        packaged,
        mlflow_names={**(packaged.mlflow_names or {}), **(own.mlflow_names or {})} or None,
        environment={**(packaged.environment or {}), **(own.environment or {})},
        suspicious_environment=(*(packaged.suspicious_environment or ()), *(own.suspicious_environment or ())),
    )


def _listed(manifest: str) -> str:
    return f"what {manifest} lists"
