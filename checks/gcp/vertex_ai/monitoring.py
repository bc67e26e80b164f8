"""Checks of the jobs that monitor what Vertex AI endpoints are asked and answer.

That an endpoint has no such job is no failure: other tools monitor too. What there is has to run, tell somebody, and
keep what it saw.
"""

from typing import Any

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.vertex_ai.resources import Endpoint, MonitoringJob
from checks.retention import SIX_MONTHS
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
from scanner.model.patterns import pattern
from scanner.model.views import View

_DAY = 86400
_TTL = pattern(r"(\d+)(?:\.\d+)?s")
_RUNNING = "JOB_STATE_RUNNING"
_NOT_YET = ("JOB_STATE_QUEUED", "JOB_STATE_PENDING", "JOB_STATE_UPDATING")
_HALTED = {
    "JOB_STATE_PAUSED": "is paused",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_CANCELLING": "is being cancelled",
    "JOB_STATE_CANCELLED": "was cancelled",
    "JOB_STATE_EXPIRED": "has expired",
}


@check(
    id="MLP-5511",
    severity=Severity.MEDIUM,
    objective="model-monitoring",
    since="0.1.0",
    needs=(MonitoringJob,),
    blind_to=("whether thresholds are sensible", "anomalies that the last run found"),
)
def vertex_endpoint_monitoring_halted(endpoint: Endpoint, view: View) -> Verdict:
    """Monitoring of the endpoint is paused, or its last run failed.

    An endpoint without a monitoring job may be monitored in another way and is not judged, nor is a job that was just
    made and has not run. A job that is being updated runs again afterwards.

    ## Why it matters
    Somebody set the monitor up and relies on its silence. Since it was paused, or since its runs fail, drift of what
    the model is asked goes unnoticed, and no alert says that none can come.

    ## How to fix
    Read why it failed and correct it, often the training data set that it compares with or the schema of instances, or
    resume it. If something else monitors the endpoint, delete the job.

    CLI: `gcloud ai model-monitoring-jobs describe JOB --region=…` shows the error, and
    `gcloud ai model-monitoring-jobs resume JOB --region=…` resumes it.

    ## References
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.modelDeploymentMonitoringJobs
    - https://cloud.google.com/vertex-ai/docs/model-monitoring/using-model-monitoring
    """
    job = _job_of(endpoint, view)
    if isinstance(job, Verdict):
        return job
    path = (endpoint.id, job.id)
    if missing := unobserved_joined(job, "state", "latest_run", path=path):
        return missing
    shown = joined(job, "state", "latest_run")
    if said := _HALTED.get(job.state or ""):
        return failed(f"the monitoring job {said}", path=path, **shown)
    if job.state in _NOT_YET:
        return not_applicable("the monitoring job does not run yet", **joined(job, "state"))
    if job.state != _RUNNING:
        return unknown("MonitoringJob.state", path=path)
    run = job.latest_run
    if not run or (run.run_time is None and run.status is None):
        return not_applicable("the monitoring job has not run yet", **joined(job, "state"))
    if run.status is None:
        return unknown("MonitoringJob.latest_run (status)", path=path)
    if run.status.code:
        return failed(f"the last run of the monitoring job ended with code {run.status.code}", path=path, **shown)
    return passed("the monitoring job runs, and its last run ended well", path=path, **shown)


@check(
    id="MLP-5512",
    severity=Severity.MEDIUM,
    objective="detection-and-alerting",
    since="0.1.0",
    needs=(MonitoringJob,),
    blind_to=("whether the channels are enabled and anybody reads them",),
)
def vertex_endpoint_monitoring_tells_nobody(endpoint: Endpoint, view: View) -> Verdict:
    """Anomalies that monitoring of the endpoint finds are sent to nobody.

    Anomalies that go to Cloud Logging may reach somebody by an alert on the log, which no scan reads: then it is
    unknown who is told.

    ## Why it matters
    The monitor notices that the model is asked something else than it was trained for, and writes that where nobody
    looks. The people who could stop or retrain it learn of it from those who were harmed.

    ## How to fix
    Name the addresses, or better the notification channels, of those who answer for the system.

    CLI: `gcloud ai model-monitoring-jobs update JOB --region=… --notification-channels=…`, or `--emails=…`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.modelDeploymentMonitoringJobs
    - https://cloud.google.com/vertex-ai/docs/model-monitoring/using-model-monitoring
    """
    job = _job_of(endpoint, view)
    if isinstance(job, Verdict):
        return job
    path = (endpoint.id, job.id)
    if missing := unobserved_joined(job, "alerting", "pipeline_logs", path=path):
        return missing
    shown = joined(job, "alerting", "pipeline_logs")
    alerting = job.alerting
    mailed = alerting.email_alert_config.user_emails if alerting and alerting.email_alert_config else None
    if mailed or (alerting and alerting.notification_channels):
        return passed("anomalies are sent to somebody", path=path, **shown)
    if job.pipeline_logs or (alerting and alerting.enable_logging):
        return unknown("who is told of anomalies in Cloud Logging", path=path)
    return failed("anomalies are sent to no address, channel or log", path=path, **shown)


@check(
    id="MLP-5513",
    severity=Severity.LOW,
    objective="log-retention-integrity",
    since="0.1.0",
    needs=(MonitoringJob,),
    blind_to=("changes of the tables in BigQuery",),
)
def vertex_endpoint_monitoring_log_expires_early(endpoint: Endpoint, view: View) -> Verdict:
    """Requests and responses that monitoring logs are deleted within six months.

    Six months are up to 184 days. What the job does not say is unknown, and so is how long requests are kept where the
    endpoint logs them on its own too, into a table that is not read.

    ## Why it matters
    A wrong decision often comes to light months later, by a complaint or an audit. Who provides or uses a system that
    weighs heavily has to keep the logs that it generates for six months at least, and the law of a sector may ask for
    more: whether it does is for you to answer.

    ## How to fix
    Let the tables keep rows for 184 days or longer, and restrict who reads them. A copy that is kept elsewhere before
    they expire is a reason to suppress this, with where it is; so is a system that owes no such log.

    CLI: `gcloud ai model-monitoring-jobs update JOB --region=… --log-ttl=184`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.modelDeploymentMonitoringJobs
    - https://cloud.google.com/sdk/gcloud/reference/ai/model-monitoring-jobs/update
    """
    job = _job_of(endpoint, view)
    if isinstance(job, Verdict):
        return job
    path = (endpoint.id, job.id)
    if missing := unobserved(endpoint, "request_logging"):
        return missing
    days = _days(job.log_ttl)
    if days is None:
        return unknown("MonitoringJob.log_ttl", path=path)
    shown: dict[str, Any] = {**joined(job, "log_ttl"), "request_logging": endpoint.request_logging}
    if days >= SIX_MONTHS:
        return passed(f"requests are kept for {days} days", path=path, **joined(job, "log_ttl"))
    if endpoint.request_logging:
        return unknown("how long the request log of the endpoint is kept", path=path)
    return failed(f"requests are kept for {days} days, fewer than {SIX_MONTHS}", path=path, **shown)


def _job_of(endpoint: Endpoint, view: View) -> MonitoringJob | Verdict:
    """The job that monitors an endpoint with a model on it, or why there is nothing to judge."""
    if missing := unobserved(endpoint, "deployed_models", "monitoring_job"):
        return missing
    if not endpoint.deployed_models:
        return not_applicable("nothing is deployed on it", deployed_models=[])
    if not endpoint.monitoring_job:
        return not_applicable("no monitoring job watches it", monitoring_job=endpoint.monitoring_job)
    job = view.get(MonitoringJob, full_name(AIPLATFORM, endpoint.monitoring_job))
    return job if isinstance(job, MonitoringJob) else unknown("MonitoringJob", path=(endpoint.id,))


def _days(ttl: Any) -> int | None:
    """The whole days that a time to live is rounded up to; None where it says none, or nothing that is understood."""
    match = _TTL.fullmatch(ttl) if isinstance(ttl, str) else None
    seconds = int(match[1]) if match else 0
    return -(-seconds // _DAY) if seconds else None
