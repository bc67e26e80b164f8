from factories.aws import (
    ACCOUNT,
    IMAGE,
    allow,
    component,
    component_from,
    config,
    container,
    deny,
    document,
    endpoint,
    foreign,
    from_package,
    grant,
    model,
    notebook,
    of_sibling,
    ours,
    package,
    packaged,
    packed,
    role_with,
    s3_source,
    seen_from_here,
    served_from,
    simulation,
    single,
    specified,
    unanswered,
    variant,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.aws.iam.resources import Policy, Role
from checks.aws.sagemaker.resources import Endpoint, InferenceComponent, InstancePool

BUCKET = "arn:aws:s3:::northwind-example-models"
URI = "s3://northwind-example-models/sentiment/model.tar.gz"
READER = role_with(allow("s3:GetObject", "arn:aws:s3:::northwind-example-models/*"), name="reader")
ADMIN = role_with(allow("*"), name="admin")
LIVE = endpoint(status="InService", endpoint_config_name="sentiment-1")
CONFIG = config(variants=(variant(model_name="sentiment"),), shadow_variants=None, execution_role_arn=None)
SHADOWED = config(
    variants=(variant(model_name="sentiment"),), shadow_variants=(variant(model_name="next"),), execution_role_arn=None
)
PACKAGE = from_package()
MANY = single(container(IMAGE, model_data_url="s3://northwind-example-models/many"))
CHANGING = endpoint(status="Updating", endpoint_config_name="sentiment-1")


def held(**fields):
    return ours(**{"policy": None, **fields})


def connected(found: Role, **fields):
    return notebook(**{"direct_internet_access": "Enabled", "status": "InService", "role_arn": found.id, **fields})


WRITER = role_with(allow("s3:PutObject", "arn:aws:s3:::northwind-example-models/*"), name="writer")
LOADER = role_with(allow("s3:PutObject", "arn:aws:s3:::northwind-example-models/many/*"), name="loader")
PART = role_with(allow("s3:PutObject", f"{BUCKET}/sentiment/*.bin"), name="part")
BESIDE = role_with(allow("s3:PutObject", f"{BUCKET}/sentiments/*"), name="beside")
GUARDED = role_with(
    allow("s3:PutObject", Condition={"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}), name="guarded"
)
PREFIX = single(container(IMAGE, model_data_source=s3_source("s3://northwind-example-models/sentiment/")))
SERVING = (LIVE, CONFIG, served_from(URI), held())
PACKED = (LIVE, CONFIG, single(PACKAGE), packaged(packed(model_data_url=URI)), held())
HOST = (LIVE, config(variants=(variant(),), shadow_variants=None, execution_role_arn=None))
OF_MODEL = (specified(model_name="sentiment"), served_from(URI), held())
UNDESCRIBED = component(status="InService", endpoint_name="sentiment")


SETS = allow("s3:PutBucketPolicy", BUCKET)
SETTER = role_with(SETS, name="setter")
OTHER_SETTER = role_with(allow("s3:PutBucketPolicy", f"{BUCKET}-next"), name="other-setter")
BARRED = role_with(SETS, deny("s3:PutObject"), name="barred")
EDGED = role_with(
    SETS, name="edged", boundary=Policy(name="edge", arn="", document=document(allow("s3:*BucketPolicy")))
)
LAB = role_with(name="lab")
KNOWN, ANOTHER = (
    role_with(allow("s3:PutObject", f"{BUCKET}/*"), name=name, unique_id=id)
    for name, id in (("known", "AROAEXAMPLEWRITER00000"), ("another", "AROAEXAMPLEANOTHER0000"))
)
LAB_BY_ID, ANOTHER_LAB = (
    role_with(name=name, unique_id=id)
    for name, id in (("lab-by-id", "AROAEXAMPLELAB00000000"), ("another-lab", "AROAEXAMPLEANOTHER0000"))
)
OF_SESSIONS = {"StringLike": {"aws:userid": "AROAEXAMPLELAB00000000:*"}}
IN_ARTIFACTS = f"{BUCKET}/sentiment/*"
IN_SESSION = {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/lab/SageMaker"}
GONE = {"AWS": "AROAEXAMPLE0000000000"}
OVER_VPCE = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}
NO_ACL = {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}


def letting(role, effect=allow, action="s3:PutObject", **members):
    """The bucket, with a policy about a role or whoever else."""
    who = {"AWS": role.id} if isinstance(role, Role) else role
    return held(policy=document(effect(action, IN_ARTIFACTS, Principal=who, **members)))


DELETES = role_with(allow("s3:DeleteBucketPolicy", BUCKET), name="deletes")
DELETER = role_with(allow("s3:DeleteBucketPolicy", BUCKET), allow("s3:PutObject", f"{BUCKET}/*"), name="deleter")


def kept_from(role, actions="s3:PutObject"):
    """The bucket, whose policy keeps a role from some actions."""
    return held(policy=document(deny(actions, [BUCKET, f"{BUCKET}/*"], Principal={"AWS": role.id})))


def changeable(role, action="s3:PutBucketPolicy"):
    """The bucket, whose policy lets a role change it."""
    return held(policy=document(allow(action, BUCKET, Principal={"AWS": role.id})))


ALL_OF_IT = [BUCKET, f"{BUCKET}/*"]
OF_ORGANISATION = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}
OF_ITS_OWN = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}
OF_ONE_OF_TWO = {"StringNotEquals": {"aws:PrincipalOrgID": ["o-exampleorgid", "o-exampleothers"]}}
BUT_SESSIONS = {"StringNotLike": {"aws:userId": ["AROAEXAMPLEWRITER00000:*", ACCOUNT]}}
BUT_A_SESSION = {"StringNotEquals": {"aws:userId": "AROAEXAMPLEWRITER00000:SageMaker"}}
NO_SERVICE = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
OR_BY_NAME = {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/auditor"}}


def around(resources, condition):
    """The bucket, whose policy denies everything there under a condition."""
    return held(policy=document(deny("s3:*", resources, Principal="*", Condition=condition)))


def elsewhere(*statements, **fields):
    """The bucket, of another account of the scan, and what this account sees of it."""
    there = of_sibling(
        policy=document(*statements) if statements else None, **{"grants": (), "owner_id": "0a1b" * 16, **fields}
    )
    return there, seen_from_here()


PUT = ["s3:PutObject"]
OBJECT = f"{BUCKET}/sentiment/model.tar.gz"
ACROSS = (LIVE, CONFIG, served_from(URI))
POOL = InstancePool(instance_type="ml.g5.xlarge", model_name="next")
IN_A_POOL = (
    LIVE,
    config(variants=(variant(model_name="sentiment", instance_pools=(POOL,)),), shadow_variants=None),
    served_from(URI, "next"),
)
CASES = {
    "sagemaker_notebook_writes_served_artifact": [
        Case("no direct internet", PASS, notebook(direct_internet_access="Disabled")),
        Case("may only read", PASS, connected(READER), READER, *SERVING),
        Case("may write", FAIL, connected(WRITER), WRITER, *SERVING),
        Case("may write, as AWS confirms", FAIL, connected(WRITER), WRITER, *SERVING, simulation(WRITER, PUT, OBJECT)),
        Case("may write, and AWS gave no answer", FAIL, connected(WRITER), WRITER, *SERVING, unanswered(WRITER)),
        Case(
            "may write, and the organisation denies it",
            UNKNOWN,
            connected(WRITER),
            WRITER,
            *SERVING,
            simulation(WRITER, PUT, OBJECT, decision="explicitDeny", by_scps=False),
        ),
        Case(
            "is let in by the bucket, of which AWS was not asked",
            FAIL,
            connected(LAB),
            LAB,
            LIVE,
            CONFIG,
            served_from(URI),
            letting(LAB),
            simulation(LAB, PUT, OBJECT, decision="implicitDeny"),
        ),
        Case("may write a served prefix", FAIL, connected(WRITER), WRITER, LIVE, CONFIG, PREFIX, held()),
        Case("may write what many models are loaded from", FAIL, connected(LOADER), LOADER, LIVE, CONFIG, MANY, held()),
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
            held(),
        ),
        Case("may only read what a package names", PASS, connected(READER), READER, *PACKED),
        Case("may write what a package names", FAIL, connected(WRITER), WRITER, *PACKED),
        Case("the package was not described", UNKNOWN, connected(READER), READER, *PACKED[:3], package(), held()),
        Case(
            "may only read what a component loads", PASS, connected(READER), READER, *HOST, component_from(URI), held()
        ),
        Case("may write what a component loads", FAIL, connected(WRITER), WRITER, *HOST, component_from(URI), held()),
        Case("may write what the model of a component loads", FAIL, connected(WRITER), WRITER, *HOST, *OF_MODEL),
        Case(
            "the component is only being created",
            NOT_APPLICABLE,
            connected(WRITER),
            WRITER,
            *HOST,
            component_from(URI, status="Creating"),
            held(),
        ),
        *(
            Case(
                f"the component failed, and {copies} copies run",
                status,
                connected(WRITER),
                *(WRITER, *HOST, component_from(URI, status="Failed", current_copies=copies), held()),
            )
            for copies, status in ((0, NOT_APPLICABLE), (1, FAIL), (None, UNKNOWN), (UNSET, UNKNOWN))
        ),
        Case(
            "a status of a later version", UNKNOWN, connected(READER), READER, *HOST, component_from(URI, status="New")
        ),
        Case("the component was not described", UNKNOWN, connected(READER), READER, *HOST, UNDESCRIBED, held()),
        Case("components were not read", UNKNOWN, connected(READER), READER, *HOST, incomplete=[InferenceComponent]),
        Case("may write under a condition", UNKNOWN, connected(GUARDED), GUARDED, *SERVING),
        Case("may write, but is stopped", NOT_APPLICABLE, connected(WRITER, status="Stopped"), WRITER, *SERVING),
        Case("may write what nothing serves", NOT_APPLICABLE, connected(WRITER), WRITER, served_from(URI), held()),
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
        Case("may write a part of a served prefix", FAIL, connected(PART), PART, LIVE, CONFIG, PREFIX, held()),
        Case("may write beside a served prefix", PASS, connected(BESIDE), BESIDE, LIVE, CONFIG, PREFIX, held()),
        Case("the policy of the bucket lets it", FAIL, connected(LAB), LAB, *ACROSS, letting(LAB)),
        Case("the policy of the bucket lets another", PASS, connected(LAB), LAB, *ACROSS, letting(WRITER)),
        Case("the policy of the bucket lets everybody", FAIL, connected(LAB), LAB, *ACROSS, letting("*")),
        Case(
            "the policy of the bucket lets its account, and nothing more",
            PASS,
            connected(LAB),
            LAB,
            *ACROSS,
            letting({"AWS": "111122223333"}),
        ),
        Case("the policy of the bucket lets a role that is gone", PASS, connected(LAB), LAB, *ACROSS, letting(GONE)),
        Case(
            "the policy of the bucket lets sessions of it, by its id",
            FAIL,
            connected(LAB_BY_ID),
            LAB_BY_ID,
            *ACROSS,
            letting("*", Condition=OF_SESSIONS),
        ),
        Case(
            "the policy of the bucket lets sessions of another, by its id",
            PASS,
            connected(ANOTHER_LAB),
            ANOTHER_LAB,
            *ACROSS,
            letting("*", Condition=OF_SESSIONS),
        ),
        Case(
            "the policy of the bucket lets a session of it", UNKNOWN, connected(LAB), LAB, *ACROSS, letting(IN_SESSION)
        ),
        Case(
            "the policy of the bucket lets a session of another",
            PASS,
            connected(READER),
            READER,
            *ACROSS,
            letting(IN_SESSION),
        ),
        Case(
            "another account, whose bucket lets a session of it in",
            UNKNOWN,
            connected(ADMIN),
            ADMIN,
            *ACROSS,
            *elsewhere(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/x"})),
        ),
        Case("the policy of the bucket denies it", PASS, connected(WRITER), WRITER, *ACROSS, letting("*", deny)),
        Case(
            "the policy of the bucket asks for a header",
            FAIL,
            connected(WRITER),
            WRITER,
            *ACROSS,
            letting("*", deny, Condition=NO_ACL),
        ),
        *(
            Case(
                f"the policy of the bucket denies others, {name}", verdict, connected(role), role, *ACROSS, around(*how)
            )
            for name, verdict, role, how in (
                ("as itself to strangers", FAIL, WRITER, (ALL_OF_IT, OF_ORGANISATION)),
                ("as itself, and no services", FAIL, WRITER, (ALL_OF_IT, {**OF_ORGANISATION, **NO_SERVICE})),
                ("but sessions of it", FAIL, KNOWN, (ALL_OF_IT, BUT_SESSIONS)),
                ("but sessions of another", PASS, ANOTHER, (ALL_OF_IT, BUT_SESSIONS)),
                ("but sessions of a role, and it has no id", UNKNOWN, WRITER, (ALL_OF_IT, BUT_SESSIONS)),
                ("but one session of it", UNKNOWN, KNOWN, (ALL_OF_IT, BUT_A_SESSION)),
                ("of other organisations than its own", FAIL, WRITER, (ALL_OF_IT, OF_ITS_OWN)),
                ("and the role may only read", PASS, READER, (ALL_OF_IT, OF_ORGANISATION)),
                ("which does not tell whom it spares", UNKNOWN, WRITER, ([IN_ARTIFACTS], OF_ORGANISATION)),
                ("one of two organisations", UNKNOWN, WRITER, (ALL_OF_IT, OF_ONE_OF_TWO)),
                ("or spares a role", UNKNOWN, WRITER, (ALL_OF_IT, {**OF_ORGANISATION, **OR_BY_NAME})),
            )
        ),
        Case("may write what a pool of instances serves", FAIL, connected(WRITER), WRITER, *IN_A_POOL, held()),
        Case(
            "the policy of the bucket asks for a network",
            UNKNOWN,
            connected(WRITER),
            WRITER,
            *ACROSS,
            letting("*", deny, Condition={"StringNotEquals": OVER_VPCE["StringEquals"]}),
        ),
        Case("may set the policy of the bucket", FAIL, connected(SETTER), SETTER, *ACROSS, held()),
        Case(
            "may set the policy of the bucket, as AWS confirms",
            FAIL,
            connected(SETTER),
            SETTER,
            *ACROSS,
            held(),
            simulation(SETTER, ["s3:PutBucketPolicy"], BUCKET),
        ),
        Case("may delete the policy that keeps it out", FAIL, connected(DELETER), DELETER, *ACROSS, kept_from(DELETER)),
        Case(
            "may delete the policy, and write nothing", PASS, connected(DELETES), DELETES, *ACROSS, kept_from(DELETES)
        ),
        Case(
            "may not delete the policy that keeps it out", PASS, connected(WRITER), WRITER, *ACROSS, kept_from(WRITER)
        ),
        Case(
            "may delete the policy, which that denies",
            PASS,
            connected(DELETER),
            DELETER,
            *ACROSS,
            kept_from(DELETER, ["s3:PutObject", "s3:DeleteBucketPolicy"]),
        ),
        *(
            Case(f"the policy of the bucket lets it change {what}", verdict, connected(LAB), LAB, *ACROSS, policy)
            for what, verdict, policy in (
                ("the policy", FAIL, changeable(LAB)),
                ("nothing, and another the policy", PASS, changeable(READER)),
                ("other settings", PASS, changeable(LAB, "s3:PutBucketVersioning")),
            )
        ),
        Case("may set the policy of another bucket", PASS, connected(OTHER_SETTER), OTHER_SETTER, *ACROSS, held()),
        Case("may set the policy, and never write", PASS, connected(BARRED), BARRED, *ACROSS, held()),
        Case("may set the policy, within a boundary", PASS, connected(EDGED), EDGED, *ACROSS, held()),
        Case(
            "may set the policy, which that denies",
            PASS,
            connected(SETTER),
            SETTER,
            *ACROSS,
            held(policy=document(deny("s3:PutBucketPolicy", BUCKET, Principal={"AWS": SETTER.id}))),
        ),
        Case("may set the policy, which was denied", UNKNOWN, connected(SETTER), SETTER, *ACROSS, ours()),
        Case("the policy of the bucket was denied", UNKNOWN, connected(READER), READER, *ACROSS, ours()),
        Case("another account, whose bucket lets nobody in", PASS, connected(ADMIN), ADMIN, *ACROSS, *elsewhere()),
        Case(
            "another account, whose bucket lets it in",
            FAIL,
            connected(ADMIN),
            ADMIN,
            *ACROSS,
            *elsewhere(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": ADMIN.id})),
        ),
        Case(
            "another account, whose bucket lets it in, which its own policies do not",
            PASS,
            connected(READER),
            READER,
            *ACROSS,
            *elsewhere(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": READER.id})),
        ),
        Case(
            "another account, whose ACL lets everybody in",
            FAIL,
            connected(ADMIN),
            ADMIN,
            *ACROSS,
            *elsewhere(
                grants=(grant("global/AuthenticatedUsers", "WRITE"),),
                public_access_block=None,
                account_public_access_block=None,
            ),
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
        Case("the model was not described", UNKNOWN, connected(READER), READER, LIVE, CONFIG, model(), held()),
        Case("describe was denied", UNKNOWN, notebook(), WRITER, *SERVING),
        Case("its role was not observed", UNKNOWN, connected(WRITER), *SERVING, incomplete=[Role]),
    ],
}


def test_each_hop_shows_the_statement_that_allows_it():
    by_role = judged("sagemaker_notebook_writes_served_artifact", connected(WRITER), WRITER, *SERVING)
    by_bucket = judged("sagemaker_notebook_writes_served_artifact", connected(LAB), LAB, *ACROSS, letting(LAB))

    assert by_role.path == (notebook().id, WRITER.id, BUCKET, model().id, CONFIG.id, LIVE.id)
    assert by_role.evidence["Role.inline_policies"] == {"own": allow("s3:PutObject", f"{BUCKET}/*")}
    assert by_bucket.evidence["Bucket.policy"]["Principal"] == {"AWS": LAB.id}
