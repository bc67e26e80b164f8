"""SageMaker's lineage of an AWS world.

In the world file, by region: `lineage: {eu-west-1: {artifacts: [...], components: [...], associations: [[from, to]]}}`.
Artifacts and trial components are what their Describe answers; ends of associations are their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worlds.aws_model import AwsError, conform, known_model, offset, token_from

LINEAGE_OPERATIONS = tuple(
    f"sagemaker:{name}" for name in ("ListArtifacts", "QueryLineage", "DescribeArtifact", "DescribeTrialComponent")
)
_KEYS = {"artifacts": ("DescribeArtifact", "Artifact"), "components": ("DescribeTrialComponent", "TrialComponent")}
_SEGMENTS = {"Artifact": "artifact", "TrialComponent": "experiment-trial-component"}


def check_lineage(document: Mapping[str, Any], problems: list[str]) -> None:
    """Note records that SageMaker could not have; times in them become times."""
    for region, known in (document.get("lineage") or {}).items():
        names = {record[f"{kind}Name"] for key, (_, kind) in _KEYS.items() for record in known.get(key, ())}
        for key, (operation, kind) in _KEYS.items():
            shape = known_model("sagemaker").operation_model(operation).output_shape
            for number, record in enumerate(known.get(key, ())):
                arn = f"arn:aws:sagemaker:{region}:{document['account']}:{_SEGMENTS[kind]}/{record[f'{kind}Name']}"
                record[f"{kind}Arn"] = arn
                known[key][number] = conform(record, shape, f"lineage.{region}.{key}[{number}]", problems)
        ends = {end for pair in known.get("associations", ()) for end in pair}
        problems += [f"lineage.{region}: nothing is called {name}" for name in sorted(ends - names)]


def answer_lineage(document: Mapping[str, Any], region: str, name: str, params: Mapping[str, Any]) -> Any:
    """The reply of an operation; raises AwsError."""
    known = (document.get("lineage") or {}).get(region) or {}
    records = {record[f"{kind}Arn"]: record for key, (_, kind) in _KEYS.items() for record in known.get(key, ())}
    if name == "ListArtifacts":
        uri = params.get("SourceUri")
        found = [one for one in known.get("artifacts", ()) if uri in (None, one["Source"]["SourceUri"])]
        members = known_model("sagemaker").shape_for("ArtifactSummary").members
        return _page("ArtifactSummaries", [{key: one[key] for key in members if key in one} for one in found], params)
    if name != "QueryLineage":
        return _one(records, params.get("ArtifactArn") or params.get("TrialComponentName"))
    [start] = params["StartArns"]
    _one(records, start)
    arns = {arn.rpartition("/")[2]: arn for arn in records}
    edges = [(arns[source], arns[target]) for source, target in known.get("associations", ())]
    near = _before(start, edges, int(params["MaxDepth"]))
    vertices = [_vertex(arn, records[arn]) for arn in sorted(near)]
    kept = [_edge(source, target) for source, target in edges if {source, target} <= near]
    start_at, size = offset(params.get("NextToken")), min(int(params.get("MaxResults") or 10), 50)
    both = [*(("Vertices", one) for one in vertices), *(("Edges", one) for one in kept)]
    page: dict[str, Any] = {"Vertices": [], "Edges": []}
    for member, one in both[start_at : start_at + size]:
        page[member].append(one)
    return page | ({"NextToken": token_from(start_at + size)} if start_at + size < len(both) else {})


def _before(start: str, edges: list[tuple[str, str]], depth: int) -> set[str]:
    """What leads to a record by so many associations, and that record."""
    seen = {start}
    for _ in range(depth):
        seen |= {source for source, target in edges if target in seen}
    return seen


def _vertex(arn: str, record: Mapping[str, Any]) -> dict[str, Any]:
    kind = "Artifact" if "ArtifactArn" in record else "TrialComponent"
    type = record.get("ArtifactType") or record.get("Source", {}).get("SourceType", "")
    return {"Arn": arn, "Type": type, "LineageType": kind}


def _edge(source: str, target: str) -> dict[str, str]:
    kind = "Produced" if "experiment-trial-component" in source else "ContributedTo"
    return {"SourceArn": source, "DestinationArn": target, "AssociationType": kind}


def _one(records: Mapping[str, Any], arn: Any) -> Any:
    if arn not in records:
        raise AwsError(400, "ResourceNotFound", f"{arn} does not exist.")
    return records[arn]


def _page(member: str, found: list[Any], params: Mapping[str, Any]) -> dict[str, Any]:
    start, size = offset(params.get("NextToken")), int(params.get("MaxResults") or 10)
    more = {"NextToken": token_from(start + size)} if start + size < len(found) else {}
    return {member: found[start : start + size], **more}
