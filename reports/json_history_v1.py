"""What the JSON report says of an earlier one: the accounts that are settled, and what is carried forward."""

from __future__ import annotations

from collections.abc import Iterator

from reports.json_finding_types_v1 import AsBeforeV1, CarriedV1, CheckV1, ResourceV1, SettledV1, SiteV1, SourceV1
from reports.writing import Pieces, redact
from scanner.model.history import Account, Former
from scanner.model.notes import Source
from scanner.model.reported import Report


def history(report: Report) -> Pieces:
    """`HistoryV1`, what is carried forward one by one."""
    known = report.as_before
    again = AsBeforeV1(gaps=known.gaps, unknown=known.unknown, whole=known.whole)
    return Pieces(accounts=_accounts(report), carried=map(_carried, report.earlier.carried()), as_before=again)


def _accounts(report: Report) -> Iterator[SettledV1]:
    counts = report.earlier.carried_by_account()
    regions: dict[Account, set[str]] = {}
    for account in {(scope.provider, scope.account) for scope in report.scopes}.union(counts, report.settled):
        for one, asked in report.asked(account).items():
            regions.setdefault(one, set()).update(asked)
    for account in sorted(regions):
        settled, carried = account in report.settled, counts.get(account, 0)
        yield SettledV1(*account, settled=settled, carried=carried, regions=sorted(regions[account]))


def _carried(former: Former) -> CarriedV1:
    check, resource = former.check, former.resource
    scope = resource.scope
    return CarriedV1(
        fingerprint=former.fingerprint,
        check=CheckV1(check.id, check.slug, check.title),
        severity=check.severity,
        score=former.score,
        message=redact(former.message),
        resource=ResourceV1(
            id=resource.id,
            kind=resource.kind,
            name=resource.name,
            provider=scope.provider,
            account=scope.account,
            region=scope.region,
            console_url=resource.console_url,
        ),
        systems=list(former.systems),
        source=source(former.source),
        observed_at=former.observed,
        first_seen_at=former.first_seen,
        why=redact(former.why),
        as_before=former.as_before,
    )


def source(one: Source | None) -> SourceV1 | None:
    """Where what failed is declared."""
    if one is None:
        return None
    return SourceV1(
        uri=redact(one.uri),
        line=one.line,
        address=redact(one.address),
        column=one.column,
        attribute=one.attribute,
        calls=[SiteV1(redact(call.uri), call.line, redact(call.address)) for call in one.calls],
    )
