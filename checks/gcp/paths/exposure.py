"""What is open to those who should not see it."""

from checks.blind_spots import DOWNLOADS
from checks.gcp.paths.artifacts import artifact_buckets, unread
from checks.gcp.storage.public import openness
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from checks.worst import worst
from scanner.model.checks import check
from scanner.model.nouns import (
    Exposure,
    Severity,
    Verdict,
    failed,
    joined,
    not_applicable,
    passed,
    unknown,
    unobserved_joined,
)
from scanner.model.views import View


@check(
    id="MLP-4201",
    severity=Severity.CRITICAL,
    objective="public-exposure",
    since="0.1.0",
    needs=(Bucket,),
    exposure=Exposure.INTERNET,
    blind_to=(DOWNLOADS,),
    decided_by=("Bucket.public_access_prevention",),
)
def vertex_model_artifact_bucket_public(model: Model, view: View) -> Verdict:
    """Model has its artifact in a bucket that is open to everyone.

    ## Why it matters
    The bucket is that of the model's artifact address, or one that its container is told of in arguments or variables.
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
    buckets = artifact_buckets(model, view)
    if isinstance(buckets, Verdict):
        return buckets
    return worst(unread(each) if isinstance(each, str) else _judged(model, each) for each in buckets)


def _judged(model: Model, bucket: Bucket) -> Verdict:
    path = (model.id, bucket.id)
    if missing := unobserved_joined(bucket, "exists", path=path):
        return missing
    if not bucket.exists:
        return not_applicable("the artifact bucket does not exist", **joined(bucket, "exists"))
    found = openness(bucket, f"the artifact bucket {bucket.name}")
    if found.missing and bucket.project is None:
        needed = "storage.buckets.get and storage.buckets.getIamPolicy"
        return unknown(f"who may read {bucket.name}, a bucket of another project: it takes {needed} there", path=path)
    if found.missing:
        fields = Bucket.__struct_fields__
        return unknown(*(f"Bucket.{name}" if name in fields else name for name in found.missing), path=path)
    shown = {f"Bucket.{name}": value for name, value in found.shown.items()}
    return (failed if found.open else passed)(found.message, path=path, **shown, **{"Bucket.name": bucket.name})
