from factories.gcp import (
    DEFAULT_ACCOUNT,
    OWN_ACCOUNT,
    PROJECT,
    binding,
    bucket,
    deployed,
    endpoint,
    instance,
    model,
    own_bucket,
    policy,
    policy_unread,
    role,
    role_unread,
    runs_as,
    serving,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.iam.resources import Role
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model

URI = "gs://example-fraud-models/scorer/7"
SELF = f"serviceAccount:{OWN_ACCOUNT}"
VIEWER, WRITER = "roles/storage.objectViewer", "roles/storage.objectAdmin"
EDITOR = "roles/editor"
CUSTOM = f"projects/{PROJECT}/roles/helper"
ADMIN = f"projects/{PROJECT}/roles/dashboard.admin"
UNTIL = 'request.time < timestamp("2027-01-01T00:00:00Z")'
ROLES = (
    role(VIEWER),
    role(WRITER, "storage.objects.create", "storage.objects.delete"),
    role("roles/storage.objectCreator", "storage.objects.create"),
    role("roles/storage.legacyBucketOwner", "storage.objects.create", "storage.objects.delete"),
    role(EDITOR, "iam.serviceAccounts.actAs"),
    role("roles/aiplatform.user"),
)
SERVED = model(artifact_uri=URI, version="1")
ON_ENDPOINT = serving(service_account=OWN_ACCOUNT)
RUNS = ON_ENDPOINT
EXPOSED = instance(disable_public_ip=False, service_accounts=runs_as(OWN_ACCOUNT))


def open_to(*bindings, prevention="inherited", uniform=True):
    return own_bucket(public_access_prevention=prevention, uniform_access=uniform, bindings=bindings)


def production(*bindings, project=(), served=SERVED, **more):
    """An endpoint with a model, the bucket it comes from with these bindings, and the project's policy."""
    return (ON_ENDPOINT, served, own_bucket(bindings=bindings), policy(*project, **more), *ROLES)


CASES = {
    "vertex_model_artifact_bucket_public": [
        Case("prevented", PASS, model(artifact_uri=URI), own_bucket(public_access_prevention="enforced")),
        Case("only named members", PASS, model(artifact_uri=URI), open_to(binding(VIEWER, SELF))),
        Case("everyone", FAIL, model(artifact_uri=URI), open_to(binding(VIEWER, "allUsers"))),
        Case("every Google account", FAIL, model(artifact_uri=URI), open_to(binding(VIEWER, "allAuthenticatedUsers"))),
        Case("objects with lists of their own", UNKNOWN, model(artifact_uri=URI), open_to(uniform=None)),
        Case("bucket does not exist", NOT_APPLICABLE, model(artifact_uri=URI), bucket(exists=False, project=None)),
        Case("bucket denied", UNKNOWN, model(artifact_uri=URI), own_bucket()),
        Case("bucket not read", UNKNOWN, model(artifact_uri=URI), incomplete=(Bucket,)),
        Case("no artifact", NOT_APPLICABLE, model(artifact_uri=None)),
        Case("Google's artifact", NOT_APPLICABLE, model(artifact_uri="gs://vertex-model-garden-public-us/gemma")),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_model_artifact_bucket_takeover": [
        Case("ours", PASS, model(artifact_uri=URI), own_bucket()),
        Case("missing", FAIL, model(artifact_uri=URI), bucket(exists=False, project=None)),
        Case("another project's", FAIL, model(artifact_uri=URI), bucket(exists=True, project=None)),
        Case("whose it is was not observed", UNKNOWN, model(artifact_uri=URI), bucket(exists=True)),
        Case("bucket not read", UNKNOWN, model(artifact_uri=URI), incomplete=(Bucket,)),
        Case(
            "a name that sounds like Google's, but anyone may take",
            FAIL,
            model(artifact_uri="gs://vertex-ai-northwind-models/scorer"),
            bucket("vertex-ai-northwind-models", exists=False, project=None),
        ),
        Case("Google's samples", NOT_APPLICABLE, model(artifact_uri="gs://cloud-samples-data/vertex-ai/model")),
        Case("no artifact", NOT_APPLICABLE, model(artifact_uri=None)),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_endpoint_identity_can_take_over_project": [
        Case("a narrow role", PASS, RUNS, policy(binding("roles/aiplatform.user", SELF)), *ROLES),
        Case("no role", PASS, RUNS, policy(binding(EDITOR, "user:ada@northwind.example")), *ROLES),
        Case("no account, and so no access", PASS, serving(service_account=None)),
        Case("editor", FAIL, RUNS, policy(binding(EDITOR, SELF)), *ROLES),
        Case("an administrator's role", FAIL, RUNS, policy(binding("roles/aiplatform.admin", SELF))),
        Case(
            "a role of your own that may act as others",
            FAIL,
            RUNS,
            policy(binding(CUSTOM, SELF)),
            role(CUSTOM, "iam.serviceAccounts.actAs"),
        ),
        Case("administers objects, not the project", PASS, RUNS, policy(binding(WRITER, SELF)), *ROLES),
        Case("a harmless role of your own that is called admin", PASS, RUNS, policy(binding(ADMIN, SELF)), role(ADMIN)),
        Case(
            "a role that may open other accounts to itself",
            FAIL,
            RUNS,
            policy(binding(CUSTOM, SELF)),
            role(CUSTOM, "iam.serviceAccounts.setIamPolicy"),
        ),
        Case("a harmless role of your own", PASS, RUNS, policy(binding(CUSTOM, SELF)), role(CUSTOM)),
        Case("a role that was not read", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF)), incomplete=(Role,)),
        Case("a role that was denied", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF)), role_unread(CUSTOM)),
        Case("a role that does not exist", UNKNOWN, RUNS, policy(binding(CUSTOM, SELF))),
        Case("editor on a condition", UNKNOWN, RUNS, policy(binding(EDITOR, SELF, condition=UNTIL)), *ROLES),
        Case("policy denied", UNKNOWN, RUNS, policy_unread()),
        Case("nothing deployed", NOT_APPLICABLE, endpoint(deployed_models=None)),
        Case("not observed", UNKNOWN, endpoint()),
    ],
    "vertex_workbench_public_with_write_to_served_artifacts": [
        Case("no public address", PASS, instance(disable_public_ip=True), *production(binding(WRITER, SELF))),
        Case("reads only", PASS, EXPOSED, *production(binding(VIEWER, SELF))),
        Case(
            "adds objects but replaces none", PASS, EXPOSED, *production(binding("roles/storage.objectCreator", SELF))
        ),
        Case("writes elsewhere", PASS, EXPOSED, *production(), own_bucket("other", bindings=(binding(WRITER, SELF),))),
        Case("nothing in production", PASS, EXPOSED, SERVED, own_bucket(bindings=(binding(WRITER, SELF),))),
        Case("writes by the bucket's policy", FAIL, EXPOSED, *production(binding(WRITER, SELF))),
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
            instance(disable_public_ip=None, service_accounts=None),
            *production(binding(WRITER, f"serviceAccount:{DEFAULT_ACCOUNT}"), number="projects/123456789012"),
        ),
        Case(
            "as the default account, but the project's number is not known",
            UNKNOWN,
            instance(disable_public_ip=None, service_accounts=None),
            *production(binding(WRITER, f"serviceAccount:{DEFAULT_ACCOUNT}")),
        ),
        Case("writes on a condition", UNKNOWN, EXPOSED, *production(binding(WRITER, SELF, condition=UNTIL))),
        Case("has a role that was not read", UNKNOWN, EXPOSED, *production(binding(CUSTOM, SELF)), incomplete=(Role,)),
        Case(
            "the served version is not the one in the registry",
            UNKNOWN,
            EXPOSED,
            *production(binding(VIEWER, SELF), served=model(artifact_uri=URI, version="2")),
        ),
        Case(
            "the served version is an older one",
            FAIL,
            EXPOSED,
            *production(binding(WRITER, SELF), served=model("1@1", artifact_uri=URI)),
            model(artifact_uri="gs://example-fraud-new/scorer", version="2"),
        ),
        Case("endpoints not all read", UNKNOWN, EXPOSED, *production(), incomplete=(Endpoint,)),
        Case("models not all read", UNKNOWN, EXPOSED, *production(), incomplete=(Model,)),
        Case("what is deployed was not observed", UNKNOWN, EXPOSED, endpoint(), policy()),
        Case("bucket policy denied", UNKNOWN, EXPOSED, ON_ENDPOINT, SERVED, own_bucket(), policy(), *ROLES),
        Case("not observed", UNKNOWN, instance(), endpoint(deployed_models=(deployed(),))),
    ],
}
