"""What model packages that serve are made of in S3: what was registered, and which objects to look at now."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET, Struct

from checks.aws.names import is_aws_content, is_directory_bucket, location, seen_from
from checks.aws.paths.served_packages import served_packages
from checks.aws.sagemaker.packages import packaged
from checks.aws.sagemaker.resources import DataSource, Model, ModelPackage, PackageContainer, SourceAlgorithm
from scanner.model.views import View


class Source(NamedTuple):
    """An address that a package loads its artifact from, with the entity tag that was registered.

    `object` is the id of the object there; empty for a prefix, and for what no scan lists.
    """

    uri: str
    etag: str | None
    object: str


class Sources(Struct, frozen=True):
    """The sources of each package that serves, by its id, and the region to ask about each object.

    A package is not among them whose containers were not observed.
    """

    of: dict[str, tuple[Source, ...]]
    regions: dict[str, str]


def artifact_sources(view: View) -> Sources:
    """An index of what packages that serve load, to be derived once."""
    of: dict[str, tuple[Source, ...]] = {}
    regions: dict[str, str] = {}
    for id, ways in view.derive(served_packages).ways.items():
        package = view.get(ModelPackage, id)
        if not isinstance(package, ModelPackage) or package.source_algorithms is UNSET:
            continue
        found: dict[Source, None] = {}
        for model in (view.get(Model, one) for one in dict.fromkeys(way[0] for way in ways)):
            containers = packaged(view, model, package) if isinstance(model, Model) else None
            if containers is None or not isinstance(model, Model):
                break
            found |= dict.fromkeys(_sources(containers, package, model.scope.region))
            regions |= {source.object: model.scope.region for source in found if source.object}
        else:
            of[id] = tuple(found)
    return Sources(of, regions)


def _sources(containers: Iterable[PackageContainer], package: ModelPackage, region: str) -> Iterator[Source]:
    for uri, etag, is_object in _stated(containers, package.source_algorithms or ()):
        bucket, key = location(uri) or ("", "")
        # A directory bucket lists in no order, so that the first of a prefix need not be the key itself.
        asked = is_object and key and not is_aws_content(bucket, region) and not is_directory_bucket(uri)
        id = seen_from(f"s3://{bucket}/{key}", package.scope.account) if asked else ""
        yield Source(uri, etag and bare(etag), id)


def bare(etag: str) -> str:
    """An entity tag without the quotes that S3 puts around it."""
    return etag.strip('"')


def _stated(
    containers: Iterable[PackageContainer], algorithms: Iterable[SourceAlgorithm]
) -> Iterator[tuple[str, str | None, bool]]:
    """Addresses, the entity tags of what lay there, and whether each is one object."""
    sources: list[DataSource | None] = []
    named: list[PackageContainer | SourceAlgorithm] = [*containers, *algorithms]
    for one in named:
        if one.model_data_url:
            yield one.model_data_url, one.model_data_etag, not one.model_data_url.endswith("/")
        sources.append(one.model_data_source)
        if isinstance(one, PackageContainer):
            sources += one.additional_model_data_sources or ()
            if (more := one.additional_s3_data_source) and more.s3_uri:
                yield more.s3_uri, more.etag, more.s3_data_type == "S3Object"
    for source in sources:
        found = source.s3_data_source if source else None
        if found and found.s3_uri:
            yield found.s3_uri, found.etag, found.s3_data_type == "S3Object"
        if found and found.manifest_s3_uri:
            yield found.manifest_s3_uri, found.manifest_etag, True
