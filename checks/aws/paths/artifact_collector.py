"""The collector of the objects in S3 that model packages that serve name as their artifacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.aws.names import location, seen_from
from checks.aws.paths.artifact_objects import artifact_sources, bare
from checks.aws.paths.collect import FoundView
from checks.aws.s3.resources import OBJECTS, ArtifactObject
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: A bucket that is not there any more holds nothing.
_ABSENT = ("NoSuchBucket",)


@collector(
    ArtifactObject,
    operations=(OBJECTS,),
    per="account",
    follows=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage),
    opt_in="systems",
)
def artifact_objects(api: AwsApi, found: Found) -> Iterator[ArtifactObject]:
    """One call for each object, which lists no more than the first key that begins so: that is the key itself."""
    regions = FoundView(found, api.taken_at).derive(artifact_sources).regions
    yield from api.each(lambda one: _object(api, one, regions[one]), sorted(regions))


def _object(api: AwsApi, id: str, region: str) -> ArtifactObject:
    address = id.removesuffix(seen_from("", api.account))
    bucket, key = location(address) or ("", "")
    reply = api.call(OBJECTS, region=region, absent=_ABSENT, Bucket=bucket, Prefix=key, MaxKeys=1)
    facts: Reply = reply if reply is UNSET or reply is None else _of(api, reply, key)
    exists = UNSET if facts is UNSET else facts is not None
    shown = {**facts, "ETag": _bare(facts.get("ETag"))} if isinstance(facts, Mapping) else facts
    identity = {"id": id, "name": address.removeprefix("s3://"), "exists": exists}
    return api.decode(ArtifactObject, {OBJECTS: shown}, {OBJECTS: facts}, **identity)


def _of(api: AwsApi, reply: Mapping[str, Any], key: str) -> Reply:
    """What a listing says of the object with this very key; None where it has none."""
    listed = reply.get("Contents") or []
    if reply.get("KeyCount") != len(listed):
        api.gap(OBJECTS, CallFailed(Reason.MALFORMED, "KeyCount is not how many Contents there are"))
        return UNSET
    return next((one for one in listed if one.get("Key") == key), None)


def _bare(etag: Any) -> Any:
    return bare(etag) if isinstance(etag, str) else etag
