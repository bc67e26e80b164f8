"""What is open to those who should not see it."""

from checks.gcp.paths.artifacts import artifact_bucket
from checks.gcp.storage.public import public_roles
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, joined, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(
    id="MLP-4201",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.INTERNET,
)
def vertex_model_artifact_bucket_public(model: Model, view: View) -> Verdict:
    """Model has its artifact in a bucket that is open to everyone.

    ## Why it matters
    Anyone can download the weights, and so copy the model or study it for ways around it. Where the public role writes,
    anyone can replace them, and the next upload or deployment from that path serves the attacker's model.

    ## How to fix
    Remove allUsers and allAuthenticatedUsers from the bucket's policy and turn public access prevention on. If a public
    member could write, upload the model again from artifacts whose origin you know.

    CLI: `gcloud storage buckets update gs://BUCKET --public-access-prevention`. Terraform: `public_access_prevention =
    "enforced"` on `google_storage_bucket`.

    ## References
    - https://cloud.google.com/storage/docs/public-access-prevention
    - https://cloud.google.com/vertex-ai/docs/model-registry/import-model
    """
    bucket = artifact_bucket(model, view)
    if isinstance(bucket, Verdict):
        return bucket
    path = (model.id, bucket.id)
    if missing := unobserved(bucket, "exists"):
        return missing
    if not bucket.exists:
        return not_applicable("the artifact bucket does not exist", **joined(bucket, "exists"))
    if missing := unobserved(bucket, "public_access_prevention"):
        return missing
    prevention = joined(bucket, "public_access_prevention")
    if bucket.public_access_prevention == "enforced":
        return passed("the artifact bucket prevents public access", path=path, **prevention)
    if missing := unobserved(bucket, "bindings", "uniform_access"):
        return missing
    public = public_roles(bucket.bindings)
    shown = {**prevention, "Bucket.bindings": public, "artifact_uri": model.artifact_uri}
    if public:
        return failed(f"everyone has a role on the artifact bucket {bucket.name}", path=path, **shown)
    if not bucket.uniform_access:
        return unknown("the access lists of single objects", path=path)
    return passed("no role on the artifact bucket is given to everyone", path=path, **shown)
