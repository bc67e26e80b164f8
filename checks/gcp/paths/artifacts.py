"""The buckets that models and workloads name: for the joined checks."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from checks.gcp.names import bucket_id, bucket_of, owned_by_google
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Model
from scanner.model.nouns import Status, Verdict, not_applicable, unknown, unobserved
from scanner.model.trust import few
from scanner.model.views import View

#: Of the verdicts on several buckets, which one counts for what names them all.
_WORST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


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


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The first of the worst of them: one bucket that is open or gone is enough.

    Where all failures are of buckets that may be known to be the reader's, it is about all of these, and about what the
    rest leaves open.
    """
    found = list(verdicts)
    first = min(found, key=lambda verdict: (_WORST.index(verdict.status), bool(verdict.foreign)))
    if not first.foreign:
        return first
    foreign = tuple(thing for verdict in found for thing in verdict.foreign)
    missing = tuple(name for verdict in found for name in verdict.missing)
    known = few(list(dict.fromkeys(verdict.known for verdict in found if verdict.known)))
    return replace(first, foreign=foreign, missing=missing, known=known)
