from factories.aws import (
    ACCOUNT,
    ALL_BLOCKED,
    EVERYWHERE,
    IMAGE,
    OTHER_ACCOUNT,
    allow,
    bucket,
    chain,
    config,
    container,
    endpoint,
    foreign,
    grant,
    missing,
    model,
    notebook,
    ours,
    role,
    role_with,
    s3_source,
    served_from,
    single,
    variant,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.iam.resources import Role
from checks.aws.names import foreign_bucket_id
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Endpoint
from scanner.model import Scope

URI = "s3://northwind-example-models/sentiment/model.tar.gz"
OPEN = {
    "public_access_block": None,
    "account_public_access_block": None,
    "policy_is_public": True,
    "grants": (grant("global/AllUsers"),),
}
CLOSED = {**OPEN, "policy_is_public": None, "grants": ()}
READER = role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-models/*"), name="reader")
ADMIN = role_with(allow("*"), name="admin")
LIVE = endpoint(status="InService", endpoint_config_name="sentiment-1")
CONFIG = config(variants=(variant(model_name="sentiment"),), shadow_variants=None, execution_role_arn=None)
SHADOWED = config(
    variants=(variant(model_name="sentiment"),), shadow_variants=(variant(model_name="next"),), execution_role_arn=None
)
COMPONENTS = config(variants=(variant(),), shadow_variants=None, execution_role_arn=ADMIN.id)
#: The same bucket as two accounts of one scan see it: the owner, and the one that refers to it.
THEIRS = Bucket(
    id="arn:aws:s3:::northwind-example-models",
    name="northwind-example-models",
    scope=Scope("aws", OTHER_ACCOUNT),
    exists=True,
    owned=True,
)
SEEN_FROM_HERE = Bucket(
    id=foreign_bucket_id(THEIRS.id, ACCOUNT), name=THEIRS.name, scope=EVERYWHERE, exists=True, owned=False
)
PACKAGE = container(model_package_name="arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3")
MANY = single(container(IMAGE, model_data_url="s3://northwind-example-models/many"))
TWO = (container(IMAGE, model_data_url=URI), PACKAGE)
CHANGING = endpoint(status="Updating", endpoint_config_name="sentiment-1")
NEXT = (model("next", execution_role_arn=ADMIN.id), ADMIN)


def served_by(found: Role):
    return (CONFIG, model(execution_role_arn=found.id), found)


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
    "sagemaker_model_artifact_bucket_public": [
        Case("closed", PASS, served_from(URI), ours(**CLOSED)),
        Case("open", FAIL, served_from(URI), ours(**OPEN)),
        Case("open, but blocked", PASS, served_from(URI), ours(**{**OPEN, "public_access_block": ALL_BLOCKED})),
        Case(
            "open, blocked by the account",
            PASS,
            served_from(URI),
            ours(**{**OPEN, "account_public_access_block": ALL_BLOCKED}),
        ),
        Case(
            "one of a chain",
            FAIL,
            chain(container(IMAGE), container(IMAGE, model_data_source=s3_source(URI))),
            ours(**OPEN),
        ),
        Case(
            "another account's bucket", NOT_APPLICABLE, served_from("s3://fabrikam-example-weights/m.tar.gz"), foreign()
        ),
        Case("no artifact", NOT_APPLICABLE, single(container(IMAGE))),
        Case("the artifact of a model package", UNKNOWN, single(PACKAGE)),
        Case("one of a chain comes from a model package", UNKNOWN, chain(*TWO), ours(**CLOSED)),
        Case("whose it is was not observed", UNKNOWN, served_from(URI), bucket(**OPEN)),
        Case("its ACL was denied", UNKNOWN, served_from(URI), ours(public_access_block=None, policy_is_public=True)),
        Case("buckets were not read", UNKNOWN, served_from(URI), incomplete=[Bucket]),
        Case("describe was denied", UNKNOWN, model()),
    ],
    "sagemaker_model_artifact_bucket_takeover": [
        Case("a bucket of ours", PASS, served_from(URI), ours()),
        Case("another account's", FAIL, served_from("s3://fabrikam-example-weights/m.tar.gz"), foreign()),
        Case("nobody's", FAIL, served_from("s3://northwind-example-deleted/m.tar.gz"), missing()),
        Case(
            "one of a chain is nobody's",
            FAIL,
            chain(
                container(IMAGE, model_data_url=URI),
                container(IMAGE, model_data_url="s3://northwind-example-deleted/m.tar.gz"),
            ),
            ours(),
            missing(),
        ),
        Case(
            "addressed by HTTPS",
            FAIL,
            served_from("https://s3.eu-west-1.amazonaws.com/northwind-example-deleted/m"),
            missing(),
        ),
        Case("a public model of AWS", NOT_APPLICABLE, served_from("s3://jumpstart-cache-prod-eu-west-1/m.tar.gz")),
        Case(
            "only looks like one of AWS",
            FAIL,
            served_from("s3://jumpstart-cache-prod-evil/m"),
            missing("jumpstart-cache-prod-evil"),
        ),
        Case("no artifact", NOT_APPLICABLE, single(container(IMAGE))),
        Case("the artifact of a model package", UNKNOWN, single(PACKAGE)),
        Case("one of a chain comes from a model package", UNKNOWN, chain(*TWO), ours()),
        Case(
            "weights that a variable names are another account's",
            FAIL,
            single(container(IMAGE, environment={"HF_MODEL_ID": "s3://fabrikam-example-weights/chat/"})),
            foreign(),
        ),
        Case("a bucket of another account of the scan", FAIL, served_from(URI), THEIRS, SEEN_FROM_HERE),
        Case("a bucket that only its owner described", UNKNOWN, served_from(URI), THEIRS, incomplete=[Bucket]),
        Case("a directory bucket", UNKNOWN, served_from("s3://models--euw1-az1--x-s3/m.tar.gz")),
        Case("refused, and nothing to compare with", UNKNOWN, served_from(URI), bucket()),
        Case("buckets were not read", UNKNOWN, served_from(URI), incomplete=[Bucket]),
        Case("describe was denied", UNKNOWN, model()),
    ],
    "sagemaker_endpoint_role_administrative": [
        Case("a narrow role", PASS, LIVE, *served_by(READER)),
        Case("an administrator", FAIL, LIVE, *served_by(ADMIN)),
        Case("an administrator behind inference components", FAIL, LIVE, COMPONENTS, ADMIN),
        Case("an administrator behind a shadow variant", FAIL, LIVE, SHADOWED, *served_by(READER)[1:], *NEXT),
        Case("an administrator, while the endpoint changes", FAIL, CHANGING, *served_by(ADMIN)),
        Case("not in service", NOT_APPLICABLE, endpoint(status="Failed"), *served_by(ADMIN)),
        Case("a status of the future", UNKNOWN, endpoint(status="Hibernating"), *served_by(READER)),
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
