from factories.gcp import KEY, binding, bucket, own_bucket
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

VIEWER = "roles/storage.objectViewer"
PRIVATE = (binding(VIEWER, "serviceAccount:serving@example-fraud-prod.iam.gserviceaccount.com"),)
#: What every check of a bucket says of buckets that are not the scanned projects' to change.
NOT_OURS = [
    Case("it does not exist", NOT_APPLICABLE, bucket(exists=False, project=None)),
    Case("another project's", NOT_APPLICABLE, bucket(exists=True, project=None)),
    Case("whose it is was not observed", UNKNOWN, bucket(exists=True)),
    Case("details were denied", UNKNOWN, own_bucket()),
]


def open_to(*bindings, prevention="inherited", uniform=True):
    return own_bucket(public_access_prevention=prevention, uniform_access=uniform, bindings=bindings)


CASES = {
    "gcp_ml_bucket_public": [
        Case("prevented, whatever the policy says", PASS, own_bucket(public_access_prevention="enforced")),
        Case("only named members", PASS, open_to(*PRIVATE)),
        Case("no policy at all", PASS, open_to()),
        Case("everyone", FAIL, open_to(binding(VIEWER, "allUsers"))),
        Case("every Google account", FAIL, open_to(*PRIVATE, binding(VIEWER, "allAuthenticatedUsers"))),
        Case("everyone, on a condition", FAIL, open_to(binding(VIEWER, "allUsers", condition="true"))),
        Case("objects with lists of their own", UNKNOWN, open_to(*PRIVATE, uniform=False)),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_public_access_not_prevented": [
        Case("enforced", PASS, own_bucket(public_access_prevention="enforced")),
        Case("inherited", FAIL, own_bucket(public_access_prevention="inherited")),
        Case("left out", FAIL, own_bucket(public_access_prevention=None)),
        Case("a value of a later API version", UNKNOWN, own_bucket(public_access_prevention="partial")),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_object_access_lists": [
        Case("uniform", PASS, own_bucket(uniform_access=True)),
        Case("object by object", FAIL, own_bucket(uniform_access=False)),
        Case("left out, which means object by object", FAIL, own_bucket(uniform_access=None)),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_without_versions": [
        Case("versions", PASS, own_bucket(versioning=True, retention_period=None)),
        Case("retention", PASS, own_bucket(versioning=None, retention_period="31536000")),
        Case("neither", FAIL, own_bucket(versioning=False, retention_period=None)),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_without_own_key": [
        Case("own key", PASS, own_bucket(kms_key=KEY)),
        Case("Google's key", FAIL, own_bucket(kms_key=None)),
        *NOT_OURS,
    ],
}
