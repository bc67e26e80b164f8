"""Vertex AI collectors. Lists give whole resources; versions are listed of models that may have more than one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.names import AIPLATFORM, full_name, with_project_id
from checks.gcp.vertex_ai.cards import described
from checks.gcp.vertex_ai.containers import bucket_names, mlflow_names, remote_code_names, secret_names
from checks.gcp.vertex_ai.resources import (
    ENDPOINTS,
    JOBS,
    MODELS,
    MONITORING,
    POOL,
    UNENDED,
    CustomJob,
    DeploymentResourcePool,
    Endpoint,
    Model,
    MonitoringJob,
)
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_VERSIONS = "aiplatform.modelVersions.list"
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


def _identity(item: Mapping[str, Any]) -> dict[str, Any]:
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


@collector(MonitoringJob, operations=(MONITORING,), follows=(Endpoint,))
def monitoring_jobs(api: GcpApi, found: Found) -> Iterator[MonitoringJob]:
    """Those that endpoints name; a location whose endpoints name none is not asked.

    They are listed, as the reply about a single one may have a member `error`, like a refusal.
    """
    here = f"projects/{api.project}/locations/{api.scope.region}/"
    named = {endpoint.monitoring_job for endpoint in found.of(Endpoint) if endpoint.monitoring_job}
    if any(name.startswith(here) for name in named):
        for item in _listed(api, MONITORING, "modelDeploymentMonitoringJobs"):
            if item["name"] in named:
                yield api.decode(MonitoringJob, {MONITORING: item}, **_identity(item))


@collector(Model, operations=(MODELS, _VERSIONS), follows=(Endpoint,))
def models(api: GcpApi, found: Found) -> Iterator[Model]:
    served = served_here(api, found)
    more: list[tuple[str, str]] = []
    for item in _listed(api, MODELS, "models"):
        default = str(item.get("versionId", ""))
        if _has_versions(item) or served.get(item["name"], set()) - {default}:
            more.append((item["name"], default))
        yield _model(api, item)

    def versions(model: tuple[str, str]) -> list[Model]:
        name, default = model
        return [_model(api, item, number) for number, item in _versions(api, name) if number != default]

    for made in api.each(versions, more):
        yield from made


def _has_versions(item: Mapping[str, Any]) -> bool:
    """Whether a model may have more versions than its default one: that is not the first, or others came after it."""
    updated = item.get("updateTime")
    return str(item.get("versionId", "1")) != "1" or item.get("versionUpdateTime", updated) != updated


def _versions(api: GcpApi, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Number and reply of every version of a model; a gap, and an incomplete listing, where they cannot be listed."""
    try:
        for item in api.walk(_VERSIONS, f"{api.regional(AIPLATFORM)}/v1/{name}:listVersions", "models", pageSize=100):
            yield str(item.get("versionId", "")), with_project_id({**item, "name": name}, api.project)
    except CallFailed as failure:
        if failure.code == NOT_FOUND:  # deleted since it was listed
            api.gone()
        else:
            api.incomplete(_VERSIONS, failure)


def served_here(api: GcpApi, found: Found) -> dict[str, set[str]]:
    """The versions that endpoints serve of the models in this unit's location, by name of the model."""
    here = f"projects/{api.project}/locations/{api.scope.region}/models/"
    served: dict[str, set[str]] = {}
    for endpoint in found.of(Endpoint):
        for deployed in endpoint.deployed_models or ():
            name, _, version = (deployed.model or "").partition("@")
            if name.startswith(here) and (deployed.model_version_id or version):
                served.setdefault(name, set()).add(deployed.model_version_id or version)
    return served


def served_models(api: GcpApi, found: Found) -> list[Model]:
    """The versions in this unit's location that endpoints serve."""
    versions = {full_name(AIPLATFORM, name): numbers for name, numbers in served_here(api, found).items()}
    return [one for one in found.of(Model) if one.version in versions.get(one.id.partition("@")[0], ())]


def _model(api: GcpApi, item: Mapping[str, Any], version: str = "") -> Model:
    identity = _identity(item)
    if version:
        identity["id"] += f"@{version}"
    spec = item.get("containerSpec")
    facts: dict[str, Any] = dict.fromkeys(("secrets", "remote_code", "container_buckets", "mlflow_names"))
    if isinstance(spec, Mapping):
        facts = {
            "secrets": secret_names(spec),
            "remote_code": remote_code_names(spec),
            "container_buckets": bucket_names(spec),
            "mlflow_names": mlflow_names(spec),
        }
    page = f"models/locations/{api.scope.region}/models/{item['name'].rpartition('/')[2]}"
    said: dict[str, Reply] = {_VERSIONS if version else MODELS: item}
    facts["card"] = described(item)
    if facts["card"] is UNSET:
        api.gap(MODELS, CallFailed(Reason.MALFORMED, "a description is no text, or labels are no object"))
    return api.decode(Model, {MODELS: item}, said, console_url=_console(api, page), **identity, **facts)


@collector(CustomJob, operations=(JOBS,))
def custom_jobs(api: GcpApi) -> Iterator[CustomJob]:
    since = api.days_ago(RECENT_DAYS).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = " OR ".join([f'create_time>="{since}"', *(f'state="{state}"' for state in UNENDED)])
    for item in _listed(api, JOBS, "customJobs", filter=wanted):
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
