"""The part of the terminal report about what was not observed, and what would close that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.terminal_text import Line, counted, theirs, where, wrap
from reports.writing import clean, sentence
from scanner.model.nouns import Gap, Reason
from scanner.model.reported import Report

MAX_GAPS, MAX_EACH = 30, 5


def gaps(report: Report, width: int) -> Iterator[Line]:
    """What was not observed, once for each operation and reason: a missing permission is missing in every region."""
    if not report.gaps:
        return
    groups: dict[tuple[str, Reason, str], list[Gap]] = {}
    for gap in report.gaps:
        groups.setdefault((gap.operation, gap.reason, gap.permission), []).append(gap)
    yield [("bold", f"Not observed ({counted(len(report.gaps), 'gap')}):", "")]
    for found in list(groups.values())[:MAX_GAPS]:
        yield from _gap(found, width)
    if len(groups) > MAX_GAPS:
        yield [("", f"  … and {len(groups) - MAX_GAPS} more operations, all of them in the report file (-o).", "")]
    yield []


def _gap(gaps: Sequence[Gap], width: int) -> Iterator[Line]:
    first = gaps[0]
    times = sum(gap.count for gap in gaps)
    yield [
        ("yellow", f"  {first.reason}", ""),
        ("", f": {clean(first.operation)}{'' if times == 1 else f', {times} times'}", ""),
    ]
    places = sorted({where(gap.scope) for gap in gaps})
    more = "" if len(places) <= MAX_EACH else f" and {len(places) - MAX_EACH} more"
    yield from _indented(f"in {', '.join(places[:MAX_EACH])}{more}", width)
    for detail in sorted({gap.detail for gap in gaps if gap.detail})[:MAX_EACH]:
        yield from _indented(theirs(detail), width)
    if first.permission:
        yield from _indented(f"grant {theirs(first.permission)}", width)
    if checks := sorted({check for gap in gaps for check in gap.checks}):
        yield from _indented(clean(f"bears on {', '.join(checks)}"), width)


def unanswered(report: Report, width: int) -> Iterator[Line]:
    """Why verdicts could not be given, each reason once, with the permissions that may close it."""
    together: dict[str, tuple[int, set[str], set[str]]] = {}
    permissions = _permissions(report)
    for one in report.unanswered:
        count, checks, lacking = together.get(one.reason, (0, set(), set()))
        found = (permissions.get((one.provider, one.account, check), set()) for check in one.checks)
        together[one.reason] = (count + one.count, checks | set(one.checks), lacking.union(*found))
    if not together:
        return
    yield [("bold", f"Unknown ({counted(report.counts['unknown'], 'verdict')}):", "")]
    worst = sorted(together.items(), key=lambda entry: (-entry[1][0], entry[0]))
    for reason, (count, checks, lacking) in worst[:MAX_GAPS]:
        needed = f"; may need {', '.join(sorted(lacking)[:MAX_EACH])}" if lacking else ""
        first, *rest = wrap(f"{theirs(reason)} ({', '.join(sorted(checks))}){theirs(needed)}", width - 8)
        yield [("yellow", f"  {count:4}", ""), ("", f"  {first}", "")]
        for line in rest:
            yield [("", " " * 8 + line, "")]
    if len(worst) > MAX_GAPS:
        yield [("", f"  … and {len(worst) - MAX_GAPS} more reasons, all of them in the report file (-o).", "")]
    yield []


def _permissions(report: Report) -> dict[tuple[str, str, str], set[str]]:
    """What gaps that bear on a check lack, by provider, account and check."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for gap in report.gaps:
        for check in gap.checks if gap.permission else ():
            found.setdefault((gap.scope.provider, gap.scope.account, check), set()).add(gap.permission)
    return found


def _indented(text: str, width: int) -> Iterator[Line]:
    for line in wrap(text, width - 4):
        yield [("", "    " + line, "")]


def absences(report: Report, width: int) -> Iterator[Line]:
    """Why scopes can hold none of a kind, each reason once for each scope."""
    seen = sorted({(listing.scope, listing.absent) for listing in report.listings if listing.absent})
    for scope, why in seen:
        for line in wrap(f"{where(scope)}: {sentence(theirs(why))}", width):
            yield [("", line, "")]
    if seen:
        yield []
