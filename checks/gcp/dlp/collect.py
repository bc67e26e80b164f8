"""The collectors of what Sensitive Data Protection looks at, in projects where a served version has a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from checks.gcp.dlp.resources import CONFIGS, TRIGGERS, DiscoveryConfig, JobTrigger
from checks.gcp.names import DLP, full_name, with_project_id
from checks.gcp.vertex_ai.resources import Dataset
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

#: Locations that take in regions, whose names begin alike.
_CONTINENTS = {"asia", "europe", "us"}
#: What is kept of each; detectors may hold lists of names, and errors texts of others.
_CONFIG = "discoveryConfigs(name,displayName,status,lastRunTime,targets),nextPageToken"
_FILES = "inspectJob/storageConfig/cloudStorageOptions/fileSet"
_TRIGGER = f"jobTriggers(name,displayName,status,lastRunTime,{_FILES}),nextPageToken"


@collector(DiscoveryConfig, operations=(CONFIGS,), per="account", follows=(Dataset,), opt_in="systems")
def discovery_configs(api: GcpApi, found: Found) -> Iterator[DiscoveryConfig]:
    for item in _listed(api, found, CONFIGS, "discoveryConfigs", _CONFIG):
        yield api.decode(DiscoveryConfig, {CONFIGS: item}, **_identity(item))


@collector(JobTrigger, operations=(TRIGGERS,), per="account", follows=(Dataset,), opt_in="systems")
def job_triggers(api: GcpApi, found: Found) -> Iterator[JobTrigger]:
    for item in _listed(api, found, TRIGGERS, "jobTriggers", _TRIGGER):
        yield api.decode(JobTrigger, {TRIGGERS: item}, **_identity(item))


def _listed(api: GcpApi, found: Found, operation: str, member: str, fields: str) -> Iterator[Mapping[str, Any]]:
    """Those in `global`, where the console makes them by default, where the datasets are, and in the continent around.

    Nowhere without a dataset.
    """
    regions = {dataset.scope.region for dataset in found.of(Dataset)}
    around = {region.partition("-")[0] for region in regions} & _CONTINENTS
    for region in ["global", *sorted(regions | around)] if regions else []:
        path = f"{DLP}/v2/projects/{api.project}/locations/{region}/{member}"
        for item in api.pages(operation, path, member, pageSize=100, fields=fields):
            yield with_project_id(item, api.project)


def _identity(item: Mapping[str, Any]) -> dict[str, Any]:
    name = item["name"]
    return {"id": full_name(DLP, name), "name": str(item.get("displayName") or name.rpartition("/")[2])}
