"""Whether the buckets that a resource names are there and belong to its account: one judgement for many checks."""

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, UnsetType

from checks.aws.names import bucket_arn, foreign_bucket_id, is_aws_content, location, partition_of
from checks.aws.s3.resources import Bucket
from scanner.model.nouns import Resource, Verdict, failed, not_applicable, passed, unknown
from scanner.model.views import View


def bucket_of(view: View, resource: Resource, name: str) -> Bucket | UnsetType | None:
    """A bucket as the account of a resource sees it; another account of the same scan may see it differently."""
    arn = bucket_arn(partition_of(resource.id), name)
    found = view.get(Bucket, arn)
    if isinstance(found, Resource) and found.scope.account == resource.scope.account:
        return found
    return view.get(Bucket, foreign_bucket_id(arn, resource.scope.account))


def judge_ownership(
    resource: Resource,
    view: View,
    uris: Iterable[str],
    *,
    nothing: str,
    packages: tuple[str, ...] = (),
    **evidence: Any,
) -> Verdict:
    """Fail if a bucket is missing or another account's, pass if all are ours, `unknown` if that could not be told.

    Buckets that AWS publishes from are left out; `nothing` is why the question may not arise. `packages` are model
    packages whose buckets were not observed.
    """
    places = {uri: location(uri) for uri in uris}
    lost = [uri for uri, place in places.items() if place is None]
    names = sorted({place[0] for place in places.values() if place is not None and not is_aws_content(place[0])})
    missing, foreign = [], []
    unclear = ["Bucket"] * bool(lost) + [f"artifact of {package}" for package in packages]
    if not names and not unclear:
        return not_applicable(nothing)
    for name in names:
        bucket = bucket_of(view, resource, name)
        if not isinstance(bucket, Resource) or bucket.exists is UNSET or bucket.owned is UNSET:
            unclear.append(f"owner of {name}")
        elif not bucket.exists:
            missing.append(bucket)
        elif not bucket.owned:
            foreign.append(bucket)
    if missing or foreign:
        said = [f"{bucket.name} does not exist" for bucket in missing]
        said += [f"{bucket.name} belongs to another account" for bucket in foreign]
        path = (resource.id, bucket_arn(partition_of(resource.id), (missing + foreign)[0].name))
        seen = {bucket.name: {"exists": bucket.exists, "owned": bucket.owned} for bucket in missing + foreign}
        return failed("; ".join(said), path=path, **{**evidence, "Bucket.owned": seen})
    if unclear:
        return unknown(*unclear)
    return passed("belongs to this account: " + ", ".join(names), **{**evidence, "Bucket.owned": True})
