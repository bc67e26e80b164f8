"""Checks of the channels that monitoring of Vertex AI endpoints sends anomalies to."""

from checks.gcp.monitoring.resources import NotificationChannel
from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.vertex_ai.notified import OPEN, TOLD, notified, shown
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
    reached = notified(names, job.scope.account, view)
    way = (*path, *reached.path)
    if reached.word == OPEN:
        return unknown(reached.open, path=way)
    say, what = (passed, "a channel works") if reached.word == TOLD else (failed, "no channel works")
    return say(what, path=way, **joined(job, "alerting"), **shown(reached.seen))
