"""What `mlposture diff` compares: from a file, or a saved inventory that is judged anew, to a side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scanner import __version__
from scanner.history.listed import unread
from scanner.history.reading import INVENTORY, form
from scanner.history.side_reading import read_side
from scanner.history.sides import About, Side, Sides, Told
from scanner.model.nouns import Reason, Status
from scanner.objects.transfer import reading

if TYPE_CHECKING:
    from scanner.model.reported import Finding, Report


def side_of(text: str, sides: Sides, number: int, options: Mapping[str, Any]) -> Side:
    """A side, from a report of ours or a saved inventory, on disk or in a bucket. Raises InputError."""
    with reading(text) as path:
        if form(path) != INVENTORY:
            return read_side(path, text, sides, number)
    from scanner.cli.pages import judged_saved

    report = judged_saved((text,), "-", {**options, "verdicts": "all"}).report
    return _of_report(report, Side(sides, number, text, "inventory"))


def _of_report(report: "Report", side: Side) -> Side:
    side.version, side.made_at, side.complete = __version__, report.started_at, report.complete
    side.scan_id = report.inventories[0] if report.inventories else ""
    side.regions = {account: set() for account in report.accounts}
    for listing in report.listings:
        side.regions.setdefault((listing.scope.provider, listing.scope.account), set()).add(listing.scope.region)
    side.reach = side.regions  # nothing is carried forward
    side.settled = set(report.settled)
    side.listings, side.unread = list(report.listings), set(unread(report.gaps))
    side.asked_as = {(one.provider, one.account): one.name for one in report.principals if one.name}
    side.denied = {}
    for gap in report.gaps:
        if gap.reason is Reason.DENIED:
            account = (gap.scope.provider, gap.scope.account)
            side.denied.setdefault(account, set()).update({gap.permission} - {""})
    side.trust = {f"{use.entry.table} {use.entry.value}" for use in report.trust if not use.expired}
    for id, count in report.check_counts.items():
        side.checks[id] = {
            Status.PASS: count.passed,
            Status.FAIL: count.failed,
            Status.UNKNOWN: count.unknown,
            Status.NOT_APPLICABLE: count.not_applicable,
        }
    for finding in report.findings:
        side.tell(_told(finding))
    side.flush()
    return side


def _told(one: "Finding") -> Told:
    if one.verdict is not Status.FAIL:
        return Told(fingerprint=one.fingerprint, check=one.check_id, verdict=one.verdict, message=one.message)
    resource, scope = one.resource, one.resource.scope
    return Told(
        fingerprint=one.fingerprint,
        check=one.check_id,
        verdict=one.verdict,
        message=one.message,
        title=one.title,
        severity=one.severity,
        score=one.score,
        about=About(
            id=resource.id,
            kind=resource.kind,
            name=resource.name,
            provider=scope.provider,
            account=scope.account,
            region=scope.region,
            console_url=resource.console_url,
        ),
        systems=one.systems,
        suppressed=one.suppression is not None,
    )
