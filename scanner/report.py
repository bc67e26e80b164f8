"""Inventory + judgements → the one `Report` that every format renders."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from scanner.check import Check
from scanner.evaluate import evaluate
from scanner.findings import StoredFindings
from scanner.frameworks import Catalogue
from scanner.inventory import Inventory
from scanner.model import CheckCount, CheckInfo, ControlRef, Report, Severity, Status
from scanner.score import framework_scores, posture


def build_report(
    inventory: Inventory,
    checks: Sequence[Check],
    catalogue: Catalogue,
    *,
    scan_id: str,
    started_at: datetime,
    finished_at: datetime,
    arguments: Iterable[str] = (),
    verdicts: frozenset[Status] = frozenset({Status.FAIL, Status.UNKNOWN}),
    frameworks: Sequence[str] = (),
) -> Report:
    """Evaluate and assemble. `verdicts` says which findings are kept; counts cover all. No `frameworks` means all."""
    shown = tuple(frameworks) or tuple(catalogue.frameworks)
    infos = {check.id: check_info(check, catalogue, shown) for check in checks}
    counts = {check.id: CheckCount() for check in checks}
    findings = StoredFindings({check.id: (check, infos[check.id]) for check in checks}, inventory)
    by_severity = dict.fromkeys((str(severity) for severity in Severity), 0)
    for judgement in evaluate(inventory, checks):
        _count(counts[judgement.check.id], judgement.verdict.status)
        if judgement.verdict.status is Status.FAIL:
            by_severity[judgement.check.severity] += 1
        if judgement.verdict.status in verdicts:
            findings.add(judgement)
    findings.seal()
    cached, cached_since = inventory.store.cached()
    listings = tuple(inventory.listings[key] for key in sorted(inventory.listings))
    return Report(
        scan_id=scan_id,
        started_at=started_at,
        finished_at=finished_at,
        scopes=inventory.scopes,
        arguments=tuple(arguments),
        complete=not inventory.gaps and all(listing.complete for listing in listings),
        resources=inventory.count(),
        counts={
            "pass": sum(count.passed for count in counts.values()),
            "fail": sum(count.failed for count in counts.values()),
            "unknown": sum(count.unknown for count in counts.values()),
            "not_applicable": sum(count.not_applicable for count in counts.values()),
            "suppressed": 0,
        },
        by_severity=by_severity,
        findings=findings,
        gaps=tuple(sorted(inventory.gaps)),
        listings=listings,
        checks=tuple(infos.values()),
        check_counts=counts,
        score=posture(checks, counts, listings),
        framework_scores=framework_scores(catalogue, checks, counts, shown),
        cached=cached,
        cached_since=datetime.fromisoformat(cached_since) if cached else None,
    )


def check_info(check: Check, catalogue: Catalogue, frameworks: Sequence[str]) -> CheckInfo:
    """What reports say about a check, with the controls of these frameworks that its objective speaks to."""
    controls = tuple(
        ControlRef(framework=m.framework, id=m.control, relationship=m.relationship, reason=m.reason)
        for m in catalogue.controls_for(check.objective)
        if m.framework in frameworks
    )
    return CheckInfo(
        id=check.id,
        slug=check.slug,
        title=check.title,
        severity=check.severity,
        kind=check.kind.kind,
        objective=check.objective,
        why=check.section("Why it matters"),
        remediation=check.section("How to fix"),
        references=check.references,
        controls=controls,
    )


def _count(count: CheckCount, status: Status) -> None:
    match status:
        case Status.PASS:
            count.passed += 1
        case Status.FAIL:
            count.failed += 1
        case Status.UNKNOWN:
            count.unknown += 1
        case Status.NOT_APPLICABLE:
            count.not_applicable += 1
