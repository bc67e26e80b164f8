"""The collectors of sinks and log buckets: those of projects with Vertex AI endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.gcp.logging.resources import BUCKETS, SINKS, LogBucket, LogSink
from checks.gcp.logging.taking import taken
from checks.gcp.names import CLOUD_LOGGING, full_name, with_project_id
from checks.gcp.vertex_ai.resources import Endpoint
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi


@collector(LogSink, operations=(SINKS,), per="account", follows=(Endpoint,), opt_in="systems")
def log_sinks(api: GcpApi, found: Found) -> Iterator[LogSink]:
    """Those of the project itself; folders and organisations have others."""
    if not any(True for _ in found.of(Endpoint)):
        return
    here = f"projects/{api.project}/sinks"
    for item in api.pages(SINKS, f"{CLOUD_LOGGING}/v2/{here}", "sinks", pageSize=100):
        id = full_name(CLOUD_LOGGING, f"{here}/{item['name']}")
        yield api.decode(LogSink, {SINKS: item}, id=id, name=item["name"], takes=taken(item))


@collector(LogBucket, operations=(BUCKETS,), per="account", follows=(LogSink,), opt_in="systems")
def log_buckets(api: GcpApi, found: Found) -> Iterator[LogBucket]:
    """Those of the project. One that will be deleted is left out: what comes in goes with it within a week."""
    if not any(True for _ in found.of(LogSink)):
        return
    path = f"{CLOUD_LOGGING}/v2/projects/{api.project}/locations/-/buckets"
    for listed in api.pages(BUCKETS, path, "buckets", pageSize=100):
        if listed.get("lifecycleState") == "DELETE_REQUESTED":
            continue
        item = with_project_id(listed, api.project)
        id = full_name(CLOUD_LOGGING, item["name"])
        yield api.decode(LogBucket, {BUCKETS: item}, id=id, name=item["name"].rpartition("/")[2])
