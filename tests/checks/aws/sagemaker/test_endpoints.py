from factories.aws import endpoint
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import Alarm

CASES = {
    "sagemaker_endpoint_auto_rollback_missing": [
        Case("an alarm", PASS, endpoint(rollback_alarms=(Alarm(alarm_name="errors"),))),
        Case("never deployed with a policy", FAIL, endpoint(rollback_alarms=None)),
        Case("a policy without alarms", FAIL, endpoint(rollback_alarms=())),
        Case("describe was denied", UNKNOWN, endpoint()),
    ],
    "sagemaker_endpoint_failed": [
        Case("in service", PASS, endpoint(status="InService")),
        Case("failed", FAIL, endpoint(status="Failed")),
        Case("a rollback failed", FAIL, endpoint(status="UpdateRollbackFailed")),
        Case("being updated", NOT_APPLICABLE, endpoint(status="Updating")),
        Case("a status of a later API version", UNKNOWN, endpoint(status="Hibernating")),
        Case("no status", UNKNOWN, endpoint()),
    ],
}
