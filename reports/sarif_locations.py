"""Where a result of SARIF points: the line that declares the resource where that is known, else what was observed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from reports.sarif_evidence import Evidence
from reports.sarif_style import MAX_STEPS
from reports.sarif_text import label, last
from reports.writing import clean, redact
from scanner.model.history import Former
from scanner.model.notes import Site
from scanner.model.reported import Finding, Report

SOURCES = "%SRCROOT%"


def location(finding: Finding | Former, evidence: Evidence) -> dict[str, Any]:
    """The location of a result."""
    return observed(finding, evidence) if finding.source is None else declared(finding)


def related(finding: Finding | Former, evidence: Evidence) -> list[dict[str, Any]]:
    """Locations beside it: where it points at source, the observed configuration."""
    if finding.source is None:
        return []
    calls = [_call(call) for call in finding.source.calls]
    return [*calls, {**observed(finding, evidence), "message": {"text": "What was observed."}}]


def observed(finding: Finding | Former, evidence: Evidence) -> dict[str, Any]:
    """The place in the observed configuration that a finding rests on."""
    resource = finding.resource
    fields = tuple(finding.evidence) if isinstance(finding, Finding) else ()
    return evidence.location(resource.id, resource.name, evidence.line(resource.id, fields))


def declared(finding: Finding | Former) -> dict[str, Any]:
    """The line in the sources that declares the resource, or should."""
    source, resource = finding.source, finding.resource
    assert source is not None  # noqa: S101 - `location` and `related` look
    physical: dict[str, Any] = {
        "artifactLocation": _file(source),
        "region": {
            "startLine": source.line,
            "startColumn": source.column,
            "endLine": source.line,
            "endColumn": source.column + len(source.text),
        },
    }
    if source.text:
        said, region = clean(redact(source.text)), physical["region"]
        region["snippet"] = {"text": said}
        # To the next line and no further: the validator wants more than the region, quoted, and the block around it
        # may hold anything.
        end = {"endLine": source.line + 1, "endColumn": 1}
        physical["contextRegion"] = {**region, **end, "snippet": {"text": f"{said}\n"}}
    return {"physicalLocation": physical, "logicalLocations": [_logical(source, resource.id)]}


def _call(call: Site) -> dict[str, Any]:
    """The call of a module that leads to the line."""
    return {
        "physicalLocation": {"artifactLocation": _file(call), "region": {"startLine": call.line}},
        "logicalLocations": [_logical(call, call.address)],
        "message": {"text": f"'{label(call.address)}' is called here."},
    }


def _file(site: Site) -> dict[str, Any]:
    return {"uri": quote(redact(site.uri).encode("utf-8", "backslashreplace")), "uriBaseId": SOURCES}


def _logical(site: Site, name: str) -> dict[str, Any]:
    return {"name": clean(redact(site.address)), "fullyQualifiedName": clean(redact(name)), "kind": "resource"}


def base_of(report: Report) -> str:
    """What all paths of a run are said to be relative to, where its repository is known: the validator wants that."""
    return SOURCES if report.checkout is not None and report.checkout.repository else ""


def of_sources(report: Report) -> dict[str, Any]:
    """The members of a run that say where its sources are, and of which version of which repository."""
    said: dict[str, Any] = {"originalUriBaseIds": {SOURCES: {"description": {"text": "The root of the sources."}}}}
    if report.checkout is not None and report.checkout.repository:
        found = {
            "repositoryUri": redact(report.checkout.repository),
            "revisionId": report.checkout.revision,
            "branch": clean(redact(report.checkout.branch)),
        }
        known = {name: value for name, value in found.items() if value}
        said["versionControlProvenance"] = [{**known, "mappedTo": {"uriBaseId": SOURCES}}]
    return said


def steps(finding: Finding, evidence: Evidence) -> list[dict[str, Any]]:
    """A location for each resource of the path; where nothing failed on one, no snapshot of it is here to point at."""
    return [
        {
            **evidence.location(id if id in evidence else finding.resource.id, last(id), id=id),
            "message": {"text": f"Step {number}: '{label(id)}'."},
        }
        for number, id in enumerate(finding.path[:MAX_STEPS], start=1)
    ]
