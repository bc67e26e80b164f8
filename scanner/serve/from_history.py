"""From a history to what is browsed. It is read once, and opened so that nothing can change it."""

from collections.abc import Iterator

from scanner.history.damage import legible
from scanner.history.records import Scan, StoredFinding
from scanner.history.states import ENDED, State
from scanner.history.store import Store, open_store
from scanner.model.checks import CHECKS
from scanner.model.errors import InputError
from scanner.model.nouns import Status
from scanner.serve.kept import OVER, SUPPRESSED, Kept, Shown
from scanner.serve.shown import Account, ScanRow, Score, Site, Unseen


def site_of_history(url: str) -> Site:
    """A history: of each account, what the last scan that asked it says. Raises InputError."""
    with open_store(url, make=False, read_only=True) as store, legible(store.shown):
        scans = store.scans()
        if not scans:
            raise InputError(f"--store {store.shown}: holds no scan; write one with scan --store")
        last = {one.key: scan for scan in scans for one in scan.accounts}
        kept = Kept()
        for scan in {scan.number: scan for scan in last.values()}.values():
            kept.add(_of_scan(store, scan, last))
        accounts = tuple(_asked(last))
        newest = scans[-1]
        alone = all(scan.number == newest.number for scan in last.values())
        score = Score(newest.score.posture, newest.score.coverage, newest.score.lower, newest.score.upper)
        return Site(
            said=store.shown,
            is_history=True,
            started_at=newest.started_at,
            complete=all(scan.complete for scan in last.values()),
            kept=kept,
            verdicts=newest.verdicts if alone else {},
            score=score if alone else None,
            accounts=accounts,
            systems=dict.fromkeys(kept.values("system")),
            unseen=tuple(_blind(last)),
            scans=tuple(map(_row, reversed(scans))),
        )


def _asked(last: dict[tuple[str, str], Scan]) -> Iterator[Account]:
    for (provider, account), scan in sorted(last.items()):
        [own] = (one for one in scan.accounts if one.key == (provider, account))
        # What an earlier version wrote does not say where it looked, nor for what it was blind.
        known = scan.complete or (own.looked and not _untold(scan))
        whole = bool(known and own.settled and not own.blind)
        yield Account(provider=provider, account=account, read_at=scan.started_at, complete=whole)


def _blind(last: dict[tuple[str, str], Scan]) -> Iterator[Unseen]:
    for (provider, account), scan in sorted(last.items()):
        [own] = (one for one in scan.accounts if one.key == (provider, account))
        where = f"{provider} {account}"
        if own.blind:
            yield Unseen(
                what="checks that could not be asked of all of it", where=where, reason="incomplete", checks=own.blind
            )
        if not own.settled:
            yield Unseen(what="what failed before", where=where, reason="some of it may have been missed")
    for scan in {scan.number: scan for scan in last.values()}.values():
        if _untold(scan):
            yield Unseen(
                what="something that was asked for", where=f"scan {scan.number}", reason="its report says what"
            )


def _untold(scan: Scan) -> bool:
    """Whether a scan did not see all, and does not say of which account."""
    return not scan.complete and all(one.settled and not one.blind for one in scan.accounts)


def _of_scan(store: Store, scan: Scan, last: dict[tuple[str, str], Scan]) -> Iterator[Shown]:
    for one in store.findings(scan.id):
        if last[one.scope.provider, one.scope.account].number == scan.number:
            yield _stored(one)


def _stored(one: StoredFinding) -> Shown:
    known = CHECKS.get(one.check_id)
    verdict = {State.SUPPRESSED: SUPPRESSED, State.UNKNOWN: str(Status.UNKNOWN)}.get(one.state, str(Status.FAIL))
    return Shown(
        fingerprint=one.fingerprint,
        check=one.check_id,
        title=known.title if known else "a check that this version does not have",
        verdict=OVER if one.state in ENDED else verdict,
        severity=one.severity,
        score=one.score,
        message=one.message,
        kind=one.kind,
        id=one.id,
        name=one.name,
        provider=one.scope.provider,
        account=one.scope.account,
        region=one.scope.region,
        console_url=one.console_url,
        systems=one.systems,
        state=str(one.state),
        first_seen=one.first_seen,
        why=one.why,
        line=f"{one.source.uri}:{one.source.line}" if one.source else "",
        remediation=known.section("How to fix") if known else "",
    )


def _row(scan: Scan) -> ScanRow:
    return ScanRow(
        number=scan.number,
        started_at=scan.started_at,
        complete=scan.complete,
        accounts=len(scan.accounts),
        posture=scan.score.posture,
        coverage=scan.score.coverage,
        severities={str(one): number for one, number in scan.by_severity.items()},
        states={str(one): number for one, number in scan.states.items()},
    )
