from factories.gcp import bucket, model, own_bucket
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.resources import Bucket

URI = "gs://example-fraud-models/scorer/7"


CASES = {
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
}
