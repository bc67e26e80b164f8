"""CSV for spreadsheets, version 1: one row a finding, and before them one for each thing that was not seen.

RFC 4180, in UTF-8 with a byte order mark, without which Excel takes it for the code page of the machine. Columns are
added at the end, and never renamed, moved or removed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reports.not_seen import Unseen, unseen
from reports.writing import clean, first_paragraph, redact
from scanner.model.notes import Suppression
from scanner.model.nouns import Scope, Status
from scanner.model.patterns import pattern
from scanner.model.reported import CheckInfo, Finding, Report

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Excel takes 32,767 UTF-16 units in a cell, and a character may be two of them.
MAX_CELL = 16_000
#: What begins a formula, also the wide forms that Excel takes for it, where a cell begins, or where one would begin for
#: a program that separates cells by something else.
_FORMULA = pattern(r"([,;|\"'] *|^ *)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


class RowV1(NamedTuple):
    """The columns, by name and in order."""

    fingerprint: str = ""
    check_id: str = ""
    slug: str = ""
    title: str = ""
    verdict: str = ""
    severity: str = ""
    score: str = ""
    provider: str = ""
    account: str = ""
    region: str = ""
    kind: str = ""
    resource_id: str = ""
    resource_name: str = ""
    message: str = ""
    systems: str = ""
    objective: str = ""
    controls: str = ""
    console_url: str = ""
    fix: str = ""
    suppressed: str = ""
    suppression_reason: str = ""
    suppression_owner: str = ""
    suppression_approver: str = ""
    suppression_ticket: str = ""
    state: str = ""
    source: str = ""
    source_line: str = ""
    source_address: str = ""
    unsourced: str = ""
    account_name: str = ""


def render(report: Report) -> Iterator[bytes]:
    """The report as CSV, row by row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield _BYTE_ORDER_MARK
    for row in _rows(report):
        writer.writerow(row)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _rows(report: Report) -> Iterator[Iterable[str]]:
    yield RowV1._fields
    for one in unseen(report):
        yield _unseen(one)._replace(account_name=_account(report, one.scope))
    checks = {check.id: _of_check(check) for check in report.checks}
    for finding in report.findings:
        yield _finding(finding, checks)._replace(account_name=_account(report, finding.resource.scope))


def _of_check(check: CheckInfo) -> RowV1:
    """What the rows of a check have in common: most of each, so it is made once."""
    return RowV1(
        check_id=cell(check.id),
        slug=cell(check.slug),
        title=cell(check.title),
        severity=check.severity,
        objective=cell(check.objective),
        controls=cell("; ".join(f"{control.framework}:{control.id}" for control in check.controls)),
        fix=cell(first_paragraph(check.remediation)),
    )


def _finding(finding: Finding, checks: Mapping[str, RowV1]) -> RowV1:
    resource = finding.resource
    scope, source = resource.scope, finding.source
    return checks[finding.check_id]._replace(
        fingerprint=finding.fingerprint,
        verdict=finding.verdict,
        # Empty, and not 0, where nothing failed: a mean of the column is one of failures.
        score=str(finding.score) if finding.verdict is Status.FAIL else "",
        provider=scope.provider,
        account=cell(scope.account),
        region=cell(scope.region),
        kind=type(resource).kind,
        resource_id=cell(resource.id),
        resource_name=cell(resource.name),
        message=cell(finding.message),
        systems=cell("; ".join(finding.systems)),
        console_url=cell(resource.console_url),
        **_decided(finding.suppression),
        state=finding.state,
        source=cell(source.uri) if source else "",
        source_line=str(source.line) if source else "",
        source_address=cell(source.address) if source else "",
        unsourced=cell(finding.unsourced),
    )


def _account(report: Report, scope: Scope) -> str:
    """What an account is called, as far as it is known."""
    return cell(report.names.get((scope.provider, scope.account), ""))


def _decided(decision: Suppression | None) -> dict[str, str]:
    """What was decided of a failure that is suppressed."""
    if decision is None:
        return {}
    return {
        "suppressed": decision.term,
        "suppression_reason": cell(decision.reason),
        "suppression_owner": cell(decision.owner),
        "suppression_approver": cell(decision.approver),
        "suppression_ticket": cell(decision.ticket),
    }


def _unseen(one: Unseen) -> RowV1:
    return RowV1(
        title=cell(f"Not observed: {one.what}"),
        verdict=one.verdict,
        provider=one.scope.provider,
        account=cell(one.scope.account),
        region=cell(one.scope.region),
        kind=one.kind,
        message=cell(one.text()),
        fix=cell(f"Grant {one.permission}" if one.permission else ""),
    )


def cell(text: str) -> str:
    """Text of others as a cell: in one line, without credentials, with an apostrophe before what begins a formula."""
    if not text:
        return ""
    text = clean(redact(text))
    return _FORMULA.sub(r"\1'", text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…")
