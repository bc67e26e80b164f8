"""The part of the terminal about what fixes most."""

from __future__ import annotations

from collections.abc import Iterator

from reports.terminal_text import Line, cut, wrap
from reports.writing import clean, first_paragraph
from scanner.model.remedies import Fix
from scanner.model.reported import Report

#: What is shown of a long name: the numbers behind it say more.
_NAME = 60


def fixes(report: Report, width: int, *, details: bool) -> Iterator[Line]:
    """Changes that would close most, a line each. Those of one failure, which is shown as such, are a detail."""
    several = [fix for fix in report.fixes if fix.count > 1]
    shown = report.fixes if details else several
    if not several:
        return
    these = "this change" if len(shown) == 1 else f"these {len(shown)} changes"
    closed, failed = sum(fix.count for fix in shown), report.counts["fail"]
    yield [("bold", f"What fixes most: {these} would close {closed} of {failed} failures, at most.", "")]
    for fix in shown:
        yield from _fix(fix, width) if details else _brief(fix, width)
    yield []


def _brief(fix: Fix, width: int) -> Iterator[Line]:
    text = cut(f"{_what(fix, min(width // 3, _NAME))}: {_checks(fix)}", width - 8)
    yield [("bold", f"  {fix.count:4}", ""), ("", f"  {text}", "")]


def _fix(fix: Fix, width: int) -> Iterator[Line]:
    severities = ", ".join(f"{count} {severity}" for severity, count in fix.by_severity.items())
    texts = (
        f"{_what(fix)}, {clean(f'{fix.provider} {fix.account} {fix.region}')}",
        f"would close {severities}: {_checks(fix)}",
        f"fix: {first_paragraph(fix.remediation)}" if fix.remediation else "",
    )
    lines = [line for text in texts for line in wrap(text, width - 8)]
    yield [("bold", f"  {fix.count:4}", ""), ("", f"  {lines[0]}", "")]
    for line in lines[1:]:
        yield [("", " " * 8 + line, "")]


def _what(fix: Fix, longest: int = _NAME) -> str:
    return f"{clean(fix.title or fix.kind)} {cut(clean(fix.name), longest)} ({clean(fix.objective)})"


def _checks(fix: Fix) -> str:
    return ", ".join(f"{one.check} {one.count} of {one.of}" for one in fix.checks)
