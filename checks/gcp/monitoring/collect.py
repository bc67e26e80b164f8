"""The collector of notification channels: those that monitoring jobs of Vertex AI endpoints name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.gcp.error_kinds import NOT_FOUND
from checks.gcp.monitoring.resources import CHANNEL, NotificationChannel
from checks.gcp.names import CLOUD_MONITORING, full_name
from checks.gcp.vertex_ai.resources import MonitoringJob
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi


@collector(NotificationChannel, operations=(CHANNEL,), per="account", follows=(MonitoringJob,), opt_in="systems")
def notification_channels(api: GcpApi, found: Found) -> Iterator[NotificationChannel]:
    """Those of the project. One that is not there any more is left out: the job says that it names it."""

    def channel(name: str) -> NotificationChannel | None:
        item = api.call(CHANNEL, f"{CLOUD_MONITORING}/v3/{name}", absent=(NOT_FOUND,))
        if item is None:
            return None
        id = full_name(CLOUD_MONITORING, name)
        return api.decode(NotificationChannel, {CHANNEL: item}, id=id, name=name.rpartition("/")[2])

    alerting = (job.alerting for job in found.of(MonitoringJob) if job.alerting)
    named = {name for one in alerting for name in one.notification_channels or ()}
    here = f"projects/{api.project}/notificationChannels/"
    for made in api.each(channel, sorted(name for name in named if name.startswith(here))):
        if made is not None:
            yield made
