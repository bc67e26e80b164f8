"""The part of the terminal report about accounts: how many failures of which severity, and what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reports.terminal_text import Line, cut, table, theirs
from scanner.model.nouns import Severity
from scanner.model.reported import Report

MAX_ACCOUNTS = 40
#: Columns that an account has at least; the numbers have the others.
_LEAST = 24
#: Letters of a name without which it says nothing.
_NAME = 6
_Account = tuple[str, str]


def accounts(report: Report, width: int) -> Iterator[Line]:
    """Failures by account and severity, beside what is unknown there; of very many accounts, the worst.

    A severity that nothing failed with has no column.
    """
    failures = report.findings.severities_by_account()
    if sum(count for counts in failures.values() for count in counts.values()) != report.counts["fail"]:
        return  # failures are not among the findings
    seen, unknown = _counts(report)
    gaps = Counter((gap.scope.provider, gap.scope.account) for gap in report.gaps)
    known = {(scope.provider, scope.account) for scope in report.scopes} | failures.keys() | unknown.keys()
    severities = [severity for severity in Severity if report.by_severity[severity]]

    def numbers(account: _Account) -> list[int]:
        failed = failures.get(account, {})
        return [*(failed.get(severity, 0) for severity in severities), unknown[account], gaps[account]]

    worst = sorted(known, key=lambda account: ([-number for number in numbers(account)], account))
    shown = worst[:MAX_ACCOUNTS]
    names = ("info" if severity is Severity.INFORMATIONAL else str(severity) for severity in severities)  # 80 columns
    head = ("account", "seen", *names, "unknown", "gaps")
    if not any(any(numbers(account)) for account in known):
        return
    room = max(width - sum(len(name) + 2 for name in head[1:]), _LEAST)
    rows = [
        (_called(report, account, room), str(seen[account]), *map(str, numbers(account))) for account in sorted(shown)
    ]
    yield from table(head, rows)
    if len(worst) > len(shown):
        yield [("", f"… and {len(worst) - len(shown)} more accounts, none of them worse.", "")]
    yield []


def _called(report: Report, account: _Account, room: int) -> str:
    """The cloud and the account, by the name it has: of the two, the id is not cut."""
    id = theirs(" ".join(account))
    left = room - len(f"{id} ()")
    if report.called(account) == account[1] or left < _NAME:
        return cut(id, room)
    return f"{theirs(account[0])} {cut(theirs(report.names[account]), left)} ({theirs(account[1])})"


def _counts(report: Report) -> tuple[Counter[_Account], Counter[_Account]]:
    """Resources that were seen, and unknown verdicts, by account."""
    seen: Counter[_Account] = Counter()
    for listing in report.listings:
        seen[listing.scope.provider, listing.scope.account] += listing.observed
    unknown: Counter[_Account] = Counter()
    for one in report.unanswered:
        unknown[one.provider, one.account] += one.count
    return seen, unknown
