"""The collector of tags. It names the resources that it asks about.

All that has tags in an account may be a thousand times as much: training jobs are never deleted, and most have some.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.cloudwatch.resources import Alarm
from checks.aws.logs.resources import LogGroup
from checks.aws.names import account_of, region_of
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import (
    Endpoint,
    EndpointConfig,
    FeatureGroup,
    InferenceComponent,
    Model,
    ModelCard,
    ModelPackage,
    MonitoringSchedule,
    NotebookInstance,
    TrainingJob,
)
from checks.aws.sns.resources import Topic
from checks.aws.tagging.resources import TAGS, TaggedResource
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Resource, Scope

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

#: What may be asked about in one call.
_MOST = 100
_FOLLOWED: tuple[type[Resource], ...] = (
    *(Alarm, Topic),
    *(Bucket, Endpoint, EndpointConfig, FeatureGroup, InferenceComponent, LogGroup, Model, ModelCard, ModelPackage),
    *(MonitoringSchedule, NotebookInstance, TrainingJob),
)

#: Id, name and scope of a resource.
_Named = tuple[str, str, Scope]


@collector(TaggedResource, operations=(TAGS,), per="account", follows=_FOLLOWED, opt_in="tags")
def tagged_resources(api: AwsApi, found: Found) -> Iterator[TaggedResource]:
    """One for each resource that an answer was got for; without tags, it has none."""

    def look(asked: tuple[str, list[_Named]]) -> list[TaggedResource]:
        region, batch = asked
        tags = _tags(api, region, [id for id, _, _ in batch])
        if isinstance(tags, UnsetType):
            return []
        return [
            api.decode(TaggedResource, {TAGS: tags.get(id.lower())}, id=id, name=name, scope=scope)
            for id, name, scope in batch
        ]

    for made in api.each(look, _batches(api.account, found)):
        yield from made


def _batches(account: str, found: Found) -> Iterator[tuple[str, list[_Named]]]:
    """As many as may be asked about at once, each with the region that they are in."""
    waiting: defaultdict[str, list[_Named]] = defaultdict(list)
    for kind in _FOLLOWED:
        for resource in found.of(kind):
            if region := _region(account, resource):
                waiting[region].append((resource.id, resource.name, resource.scope))
                if len(waiting[region]) == _MOST:
                    yield region, waiting.pop(region)
    yield from sorted(waiting.items())


def _region(account: str, resource: Resource) -> str:
    """Where a resource of this account is; empty for one of another, and for one whose region was not observed."""
    if isinstance(resource, Bucket):
        return resource.region or "" if resource.owned is True else ""
    return region_of(resource.id) if account_of(resource.id) == account and "#" not in resource.id else ""


def _tags(api: AwsApi, region: str, arns: list[str]) -> Mapping[str, Any] | UnsetType:
    """What the API says of those resources that have tags, or had some, by ARN in lower case."""
    reply = api.call(TAGS, region=region, ResourceARNList=arns)
    if isinstance(reply, Mapping):
        said = reply.get("ResourceTagMappingList")
        found = [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
        if said == found and not reply.get("PaginationToken"):
            return {str(each.get("ResourceARN")).lower(): {"Tags": _by_key(each.get("Tags"))} for each in found}
        api.gap(TAGS, CallFailed(Reason.MALFORMED, "the reply is no list of all that was asked for"))
    api.recorder.listed(TaggedResource.kind, api.scope, complete=False)
    return UNSET


def _by_key(tags: Any) -> Any:
    """Tags as a map; what is no list of them as it is, which decoding refuses."""
    if not isinstance(tags, list) or not all(isinstance(tag, Mapping) for tag in tags):
        return tags
    return {str(tag.get("Key", "")): tag.get("Value", "") for tag in tags}
