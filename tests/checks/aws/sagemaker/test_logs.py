from factories.aws import endpoint, log_group, specified
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.logs.resources import LogGroup
from checks.aws.sagemaker.resources import InferenceComponent

SERVES = endpoint(status="InService")
COMPONENT = specified(model_name="sentiment")


def kept(days: int | None, *forwarded: str, **fields):
    return log_group(**{"retention_in_days": days, "forwarded_by": forwarded, **fields})


CASES = {
    "sagemaker_endpoint_logs_expire_early": [
        Case("for ever", PASS, SERVES, log_group(retention_in_days=None)),
        Case("a year", PASS, SERVES, log_group(retention_in_days=365)),
        Case("180 days are no six months", FAIL, SERVES, kept(180)),
        Case("a month", FAIL, SERVES, kept(30)),
        Case("it is being updated", FAIL, endpoint(status="Updating"), kept(30)),
        Case("a month, and a filter forwards them", UNKNOWN, SERVES, kept(30, "to-firehose")),
        Case("filters were denied", UNKNOWN, SERVES, log_group(retention_in_days=30)),
        Case("no group", NOT_APPLICABLE, SERVES),
        Case("the group of another", NOT_APPLICABLE, SERVES, kept(30, name="/aws/sagemaker/Endpoints/sentiment-2")),
        Case("no group, and inference components, which have their own", UNKNOWN, SERVES, COMPONENT),
        Case("for ever, and inference components", UNKNOWN, SERVES, COMPONENT, log_group(retention_in_days=None)),
        Case("a month, and inference components", FAIL, SERVES, COMPONENT, kept(30)),
        Case("no group, and components were not read", UNKNOWN, SERVES, incomplete=[InferenceComponent]),
        Case("groups were not read", UNKNOWN, SERVES, incomplete=[LogGroup]),
        Case("retention was not read", UNKNOWN, SERVES, log_group()),
        Case("was never made", NOT_APPLICABLE, endpoint(status="Failed"), kept(30)),
        Case("no status", UNKNOWN, endpoint(), kept(30)),
    ]
}
