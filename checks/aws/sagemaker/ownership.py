"""Whether the buckets that a resource names are there and belong to its account: one judgement for many checks."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from checks.aws.names import (
    bucket_arn,
    foreign_bucket_id,
    is_aws_content,
    is_escrow,
    is_reserved_for,
    location,
    partition_of,
)
from checks.aws.s3.owners import owner_in_scan
from checks.aws.s3.resources import AccountBucket, Bucket
from scanner.model.nouns import (
    ANYWHERE,
    Resource,
    Scope,
    Verdict,
    failed_unless_known,
    not_applicable,
    passed,
    unknown,
)
from scanner.model.trust import Foreign, few
from scanner.model.views import View


def bucket_of(view: View, resource: Resource, name: str) -> Bucket | UnsetType | None:
    """A bucket as its owner sees it if that is an account of the scan, else as the account of a resource sees it.

    Of one that an account of the scan has, and nothing there refers to, is known that it is there, and whose it is.
    """
    arn, account = bucket_arn(partition_of(resource.id), name), resource.scope.account
    owners = view.get(Bucket, arn, outside=account)
    own = isinstance(owners, Resource) and owners.scope.account == account
    seen = owners if own else view.get(Bucket, foreign_bucket_id(arn, account))
    if not isinstance(seen, Resource) or seen.owned is not False:
        return seen
    if isinstance(owners, Resource) and owners.owned not in (False, None):
        return owners
    owner = owner_in_scan(view, arn, account)
    if isinstance(owner, str):
        return Bucket(id=arn, name=name, scope=Scope("aws", owner, ANYWHERE), exists=True, owned=True)
    # An account that was not read may own it; all names tell whose it is, whatever else was refused.
    unread = owner is UNSET if view.asked(AccountBucket) else owners is UNSET
    return UNSET if unread else seen


def _doubt(bucket: Bucket | UnsetType | None, name: str, account: str) -> str:
    """What keeps from telling whose a bucket is; empty where nothing does."""
    if not isinstance(bucket, Resource) or bucket.exists is UNSET or bucket.owned is UNSET:
        return f"owner of {name}"
    if bucket.exists and not bucket.owned and is_escrow(name, account):
        return f"whether SageMaker holds {name} for this account"
    return ""


def judge_ownership(
    resource: Resource,
    view: View,
    uris: Iterable[str],
    *,
    nothing: str,
    unread: tuple[str, ...] = (),
    between: Mapping[str, tuple[str, ...]] | None = None,
    **evidence: Any,
) -> Verdict:
    """Fail if a bucket is missing or a stranger's, pass if all are ours, `unknown` if that could not be told.

    Ours are buckets of the resource's account and of the other accounts of the scan, and names that nobody else can
    take. Whether SageMaker itself holds one that has the name for that is not known. Buckets that AWS publishes from
    are left out; `nothing` is why the question may not arise. `unread` says what else names buckets and was not read,
    `between` by address which resources lie on the way to it.
    """
    places = {uri: location(uri) for uri in uris}
    here = resource.scope.region
    names = sorted({place[0] for place in places.values() if place is not None and not is_aws_content(place[0], here)})
    unclear = [f"whose bucket {uri} is in" for uri, place in places.items() if place is None] + list(unread)
    if not names and not unclear:
        return not_applicable(nothing)
    strange: list[Bucket] = []
    reserved: list[str] = []
    for name in names:
        bucket = bucket_of(view, resource, name)
        if doubt := _doubt(bucket, name, resource.scope.account):
            unclear.append(doubt)
        elif isinstance(bucket, Resource) and not bucket.owned:
            if bucket.exists or not is_reserved_for(name, resource.scope.account, here):
                strange.append(bucket)
            else:
                reserved.append(name)
    if strange:
        said = [f"{b.name} {'belongs to another account' if b.exists else 'does not exist'}" for b in strange]
        uri = next(uri for uri, place in places.items() if place and place[0] == strange[0].name)
        path = (resource.id, *(between or {}).get(uri, ()), bucket_arn(partition_of(resource.id), strange[0].name))
        seen = {bucket.name: {"exists": bucket.exists, "owned": bucket.owned} for bucket in strange}
        # A bucket that does not exist is nobody's: whoever makes it has it.
        foreign = tuple(Foreign.bucket(f"s3://{b.name}") for b in strange) if all(b.exists for b in strange) else ()
        shown = {**evidence, "Bucket.owned": seen}
        known = f"belongs to other accounts: {few([b.name for b in strange])}"
        return failed_unless_known(foreign, "; ".join(said), known=known, path=path, missing=tuple(unclear), **shown)
    if unclear:
        return unknown(*unclear)
    owned = [name for name in names if name not in reserved]
    said = ["belongs to accounts of this scan: " + ", ".join(owned)] if owned else []
    said += ["does not exist, and nobody else can make it: " + ", ".join(reserved)] if reserved else []
    return passed("; ".join(said), **{**evidence, "Bucket.owned": {name: name in owned for name in names}})
