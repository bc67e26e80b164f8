"""Two scans of a history side by side: what became of each failure, and what only one of them looked at."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC

from scanner.history.comparing import Fate, What
from scanner.history.comparison import Compared, Comparison, Difference
from scanner.history.damage import legible
from scanner.history.differences import lacking
from scanner.history.looked_at import Place, view_of
from scanner.history.records import AccountCounts, Scan, StoredFinding
from scanner.history.sides import About, Told
from scanner.history.states import State
from scanner.history.store import Store
from scanner.model.checks import CHECKS
from scanner.model.errors import InputError
from scanner.model.history import Account
from scanner.model.nouns import Status

#: The verdict behind a state. What is gone has none, and what ended may be `not_applicable` as well.
_VERDICTS = {State.FIXED: Status.PASS, State.UNKNOWN: Status.UNKNOWN, State.GONE: None}


def two_of(store: Store, earlier: str | None, later: str | None) -> tuple[Scan, Scan]:
    """The scans of these ids or numbers; by default the last one, and the one before it that shares an account.

    Raises InputError if there is none.
    """
    scans = store.scans()
    if not scans:
        raise InputError(f"--store {store.shown}: holds no scan")
    after = _named(store, scans, "--to", later) if later else scans[-1]
    if earlier:
        before = _named(store, scans, "--from", earlier)
    else:
        keys = _accounts(after).keys()
        shared = [one for one in scans if one.number < after.number and keys & _accounts(one).keys()]
        if not shared:
            raise InputError(f"--store {store.shown}: holds no earlier scan of the accounts of scan {after.number}")
        before = shared[-1]
    if before.number >= after.number:
        raise InputError(f"--from {before.number} --to {after.number}: give the earlier scan as --from")
    return before, after


def _named(store: Store, scans: tuple[Scan, ...], option: str, text: str) -> Scan:
    for one in scans:
        if text in (one.id, str(one.number)):
            return one
    raise InputError(
        f"{option} {text}: {store.shown} holds no such scan; name one by its id or number, of 1 to {scans[-1].number}"
    )


def compare_stored(store: Store, before: Scan, after: Scan, joined: Callable[[str], bool]) -> Comparison:
    """What became of each failure between two scans of a history. `joined` is as of `Comparing`."""
    found = Comparison(_compared(store, before), _compared(store, after))
    with legible(store.shown):
        found.add(_fates(store, before, after, joined))
    found.differences = tuple(_differences(before, after))
    return found


def _compared(store: Store, scan: Scan) -> Compared:
    return Compared(
        said=f"scan {scan.number} of {store.shown}",
        form="store",
        scan_id=scan.id,
        made_at=scan.started_at.astimezone(UTC),
        version=scan.version,
        complete=scan.complete,
        ended_at=scan.finished_at if scan.arguments else None,
        regions={account: frozenset(one.looked) for account, one in _accounts(scan).items()},
    )


def _fates(store: Store, before: Scan, after: Scan, joined: Callable[[str], bool]) -> Iterator[Fate]:
    unlike = _Unlike(before, after, joined)
    for change in store.changes(before.id, after.id):
        what, why = What(change.state), change.finding.why if change.state is State.UNKNOWN else ""
        if what in (What.NEW, What.NOT_COMPARED) and (unseen := unlike.hides(change.finding)):
            what, why = What.NOT_COMPARED, unseen
        was = None if change.before is None else _verdict(change.before)
        yield _fate(change.finding, what, why, was, _verdict(change.state))
    # A history says of accounts that one of them did not ask only what the other one saw.
    for one in _alone(store, after, before):
        suppressed = one.state is State.SUPPRESSED
        what = What.SUPPRESSED if suppressed else What.UNKNOWN if one.state is State.UNKNOWN else What.NOT_COMPARED
        yield _fate(
            one, what, "" if suppressed else one.why or "its account was not scanned", None, _verdict(one.state)
        )
    for one in _alone(store, before, after):
        yield _fate(one, What.UNKNOWN, "its account was not scanned", _verdict(one.state), None)


def _alone(store: Store, scan: Scan, other: Scan) -> Iterator[StoredFinding]:
    """What one of them says of accounts that the other one did not ask, without what had ended."""
    others = _accounts(other).keys()
    if _accounts(scan).keys() <= others:
        return
    for one in store.findings(scan.id):
        if (one.scope.provider, one.scope.account) not in others and one.state not in (State.FIXED, State.GONE):
            yield one


class _Unlike:
    """Where the later scan looked and the earlier one did not: what fails there may have failed before."""

    def __init__(self, before: Scan, after: Scan, joined: Callable[[str], bool]) -> None:
        self._view = view_of(before)
        self._asked = {account: counts.looked for account, counts in _accounts(after).items()}
        self._joined = joined

    def hides(self, one: StoredFinding) -> str:
        """Why the earlier scan may have missed a failure; empty if it was none then."""
        place = Place(one.check_id, one.kind, one.scope, self._joined(one.check_id))
        return self._view.misses(place, self._asked)


def _fate(one: StoredFinding, what: What, why: str, before: Status | None, after: Status | None) -> Fate:
    scope = one.scope
    about = About(one.id, one.kind, one.name, scope.provider, scope.account, scope.region, one.console_url)
    told = Told(
        fingerprint=one.fingerprint,
        check=one.check_id,
        verdict=Status.FAIL,
        message=one.message,
        title=CHECKS[one.check_id].title if one.check_id in CHECKS else "",
        severity=one.severity,
        score=one.score,
        about=about,
        systems=one.systems,
        first_seen=one.first_seen,
    )
    return Fate(what, told, about, before, after, why)


def _verdict(state: State) -> Status | None:
    return _VERDICTS.get(state, Status.FAIL)


def _differences(before: Scan, after: Scan) -> Iterator[Difference]:
    if before.version != after.version:
        yield Difference(what="version", lacks="neither", items=(before.version, after.version))
    former, latter = _accounts(before), _accounts(after)
    yield from lacking("account", map(" ".join, former), map(" ".join, latter))
    yield from lacking("region", _regions(former, latter), _regions(latter, former))
    yield from lacking("check", before.checks, after.checks)


def _accounts(scan: Scan) -> dict[Account, AccountCounts]:
    return {one.key: one for one in scan.accounts}


def _regions(counts: Mapping[Account, AccountCounts], other: Mapping[Account, AccountCounts]) -> Iterator[str]:
    """Those of accounts that the other one asked, too."""
    return (
        f"{' '.join(account)} {region}" for account, one in counts.items() if account in other for region in one.looked
    )
