from factories.aws import allow, config, endpoint, model, role, role_arn, role_with, variant
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.aws.iam.resources import Role
from checks.aws.sagemaker.resources import InstancePool

READER = role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-models/*"), name="reader")
ADMIN = role_with(allow("*"), name="admin")
LIVE = endpoint(status="InService", endpoint_config_name="sentiment-1")
CONFIG = config(variants=(variant(model_name="sentiment"),), shadow_variants=None, execution_role_arn=None)
SHADOWED = config(
    variants=(variant(model_name="sentiment"),), shadow_variants=(variant(model_name="next"),), execution_role_arn=None
)
POOLED = config(
    variants=(variant(model_name="sentiment", instance_pools=(InstancePool(), InstancePool(model_name="next"))),),
    shadow_variants=None,
    execution_role_arn=None,
)
REPLACED = config(
    variants=(variant(model_name="sentiment", instance_pools=(InstancePool(model_name="narrow"),)),),
    shadow_variants=None,
    execution_role_arn=None,
)
COMPONENTS = config(variants=(variant(),), shadow_variants=None, execution_role_arn=ADMIN.id)
CHANGING = endpoint(status="Updating", endpoint_config_name="sentiment-1")
NEXT = (model("next", execution_role_arn=ADMIN.id), ADMIN)
NARROW = (model("narrow", execution_role_arn=READER.id), READER)


def served_by(found: Role):
    return (CONFIG, model(execution_role_arn=found.id), found)


CASES = {
    "sagemaker_endpoint_role_administrative": [
        Case("a narrow role", PASS, LIVE, *served_by(READER)),
        Case("an administrator", FAIL, LIVE, *served_by(ADMIN)),
        Case("an administrator behind inference components", FAIL, LIVE, COMPONENTS, ADMIN),
        Case("an administrator behind a shadow variant", FAIL, LIVE, SHADOWED, *served_by(READER)[1:], *NEXT),
        Case("an administrator behind a pool of instances", FAIL, LIVE, POOLED, *served_by(READER)[1:], *NEXT),
        Case("no pool of instances has the model", PASS, LIVE, REPLACED, *served_by(ADMIN)[1:], *NARROW),
        Case("an administrator, while the endpoint changes", FAIL, CHANGING, *served_by(ADMIN)),
        Case("not in service", NOT_APPLICABLE, endpoint(status="Failed"), *served_by(ADMIN)),
        Case("a status of the future", UNKNOWN, endpoint(status="Hibernating"), *served_by(READER)),
        Case("the role is gone", NOT_APPLICABLE, LIVE, CONFIG, model(execution_role_arn=role_arn("gone"))),
        Case("roles were not read", UNKNOWN, LIVE, CONFIG, model(execution_role_arn=READER.id), incomplete=[Role]),
        Case("the configuration was deleted", UNKNOWN, LIVE),
        Case("the role's policies were denied", UNKNOWN, LIVE, *served_by(role("dark"))),
        Case("describe was denied", UNKNOWN, endpoint(status="InService")),
        Case(
            "a name in upper case, its ARN in lower case",
            FAIL,
            LIVE,
            config(variants=(variant(model_name="Sentiment"),), shadow_variants=None, execution_role_arn=None),
            model(execution_role_arn=ADMIN.id),
            ADMIN,
        ),
    ],
}


def test_the_statement_that_makes_the_role_administrative_is_shown():
    found = judged("sagemaker_endpoint_role_administrative", LIVE, *served_by(ADMIN))

    assert found.evidence["Role.inline_policies"] == {"own": allow("*")}
