from factories.aws import component, config, endpoint, from_package, model, single, specified, variant
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import Alarm, InferenceComponent, InstancePool


def deployed(**fields):
    return endpoint(**{"status": "InService", "endpoint_config_name": "sentiment-1", "rollback_alarms": None, **fields})


def on(instance_type: str):
    return config(variants=(variant(instance_type=instance_type),), shadow_variants=None)


SERVES = config(
    variants=(variant(model_name="sentiment", instance_type="ml.m5.large"),),
    shadow_variants=None,
)
BOUGHT = "arn:aws:sagemaker:eu-west-1:985815980388:model-package/fabrikam-example-1"
ERRORS = (Alarm(alarm_name="errors"),)
COMPONENTS = config(variants=(variant(instance_type="ml.g5.xlarge"),), shadow_variants=None)
MIXED = config(variants=(variant(model_name="sentiment"), variant()), shadow_variants=None)
POOLS = config(
    variants=(variant(model_name="sentiment", instance_pools=(InstancePool(model_name="other"), InstancePool())),),
    shadow_variants=None,
)
BOUGHT_BESIDE = (
    model(primary_container=None, containers=None),
    model("other", primary_container=from_package(BOUGHT), containers=None),
)


def guarded(name):
    return specified(name=name, rollback_alarms=ERRORS)


def bare(name):
    return specified(name=name, rollback_alarms=None)


LEAVING = specified(name="search", rollback_alarms=None, status="Deleting")

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
        Case("a model of AWS Marketplace in a pool of instances", NOT_APPLICABLE, deployed(), POOLS, *BOUGHT_BESIDE),
        Case("components with alarms of their own", PASS, deployed(), COMPONENTS, *map(guarded, ("chat", "search"))),
        Case("a component without an alarm", FAIL, deployed(), COMPONENTS, guarded("chat"), bare("search")),
        Case("one without an alarm is being deleted", PASS, deployed(), COMPONENTS, guarded("chat"), LEAVING),
        Case("components, and a model beside them", FAIL, deployed(), MIXED, single(from_package()), guarded("chat")),
        Case(
            "components were not all read",
            UNKNOWN,
            *(deployed(), COMPONENTS, guarded("chat")),
            incomplete=[InferenceComponent],
        ),
        Case("a component was denied", UNKNOWN, deployed(), COMPONENTS, component(endpoint_name="sentiment")),
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
