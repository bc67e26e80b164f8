"""The collectors of sinks and log buckets: of projects with Vertex AI endpoints, and what AI systems name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.logging.resources import BUCKET, BUCKETS, SINKS, DeclaredLogBucket, LogBucket, LogSink
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


@collector(DeclaredLogBucket, operations=(BUCKET,), per="account", opt_in="systems", named=True)
def declared_log_buckets(api: GcpApi, found: Found) -> Iterator[DeclaredLogBucket]:
    """Each by its name."""
    here = full_name(CLOUD_LOGGING, f"projects/{api.project}/locations/")
    for id in found.named:
        if not id.startswith(here):
            continue
        reply = api.call(BUCKET, f"{CLOUD_LOGGING}/v2/{id.partition('.com/')[2]}", absent=(NOT_FOUND,))
        exists = UNSET if isinstance(reply, UnsetType) else reply is not None
        yield api.decode(DeclaredLogBucket, {BUCKET: reply}, id=id, name=id.rpartition("/")[2], exists=exists)
