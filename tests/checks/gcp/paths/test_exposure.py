from factories.gcp import OWN_ACCOUNT, admitting, binding, bucket, granting, model, own_bucket, stored
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import Bucket

URI = "gs://example-fraud-models/scorer/7"
SELF = f"serviceAccount:{OWN_ACCOUNT}"
VIEWER, WRITER = "roles/storage.objectViewer", "roles/storage.objectAdmin"
HERE = stored(URI)


CASES = {
    "vertex_model_artifact_bucket_public": [
        Case("prevented", PASS, HERE, own_bucket(public_access_prevention="enforced")),
        Case("only named members", PASS, HERE, granting(binding(VIEWER, SELF))),
        Case("everyone", FAIL, HERE, granting(binding(VIEWER, "allUsers"))),
        Case("every Google account", FAIL, HERE, granting(binding(VIEWER, "allAuthenticatedUsers"))),
        Case("everyone, on a managed folder", FAIL, HERE, granting(folders=(f"scorer/: {VIEWER}: allUsers",))),
        Case("managed folders denied", UNKNOWN, HERE, granting(open_folders=UNSET)),
        Case(
            "everyone, which a policy prevents",
            PASS,
            HERE,
            granting(binding(VIEWER, "allUsers"), prevented_by_policy=True),
        ),
        Case(
            "everyone, whom a filter keeps out",
            PASS,
            HERE,
            granting(binding(VIEWER, "allUsers"), ip_filter=admitting("192.0.2.0/24")),
        ),
        Case(
            "everyone, in the second of two buckets",
            FAIL,
            stored(URI, "example-fraud-adapters"),
            granting(binding(VIEWER, SELF)),
            granting(binding(VIEWER, "allUsers"), name="example-fraud-adapters"),
        ),
        Case(
            "the second of two buckets not read",
            UNKNOWN,
            stored(URI, "example-fraud-adapters"),
            granting(binding(VIEWER, SELF)),
            incomplete=(Bucket,),
        ),
        Case("objects with lists of their own", UNKNOWN, HERE, granting(uniform=None)),
        Case("bucket does not exist", NOT_APPLICABLE, HERE, bucket(exists=False, project=None)),
        Case("bucket denied", UNKNOWN, HERE, own_bucket()),
        Case("bucket not read", UNKNOWN, HERE, incomplete=(Bucket,)),
        Case("no artifact", NOT_APPLICABLE, stored(None)),
        Case("Google's artifact", NOT_APPLICABLE, stored("gs://vertex-model-garden-public-us/gemma")),
        Case("not observed", UNKNOWN, model()),
    ],
}
