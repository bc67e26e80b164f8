"""The collector of S3 buckets: only those that ML resources refer to, and SageMaker's predictable default buckets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType

from checks.aws.names import bucket_arn, default_bucket, foreign_bucket_id, is_aws_content, location
from checks.aws.partitions import console
from checks.aws.s3.resources import AccountBucket, Bucket
from checks.aws.sagemaker.addresses import component_uris, config_uris, job_uris, model_uris, package_uris
from checks.aws.sagemaker.resources import (
    EndpointConfig,
    InferenceComponent,
    Model,
    ModelPackage,
    NotebookInstance,
    TrainingJob,
)
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Observed, Reason, Reply

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: Questions about one bucket, and the error codes that answer "it has none".
_DETAILS: dict[str, tuple[str, ...]] = {
    "s3:GetPublicAccessBlock": ("NoSuchPublicAccessBlockConfiguration",),
    "s3:GetBucketPolicy": ("NoSuchBucketPolicy",),
    "s3:GetBucketPolicyStatus": ("NoSuchBucketPolicy",),
    "s3:GetBucketAcl": (),
    "s3:GetBucketEncryption": ("ServerSideEncryptionConfigurationNotFoundError",),
    "s3:GetBucketVersioning": (),
    "s3:GetBucketLogging": (),
}
_ACCOUNT_BLOCK = "s3:GetAccountPublicAccessBlock"
_LIST, _HEAD = "s3:ListBuckets", "s3:HeadBucket"
_MISSING = ("404", "NoSuchBucket")
_REFUSED = ("403", "AccessDenied", "Forbidden")


class _Place(Struct, frozen=True):
    """Whether a bucket is there, whose it is, and the region to ask about it (home if empty)."""

    exists: Observed[bool] = UNSET
    owned: Observed[bool] = UNSET
    region: str = ""
    #: what S3 said of that, by operation
    said: Mapping[str, Reply] = {}


@collector(
    Bucket,
    operations=(_LIST, _HEAD, _ACCOUNT_BLOCK, *_DETAILS),
    per="account",
    follows=(NotebookInstance, Model, ModelPackage, EndpointConfig, InferenceComponent, TrainingJob),
)
def buckets(api: AwsApi, found: Found) -> Iterator[Bucket]:
    referred, regions = _referred(found)
    defaults = {default_bucket(region, api.account) for region in regions}
    names = sorted(referred | defaults)
    if not names:
        return
    absent = ("NoSuchPublicAccessBlockConfiguration",)
    blocked = api.meanwhile(lambda: api.call(_ACCOUNT_BLOCK, AccountId=api.account, absent=absent))
    listed = api.members(_LIST, MaxBuckets=1000)
    own = listed if listed is UNSET else {str(summary.get("Name")): summary for summary in listed or ()}
    trusted = own is UNSET or _may_ask(api, own, names)
    block = blocked()

    def detail(name: str) -> Bucket:
        place = _place(api, name, own, trusted=trusted)
        details = _details(api, name, place, block)
        if details is None:  # deleted since it was seen: its name is free again
            api.gone()
            place, details = _Place(exists=False, owned=None, said=place.said), {}
        arn = bucket_arn(api.partition, name)
        own_id = place.owned is True or name in defaults
        return api.decode(
            Bucket,
            details,
            {**place.said, **details},
            id=arn if own_id else foreign_bucket_id(arn, api.account),
            name=name,
            console_url=console(api.partition, f"s3/buckets/{name}"),
            exists=place.exists,
            owned=place.owned,
            region=place.region or UNSET,
            is_default_name=name in defaults,
        )

    yield from api.each(detail, names)


@collector(AccountBucket, operations=(_LIST,), per="account", opt_in="accounts")
def account_buckets(api: AwsApi) -> Iterator[AccountBucket]:
    for summary in api.pages(_LIST, MaxBuckets=1000):
        name = str(summary["Name"])
        yield api.decode(AccountBucket, {_LIST: summary}, id=bucket_arn(api.partition, name), name=name)


def _referred(found: Found) -> tuple[set[str], set[str]]:
    """Names of the buckets that resources refer to, and the regions that these are in. Each is read once."""
    uris: set[str] = set()
    regions: set[str] = set()
    for notebook in found.of(NotebookInstance):
        regions.add(notebook.scope.region)
    for model in found.of(Model):
        regions.add(model.scope.region)
        uris.update(model_uris(model))
    for package in found.of(ModelPackage):
        uris.update(package_uris(package))
    for config in found.of(EndpointConfig):
        regions.add(config.scope.region)
        uris.update(config_uris(config))
    for component in found.of(InferenceComponent):
        uris.update(component_uris(component))
    for job in found.of(TrainingJob):
        regions.add(job.scope.region)
        uris.update(job_uris(job))
    names = {place[0] for uri in uris if (place := location(uri)) is not None}
    here = next(iter(regions), "")  # all regions of an account are of one partition
    return {name for name in names if not is_aws_content(name, here)}, regions


def _may_ask(api: AwsApi, own: Mapping[str, Mapping[str, Any]], names: list[str]) -> bool:
    """Whether a refusal says something about a bucket; not if we are refused one that is ours.

    Asked only if some bucket is not ours to begin with.
    """
    ours = [name for name in names if name in own] or sorted(own)
    if not ours or all(name in own for name in names):
        return True
    answer = _head(api, ours[0], region=own[ours[0]].get("BucketRegion") or "", ExpectedBucketOwner=api.account)
    if answer in _REFUSED:
        api.gap(_HEAD, CallFailed(Reason.DENIED, "refused even for a bucket of this account"))
    return isinstance(answer, Mapping)


def _head(api: AwsApi, name: str, **parameters: Any) -> Mapping[str, Any] | str | UnsetType:
    """The reply, or the code of a refusal or of "no such bucket". S3 names the region in every good reply."""
    answer = api.answer(_HEAD, codes=(*_MISSING, *_REFUSED), Bucket=name, **parameters)
    if isinstance(answer, Mapping) and not answer.get("BucketRegion"):
        api.gap(_HEAD, CallFailed(Reason.MALFORMED, "the reply has no BucketRegion"))
        return UNSET
    return answer


def _place(api: AwsApi, name: str, own: Mapping[str, Mapping[str, Any]] | UnsetType, *, trusted: bool) -> _Place:
    """Ours if the account lists it; else what two HEAD requests show, with and without naming us as the owner.

    A refusal alone proves nothing: it may be our own missing permission. It tells a foreign bucket only if the account
    listed its buckets and this is not one, or if the same request passes once it no longer names an owner.
    """
    said: dict[str, Reply] = {} if own is UNSET else {_LIST: own.get(name)}
    if own is not UNSET and name in own:
        return _Place(exists=True, owned=True, region=str(own[name].get("BucketRegion") or ""), said=said)
    ours = _head(api, name, ExpectedBucketOwner=api.account)
    said[_HEAD] = UNSET if ours is UNSET else {"of this account": ours}
    if ours is UNSET or ours in _MISSING:
        return _Place(said=said) if ours is UNSET else _Place(exists=False, owned=None, said=said)
    if isinstance(ours, Mapping):
        return _Place(exists=True, owned=True, region=str(ours["BucketRegion"]), said=said)
    anyones = _head(api, name)
    said[_HEAD] = {"of this account": ours} | ({} if anyones is UNSET else {"of anybody": anyones})
    if isinstance(anyones, Mapping):
        return _Place(exists=True, owned=False, said=said)
    if anyones in _MISSING:
        return _Place(exists=False, owned=None, said=said)
    if anyones is UNSET:
        return _Place(said=said)
    if own is UNSET:
        api.gap(_HEAD, CallFailed(Reason.DENIED, "refused, which does not tell whose bucket it is"))
        return _Place(said=said)
    return _Place(exists=True, owned=False, said=said) if trusted else _Place(said=said)


def _details(api: AwsApi, name: str, place: _Place, block: Reply) -> dict[str, Reply] | None:
    """What a bucket of ours says of itself; None if it is not there any more."""
    if place.owned is not True:
        return {}
    replies: dict[str, Reply] = {_ACCOUNT_BLOCK: block}
    for operation, absent in _DETAILS.items():
        found = api.answer(operation, codes=(*absent, *_MISSING), region=place.region, Bucket=name)
        if found in _MISSING:
            return None
        replies[operation] = None if isinstance(found, str) else found
    return replies
