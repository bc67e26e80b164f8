"""JSON report, version 1: what its types, in `json_types_v1`, are filled with, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from reports.json_evidence_v1 import evidence, scores
from reports.json_types_v1 import (
    CheckCoverageV1,
    CheckV1,
    ControlV1,
    FindingStartV1,
    GapV1,
    KindCoverageV1,
    PrincipalV1,
    ResourceV1,
    ScanV1,
    ScopeV1,
    SeverityCountsV1,
    SummaryV1,
    SuppressionUseV1,
    SuppressionV1,
    ToolV1,
    TrustV1,
    VerdictCountsV1,
)
from reports.writing import Indented, Pieces, dump, indent, redact, stream, without_secrets
from scanner import __version__
from scanner.model.notes import Suppression, SuppressionUse
from scanner.model.nouns import (
    CheckInfo,
    Finding,
    Gap,
    Listing,
    Report,
    Scope,
    Severity,
)
from scanner.model.trust import Use

SCHEMA: Literal["mlposture/report/v1"] = "mlposture/report/v1"
#: Findings stand below the report and its list of them.
_DEPTH = 2


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
            scores=scores(report),
            evidence=evidence(report.assessment),
            trust=[_trust(use) for use in report.trust],
            suppressions=map(_suppression_use, report.suppressions),
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
        principals=[PrincipalV1(one.provider, one.account, redact(one.name) or None) for one in report.principals],
        inventories=list(report.inventories),
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
    return indent(dump(_start(finding))[: -len(b"\n}")], _DEPTH)


def _findings(report: Report) -> Iterator[bytes]:
    """Findings as JSON. What those of a check have in common is most of each, so it is encoded once a check."""
    ends = {check.id: b"," + indent(dump(_end(check))[len(b"{") :], _DEPTH) for check in report.checks}
    starts = report.findings.prepared() or ((finding.check_id, prepare(finding)) for finding in report.findings)
    for check, start in starts:
        yield Indented(start + ends[check])


def _start(finding: Finding) -> FindingStartV1:
    resource = finding.resource
    scope = resource.scope
    return FindingStartV1(
        fingerprint=finding.fingerprint,
        check=CheckV1(finding.check_id, finding.slug, finding.title),
        verdict=finding.verdict,
        severity=finding.severity,
        score=finding.score,
        message=redact(finding.message),
        evidence=without_secrets(finding.evidence),
        resource=ResourceV1(
            id=resource.id,
            kind=type(resource).kind,
            name=resource.name,
            provider=scope.provider,
            account=scope.account,
            region=scope.region,
            console_url=resource.console_url,
            cached=without_secrets(resource.cached) if resource.cached else {},
        ),
        path=list(finding.path),
        systems=list(finding.systems),
        suppression=_suppression(finding.suppression) if finding.suppression else None,
    )


def _end(check: CheckInfo) -> dict[str, Any]:
    """The members of `FindingV1` that all findings of a check have in common."""
    return {
        "objective": check.objective,
        "controls": [ControlV1(c.framework, c.id, c.relationship, c.reason) for c in check.controls],
        "source": None,
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
        permission=redact(gap.permission),
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
        absent=redact(listing.absent),
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
            suppressed=count.suppressed,
        )
        for id, count in sorted(report.check_counts.items())
    ]


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


def _suppression(entry: Suppression) -> SuppressionV1:
    return SuppressionV1(
        entry=redact(entry.place),
        reason=redact(entry.reason),
        owner=redact(entry.owner),
        approver=redact(entry.approver),
        ticket=redact(entry.ticket),
        until=entry.until,
        accepts_risk=entry.until is None,
        also=[redact(place) for place in entry.also],
    )


def _suppression_use(use: SuppressionUse) -> SuppressionUseV1:
    entry = use.entry
    return SuppressionUseV1(
        check=entry.check,
        resource=redact(entry.resource),
        account=entry.account,
        provider=entry.provider,
        fingerprint=entry.fingerprint,
        decision=_suppression(entry),
        state=use.state,
        findings=use.findings,
        ends_soon=use.ends_soon,
    )
