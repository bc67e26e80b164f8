from factories.gcp import (
    CUSTOM,
    DEFAULT_ACCOUNT,
    EDITOR,
    OWN_ACCOUNT,
    PROJECT,
    ROLES,
    SELF,
    UNTIL,
    VIEWER,
    WRITER,
    binding,
    deployed,
    endpoint,
    instance,
    own_bucket,
    policy,
    running,
    runs_as,
    serving,
    stopped,
    stored,
)
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.iam.resources import Role
from checks.gcp.vertex_ai.resources import Endpoint, Model

URI = "gs://example-fraud-models/scorer/7"
SERVED = stored(URI, version="1")
ON_ENDPOINT = serving(service_account=OWN_ACCOUNT)
EXPOSED = running(disable_public_ip=False, service_accounts=runs_as(OWN_ACCOUNT))


def production(*bindings, project=(), served=SERVED, **more):
    """An endpoint with a model, the bucket it comes from with these bindings, and the project's policy."""
    return (ON_ENDPOINT, served, own_bucket(bindings=bindings), policy(*project, **more), *ROLES)


def kept(period=None, hold=None):
    """Production in a bucket that keeps objects for so many seconds, or holds each new one."""
    fields = {"retention_period": period, "event_based_hold": hold}
    return (ON_ENDPOINT, SERVED, own_bucket(bindings=(binding(WRITER, SELF),), **fields), policy(), *ROLES)


def in_folders(*bindings):
    """Production in a bucket with managed folders that have these bindings."""
    found = bindings if bindings != (UNSET,) else UNSET
    return (ON_ENDPOINT, SERVED, own_bucket(bindings=(), folder_bindings=found), policy(), *ROLES)


CASES = {
    "vertex_workbench_public_with_write_to_served_artifacts": [
        Case("no public address", PASS, instance(disable_public_ip=True), *production(binding(WRITER, SELF))),
        Case(
            "stopped, and so without an address",
            NOT_APPLICABLE,
            stopped(disable_public_ip=False, service_accounts=runs_as(OWN_ACCOUNT)),
            *production(binding(WRITER, SELF)),
        ),
        Case("reads only", PASS, EXPOSED, *production(binding(VIEWER, SELF))),
        Case(
            "adds objects but replaces none", PASS, EXPOSED, *production(binding("roles/storage.objectCreator", SELF))
        ),
        Case("writes elsewhere", PASS, EXPOSED, *production(), own_bucket("other", bindings=(binding(WRITER, SELF),))),
        Case("nothing in production", PASS, EXPOSED, SERVED, own_bucket(bindings=(binding(WRITER, SELF),))),
        Case("writes by the bucket's policy", FAIL, EXPOSED, *production(binding(WRITER, SELF))),
        Case("and in a month, as objects are kept that long", UNKNOWN, EXPOSED, *kept("2592000")),
        Case("objects are kept for a second", FAIL, EXPOSED, *kept("1")),
        Case("how long objects are kept was not observed", UNKNOWN, EXPOSED, *kept(UNSET)),
        Case("each new object is held", UNKNOWN, EXPOSED, *kept(hold=True)),
        Case("no new object is held", FAIL, EXPOSED, *kept(hold=False)),
        Case("whether new objects are held was not observed", UNKNOWN, EXPOSED, *kept(hold=UNSET)),
        Case("writes to a managed folder", UNKNOWN, EXPOSED, *in_folders(binding(WRITER, SELF))),
        Case("reads a managed folder", PASS, EXPOSED, *in_folders(binding(VIEWER, SELF))),
        Case("managed folders were not read", UNKNOWN, EXPOSED, *in_folders(UNSET)),
        Case("writes by the project's policy", FAIL, EXPOSED, *production(project=(binding(WRITER, SELF),))),
        Case("everyone writes", FAIL, EXPOSED, *production(binding(WRITER, "allUsers"))),
        Case(
            "as editor, through the binding that buckets are born with",
            FAIL,
            EXPOSED,
            *production(
                binding("roles/storage.legacyBucketOwner", f"projectEditor:{PROJECT}"), project=(binding(EDITOR, SELF),)
            ),
        ),
        Case(
            "as the default account, which no one named",
            FAIL,
            running(disable_public_ip=None, service_accounts=None),
            *production(binding(WRITER, f"serviceAccount:{DEFAULT_ACCOUNT}"), number="projects/123456789012"),
        ),
        Case(
            "as the default account, but the project's number is not known",
            UNKNOWN,
            running(disable_public_ip=None, service_accounts=None),
            *production(binding(WRITER, f"serviceAccount:{DEFAULT_ACCOUNT}")),
        ),
        Case("writes on a condition", UNKNOWN, EXPOSED, *production(binding(WRITER, SELF, condition=UNTIL))),
        Case("has a role that was not read", UNKNOWN, EXPOSED, *production(binding(CUSTOM, SELF)), incomplete=(Role,)),
        Case(
            "the served version is not the one in the registry",
            UNKNOWN,
            EXPOSED,
            *production(binding(VIEWER, SELF), served=stored(URI, version="2")),
        ),
        Case(
            "the served version is an older one",
            FAIL,
            EXPOSED,
            *production(binding(WRITER, SELF), served=stored(URI, number="1@1")),
            stored("gs://example-fraud-new/scorer", version="2"),
        ),
        Case("endpoints not all read", UNKNOWN, EXPOSED, *production(), incomplete=(Endpoint,)),
        Case("models not all read", UNKNOWN, EXPOSED, *production(), incomplete=(Model,)),
        Case("what is deployed was not observed", UNKNOWN, EXPOSED, endpoint(), policy()),
        Case("bucket policy denied", UNKNOWN, EXPOSED, ON_ENDPOINT, SERVED, own_bucket(), policy(), *ROLES),
        Case("not observed", UNKNOWN, instance(), endpoint(deployed_models=(deployed(),))),
    ],
}
