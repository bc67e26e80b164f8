"""Vertex AI collectors. Lists give whole resources; only deployed versions that are not the default are read singly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UnsetType

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import AIPLATFORM, full_name, with_project_id
from checks.gcp.vertex_ai.containers import bucket_names, remote_code_names, secret_names
from checks.gcp.vertex_ai.resources import (
    ENDPOINTS,
    JOBS,
    MODELS,
    POOL,
    CustomJob,
    DeploymentResourcePool,
    Endpoint,
    Model,
)
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_VERSION = "aiplatform.models.get"
#: Finished jobs cannot be repaired: only recent ones say how training is run now.
RECENT_DAYS = 30


def _listed(api: GcpApi, operation: str, collection: str, **query: Any) -> Iterator[Mapping[str, Any]]:
    path = f"{_parent(api)}/{collection}"
    for item in api.pages(operation, path, collection, pageSize=100, **query):
        yield with_project_id(item, api.project)


def _parent(api: GcpApi) -> str:
    return f"{api.regional(AIPLATFORM)}/v1/projects/{api.project}/locations/{api.scope.region}"


def _console(api: GcpApi, page: str) -> str:
    return f"https://console.cloud.google.com/vertex-ai/{page}?project={api.project}"


def _identity(item: Mapping[str, Any]) -> dict[str, str]:
    short = item["name"].rpartition("/")[2]
    return {"id": full_name(AIPLATFORM, item["name"]), "name": str(item.get("displayName") or short)}


@collector(Endpoint, operations=(ENDPOINTS,))
def endpoints(api: GcpApi) -> Iterator[Endpoint]:
    for item in _listed(api, ENDPOINTS, "endpoints"):
        page = f"locations/{api.scope.region}/endpoints/{item['name'].rpartition('/')[2]}"
        yield api.decode(Endpoint, {ENDPOINTS: item}, console_url=_console(api, page), **_identity(item))


@collector(DeploymentResourcePool, operations=(POOL,), per="account", follows=(Endpoint,))
def deployment_resource_pools(api: GcpApi, found: Found) -> Iterator[DeploymentResourcePool]:
    def pool(name: str) -> DeploymentResourcePool | None:
        item = api.call(POOL, f"{api.regional(AIPLATFORM, name.split('/')[3])}/v1/{name}", absent=(NOT_FOUND,))
        if item is None:
            return None
        return api.decode(
            DeploymentResourcePool, {POOL: item}, id=full_name(AIPLATFORM, name), name=name.rpartition("/")[2]
        )

    deployed = (model for endpoint in found.of(Endpoint) for model in endpoint.deployed_models or ())
    names = {model.shared_resources for model in deployed if model.shared_resources}
    here = f"projects/{api.project}/locations/"
    for made in api.each(pool, sorted(name for name in names if name.startswith(here) and name.count("/") > 4)):
        if made is not None:
            yield made


@collector(Model, operations=(MODELS, _VERSION), follows=(Endpoint,))
def models(api: GcpApi, found: Found) -> Iterator[Model]:
    listed: set[tuple[str, str]] = set()
    for item in _listed(api, MODELS, "models"):
        listed.add((item["name"], str(item.get("versionId", ""))))
        yield _model(api, item)

    def version(wanted: tuple[str, str]) -> Model | None:
        name, number = wanted
        item = api.call(_VERSION, f"{api.regional(AIPLATFORM)}/v1/{name}@{number}", absent=(NOT_FOUND,))
        if isinstance(item, UnsetType):
            identity = {"id": full_name(AIPLATFORM, f"{name}@{number}"), "name": name.rpartition("/")[2]}
            return api.decode(Model, {}, **identity, version=number)
        return _model(api, with_project_id({**item, "name": name}, api.project), number) if item else None

    for made in api.each(version, sorted(_served_here(api, found) - listed)):
        if made is not None:
            yield made


def _served_here(api: GcpApi, found: Found) -> set[tuple[str, str]]:
    """Name and version of the models in this unit's location that endpoints serve."""
    here = f"projects/{api.project}/locations/{api.scope.region}/models/"
    return {
        (deployed.model.partition("@")[0], deployed.model_version_id)
        for endpoint in found.of(Endpoint)
        for deployed in endpoint.deployed_models or ()
        if deployed.model and deployed.model_version_id and deployed.model.startswith(here)
    }


def _model(api: GcpApi, item: Mapping[str, Any], version: str = "") -> Model:
    identity = _identity(item)
    if version:
        identity["id"] += f"@{version}"
    spec = item.get("containerSpec")
    facts: dict[str, Any] = {"secrets": None, "remote_code": None, "container_buckets": None}
    if isinstance(spec, Mapping):
        facts = {
            "secrets": secret_names(spec),
            "remote_code": remote_code_names(spec),
            "container_buckets": bucket_names(spec),
        }
    page = f"models/locations/{api.scope.region}/models/{item['name'].rpartition('/')[2]}"
    return api.decode(Model, {MODELS: item}, console_url=_console(api, page), **identity, **facts)


@collector(CustomJob, operations=(JOBS,))
def custom_jobs(api: GcpApi) -> Iterator[CustomJob]:
    since = api.days_ago(RECENT_DAYS).strftime("%Y-%m-%dT%H:%M:%SZ")
    for item in _listed(api, JOBS, "customJobs", filter=f'create_time>="{since}"'):
        whole = api.whole(JOBS, item, "jobSpec")
        page = f"locations/{api.scope.region}/training/{item['name'].rpartition('/')[2]}"
        facts: dict[str, Any] = {}
        if not isinstance(whole, UnsetType):
            specs = list(_specs(item["jobSpec"].get("workerPoolSpecs")))
            facts["secrets"] = tuple(f"{pool}/{name}" for pool, spec in specs for name in secret_names(spec))
            facts["container_buckets"] = tuple(sorted({name for _, spec in specs for name in bucket_names(spec)}))
        yield api.decode(CustomJob, {JOBS: whole}, console_url=_console(api, page), **facts, **_identity(item))


def _specs(pools: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The containers and packages of worker pools, by the pool's name."""
    for number, pool in enumerate(pools if isinstance(pools, list) else ()):
        for member in ("containerSpec", "pythonPackageSpec"):
            spec = pool.get(member) if isinstance(pool, Mapping) else None
            if isinstance(spec, Mapping):
                yield f"workerpool{number}", spec
