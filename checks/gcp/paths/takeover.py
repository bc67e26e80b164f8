"""What somebody else can put themselves in the place of."""

from checks.gcp.paths.artifacts import artifact_bucket
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, passed, unobserved
from scanner.model.views import View


@check(
    id="MLP-4202",
    severity=Severity.CRITICAL,
    objective="artifact-integrity",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.CROSS_ACCOUNT,
)
def vertex_model_artifact_bucket_takeover(model: Model, view: View) -> Verdict:
    """Model points to an artifact bucket that does not exist or belongs to someone else.

    ## Why it matters
    Bucket names are shared by the whole world. Once a bucket is deleted anyone may create it anew and put their own
    files at the model's path; a bucket of a stranger's project is theirs to change already. Whatever loads the
    artifact from there, a redeployment, a retraining, a server that reads its storage address, then runs what they put
    there.

    ## How to fix
    If the bucket is missing, create it in your project before anyone else does, without putting anything back blindly.
    Upload the model again from a bucket that you own and delete the version that points elsewhere. If the bucket
    belongs to another project of yours, include that project in the scan.

    CLI: `gcloud storage buckets create gs://BUCKET --project=PROJECT --public-access-prevention`.

    ## References
    - https://cloud.google.com/storage/docs/buckets
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    bucket = artifact_bucket(model, view)
    if isinstance(bucket, Verdict):
        return bucket
    path = (model.id, bucket.id)
    if missing := unobserved(bucket, "exists", "project"):
        return missing
    shown = {**joined(bucket, "exists", "project"), "artifact_uri": model.artifact_uri}
    if not bucket.exists:
        return failed(f"the artifact bucket {bucket.name} does not exist", path=path, **shown)
    if bucket.project is None:
        return failed(f"the artifact bucket {bucket.name} belongs to another project", path=path, **shown)
    return passed("the artifact bucket exists and is yours", path=path, **shown)
