"""The part of the terminal report about suppressions: how many findings, what ends soon, has ended or is not needed."""

from collections.abc import Iterator
from itertools import islice

from reports.terminal_text import Line, counted, theirs, wrap
from scanner.model.notes import SuppressionUse
from scanner.model.reported import Finding, Report

#: Entries that are shown, and findings with details; all of them are in the JSON report.
MAX_ENTRIES = 15
MAX_FINDINGS = 50


def suppressions(report: Report, width: int, *, details: bool) -> Iterator[Line]:
    """What is suppressed in numbers, and the entries that somebody has to look at; with `details` each finding."""
    uses, count = report.suppressions, report.counts["suppressed"]
    if not uses:
        return
    used = sum(use.state == "used" for use in uses)
    yield [("bold", f"Suppressed ({counted(count, 'finding')}, by {used} of {len(uses)} entries):", "")]
    notable = [(text, use) for use in uses if (text := _notable(use))]
    for text, use in notable[:MAX_ENTRIES]:
        yield from _wrapped(f"{theirs(use.entry.place)}: {use.entry.check} {text}", width, "yellow")
    if len(notable) > MAX_ENTRIES:
        yield [("", f"  … and {len(notable) - MAX_ENTRIES} more entries to look at; they are in the JSON report.", "")]
    if details:
        for finding in islice(report.findings.suppressed(), MAX_FINDINGS):
            yield from _wrapped(_finding(finding), width, "")
        if count > MAX_FINDINGS:
            yield [("", f"  … and {count - MAX_FINDINGS} more findings, all of them in the report file (-o).", "")]
    elif count:
        yield [("dim", "  Each of them, with its owner and its end, with --details.", "")]
    yield []


def _notable(use: SuppressionUse) -> str:
    """What its owner has to know of an entry; nothing if it does what it is there for."""
    entry = use.entry
    found = counted(use.findings, "finding")
    if use.state == "expired":
        again = f", and {found} {'is' if use.findings == 1 else 'are'} open again" if use.findings else ""
        return f"ended on {entry.until}{again} ({theirs(entry.owner)})"
    if use.ends_soon and use.findings:
        return f"ends on {entry.until}, with {found} ({theirs(entry.owner)}: {theirs(entry.reason)})"
    return "matches no failure: not needed, or misspelled" if use.state == "unused" else ""


def _finding(finding: Finding) -> str:
    resource, scope = finding.resource, finding.resource.scope
    what = f"{finding.severity} {finding.check_id} {type(resource).title or type(resource).kind} {resource.name}"
    assert finding.suppression is not None  # noqa: S101 - it is one of those that are suppressed
    decision = finding.suppression
    who = f"{decision.owner}, approved by {decision.approver}" if decision.approver else decision.owner
    ticket = f", {decision.ticket}" if decision.ticket else ""
    where = f"in {scope.provider} {scope.account} {scope.region}"
    return theirs(f"{what} {where}: {decision.term} ({who}{ticket}): {decision.reason}")


def _wrapped(text: str, width: int, style: str) -> Iterator[Line]:
    return ([(style, f"  {line}" if not number else f"    {line}", "")]
            for number, line in enumerate(wrap(text, width - 4)))  # fmt: skip
