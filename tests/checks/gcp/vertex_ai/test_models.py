from factories.gcp import DIGEST, KEY, model
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

OWN = "europe-west4-docker.pkg.dev/example-fraud-prod/serving/scorer"
GOOGLES = "us-docker.pkg.dev/vertex-ai/prediction/sklearn-cpu.1-5:latest"

CASES = {
    "vertex_model_without_own_key": [
        Case("own key", PASS, model(kms_key=KEY)),
        Case("Google's key", FAIL, model(kms_key=None)),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_model_image_unpinned": [
        Case("by digest", PASS, model(image_uri=OWN + DIGEST)),
        Case("by tag", FAIL, model(image_uri=OWN + ":latest")),
        Case("without a tag", FAIL, model(image_uri=OWN)),
        Case("a repository that only sounds like Google's", FAIL, model(image_uri="evil.example/vertex-ai/x:1")),
        Case("built by Google", NOT_APPLICABLE, model(image_uri=GOOGLES)),
        Case("no container", NOT_APPLICABLE, model(image_uri=None)),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_model_secrets_in_environment": [
        Case("none", PASS, model(secrets=())),
        Case("a token", FAIL, model(secrets=("HF_TOKEN",))),
        Case("no container", NOT_APPLICABLE, model(secrets=None)),
        Case("not observed", UNKNOWN, model()),
    ],
    "vertex_model_trusts_remote_code": [
        Case("no", PASS, model(remote_code=())),
        Case("by argument", FAIL, model(remote_code=("--trust-remote-code",))),
        Case("no container", NOT_APPLICABLE, model(remote_code=None)),
        Case("not observed", UNKNOWN, model()),
    ],
}
