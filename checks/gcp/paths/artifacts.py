"""The buckets that models and workloads name: for the joined checks."""

from collections.abc import Iterable, Sequence

from checks.gcp.names import bucket_id, bucket_of, owned_by_google
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from scanner.model.nouns import Verdict, not_applicable, unknown, unobserved
from scanner.model.views import View


def model_buckets(model: Model) -> list[str]:
    """Buckets that a model's artifact, arguments and variables are in or name, without those of Google's.

    Both fields have to be observed.
    """
    named = [bucket_of(model.artifact_uri), *(model.container_buckets or ())]
    return ours(name for name in named if name)


def ours(names: Iterable[str]) -> list[str]:
    """Without the buckets that Google publishes models and samples in."""
    return [name for name in dict.fromkeys(names) if not owned_by_google(name)]


def artifact_buckets(model: Model, view: View) -> list[Bucket | str] | Verdict:
    """The buckets that hold a model's artifacts, by name where they were not observed; a verdict if there are none."""
    if missing := unobserved(model, "artifact_uri", "container_buckets"):
        return missing
    names = model_buckets(model)
    if not names:
        return not_applicable("it names no bucket but Google's, if any", artifact_uri=model.artifact_uri)
    return observed(names, view)


def observed(names: Sequence[str], view: View) -> list[Bucket | str]:
    """The buckets of these names; the name alone of one that was not observed."""
    found = [(name, view.get(Bucket, bucket_id(name))) for name in names]
    return [bucket if isinstance(bucket, Bucket) else name for name, bucket in found]


def unread(name: str) -> Verdict:
    return unknown(f"bucket {name}")
