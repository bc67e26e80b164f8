from factories.gcp import OWN_ACCOUNT, binding, bucket, model, own_bucket
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import Bucket

URI = "gs://example-fraud-models/scorer/7"


SELF = f"serviceAccount:{OWN_ACCOUNT}"


VIEWER, WRITER = "roles/storage.objectViewer", "roles/storage.objectAdmin"


def open_to(*bindings, prevention="inherited", uniform=True):
    return own_bucket(public_access_prevention=prevention, uniform_access=uniform, bindings=bindings)


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
}
