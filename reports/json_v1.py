"""JSON report, version 1: what its types, in `json_types_v1`, are filled with, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from reports.json_evidence_v1 import evidence, scores
from reports.json_finding_types_v1 import (
    BearingV1,
    CheckV1,
    ClosedV1,
    ControlV1,
    FindingStartV1,
    FixV1,
    KnownResourceV1,
    OwnerV1,
    ResourceV1,
    SuppressionV1,
)
from reports.json_history_v1 import history, source
from reports.json_types_v1 import (
    AccountV1,
    CheckCoverageV1,
    GapV1,
    KindCoverageV1,
    PrincipalV1,
    ScanV1,
    ScopeV1,
    SeverityCountsV1,
    SummaryV1,
    SuppressionUseV1,
    ToolV1,
    TrustV1,
    UnmanagedV1,
    VerdictCountsV1,
)
from reports.writing import Indented, Pieces, dump, indent, redact, stream, without_secrets
from scanner import __version__
from scanner.model.described import Described
from scanner.model.notes import Suppression, SuppressionUse
from scanner.model.nouns import Gap, Listing, Resource, Scope, Severity
from scanner.model.remedies import Fix
from scanner.model.reported import CheckInfo, ControlRef, Finding, Report
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
            fixes=[_fix(fix) for fix in report.fixes],
            controls=_controls(report),
            findings=_findings(report),
            resources=map(_known, report.findings.resources()),
            history=history(report),
            gaps=map(_gap, report.gaps),
            coverage=Pieces(kinds=map(_kind, report.listings), checks=_checks(report)),
            scores=scores(report),
            evidence=evidence(report.assessment),
            trust=[_trust(use) for use in report.trust],
            suppressions=map(_suppression_use, report.suppressions),
            unmanaged=map(_unmanaged, report.unmanaged or ()),
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
        accounts=[AccountV1(*one, redact(report.names.get(one, "")) or None) for one in report.accounts],
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
        unmanaged=None if report.unmanaged is None else len(report.unmanaged),
        states=None if report.states is None else dict(report.states),
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
    return FindingStartV1(
        fingerprint=finding.fingerprint,
        check=CheckV1(finding.check_id, finding.slug, finding.title),
        verdict=finding.verdict,
        severity=finding.severity,
        score=finding.score,
        message=redact(finding.message),
        evidence=without_secrets(finding.evidence),
        resource=ResourceV1(*_named(finding.resource)),
        path=list(finding.path),
        systems=list(finding.systems),
        source=source(finding.source),
        unsourced=redact(finding.unsourced),
        suppression=_suppression(finding.suppression) if finding.suppression else None,
        state=finding.state or None,
        first_seen_at=finding.first_seen,
    )


def _end(check: CheckInfo) -> dict[str, Any]:
    """The members of `FindingV1` that all findings of a check have in common."""
    return {
        "objective": check.objective,
        "controls": [_key(control) for control in check.controls],
        "remediation": check.remediation,
        "references": list(check.references),
    }


def _named(one: Resource) -> tuple[str, str, str, str, str, str, str]:
    scope = one.scope
    return one.id, type(one).kind, one.name, scope.provider, scope.account, scope.region, one.console_url


def _known(one: Described) -> KnownResourceV1:
    resource = one.resource
    return KnownResourceV1(
        *_named(resource),
        cached=without_secrets(resource.cached) if resource.cached else {},
        tags=None if one.tags is None else without_secrets(one.tags),
        created_at=one.created_at,
        owners=[OwnerV1(redact(owner.name), owner.kind) for owner in one.owners],
        systems=list(one.systems),
    )


def _key(control: ControlRef) -> str:
    return f"{control.framework}:{control.id}"


def _controls(report: Report) -> dict[str, ControlV1]:
    """The controls that checks speak to, each once: the reasons are longer than all else in a report."""
    controls: dict[str, ControlV1] = {}
    for check in report.checks:
        for one in check.controls:
            control = controls.setdefault(_key(one), ControlV1(one.framework, one.id, {}))
            control.objectives[check.objective] = BearingV1(one.relationship, one.reason)
    return controls


def _fix(fix: Fix) -> FixV1:
    return FixV1(
        resource=ResourceV1(fix.resource, fix.kind, fix.name, fix.provider, fix.account, fix.region, fix.console_url),
        objective=fix.objective,
        closes=fix.count,
        by_severity=dict(fix.by_severity),
        checks=[ClosedV1(one.check, one.count, one.of) for one in fix.checks],
        remediation=fix.remediation,
        examples=list(fix.examples),
    )


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


def _unmanaged(resource: Resource) -> UnmanagedV1:
    scope = resource.scope
    return UnmanagedV1(
        id=resource.id,
        kind=type(resource).kind,
        name=resource.name,
        provider=scope.provider,
        account=scope.account,
        region=scope.region,
    )
