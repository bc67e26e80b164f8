"""JSON report, version 1: own frozen types, so that inner changes never change what others parse.

Fields are only ever added. `scripts/build_schema.py` publishes the JSON Schema of these types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from reports.writing import Indented, Pieces, dump, indent, redact, stream, without_secrets
from scanner import __version__
from scanner.model.nouns import (
    CheckInfo,
    Finding,
    FrameworkScore,
    Gap,
    Listing,
    Reason,
    Report,
    Scope,
    Severity,
    Status,
)
from scanner.model.secrets.shapes import may_hold_secret
from scanner.model.trust import Use

SCHEMA: Literal["mlposture/report/v1"] = "mlposture/report/v1"
#: Findings stand below the report and its list of them.
_DEPTH = 2


class ToolV1(Struct, frozen=True):
    """What wrote the report."""

    name: str
    version: str


class ScopeV1(Struct, frozen=True):
    """One account, project or subscription in one region; `global` where the service has no regions."""

    provider: str
    account: str
    region: str


class ScanV1(Struct, frozen=True):
    """The run. `complete` is false when anything could not be observed; see `gaps`."""

    id: str
    started_at: datetime
    finished_at: datetime
    scopes: list[ScopeV1]
    arguments: list[str]
    complete: bool


class VerdictCountsV1(Struct, frozen=True, rename={"passed": "pass"}):
    """Verdicts over all checks and resources, also those that `findings` leaves out."""

    passed: int
    fail: int
    unknown: int
    not_applicable: int
    suppressed: int


class SeverityCountsV1(Struct, frozen=True):
    """Failures by severity."""

    critical: int
    high: int
    medium: int
    low: int
    informational: int


class SummaryV1(Struct, frozen=True):
    """Counts. `resources` is how many were observed, `trusted` how many of the passes rest on `trust`."""

    resources: int
    verdicts: VerdictCountsV1
    by_severity: SeverityCountsV1
    trusted: int


class CheckV1(Struct, frozen=True):
    """The check that gave a verdict. The id never changes its meaning."""

    id: str
    slug: str
    title: str


class ResourceV1(Struct, frozen=True):
    """The resource judged. `id` is the provider's full name.

    `cached` gives the operations whose details came from the local cache, and when these were read.
    """

    id: str
    kind: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str
    cached: Mapping[str, str]


class ControlV1(Struct, frozen=True):
    """A framework control that the check speaks to, how, and why: never that the control is fulfilled."""

    framework: str
    id: str
    relationship: str
    reason: str


class SourceV1(Struct, frozen=True):
    """Where infrastructure as code declares the resource."""

    uri: str
    line: int
    address: str


class FindingStartV1(Struct, frozen=True):
    """What is a finding's own. All findings of a check have the rest in common."""

    fingerprint: str
    check: CheckV1
    verdict: Status
    severity: Severity
    score: float
    message: str
    evidence: Mapping[str, Any]
    resource: ResourceV1
    path: list[str]


class FindingV1(FindingStartV1, frozen=True):
    """One verdict on one resource. `evidence` holds the observed values and, for a failure, the score's arithmetic."""

    objective: str
    controls: list[ControlV1]
    source: SourceV1 | None
    suppression: dict[str, Any] | None
    state: str | None
    remediation: str
    references: list[str]


class GapV1(Struct, frozen=True):
    """Something that was not observed, how often, the permission that closes it, and the checks it blinds."""

    kind: str
    operation: str
    scope: ScopeV1
    reason: Reason
    detail: str
    permission: str
    count: int
    checks: list[str]


class KindCoverageV1(Struct, frozen=True):
    """How much of a kind was seen in one scope. `absent` says why the scope can hold none; empty otherwise.

    `gone` counts resources that were listed and were not there any more when their details were asked for.
    """

    provider: str
    account: str
    region: str
    kind: str
    observed: int
    complete: bool
    absent: str
    gone: int


class CheckCoverageV1(Struct, frozen=True):
    """Verdicts of one check. `judged` is passed + failed; `trusted` of those that passed rest on `trust`."""

    id: str
    judged: int
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    trusted: int


class CoverageV1(Struct, frozen=True):
    """What the verdicts rest on."""

    kinds: list[KindCoverageV1]
    checks: list[CheckCoverageV1]


class FrameworkScoreV1(Struct, frozen=True):
    """Controls of a framework that the evidence supports or contradicts. Neither means compliant."""

    controls: int
    supported: list[str]
    contradicted: list[str]
    not_assessed: int


class ScoresV1(Struct, frozen=True):
    """Percentages. `posture` is null if nothing was assessed; `lower` and `upper` count unknown as fail and as pass."""

    posture: float | None
    coverage: float
    lower: float
    upper: float
    frameworks: dict[str, FrameworkScoreV1]
    systems: dict[str, dict[str, Any]]


class TrustV1(Struct, frozen=True):
    """An entry of `[trust]`: what is said to belong to the reader or a partner, why, and the last day it counts.

    `expired` entries trust nothing. `matched` says whether a verdict needed it, `passes` how many rest on it.
    """

    table: str
    value: str
    reason: str
    until: date | None
    expired: bool
    matched: bool
    passes: int


class ReportV1(Struct, frozen=True):
    """A posture report."""

    schema: Literal["mlposture/report/v1"]
    tool: ToolV1
    scan: ScanV1
    summary: SummaryV1
    findings: list[FindingV1]
    gaps: list[GapV1]
    coverage: CoverageV1
    scores: ScoresV1
    trust: list[TrustV1]


def render(report: Report) -> Iterator[bytes]:
    """The report as JSON, deterministic to the byte, in pieces: `ReportV1` with its long lists item by item."""
    yield from stream(
        Pieces(
            schema=SCHEMA,
            tool=ToolV1("mlposture", __version__),
            scan=_scan(report),
            summary=_summary(report),
            findings=_findings(report),
            gaps=map(_gap, report.gaps),
            coverage=Pieces(kinds=map(_kind, report.listings), checks=_checks(report)),
            scores=_scores(report),
            trust=[_trust(use) for use in report.trust],
        )
    )
    yield b"\n"


def _scan(report: Report) -> ScanV1:
    return ScanV1(
        id=report.scan_id,
        started_at=report.started_at,
        finished_at=report.finished_at,
        scopes=[_scope(scope) for scope in report.scopes],
        arguments=[redact(argument) for argument in report.arguments],
        complete=report.complete,
    )


def _summary(report: Report) -> SummaryV1:
    return SummaryV1(
        resources=report.resources,
        verdicts=VerdictCountsV1(
            passed=report.counts["pass"],
            fail=report.counts["fail"],
            unknown=report.counts["unknown"],
            not_applicable=report.counts["not_applicable"],
            suppressed=report.counts["suppressed"],
        ),
        by_severity=SeverityCountsV1(**{str(severity): report.by_severity[severity] for severity in Severity}),
        trusted=report.trusted,
    )


def _scope(scope: Scope) -> ScopeV1:
    return ScopeV1(scope.provider, scope.account, scope.region)


def prepare(finding: Finding) -> bytes:
    """What is a finding's own, as JSON without its end: made while its resource is at hand."""
    text = dump(_start(finding, finding.message, finding.evidence, finding.resource.cached))
    if may_hold_secret(text):  # one look at all of it; few findings need more
        evidence, cached = without_secrets(finding.evidence), without_secrets(finding.resource.cached)
        text = dump(_start(finding, redact(finding.message), evidence, cached))
    return indent(text[: -len(b"\n}")], _DEPTH)


def _findings(report: Report) -> Iterator[bytes]:
    """Findings as JSON. What those of a check have in common is most of each, so it is encoded once a check."""
    ends = {check.id: b"," + indent(dump(_end(check))[len(b"{") :], _DEPTH) for check in report.checks}
    starts = report.findings.prepared() or ((finding.check_id, prepare(finding)) for finding in report.findings)
    for check, start in starts:
        yield Indented(start + ends[check])


def _start(finding: Finding, message: str, evidence: Mapping[str, Any], cached: Mapping[str, str]) -> FindingStartV1:
    resource = finding.resource
    scope = resource.scope
    return FindingStartV1(
        fingerprint=finding.fingerprint,
        check=CheckV1(finding.check_id, finding.slug, finding.title),
        verdict=finding.verdict,
        severity=finding.severity,
        score=finding.score,
        message=message,
        evidence=evidence,
        resource=ResourceV1(
            id=resource.id,
            kind=type(resource).kind,
            name=resource.name,
            provider=scope.provider,
            account=scope.account,
            region=scope.region,
            console_url=resource.console_url,
            cached=cached,
        ),
        path=list(finding.path),
    )


def _end(check: CheckInfo) -> dict[str, Any]:
    """The members of `FindingV1` that all findings of a check have in common."""
    return {
        "objective": check.objective,
        "controls": [ControlV1(c.framework, c.id, c.relationship, c.reason) for c in check.controls],
        "source": None,
        "suppression": None,
        "state": None,
        "remediation": check.remediation,
        "references": list(check.references),
    }


def _gap(gap: Gap) -> GapV1:
    return GapV1(
        kind=gap.kind,
        operation=gap.operation,
        scope=_scope(gap.scope),
        reason=gap.reason,
        detail=redact(gap.detail),
        permission=gap.permission,
        count=gap.count,
        checks=list(gap.checks),
    )


def _kind(listing: Listing) -> KindCoverageV1:
    return KindCoverageV1(
        provider=listing.scope.provider,
        account=listing.scope.account,
        region=listing.scope.region,
        kind=listing.kind,
        observed=listing.observed,
        complete=listing.complete,
        absent=listing.absent,
        gone=listing.gone,
    )


def _checks(report: Report) -> list[CheckCoverageV1]:
    return [
        CheckCoverageV1(
            id=id,
            judged=count.passed + count.failed,
            passed=count.passed,
            failed=count.failed,
            unknown=count.unknown,
            not_applicable=count.not_applicable,
            trusted=count.trusted,
        )
        for id, count in sorted(report.check_counts.items())
    ]


def _scores(report: Report) -> ScoresV1:
    return ScoresV1(
        posture=report.score.posture,
        coverage=report.score.coverage,
        lower=report.score.lower,
        upper=report.score.upper,
        frameworks={name: _framework(score) for name, score in sorted(report.framework_scores.items())},
        systems={},
    )


def _framework(score: FrameworkScore) -> FrameworkScoreV1:
    return FrameworkScoreV1(
        controls=score.controls,
        supported=list(score.supported),
        contradicted=list(score.contradicted),
        not_assessed=score.not_assessed,
    )


def _trust(use: Use) -> TrustV1:
    entry = use.entry
    return TrustV1(
        table=entry.table,
        value=entry.value,
        reason=redact(entry.reason),
        until=entry.until,
        expired=use.expired,
        matched=use.matched,
        passes=use.passes,
    )
