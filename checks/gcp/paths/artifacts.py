"""The bucket behind a model's artifact: for the joined checks."""

from checks.gcp.names import bucket_id, bucket_of, owned_by_google
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def artifact_bucket(model: Model, view: View) -> Bucket | Verdict:
    """The bucket that holds a model's artifact, or the verdict that there is none to judge."""
    if missing := unobserved(model, "artifact_uri"):
        return missing
    name = bucket_of(model.artifact_uri)
    if name is None:
        return not_applicable("it has no artifact in a bucket", artifact_uri=model.artifact_uri)
    if owned_by_google(name):
        return not_applicable("its artifact is one that Google publishes", artifact_uri=model.artifact_uri)
    bucket = view.get(Bucket, bucket_id(name))
    return bucket if isinstance(bucket, Bucket) else unknown(f"bucket {name}")
