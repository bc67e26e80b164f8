"""Where a result of SARIF points: the line that declares the resource where that is known, else what was observed."""

from __future__ import annotations

from typing import Any

from reports.sarif_evidence import Evidence
from reports.sarif_style import MAX_STEPS
from reports.sarif_text import label, last
from reports.writing import clean, redact
from scanner.model.history import Former
from scanner.model.nouns import Finding

SOURCES = "%SRCROOT%"


def location(finding: Finding | Former, evidence: Evidence) -> dict[str, Any]:
    """The location of a result."""
    return observed(finding, evidence) if finding.source is None else declared(finding)


def related(finding: Finding | Former, evidence: Evidence) -> list[dict[str, Any]]:
    """Locations beside it: where it points at source, the observed configuration."""
    if finding.source is None:
        return []
    return [{**observed(finding, evidence), "message": {"text": "What was observed."}}]


def observed(finding: Finding | Former, evidence: Evidence) -> dict[str, Any]:
    """The place in the observed configuration that a finding rests on."""
    resource = finding.resource
    fields = tuple(finding.evidence) if isinstance(finding, Finding) else ()
    return evidence.location(resource.id, resource.name, evidence.line(resource.id, fields))


def declared(finding: Finding | Former) -> dict[str, Any]:
    """The line in the sources that declares the resource, or should."""
    source, resource = finding.source, finding.resource
    assert source is not None  # noqa: S101 - `location` and `related` look
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": source.uri, "uriBaseId": SOURCES},
            "region": {"startLine": source.line, "startColumn": 1, "endLine": source.line, "endColumn": 1},
        },
        "logicalLocations": [
            {"name": clean(redact(source.address)), "fullyQualifiedName": clean(resource.id), "kind": "resource"}
        ],
    }


def of_sources() -> dict[str, Any]:
    """The members of a run that say where its sources are; of one with results that point there."""
    return {"originalUriBaseIds": {SOURCES: {"description": {"text": "The root of the sources."}}}}


def steps(finding: Finding, evidence: Evidence) -> list[dict[str, Any]]:
    """A location for each resource of the path; where nothing failed on one, no snapshot of it is here to point at."""
    return [
        {
            **evidence.location(id if id in evidence else finding.resource.id, last(id), id=id),
            "message": {"text": f"Step {number}: '{label(id)}'."},
        }
        for number, id in enumerate(finding.path[:MAX_STEPS], start=1)
    ]
