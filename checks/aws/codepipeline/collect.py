"""The collector of pipelines: those that AI systems name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.codepipeline.resources import PIPELINE, DeclaredPipeline
from scanner.model.collectors import Found, collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_GONE = ("PipelineNotFoundException",)
_RESULT = {"result": None}
#: What is kept of a reply, not even with kept replies more: configurations of actions may hold secrets.
_KEPT: Mapping[str, Any] = {
    "pipeline": {
        "stages": {
            "name": None,
            "actions": {"actionTypeId": {"category": None, "provider": None}, "runOrder": None},
            "beforeEntry": {"conditions": _RESULT},
            "onFailure": _RESULT,
        }
    }
}


@collector(DeclaredPipeline, operations=(PIPELINE,), opt_in="systems", named=True)
def declared_pipelines(api: AwsApi, found: Found) -> Iterator[DeclaredPipeline]:
    """Each by its name."""
    here = f"arn:{api.partition}:codepipeline:{api.scope.region}:{api.account}:"
    yield from api.each(lambda arn: _pipeline(api, arn), [id for id in found.named if id.startswith(here)])


def _pipeline(api: AwsApi, id: str) -> DeclaredPipeline:
    name = id.rpartition(":")[2]
    reply: Reply = api.call(PIPELINE, absent=_GONE, name=name)
    exists = UNSET if isinstance(reply, UnsetType) else reply is not None
    kept = _only(reply, _KEPT) if isinstance(reply, Mapping) else reply
    return api.decode(DeclaredPipeline, {PIPELINE: kept}, id=id, name=name, exists=exists)


def _only(value: Any, kept: Mapping[str, Any] | None) -> Any:
    """A reply without the members that are not kept. What has another shape stays, and decoding says so."""
    if kept is None:
        return value
    if isinstance(value, list):
        return [_only(each, kept) for each in value]
    if isinstance(value, Mapping):
        return {name: _only(each, kept[name]) for name, each in value.items() if name in kept}
    return value
