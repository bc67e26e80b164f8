"""The history of many scans, in a database or a bucket: what each of them found, and what has become of it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Self

import msgspec

from scanner.history.chain import opened, verify
from scanner.history.damage import legible
from scanner.history.earlier import Earlier, Failure
from scanner.history.engine import AT_ONCE, Engine, Guard, Overtaken, engine_of
from scanner.history.looked_at import view_of
from scanner.history.migrations import migrate
from scanner.history.recording import Recording
from scanner.history.records import Body, Change, Scan, Span, StoredFinding, Subject
from scanner.history.saying import Saying
from scanner.history.states import ENDED, Seen, State, later, state
from scanner.history.unseen_before import NOWHERE
from scanner.model.errors import InputError, NotWritten
from scanner.model.history import Account
from scanner.model.nouns import Scope
from scanner.model.reported import Report

#: Spans that a scan of the account falls into, without those that had ended before.
_AT = (
    "SELECT f.fingerprint, f.subject, b.started, s.first, s.state, s.body FROM mlposture_findings f "
    "JOIN mlposture_spans s ON s.finding = f.number JOIN mlposture_scans b ON b.number = f.first "
    "WHERE f.account = ? AND f.fingerprint > ? AND s.first <= ? AND (s.last IS NULL OR s.last >= ?) "
    "AND (s.first = ? OR s.state NOT IN ('fixed', 'gone')) ORDER BY f.fingerprint LIMIT ?"
)
#: Spans that the later scan falls into, each beside the state of that for the earlier one.
_BETWEEN = (
    "SELECT f.fingerprint, f.subject, b.started, s.first, s.state, s.body, e.first, e.state "
    "FROM mlposture_findings f JOIN mlposture_spans s ON s.finding = f.number "
    "JOIN mlposture_scans b ON b.number = f.first LEFT JOIN mlposture_spans e "
    "ON e.finding = f.number AND e.first <= ? AND (e.last IS NULL OR e.last >= ?) "
    "WHERE f.account = ? AND f.fingerprint > ? AND s.first <= ? AND (s.last IS NULL OR s.last >= ?) "
    "ORDER BY f.fingerprint LIMIT ?"
)
#: Of each account: its number, the last scan that asked it, and when that was.
_LAST = (
    "SELECT a.number, provider, a.account, MAX(scan) FROM mlposture_accounts a "
    "LEFT JOIN mlposture_asked q ON q.account = a.number GROUP BY a.number, provider, a.account ORDER BY a.number"
)
_CURRENT = (
    "SELECT f.fingerprint, f.subject, b.started, s.first, s.state, s.body FROM mlposture_findings f "
    "JOIN mlposture_spans s ON s.finding = f.number AND s.last IS NULL JOIN mlposture_scans b ON b.number = f.first "
    "WHERE f.account = ? AND f.fingerprint > ? ORDER BY f.fingerprint LIMIT ?"
)
_SPANS = (
    "SELECT s.finding, f.subject, a.provider, a.account, s.first, s.state, s.body FROM mlposture_spans s "
    "JOIN mlposture_findings f ON f.number = s.finding JOIN mlposture_accounts a ON a.number = f.account "
    "WHERE (s.finding, s.first) > (?, ?) ORDER BY s.finding, s.first LIMIT ?"
)
#: A writer of a bucket is overtaken by each other one that writes at the time, once.
_TRIES = 50
#: What a state says of a finding to a scan before.
_SAYS = {
    State.SUPPRESSED: Seen.SUPPRESSED,
    State.FIXED: Seen.ENDED,
    State.GONE: Seen.ABSENT,
    State.UNKNOWN: Seen.UNSEEN,
}


class Store:
    """A history that is open. Made by `open_store`; a context manager that closes it.

    Accounts have histories of their own: a scan says something of the accounts that it asked, and nothing of others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def shown(self) -> str:
        """Its URL, without a password."""
        return self._engine.shown

    def scans(self) -> tuple[Scan, ...]:
        """All scans in the order in which they were written, each with its counts. Raises InputError."""
        rows = self._engine.rows("SELECT number, record, digest FROM mlposture_scans ORDER BY number")
        return tuple(opened(*row) for row in rows)

    def last_scans(self) -> dict[Account, datetime]:
        """When the last scan of each account began."""
        times = {scan.number: scan.started_at for scan in self.scans()}
        with legible(self.shown):
            return {(provider, account): times[int(last)] for _, provider, account, last in self._engine.rows(_LAST)}

    def earlier(self) -> Earlier:
        """What a scan compares itself with, whichever accounts it will ask."""
        with self._engine.reading(), legible(self.shown):
            [(last,)] = self._engine.rows("SELECT COALESCE(MAX(number), 0) FROM mlposture_scans")
            earlier = Earlier(begun=int(last))
            self._load_all(earlier)
            return earlier

    def write(self, report: Report) -> Scan:
        """Add a scan, all of it or nothing. Once this returns, it is on disk. Raises NotWritten, NotKept.

        The report was made with what `earlier` gave, perhaps while the history was closed: whatever it does not speak
        of is unknown from now on. It has all of its failures (`shown`).
        """
        said = Saying(report)
        try:
            for _ in range(_TRIES):
                with suppress(Overtaken), self._engine.writing():
                    return Recording(self._engine, report, said).write()
        except InputError as error:
            raise NotWritten(str(error)) from error
        finally:
            said.close()
        raise NotWritten(f"--store {self.shown}: other scans were written first, {_TRIES} times; try again")

    def findings(self, scan_id: str) -> Iterator[StoredFinding]:
        """What a scan said of findings: all that were open or suppressed then, and what ended with it.

        In the order of accounts, as `Scan.accounts` has them, and of fingerprints. Raises InputError if there is no
        such scan.
        """
        scan = self._scan(scan_id)
        for number, account in self._asked(scan.number):
            after = b""
            given = (scan.number, scan.number, scan.number, AT_ONCE)
            while rows := self._engine.rows(_AT, number, after, *given):
                with legible(self.shown):
                    found = [_finding(row, account, scan) for row in rows]
                    after = bytes(rows[-1][0])
                yield from found

    def changes(self, before: str, after: str) -> Iterator[Change]:
        """What each finding is in the later scan against the earlier one, those that persist as well.

        Of the accounts that both asked, in the order of `findings`; what came and ended in between is left out. Raises
        InputError if there is no such scan, or they are the wrong way round.
        """
        old, new = self._scan(before), self._scan(after)
        if old.number >= new.number:
            raise InputError(f"scan {before} is not before scan {after}")
        both = dict(self._asked(old.number))
        for number, account in self._asked(new.number):
            mark = b""
            given = (old.number, old.number, number)
            while number in both and (
                rows := self._engine.rows(_BETWEEN, *given, mark, new.number, new.number, AT_ONCE)
            ):
                with legible(self.shown):
                    found = [one for row in rows if (one := _change(row, account, old, new))]
                    mark = bytes(rows[-1][0])
                yield from found

    def spans(self) -> Iterator[Span]:
        """What every finding was, by finding and then in the order of scans."""
        mark = (0, 0)
        while rows := self._engine.rows(_SPANS, *mark, AT_ONCE):
            with legible(self.shown):
                spans = [_span(row) for row in rows]
                mark = (int(rows[-1][0]), int(rows[-1][4]))
            yield from spans

    def verify(self) -> Iterator[str]:
        """What does not fit, a sentence each: scans that are missing, and what was changed after it was written."""
        problems = 0
        for problem in self._engine.damage():
            problems += 1
            yield problem
        if not problems:
            with self._engine.reading():
                yield from verify(self._engine)

    def guard(self) -> Guard:
        """What keeps scans that were written from being changed."""
        return self._engine.guard()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _scan(self, id: str) -> Scan:
        query = "SELECT number, record, digest FROM mlposture_scans WHERE id = ?"
        for row in self._engine.rows(query, id):
            return opened(*row)
        raise InputError(f"--store {self.shown}: holds no scan {id}; mlposture history list shows those it has")

    def _asked(self, scan: int) -> list[tuple[int, Account]]:
        """The number and name of each account that a scan asked."""
        query = (
            "SELECT number, provider, a.account FROM mlposture_asked q JOIN mlposture_accounts a ON number = q.account "
            "WHERE scan = ?"
        )
        found = [(int(number), (provider, account)) for number, provider, account in self._engine.rows(query, scan)]
        return sorted(found, key=lambda one: one[1])  # here, for databases have orders of their own

    def _load_all(self, earlier: Earlier) -> None:
        scans = {scan.number: scan for scan in self.scans()}
        for scan in scans.values():
            earlier.saw((one.key for one in scan.accounts), view_of(scan))
        reach: dict[int, dict[Account, tuple[str, ...]]] = {}
        for number, provider, account, last in self._engine.rows(_LAST):
            scan = scans[int(last)]
            self._load(earlier, int(number), (provider, account), scan)
            [own] = (one for one in scan.accounts if one.key == (provider, account))
            earlier.know((provider, account), own.settled)
            earlier.unseen[provider, account] = own.unseen
            earlier.ask_with((provider, account), reach.setdefault(scan.number, _regions(scan)))
            beyond = {(one, other): regions for one, other, regions in own.beyond}
            earlier.ask_with((provider, account), beyond)
        if scans:
            earlier.unseen[NOWHERE] = scans[max(scans)].unseen
            earlier.seal(max(scan.started_at for scan in scans.values()))

    def _load(self, earlier: Earlier, number: int, account: Account, scan: Scan) -> None:
        after = b""
        while rows := self._engine.rows(_CURRENT, number, after, AT_ONCE):
            for row in rows:
                one = _finding(row, account, scan)
                if one.state in ENDED:
                    earlier.add_ended(one.fingerprint, one.first_seen)
                else:
                    earlier.add(_failure(one))
            after = bytes(rows[-1][0])


def open_store(url: str, *, make: bool = True, profile: str | None = None, read_only: bool = False) -> Store:
    """The history at a URL, as `engine.FORMS` has them, made where there is none if `make`. Raises InputError.

    `profile` is one of the user's AWS configuration, for a bucket of S3. With `read_only` nothing in it can be changed,
    and one of an earlier version is refused, not brought forward.
    """
    engine = engine_of(url, make=make, profile=profile, read_only=read_only)
    try:
        migrate(engine, read_only=read_only)
    except BaseException:
        engine.close()
        raise
    return Store(engine)


def _finding(row: Sequence[Any], account: Account, scan: Scan) -> StoredFinding:
    """What a scan of an account said of a finding; the row has its span."""
    fingerprint, subject, since, first, found, body = row
    about = msgspec.json.decode(subject, type=Subject)
    said = msgspec.json.decode(body, type=Body)
    return StoredFinding(
        fingerprint=bytes(fingerprint).hex(),
        check_id=about.check_id,
        severity=said.severity,
        score=said.score,
        message=said.message,
        kind=about.kind,
        id=about.id,
        name=said.name,
        scope=Scope(*account, said.region),
        state=_state(found, first, scan.number),
        first_seen=datetime.fromisoformat(since),
        observed=said.observed or scan.started_at,
        console_url=said.console_url,
        source=said.source,
        systems=said.systems,
        why=said.why,
    )


def _change(row: Sequence[Any], account: Account, old: Scan, new: Scan) -> Change | None:
    """What has become of a finding from one scan to the other; None if there is nothing to say."""
    *of_new, first, known = row
    was = _state(known, first, old.number) if known else None
    now = _against(was, State(of_new[4]))
    return None if now is None else Change(before=was, state=now, finding=_finding(of_new, account, new))


def _span(row: Sequence[Any]) -> Span:
    finding, subject, provider, account, first, found, body = row
    about = msgspec.json.decode(subject, type=Subject)
    said = msgspec.json.decode(body, type=Body)
    return Span(
        finding=int(finding),
        check_id=about.check_id,
        kind=about.kind,
        id=about.id,
        severity=said.severity,
        systems=said.systems,
        account=(provider, account),
        region=said.region,
        first=int(first),
        state=State(found),
    )


def _state(found: str, first: int, scan: int) -> State:
    """The state in a scan of what was `found` so by the `first` of a span."""
    return State(found) if first == scan else later(State(found))


def _against(was: State | None, now: State) -> State | None:
    """What a finding is against an earlier scan in which it `was` something; None if there is nothing to say."""
    return state(was, _SAYS.get(now, Seen.FAILS)) or (now if now is State.UNKNOWN else None)


def _failure(one: StoredFinding) -> Failure:
    return Failure(
        fingerprint=one.fingerprint,
        check_id=one.check_id,
        score=one.score,
        message=one.message,
        kind=one.kind,
        id=one.id,
        name=one.name,
        scope=one.scope,
        console_url=one.console_url,
        source=one.source,
        systems=one.systems,
        observed=one.observed,
        first_seen=one.first_seen,
        accepted=one.state is State.SUPPRESSED,
        unseen=one.why if one.state is State.UNKNOWN else "",
    )


def _regions(scan: Scan) -> dict[Account, tuple[str, ...]]:
    """Where a scan asked, by account."""
    return {one.key: one.regions for one in scan.accounts}
