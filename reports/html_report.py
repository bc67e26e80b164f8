"""The report as one page for people: what speaks against, what nobody saw, who must answer, and every finding.

The page asks for nothing else. What is above the table is made here and needs no script. Findings are in the page as
compressed JSON (`reports.html.packing`); the script `templates/report.js`, which the policy of the page allows by its
digest, unpacks and filters them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple

from reports.board import Row, open_ends, row, unclaimed
from reports.html.gaps import unseen
from reports.html.history import view
from reports.html.packing import packed
from reports.html.pages import count, page_with_script
from scanner.history.by_day import Course
from scanner.model.claims import STATEMENT, FrameworkState, SystemState, Word
from scanner.model.nouns import Severity, Status
from scanner.model.reported import Finding, Report

#: Findings of the table: so many a browser still filters at once.
FINDINGS = 100_000
#: Entries of each list on the first screen, and rows of other parts. Of whatever is longer, the page says how much more
#: there is.
MOST = {"first": 4, "systems": 50, "open_ends": 50, "accounts": 20, "checks": 40, "gaps": 200, "reasons": 100,
        "scopes": 200, "fixes": 10, "suppressions": 100}  # fmt: skip
#: Paths that are drawn, each of another check, and failures of a check among which one is looked for.
PATHS, _ALIKE = 12, 3
#: Where the findings go.
_MARK = "<!--findings-->"
_VERDICTS = (
    ("fail", Status.FAIL, "against"),
    ("suppressed", "suppressed", "mixed"),
    ("unknown", Status.UNKNOWN, "open"),
    ("pass", Status.PASS, "for"),
    ("not applicable", Status.NOT_APPLICABLE, "none"),
)
#: Words about controls, put together, and how they look. What does not apply is left out.
_WORDS = (
    ("against", (Word.AGAINST, Word.FAIL), "against"),
    ("mixed", (Word.MIXED,), "mixed"),
    ("for", (Word.FOR, Word.PASS), "for"),
    ("not assessed", (Word.NOT_ASSESSED, Word.UNDECIDED), "open"),
)
#: What only the finding on resources that no system claims is called.
_UNCLAIMED = "MLP-5001"

#: A label, a number and how it looks.
Share = tuple[str, int, str]


class Failed(NamedTuple):
    """A check that failed: how often, and one of its failures."""

    times: int
    finding: Finding


class Answer(NamedTuple):
    """Who must answer, for what, and what the table shows of it."""

    who: str
    what: str
    where: Mapping[str, str | Sequence[str]] = {}


class System(NamedTuple):
    """An AI system, or all that was scanned, without its hundreds of controls."""

    row: Row
    hidden: str
    open_ends: tuple[str, ...]
    frameworks: tuple[tuple[str, list[Share]], ...]


class Account(NamedTuple):
    """An account, what it is called, the failures in it by severity, and its verdicts that could not be given."""

    name: str
    called: str
    failures: list[Share]
    failed: int
    unknown: int


def render(report: Report, course: Course | None = None) -> Iterator[bytes]:
    """The page in pieces: what is above the findings, these in blocks, and what is below.

    `course` is how the history went that the report is compared with, if it is to be shown.
    """
    data = {**_data(report), "history": None if course is None else view(course)}
    head, _, tail = page_with_script("report", **data).partition(_MARK.encode())
    yield head
    yield from packed(report, FINDINGS)
    yield tail


def _data(report: Report) -> dict[str, Any]:
    states = [_system(state, report) for state in report.assessment]
    failed = [Failed(times, found) for times, found in _failed(report)]
    accounts = _accounts(report)
    fixes = [fix for fix in report.fixes if fix.count > 1]
    return {
        "report": report,
        "mark": _MARK,
        "read_at": report.started_at.astimezone(UTC),
        "scanned": [_called(report, account) for account in report.accounts],
        "severities": [(str(one), report.by_severity.get(one, 0), str(one)) for one in Severity],
        "verdicts": [
            (name, report.counts[status], look)
            for name, status, look in _VERDICTS
            if report.counts[status] or name != "suppressed"
        ],
        "failed": failed,
        "unknown": {id: count.unknown for id, count in report.check_counts.items()},
        "shows_unknown": Status.UNKNOWN in report.shown,
        "paths": sorted((one for one in failed if len(one.finding.path) > 1), key=_worst_and_longest),
        "answers": list(_answers(report, states[1:], failed, accounts)),
        "fixes": fixes,
        "closed": sum(fix.count for fix in fixes),
        "suppressions": sorted(report.suppressions, key=lambda use: (use.state != "expired", not use.ends_soon)),
        "frameworks": states[0].frameworks if states else (),
        "systems": states[1:],
        "accounts": accounts,
        "unseen": unseen(report.gaps),
        "unlisted": [listing for listing in report.listings if not listing.complete],
        "most": {**MOST, "paths": PATHS, "findings": FINDINGS},
        "statement": STATEMENT,
    }


def _failed(report: Report) -> Iterator[tuple[int, Finding]]:
    """The checks that failed, worst first. Of equally bad failures, one that has a path and an owner is shown."""
    for times, found in report.findings.failures(_ALIKE):
        yield times, max(found, key=lambda one: (one.score, len(one.path) > 1, bool(one.systems)))


def _worst_and_longest(one: Failed) -> tuple[int, float, int]:
    return one.finding.severity.rank, -one.finding.score, -len(one.finding.path)


def _system(state: SystemState, report: Report) -> System:
    """What the page keeps of a system: there may be hundreds."""
    ends = tuple(open_ends(state, report.assessment.as_of)) if state.id else ()
    return System(row(state), state.hidden, ends, tuple((one.id, _words(one)) for one in state.frameworks))


def _words(state: FrameworkState) -> list[Share]:
    return [(label, sum(state.words.get(word, 0) for word in words), look) for label, words, look in _WORDS]


def _accounts(report: Report) -> list[Account]:
    """All accounts that something failed or is unknown in, first that with the most of what is worst."""
    failures = report.findings.severities_by_account()
    unknown: Counter[tuple[str, str]] = Counter()
    for one in report.unanswered:
        unknown[one.provider, one.account] += one.count
    found = []
    for account in failures.keys() | unknown.keys():
        numbers = failures.get(account, {})
        shares = [(str(severity), numbers.get(severity, 0), str(severity)) for severity in Severity]
        called = _called(report, account)
        found.append(Account(" ".join(account), called, shares, sum(numbers.values()), unknown[account]))
    return sorted(found, key=lambda one: ([-number for _, number, _ in one.failures], -one.unknown, one.name))


def _called(report: Report, account: tuple[str, str]) -> str:
    """The cloud and the account, by the name it has."""
    return f"{account[0]} {report.called(account)}"


def _answers(
    report: Report, systems: Sequence[System], failed: Sequence[Failed], accounts: Sequence[Account]
) -> Iterator[Answer]:
    """Who must answer: nobody for what has no owner; owners, those of the worst first; who left a question open."""
    stray = [one.finding.resource.name for one in failed if one.finding.check_id == _UNCLAIMED]
    for text in unclaimed(report, stray) if report.resources else ():
        yield Answer("Nobody", text, {"check": _UNCLAIMED} if stray else {})
    if not report.assessment.manifest:
        for account in accounts:
            if account.failed:
                yield Answer(account.called, count(account.failed, "failure"), {"account": account.name})
    for system in sorted(systems, key=lambda one: (-one.row.critical, -one.row.high)):
        if system.row.critical or system.row.high:
            text = f"{system.row.name}: {system.row.critical} critical, {system.row.high} high"
            verdicts = ("fail", "suppressed") if system.row.suppressed else ("fail",)
            yield Answer(_owner(system), text, {"system": system.row.id, "verdict": verdicts})
    for system in systems:
        yield from (Answer(_owner(system), text, {"system": system.row.id}) for text in system.open_ends)


def _owner(system: System) -> str:
    return system.row.owner or "Nobody is named"
