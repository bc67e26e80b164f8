from factories.gcp import endpoint, monitored, monitoring
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.vertex_ai.resources import Alerting, EmailAlert, MonitoringJob, MonitoringRun, RunStatus

RAN = MonitoringRun(run_time="2026-11-22T01:00:00Z", status=RunStatus())
MAILED = Alerting(email_alert_config=EmailAlert(user_emails=("ada@northwind.example",)))
CHANNEL = Alerting(notification_channels=("projects/example-fraud-prod/notificationChannels/7",))
DAY = 86400


def runs(state: str | None = "JOB_STATE_RUNNING", latest_run=RAN):
    return monitoring(state=state, latest_run=latest_run)


def ended(code: int | None) -> MonitoringRun:
    return MonitoringRun(run_time="2026-11-22T01:00:00Z", status=RunStatus(code=code))


def tells(alerting: Alerting | None, **fields):
    return monitoring(**{"alerting": alerting, "pipeline_logs": None, **fields})


def keeps(ttl: str | None, **fields):
    """A job that keeps its log so long, and its endpoint, which keeps none on its own."""
    return monitored(**{"request_logging": None, **fields}), monitoring(log_ttl=ttl)


NOT_MONITORED = (
    Case("no job", NOT_APPLICABLE, monitored(monitoring_job=None)),
    Case("nothing deployed", NOT_APPLICABLE, monitored(deployed_models=None)),
    Case("the job is gone", UNKNOWN, monitored()),
    Case("the job was not read", UNKNOWN, monitored(), incomplete=[MonitoringJob]),
    Case("the job says nothing", UNKNOWN, monitored(), monitoring()),
    Case("the endpoint was not read", UNKNOWN, endpoint()),
)

CASES = {
    "vertex_endpoint_monitoring_halted": [
        Case("it runs", PASS, monitored(), runs()),
        Case("its last run ended well", PASS, monitored(), runs(latest_run=ended(None))),
        Case("its last run ended with code 0", PASS, monitored(), runs(latest_run=ended(0))),
        Case("its last run failed", FAIL, monitored(), runs(latest_run=ended(9))),
        Case("paused", FAIL, monitored(), runs("JOB_STATE_PAUSED")),
        Case("failed before any run", FAIL, monitored(), runs("JOB_STATE_FAILED", None)),
        Case("being made", NOT_APPLICABLE, monitored(), runs("JOB_STATE_PENDING", None)),
        Case("being updated", NOT_APPLICABLE, monitored(), runs("JOB_STATE_UPDATING")),
        Case(
            "how the last run ended is not said",
            UNKNOWN,
            monitored(),
            runs(latest_run=MonitoringRun(run_time="2026-11-22T01:00:00Z")),
        ),
        Case("has not run yet", NOT_APPLICABLE, monitored(), runs(latest_run=None)),
        Case("no run in it", NOT_APPLICABLE, monitored(), runs(latest_run=MonitoringRun())),
        Case("no state", UNKNOWN, monitored(), runs(None)),
        Case("a state of a later API version", UNKNOWN, monitored(), runs("JOB_STATE_ASLEEP")),
        *NOT_MONITORED,
    ],
    "vertex_endpoint_monitoring_tells_nobody": [
        Case("a channel", PASS, monitored(), tells(CHANNEL)),
        Case("an address", PASS, monitored(), tells(MAILED)),
        Case("no alerts", FAIL, monitored(), tells(None)),
        Case("alerts to nobody", FAIL, monitored(), tells(Alerting(email_alert_config=EmailAlert()))),
        Case("logs that are off", FAIL, monitored(), tells(Alerting(enable_logging=False), pipeline_logs=False)),
        Case("anomalies in the log", UNKNOWN, monitored(), tells(Alerting(enable_logging=True))),
        Case("all of its runs in the log", UNKNOWN, monitored(), tells(None, pipeline_logs=True)),
        *NOT_MONITORED,
    ],
    "vertex_endpoint_monitoring_log_expires_early": [
        Case("184 days", PASS, *keeps(f"{184 * DAY}s")),
        Case("183 days and an hour, which is rounded up", PASS, *keeps(f"{183 * DAY + 3600}s")),
        Case("a year, whatever the endpoint logs", PASS, *keeps(f"{365 * DAY}s", request_logging=True)),
        Case("183 days", FAIL, *keeps(f"{183 * DAY}s")),
        Case("a month", FAIL, *keeps("2592000s", request_logging=False)),
        Case("a part of a second", FAIL, *keeps("86400.500s")),
        Case("a month, and the endpoint logs on its own", UNKNOWN, *keeps("2592000s", request_logging=True)),
        Case("what the endpoint logs was not read", UNKNOWN, monitored(), monitoring(log_ttl="2592000s")),
        Case("none is stated", UNKNOWN, *keeps(None)),
        Case("none at all", UNKNOWN, *keeps("0s")),
        Case("no time", UNKNOWN, *keeps("soon")),
        *NOT_MONITORED,
    ],
}
