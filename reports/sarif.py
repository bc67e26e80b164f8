"""SARIF 2.1.0: one run an account, gaps as notifications. By default as GitHub's code scanning takes it: failures only.

A live resource has no source file unless one was found, so a result points into an evidence artifact embedded in the
run. Code scanning tells results apart by rule, path and `primaryLocationLineHash`; all three depend on the resource
alone, never on time, order or message. Which results are left out, where there are too many, depends on nothing else.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from reports.sarif_evidence import Evidence, check_uri
from reports.sarif_locations import base_of, of_sources
from reports.sarif_notes import carried_note, gap_note, incomplete_note, truncated_note, unanswered_note
from reports.sarif_results import Group, Results, Subject, document_of_check
from reports.sarif_rules import driver, taxonomy
from reports.sarif_style import MAX_RUNS, Style
from reports.sarif_text import iso
from reports.writing import Pieces, redact, stream
from scanner.model.claims import STATEMENT
from scanner.model.errors import InputError
from scanner.model.history import Account, Former, Identity
from scanner.model.nouns import Resource, Severity, Status
from scanner.model.reported import CheckInfo, Finding, Report

_STYLE = Style()


def accounts_of(report: Report) -> list[Account]:
    """The accounts that have a run each, in order."""
    return sorted({(scope.provider, scope.account) for scope in report.scopes}.union(report.findings.accounts()))


def render(report: Report, style: Style = _STYLE, accounts: Sequence[Account] | None = None) -> Iterator[bytes]:
    """The report as SARIF, in pieces, of all accounts or of these.

    Raises InputError for more of them than one file may hold. One account at a time is in memory: the evidence of as
    many results as a run may have.
    """
    wanted = accounts_of(report) if accounts is None else accounts
    if len(wanted) > MAX_RUNS:
        raise InputError(
            f"SARIF for code scanning holds at most {MAX_RUNS} accounts a file and this report has {len(wanted)}; "
            "write it to a file with -o PATH, and more files are written beside it"
        )
    document = Pieces(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": (_Run(report, account, style).made() for account in wanted),
        }
    )
    return chain(stream(document), [b"\n"])


class _Run:
    """The run of an account. Goes through its findings twice: what results point at comes before them."""

    def __init__(self, report: Report, account: Account, style: Style) -> None:
        self._report = report
        self._account = account
        self._style = style
        self._groups: dict[str, Group] = {}
        self._kept, self._left_out = 0, Counter[tuple[Severity, str]]()
        self._sources = False
        self._checks = {check.id: check for check in report.checks if _is_about(check, account[0])}
        if style.group == "check":
            for subject in filter(self._is_grouped, self._failures()):
                self._groups.setdefault(subject.check_id, Group()).add(subject)

    def made(self) -> Pieces:
        """The run, in pieces."""
        base = base_of(self._report)
        evidence = Evidence(self._resources(), self._places(), base)
        checks = [check for _, check in sorted(self._checks.items())]
        return Pieces(
            tool={"driver": driver(checks, self._report.frameworks)},
            automationDetails={"id": f"{self._style.category_of(self._account)}/{iso(self._report.started_at)}"},
            invocations=[self._invocation()],
            columnKind="unicodeCodePoints",
            **(of_sources(self._report) if self._sources or base else {}),
            taxonomies=map(taxonomy, self._report.frameworks),
            properties=self._properties(),
            artifacts=evidence.artifacts(),
            results=self._results(evidence, {check.id: position for position, check in enumerate(checks)}),
        )

    def _resources(self) -> Iterator[Resource | Identity]:
        """What results are about. Notes what there is to say of them in the run."""
        alone = self._alone()
        members = (subject for group in self._groups.values() for subject in group.first)
        for subject in chain(members, islice(alone, self._most)):
            if isinstance(subject.one, Former):
                self._checks[subject.check_id] = subject.one.check
            self._sources |= subject.one.source is not None
            self._kept += 1
            yield subject.one.resource
        self._left_out.update((subject.severity, subject.check_id) for subject in alone)

    @property
    def _most(self) -> int:
        return self._style.max_results - len(self._groups)

    def _places(self) -> Iterator[tuple[str, str, Any]]:
        """The place of each check that has a result of its own."""
        for id, group in self._groups.items():
            uri = check_uri(group.first[0].one.resource.scope, id)
            yield uri, uri, dict(document_of_check(self._check(group.first[0]), group))

    def _check(self, subject: Subject) -> CheckInfo:
        return subject.one.check if isinstance(subject.one, Former) else self._checks[subject.check_id]

    # -- what results are about --------------------------------------------------------------------------------------

    def _failures(self) -> Iterator[Subject]:
        """What fails, and what failed before and was not observed, the worst first."""
        findings = (
            Subject(finding)
            for finding in self._report.findings.of_account(*self._account)
            if finding.verdict is Status.FAIL
        )
        carried = map(Subject, self._report.earlier.carried(self._account))
        return heapq.merge(findings, carried, key=_order)

    def _is_grouped(self, subject: Subject) -> bool:
        suppressed = isinstance(subject.one, Finding) and subject.one.suppression is not None
        return self._style.group == "check" and (self._style.github or not (subject.carried or suppressed))

    def _alone(self) -> Iterator[Subject]:
        """What has a result of its own: failures, then, for others than GitHub, all else that is shown."""
        yield from (subject for subject in self._failures() if not self._is_grouped(subject))
        if not self._style.github:
            yield from self._others()

    def _others(self) -> Iterator[Subject]:
        report, account = self._report, self._account
        # A former failure is a result once: as what it is now, if that is shown, else as absent.
        fixed = {Status.PASS, Status.NOT_APPLICABLE} <= report.shown
        hidden = {"unknown"} if fixed else {"unknown", "fixed"}
        for finding in report.findings.of_account(*account):
            if finding.verdict is not Status.FAIL and finding.state not in hidden:
                yield Subject(finding)
        absent: Iterable[Former] = report.earlier.gone(account)
        if not fixed:
            absent = chain(absent, report.earlier.fixed(account))
        yield from (Subject(former, absent=True) for former in absent)

    # -- parts of the run --------------------------------------------------------------------------------------------

    def _results(self, evidence: Evidence, index: dict[str, int]) -> Iterator[dict[str, Any]]:
        """The results. A generator, because it lets go of the evidence when it is through."""
        results = Results(evidence, index, full=not self._style.github)
        for group in self._groups.values():
            yield results.of_check(self._check(group.first[0]), group)
        yield from map(results.of, islice(self._alone(), self._most))

    def _invocation(self) -> dict[str, Any]:
        report, account = self._report, self._account
        notes = [gap_note(gap) for gap in report.gaps if (gap.scope.provider, gap.scope.account) == account]
        notes += [unanswered_note(one) for one in report.unanswered if (one.provider, one.account) == account]
        if carried := report.earlier.carried_by_account().get(account):
            notes.append(carried_note(carried))
        if account not in report.settled:
            notes.append(incomplete_note())
        if self._left_out:
            notes.append(truncated_note(self._kept, self._left_out))
        return {
            # What GitHub takes for a scan that failed, of which it closes no alerts.
            "executionSuccessful": account in report.settled,
            "startTimeUtc": iso(report.started_at),
            "endTimeUtc": iso(report.finished_at),
            "toolExecutionNotifications": notes,
        }

    def _properties(self) -> dict[str, Any]:
        report, account = self._report, self._account
        return {
            "provider": account[0],
            "account": account[1],
            "accountName": redact(report.names.get(account, "")) or None,
            "complete": account in report.settled,
            "carried": report.earlier.carried_by_account().get(account, 0),
            "leftOut": self._left_out.total(),
            # Where what leads to its resources was asked, for the next scan to know when it asks less.
            "asked": {one[1]: list(regions) for one, regions in report.asked(account).items()},
            "trusted": report.trusted,
            "statement": STATEMENT,
            "systems": list(report.assessment.declared),
            # As the provider calls them; null where nothing said it.
            "principals": [
                redact(one.name) or None for one in report.principals if (one.provider, one.account) == account
            ],
            "inventories": list(report.inventories),
        }


def _is_about(check: CheckInfo, provider: str) -> bool:
    return check.kind.partition(".")[0] in (provider, "any")


def _order(subject: Subject) -> tuple[int, float, str, str]:
    return subject.severity.rank, -subject.one.score, subject.check_id, subject.one.resource.id
