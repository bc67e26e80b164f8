"""Keys of what SageMaker writes to S3 without being told one: those that the buckets give by default may count."""

from collections.abc import Iterable

from msgspec import UNSET

from checks.aws.keys import own_default_key
from checks.aws.names import location
from checks.aws.sagemaker.ownership import bucket_of
from scanner.model.nouns import Resource, Verdict, unknown
from scanner.model.views import View


def unless_by_default(resource: Resource, view: View, uris: Iterable[str], verdict: Verdict) -> Verdict:
    """A failure for want of a key, unless every bucket that is written to is ours and gives one of ours by default.

    AWS does not say whether SageMaker then names none, so that the default counts, or the one that AWS manages.
    """
    doubts = []
    for uri in uris:
        place = location(uri)
        if place is None:
            doubts.append(f"which bucket {uri} is in")
            continue
        bucket = bucket_of(view, resource, place[0])
        if not isinstance(bucket, Resource) or bucket.owned is UNSET:
            doubts.append(f"the default key of {place[0]}")
        elif not bucket.owned:
            return verdict
        elif bucket.encryption is UNSET:
            doubts.append("Bucket.encryption")
        elif own_default_key(bucket.encryption or ()):
            doubts.append(f"whether SageMaker leaves the key to {place[0]}, whose default is one of yours")
        else:
            return verdict
    return unknown(*dict.fromkeys(doubts)) if doubts else verdict
