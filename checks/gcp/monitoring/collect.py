"""The collectors of alert policies on Vertex AI endpoints, and of the channels that these and monitoring jobs name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.monitoring.conditions import watched
from checks.gcp.monitoring.resources import CHANNEL, POLICIES, AlertPolicy, NotificationChannel
from checks.gcp.names import CLOUD_MONITORING, full_name, with_project_id
from checks.gcp.vertex_ai.resources import Endpoint, MonitoringJob
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi


@collector(AlertPolicy, operations=(POLICIES,), per="account", follows=(Endpoint,), opt_in="systems")
def alert_policies(api: GcpApi, found: Found) -> Iterator[AlertPolicy]:
    """Those of a project with endpoints that watch one of them, or may."""
    endpoints = [endpoint.id for endpoint in found.of(Endpoint)]
    if not endpoints:
        return
    path = f"{CLOUD_MONITORING}/v3/projects/{api.project}/alertPolicies"
    for listed in api.pages(POLICIES, path, "alertPolicies", pageSize=100):
        item = with_project_id(listed, api.project)
        on = watched(item, endpoints)
        if on.surely or on.perhaps:
            yield api.decode(
                *(AlertPolicy, {POLICIES: item}),
                id=full_name(CLOUD_MONITORING, item["name"]),
                name=str(item.get("displayName") or item["name"].rpartition("/")[2]),
                endpoint_ids=tuple(sorted(on.surely)),
                may_watch=tuple(sorted(on.perhaps)),
            )


@collector(
    NotificationChannel,
    operations=(CHANNEL,),
    per="account",
    follows=(AlertPolicy, MonitoringJob),
    opt_in="systems",
)
def notification_channels(api: GcpApi, found: Found) -> Iterator[NotificationChannel]:
    """Those of the project. One that is not there any more is left out: what names it is seen."""

    def channel(name: str) -> NotificationChannel | None:
        item = api.call(CHANNEL, f"{CLOUD_MONITORING}/v3/{name}", absent=(NOT_FOUND,))
        if item is None:
            return None
        id = full_name(CLOUD_MONITORING, name)
        return api.decode(NotificationChannel, {CHANNEL: item}, id=id, name=name.rpartition("/")[2])

    alerting = (job.alerting for job in found.of(MonitoringJob) if job.alerting)
    named = {name for one in alerting for name in one.notification_channels or ()}
    named |= {name for policy in found.of(AlertPolicy) for name in policy.notification_channels or ()}
    here = f"projects/{api.project}/notificationChannels/"
    for made in api.each(channel, sorted(name for name in named if name.startswith(here))):
        if made is not None:
            yield made
