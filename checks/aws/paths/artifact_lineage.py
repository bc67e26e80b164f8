"""The collector of what SageMaker's own lineage says of the artifacts that endpoints load.

From the record of an artifact it asks for all that led there, see
https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html. The reply has records and associations;
addresses of data and the jobs behind records are asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, UnsetType

from checks.aws.paths.collect import FoundView
from checks.aws.paths.served_packages import served_models
from checks.aws.sagemaker.details import there
from checks.aws.sagemaker.packages import artifacts
from checks.aws.sagemaker.resources import (
    ARTIFACTS,
    ArtifactLineage,
    Endpoint,
    EndpointConfig,
    InferenceComponent,
    LineageStep,
    Model,
    ModelPackage,
)
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

if TYPE_CHECKING:
    from checks.aws.client.api import AwsApi

_QUERY = "sagemaker:QueryLineage"
_ARTIFACT = "sagemaker:DescribeArtifact"
_COMPONENT = "sagemaker:DescribeTrialComponent"
#: The code under which the client gives every wording of "there is no such resource".
_GONE = ("ResourceNotFound",)
#: Associations from an artifact upwards that one query follows; the API takes no more.
DEPTH = 10
_IMAGE = "Image"


@collector(
    ArtifactLineage,
    operations=(ARTIFACTS, _QUERY, _ARTIFACT, _COMPONENT),
    follows=(Endpoint, EndpointConfig, InferenceComponent, Model, ModelPackage),
    opt_in="systems",
)
def artifact_lineage(api: AwsApi, found: Found) -> Iterator[ArtifactLineage]:
    """That of each artifact in S3 that a model of this region loads which an endpoint runs."""
    loaded: dict[str, set[str]] = {}
    view = FoundView(found, api.taken_at)
    served = served_models(view).paths
    for model in found.of(Model):
        if model.id in served and model.scope.region == api.scope.region and (own := artifacts(view, model)):
            for uri in own.uris:
                for spelled in {uri, uri.rstrip("/")}:  # of a folder, jobs note either
                    loaded.setdefault(spelled, set()).add(model.id)
    uris = sorted(uri for uri in loaded if uri.startswith("s3://"))
    listed = (item for uri in uris for item in api.pages(ARTIFACTS, SourceUri=uri, MaxResults=100))
    yield from there(api.each(partial(_lineage, api, loaded), listed))


def _lineage(api: AwsApi, loaded: Mapping[str, set[str]], summary: Mapping[str, Any]) -> ArtifactLineage | None:
    arn = str(summary["ArtifactArn"])
    items = api.members(
        _QUERY,
        absent=_GONE,
        StartArns=[arn],
        Direction="Ascendants",
        IncludeEdges=True,
        MaxDepth=DEPTH,
        MaxResults=50,
    )
    if items is None:
        api.gone()
        return None
    source = summary.get("Source")
    uri = source.get("SourceUri") if isinstance(source, Mapping) else None
    facts: dict[str, Any] = {"models": tuple(sorted(loaded[uri]))} if isinstance(uri, str) and uri in loaded else {}
    if not isinstance(items, UnsetType):
        facts |= _read(api, arn, uri if isinstance(uri, str) else "", items)
    name = str(summary.get("ArtifactName") or arn.rpartition("/")[2])
    return api.decode(ArtifactLineage, {ARTIFACTS: summary}, id=arn, name=name, **facts)


def _read(api: AwsApi, arn: str, uri: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the records and associations of a reply say; nothing where they say it in no way that is known."""
    records = {item["Arn"]: item for item in items if "Arn" in item}
    edges = [(item.get("SourceArn"), item.get("DestinationArn")) for item in items if "Arn" not in item]
    if not all(isinstance(text, str) for text in (*records, *(end for edge in edges for end in edge))):
        api.gap(_QUERY, CallFailed(Reason.MALFORMED, "records and associations have no ARNs"))
        return {}
    pairs = [(str(source), str(target)) for source, target in edges]
    steps = _steps(api, {arn: uri}, records, pairs)
    return {"cut": _depth(arn, pairs) >= DEPTH, **({} if steps is None else {"steps": steps})}


def _steps(
    api: AwsApi, known: dict[str, str], records: Mapping[str, Mapping[str, Any]], edges: Sequence[tuple[str, str]]
) -> tuple[LineageStep, ...] | None:
    """What ran, in the order of its ARN; None where some record was not observed. `known` are addresses of records."""
    steps: list[LineageStep] = []
    for arn in sorted(arn for arn, record in records.items() if record.get("LineageType") == "TrialComponent"):
        before = [source for source, target in edges if target == arn and _is_data(records, source)]
        after = [target for source, target in edges if source == arn and _is_data(records, target, known)]
        for each in (*before, *after):
            if each not in known and (found := _source(api, _ARTIFACT, "SourceUri", ArtifactArn=each)) is not UNSET:
                known[each] = str(found)
        job = _source(api, _COMPONENT, "SourceArn", TrialComponentName=arn)
        if job is UNSET or not known.keys() >= {*before, *after}:
            return None
        reads, writes = (tuple(sorted({known[each] for each in side} - {""})) for side in (before, after))
        steps.append(LineageStep(job=str(job) or arn, reads=reads, writes=writes))
    return tuple(steps)


def _is_data(records: Mapping[str, Mapping[str, Any]], arn: str, known: Mapping[str, str] | None = None) -> bool:
    record = records.get(arn, {})
    return arn in (known or ()) or (record.get("LineageType") == "Artifact" and record.get("Type") != _IMAGE)


def _source(api: AwsApi, operation: str, member: str, **parameters: Any) -> str | UnsetType:
    """What a record is of; empty for one that is gone, or of nothing; `UNSET` where that was not observed."""
    reply = api.call(operation, absent=_GONE, **parameters)
    if reply is UNSET or reply is None:
        return UNSET if reply is UNSET else ""
    source = reply.get("Source")
    if source is None:
        return ""
    found = source.get(member) if isinstance(source, Mapping) else None
    if not isinstance(found, str):
        api.gap(operation, CallFailed(Reason.MALFORMED, f"Source has no {member}"))
        return UNSET
    return found


def _depth(start: str, edges: Sequence[tuple[str, str]]) -> int:
    """How many associations lead from a record to the furthest of those before it."""
    seen, reached, depth = {start}, {start}, 0
    while reached := {source for source, target in edges if target in reached} - seen:
        seen |= reached
        depth += 1
    return depth
