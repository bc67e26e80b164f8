from factories.aws import (
    IMAGE,
    allow,
    config,
    container,
    endpoint,
    foreign,
    model,
    notebook,
    ours,
    role_with,
    s3_source,
    served_from,
    single,
    variant,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.iam.resources import Role
from checks.aws.sagemaker.resources import Endpoint

URI = "s3://northwind-example-models/sentiment/model.tar.gz"
READER = role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-models/*"), name="reader")
ADMIN = role_with(allow("*"), name="admin")
LIVE = endpoint(status="InService", endpoint_config_name="sentiment-1")
CONFIG = config(variants=(variant(model_name="sentiment"),), shadow_variants=None, execution_role_arn=None)
SHADOWED = config(
    variants=(variant(model_name="sentiment"),), shadow_variants=(variant(model_name="next"),), execution_role_arn=None
)
PACKAGE = container(model_package_name="arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3")
MANY = single(container(IMAGE, model_data_url="s3://northwind-example-models/many"))
CHANGING = endpoint(status="Updating", endpoint_config_name="sentiment-1")


def connected(found: Role, **fields):
    return notebook(**{"direct_internet_access": "Enabled", "status": "InService", "role_arn": found.id, **fields})


WRITER = role_with(allow("s3:PutObject", "arn:aws:s3:::northwind-example-models/*"), name="writer")
LOADER = role_with(allow("s3:PutObject", "arn:aws:s3:::northwind-example-models/many/*"), name="loader")
GUARDED = role_with(
    allow("s3:PutObject", Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}), name="guarded"
)
PREFIX = single(container(IMAGE, model_data_source=s3_source("s3://northwind-example-models/sentiment/")))
SERVING = (LIVE, CONFIG, served_from(URI), ours())


CASES = {
    "sagemaker_notebook_writes_served_artifact": [
        Case("no direct internet", PASS, notebook(direct_internet_access="Disabled")),
        Case("may only read", PASS, connected(READER), READER, *SERVING),
        Case("may write", FAIL, connected(WRITER), WRITER, *SERVING),
        Case("may write a served prefix", FAIL, connected(WRITER), WRITER, LIVE, CONFIG, PREFIX, ours()),
        Case("may write what many models are loaded from", FAIL, connected(LOADER), LOADER, LIVE, CONFIG, MANY, ours()),
        Case("may write what a changing endpoint serves", FAIL, connected(WRITER), WRITER, CHANGING, *SERVING[1:]),
        Case(
            "may write what a shadow variant serves",
            FAIL,
            connected(LOADER),
            LOADER,
            LIVE,
            SHADOWED,
            served_from(URI),
            served_from("s3://northwind-example-models/many/m.tar.gz", "next"),
            ours(),
        ),
        Case("a served model comes from a package", UNKNOWN, connected(READER), READER, LIVE, CONFIG, single(PACKAGE)),
        Case("may write under a condition", UNKNOWN, connected(GUARDED), GUARDED, *SERVING),
        Case("may write, but is stopped", NOT_APPLICABLE, connected(WRITER, status="Stopped"), WRITER, *SERVING),
        Case("may write what nothing serves", NOT_APPLICABLE, connected(WRITER), WRITER, served_from(URI), ours()),
        Case(
            "an administrator cannot write to another account",
            NOT_APPLICABLE,
            connected(ADMIN),
            ADMIN,
            LIVE,
            CONFIG,
            served_from("s3://fabrikam-example-weights/m.tar.gz"),
            foreign(),
        ),
        Case("the role is gone", NOT_APPLICABLE, connected(WRITER), *SERVING),
        Case(
            "its endpoint could not be listed everywhere",
            UNKNOWN,
            connected(READER),
            READER,
            *SERVING,
            incomplete=[Endpoint],
        ),
        Case("the model was not described", UNKNOWN, connected(READER), READER, LIVE, CONFIG, model(), ours()),
        Case("describe was denied", UNKNOWN, notebook(), WRITER, *SERVING),
        Case("its role was not observed", UNKNOWN, connected(WRITER), *SERVING, incomplete=[Role]),
    ],
}
