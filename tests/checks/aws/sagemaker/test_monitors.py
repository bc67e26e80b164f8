from factories.aws import endpoint, schedule
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import MonitoringRun, MonitoringSchedule

SERVES = endpoint(status="InService")


def ran(ended: str | None, status: str | None = "Scheduled", name: str = "drift", **fields):
    run = MonitoringRun(monitoring_execution_status=ended)
    return schedule(name, **{"status": status, "last_run": run, **fields})


NOT_MONITORED = (
    Case("no schedule", NOT_APPLICABLE, SERVES),
    Case("a schedule of another endpoint", NOT_APPLICABLE, SERVES, ran("Completed", endpoint_name="fraud")),
    Case("schedules were not read", UNKNOWN, SERVES, incomplete=[MonitoringSchedule]),
    Case("was never made", NOT_APPLICABLE, endpoint(status="Failed"), ran("Failed", had_no_data=False)),
    Case("no status", UNKNOWN, endpoint(), ran("Completed")),
    Case("the schedule was not described", UNKNOWN, SERVES, schedule(status="Scheduled")),
    Case("a status of a later API version", UNKNOWN, SERVES, ran("Completed", "Asleep")),
    Case("has not run yet", NOT_APPLICABLE, SERVES, schedule(status="Scheduled", last_run=None)),
    Case("is being made", NOT_APPLICABLE, SERVES, schedule(status="Pending", last_run=None)),
    Case("runs for the first time", NOT_APPLICABLE, SERVES, ran("InProgress")),
    Case("how the last run ended is not said", UNKNOWN, SERVES, ran(None)),
    Case("an end of a later API version", UNKNOWN, SERVES, ran("Skipped")),
)

CASES = {
    "sagemaker_endpoint_monitor_halted": [
        Case("its last run ended", PASS, SERVES, ran("Completed")),
        Case("its last run found something", PASS, SERVES, ran("CompletedWithViolations")),
        Case("stopped", FAIL, SERVES, ran("Completed", "Stopped")),
        Case("failed", FAIL, SERVES, schedule(status="Failed", last_run=None)),
        Case("its last run failed", FAIL, SERVES, ran("Failed", had_no_data=False)),
        Case("its last run was stopped", FAIL, SERVES, ran("Stopped")),
        Case("its last run had no data", NOT_APPLICABLE, SERVES, ran("Failed", had_no_data=True)),
        Case("its last run gave no reason", UNKNOWN, SERVES, ran("Failed")),
        Case("another of the same type runs", PASS, SERVES, ran("Completed", "Stopped"), ran("Completed", name="new")),
        Case("one of another type runs", FAIL, SERVES, ran("Completed"),
             ran("Completed", "Stopped", name="bias", monitoring_type="ModelBias")),
        Case("no type", FAIL, SERVES, ran("Completed", "Stopped", monitoring_type=None)),
        *NOT_MONITORED,
    ],
    "sagemaker_endpoint_monitor_found_violations": [
        Case("none", PASS, SERVES, ran("Completed")),
        Case("some", FAIL, SERVES, ran("CompletedWithViolations")),
        Case("in one of two", FAIL, SERVES, ran("Completed"), ran("CompletedWithViolations", name="bias")),
        Case("none in one of two, and the end of the other is not said", UNKNOWN, SERVES, ran("Completed"),
             ran(None, name="bias")),
        Case("in a schedule that is stopped", NOT_APPLICABLE, SERVES, ran("CompletedWithViolations", "Stopped")),
        Case("the last run failed", NOT_APPLICABLE, SERVES, ran("Failed", had_no_data=False)),
        *NOT_MONITORED,
    ],
}  # fmt: skip
