from factories.aws import config, endpoint, from_package, model, single, variant
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import Alarm


def deployed(**fields):
    return endpoint(**{"status": "InService", "endpoint_config_name": "sentiment-1", "rollback_alarms": None, **fields})


def on(instance_type: str):
    return config(variants=(variant(instance_type=instance_type),), shadow_variants=None)


SERVES = config(
    variants=(variant(model_name="sentiment", instance_type="ml.m5.large"),),
    shadow_variants=None,
)
BOUGHT = "arn:aws:sagemaker:eu-west-1:985815980388:model-package/fabrikam-example-1"


CASES = {
    "sagemaker_endpoint_auto_rollback_missing": [
        Case("an alarm", PASS, endpoint(rollback_alarms=(Alarm(alarm_name="errors"),))),
        Case("never deployed with a policy", FAIL, deployed(), on("ml.m5.large")),
        Case("a policy without alarms", FAIL, deployed(rollback_alarms=()), on("ml.inf2.xlarge")),
        Case("Inf1 instances cannot", NOT_APPLICABLE, deployed(), on("ml.inf1.xlarge")),
        Case("models of AWS Marketplace cannot", NOT_APPLICABLE, deployed(), SERVES, single(from_package(BOUGHT))),
        Case("a model of a package of ours", FAIL, deployed(), SERVES, single(from_package())),
        Case("a model that is gone", FAIL, deployed(), SERVES),
        Case("the model was denied", UNKNOWN, deployed(), SERVES, model()),
        Case("was never made", NOT_APPLICABLE, deployed(status="Failed"), on("ml.m5.large")),
        Case("the configuration was denied", UNKNOWN, deployed(), config()),
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
