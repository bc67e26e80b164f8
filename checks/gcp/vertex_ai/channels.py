"""Checks of the channels that monitoring of Vertex AI endpoints sends anomalies to."""

from typing import Any

from msgspec import UNSET

from checks.gcp.monitoring.resources import NotificationChannel
from checks.gcp.names import AIPLATFORM, CLOUD_MONITORING, full_name
from checks.gcp.vertex_ai.resources import Endpoint, MonitoringJob
from scanner.model.checks import check
from scanner.model.nouns import (
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved,
    unobserved_joined,
)
from scanner.model.views import View

_UNVERIFIED = "UNVERIFIED"
#: Channels that a program reads; all others end at a person, or at a service that somebody connected.
_PROGRAMS = ("pubsub",)
_FIELDS = ("channel_type", "enabled", "verification_status")


@check(
    id="MLP-5514",
    severity=Severity.MEDIUM,
    objective="detection-and-alerting",
    since="0.1.0",
    needs=(MonitoringJob, NotificationChannel),
    blind_to=("whether anybody reads what channels bring", "whether thresholds are sensible"),
)
def vertex_endpoint_monitoring_channels_silent(endpoint: Endpoint, view: View) -> Verdict:
    """Channels that anomalies of the endpoint are sent to are off, unverified or gone.

    One that works is enough, and none is needed where the job itself has an address of mail. Whom the readers of a
    Pub/Sub topic tell, and what a channel of another project does, is unknown. Jobs that name no channel are for
    MLP-5512.

    ## Why it matters
    Somebody chose who is told, and relies on it. A channel that was turned off for a night, or whose verification
    nobody finished, brings nothing: the monitor notices that the model is asked something else than it was trained for,
    and no person learns of it.

    ## How to fix
    Turn the channel on, verify it, or name one that works in the monitoring job.

    CLI: `gcloud beta monitoring channels update CHANNEL --enabled`, and
    `gcloud ai model-monitoring-jobs update JOB --region=… --notification-channels=…`. Terraform: `enabled` of
    `google_monitoring_notification_channel`.

    ## References
    - https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.modelDeploymentMonitoringJobs
    """
    if missing := unobserved(endpoint, "deployed_models", "monitoring_job"):
        return missing
    if not endpoint.deployed_models or not endpoint.monitoring_job:
        return not_applicable("no monitoring job watches it", monitoring_job=endpoint.monitoring_job)
    job = view.get(MonitoringJob, full_name(AIPLATFORM, endpoint.monitoring_job))
    if not isinstance(job, MonitoringJob):
        return unknown("MonitoringJob", path=(endpoint.id,))
    path = (endpoint.id, job.id)
    if missing := unobserved_joined(job, "alerting", path=path):
        return missing
    alerting = job.alerting
    names = alerting.notification_channels if alerting else None
    if not names:
        return not_applicable("it names no channel", **joined(job, "alerting"))
    if alerting and alerting.email_alert_config and alerting.email_alert_config.user_emails:
        return not_applicable("anomalies are mailed as well", **joined(job, "alerting"))
    return _of_channels([full_name(CLOUD_MONITORING, name) for name in names], job, path, view)


def _of_channels(ids: list[str], job: MonitoringJob, path: tuple[str, ...], view: View) -> Verdict:
    found = {id: view.get(NotificationChannel, id) for id in ids}
    seen = [one for one in found.values() if isinstance(one, NotificationChannel)]
    shown: dict[str, Any] = {**joined(job, "alerting"), **_shown(seen)}
    for one in seen:
        if missing := unobserved_joined(one, *_FIELDS, path=(*path, one.id)):
            return missing
    foreign = [id for id in ids if id not in {one.id for one in seen} and not _is_of(id, job)]
    if UNSET in found.values() or foreign:
        return unknown("NotificationChannel", path=path)
    working = [one for one in seen if one.enabled is not False and one.verification_status != _UNVERIFIED]
    if told := [one for one in working if one.channel_type not in _PROGRAMS]:
        return passed("a channel works", path=(*path, told[0].id), **shown)
    if working:
        return unknown("whom the readers of the topic tell", path=(*path, working[0].id))
    return failed("no channel works", path=(*path, *(one.id for one in seen)), **shown)


def _is_of(id: str, job: MonitoringJob) -> bool:
    """Whether a channel is of the project of the job: no other was asked."""
    return id.startswith(full_name(CLOUD_MONITORING, f"projects/{job.scope.account}/"))


def _shown(seen: list[NotificationChannel]) -> dict[str, Any]:
    return {f"NotificationChannel.{name}": {one.id: getattr(one, name) for one in seen} for name in _FIELDS if seen}
