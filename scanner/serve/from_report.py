"""From a saved JSON report to what is browsed. It is read once, piece by piece."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scanner.history.reading import REPORT, CheckId, Fingerprint, form, understood
from scanner.history.states import State
from scanner.model.errors import InputError
from scanner.model.nouns import Severity, Status
from scanner.serve.kept import SUPPRESSED, Kept, Shown
from scanner.serve.shown import Account, Score, Site, Unseen
from scanner.store.piecewise import Reader


class _Scope(Struct, frozen=True):
    provider: str
    account: str
    region: str


class _Named(Struct, frozen=True):
    provider: str
    account: str
    name: str | None


class _Scan(Struct, frozen=True):
    started_at: datetime
    complete: bool
    accounts: tuple[_Named, ...]


class _Summary(Struct, frozen=True):
    verdicts: dict[str, int]


class _Scores(Score, frozen=True):
    systems: dict[str, Score]


class _System(Struct, frozen=True):
    id: str | None
    name: str


class _Evidence(Struct, frozen=True):
    systems: tuple[_System, ...]


class _Gap(Struct, frozen=True):
    kind: str
    operation: str
    scope: _Scope
    reason: str
    detail: str
    permission: str
    count: int
    checks: tuple[str, ...]


class _Listing(_Scope, frozen=True):
    kind: str
    complete: bool


class _Coverage(Struct, frozen=True):
    kinds: tuple[_Listing, ...]


class _Carried(Struct, frozen=True):
    """What an earlier report had, and this scan does not know of."""

    fingerprint: Fingerprint
    check: "_Check"
    severity: Severity
    score: float
    message: str
    resource: "_Resource"
    systems: tuple[str, ...]
    first_seen_at: datetime | None
    why: str


class _History(Struct, frozen=True):
    carried: tuple[_Carried, ...]


class _Check(Struct, frozen=True):
    id: CheckId
    title: str


class _Resource(_Scope, frozen=True):
    id: str
    kind: str
    name: str
    console_url: str


class _Source(Struct, frozen=True):
    uri: str
    line: int


class _Suppression(Struct, frozen=True):
    reason: str
    owner: str
    until: str | None


class _Finding(Struct, frozen=True):
    fingerprint: Fingerprint
    check: _Check
    verdict: Status
    severity: Severity
    score: float
    message: str
    evidence: dict[str, Any]
    resource: _Resource
    path: tuple[str, ...]
    systems: tuple[str, ...]
    source: _Source | None
    suppression: _Suppression | None
    state: State | None
    first_seen_at: datetime | None
    controls: tuple[str, ...]
    remediation: str
    references: tuple[str, ...]


class _Read(Struct):
    """The members of a report that pages need; what it does not have is refused."""

    scan: _Scan | None = None
    summary: _Summary | None = None
    scores: _Scores | None = None
    coverage: _Coverage | None = None
    evidence: _Evidence | None = None
    gaps: tuple[_Gap, ...] = ()
    history: _History = _History(())


_MEMBERS: dict[str, Any] = {
    "scan": _Scan, "summary": _Summary, "scores": _Scores, "coverage": _Coverage, "evidence": _Evidence,
    "gaps": tuple[_Gap, ...], "history": _History,
}  # fmt: skip


def site_of_report(path: Path, said: str) -> Site:
    """A saved JSON report. Raises InputError for what is none, or is damaged."""
    if form(path) != REPORT:
        raise InputError(f"{said}: is no JSON report; write one with -o report.json, or evaluate the inventory first")
    read, kept = _Read(), Kept()
    with understood(path), path.open("rb") as file:
        reader = Reader(path, file)
        for name in reader.members():
            if name == "findings":
                kept.add(_of_report(msgspec.json.decode(item, type=_Finding)) for item in reader.items())
            elif name in _MEMBERS:
                setattr(read, name, msgspec.json.decode(reader.value(), type=_MEMBERS[name]))
            else:
                reader.value()
    scan, summary, scores, coverage, evidence = read.scan, read.summary, read.scores, read.coverage, read.evidence
    if scan is None or summary is None or scores is None or coverage is None or evidence is None:
        raise InputError(f"{said}: is no whole report; write it again")
    accounts = tuple(_accounts(read, scan, coverage, kept, summary.verdicts.get(Status.UNKNOWN, 0)))
    kept.add(map(_carried, read.history.carried))
    return Site(
        said=said,
        is_history=False,
        started_at=scan.started_at,
        complete=scan.complete,
        kept=kept,
        verdicts=summary.verdicts,
        score=scores,
        accounts=accounts,
        systems=dict(scores.systems),
        names={one.id: one.name for one in evidence.systems if one.id},
        unseen=(*_gaps(read.gaps), *_listings(coverage)),
    )


def _accounts(read: _Read, scan: _Scan, coverage: _Coverage, kept: Kept, unknown: int) -> Iterator[Account]:
    """All of an account was seen where every verdict on it could be given. Of verdicts left out nobody knows whose."""
    lacking = {(gap.scope.provider, gap.scope.account) for gap in read.gaps}
    lacking |= {(one.provider, one.account) for one in coverage.kinds if not one.complete}
    listed = kept.count({"verdict": Status.UNKNOWN}) == unknown
    for one in scan.accounts:
        own = {"verdict": Status.UNKNOWN, "provider": one.provider, "account": one.account}
        yield Account(
            provider=one.provider,
            account=one.account,
            name=one.name or "",
            read_at=scan.started_at,
            complete=listed and (one.provider, one.account) not in lacking and not kept.count(own),
        )


def _gaps(gaps: tuple[_Gap, ...]) -> Iterator[Unseen]:
    for one in gaps:
        yield Unseen(
            what=one.operation,
            where=" ".join((one.scope.provider, one.scope.account, one.scope.region)),
            reason=one.reason,
            detail=one.detail,
            permission=one.permission,
            count=one.count,
            checks=one.checks,
        )


def _listings(coverage: _Coverage) -> Iterator[Unseen]:
    for one in coverage.kinds:
        if not one.complete:
            where = " ".join((one.provider, one.account, one.region))
            yield Unseen(what=one.kind, where=where, reason="its list was not read to the end")


def _of_report(one: _Finding) -> Shown:
    about, why = one.resource, one.suppression
    until = f", until {why.until}" if why and why.until else ""
    return Shown(
        fingerprint=one.fingerprint,
        check=one.check.id,
        title=one.check.title,
        verdict=SUPPRESSED if why and one.verdict is Status.FAIL else str(one.verdict),
        severity=one.severity,
        score=one.score,
        message=one.message,
        kind=about.kind,
        id=about.id,
        name=about.name,
        provider=about.provider,
        account=about.account,
        region=about.region,
        console_url=about.console_url,
        systems=one.systems,
        state=one.state or "",
        first_seen=one.first_seen_at,
        path=one.path,
        evidence=one.evidence,
        line=f"{one.source.uri}:{one.source.line}" if one.source else "",
        suppression=f"{why.reason} ({why.owner}{until})" if why else "",
        remediation=one.remediation,
        references=one.references,
        controls=one.controls,
    )


def _carried(one: _Carried) -> Shown:
    about = one.resource
    return Shown(
        fingerprint=one.fingerprint,
        check=one.check.id,
        title=one.check.title,
        verdict=str(Status.UNKNOWN),
        severity=one.severity,
        score=one.score,
        message=one.message,
        kind=about.kind,
        id=about.id,
        name=about.name,
        provider=about.provider,
        account=about.account,
        region=about.region,
        console_url=about.console_url,
        systems=one.systems,
        state=str(State.UNKNOWN),
        first_seen=one.first_seen_at,
        why=one.why,
    )
