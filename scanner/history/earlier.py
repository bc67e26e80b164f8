"""The failures of an earlier report, on disk by fingerprint, and what this scan knows of each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from scanner.history.listed import Listed, unread
from scanner.history.looked_at import Place, View
from scanner.history.states import State, seen, state
from scanner.model.collectors import COLLECTORS
from scanner.model.history import Account, Former, Identity
from scanner.model.notes import Source
from scanner.model.nouns import Gap, Listing, Scope, Status
from scanner.model.reported import CheckInfo
from scanner.model.sanitize import encode, redact, storable
from scanner.store.keeping import keeping, private_database

_TABLES = """
CREATE TABLE failures (
    fingerprint TEXT PRIMARY KEY, check_id TEXT NOT NULL, score REAL NOT NULL, provider TEXT NOT NULL,
    account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, observed TEXT,
    body BLOB NOT NULL, first_seen TEXT, fate INTEGER, why TEXT NOT NULL DEFAULT '',
    accepted INTEGER NOT NULL, unseen TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE fresh AS SELECT * FROM failures;
CREATE TABLE ended (fingerprint TEXT PRIMARY KEY, first_seen TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE checks (id TEXT PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID;
"""
#: Failures are taken over once it is known when their report was made: of several reports, the last sight counts.
_INSERT = "INSERT INTO fresh VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '', ?, ?)"
_OLDER = (
    "DELETE FROM fresh WHERE EXISTS "
    "(SELECT 1 FROM failures WHERE failures.fingerprint = fresh.fingerprint AND failures.observed > fresh.observed)"
)
_SETTLE = (
    "UPDATE failures SET fate = ?, why = ? "
    "WHERE fate IS NULL AND (check_id, provider, account, region, kind) = (?, ?, ?, ?, ?)"
)
#: What is not judged any more, because the check is no longer there, is left out.
_READ = (
    "SELECT fingerprint, check_id, score, provider, account, region, kind, failures.id, observed, body, "
    "first_seen, why, unseen FROM failures JOIN checks ON checks.id = check_id "
    "WHERE fate = ? AND (? IS NULL OR (provider = ? AND account = ?)) "
    "ORDER BY rank, -score, check_id, failures.id"
)
_BATCH = 500
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192
#: What became of a failure: it still is one, that was not observed, it is none any more, or its resource is gone.
_FAILS, _OPEN, _FIXED, _GONE = range(4)


class _Kept(Struct, frozen=True, array_like=True):
    """What cannot be had from the other columns."""

    name: str
    console_url: str
    message: str
    source: Source | None
    systems: tuple[str, ...]


class Failure(Struct, frozen=True, kw_only=True):
    """A failure as a file has it. Without `observed` it was seen when the report was made.

    `first_seen` is when it was seen for the first time, None where the file does not say. Where somebody had `accepted`
    it, it is opened again if it fails and nobody does. `unseen` is why the file has it as not seen, empty where it was.
    """

    fingerprint: str
    check_id: str
    score: float
    message: str
    kind: str
    id: str
    name: str
    scope: Scope
    console_url: str = ""
    source: Source | None = None
    systems: tuple[str, ...] = ()
    observed: datetime | None = None
    first_seen: datetime | None = None
    accepted: bool = False
    unseen: str = ""


class Earlier:
    """Filled by `add` and sealed; then told of every verdict of this scan (`note`), and at last of its listings.

    `settled` are the accounts of the earlier report, and whether all of their failures are in it, of several reports in
    the newest; `asked` are the
    regions that its failures were found in and by. `cut`: some file leaves failures out, so that what it does not have
    need not be new.

    `unseen` are the marks, as of `unseen_before.py`, of what the last scan of each account did not see.

    `begun` is the number of the last scan of a history that is known here, -1 without one. In a history each account
    stands for itself: what is known of accounts that this scan does not ask is not its business, but for those that an
    account was asked together with.
    """

    def __init__(self, *, begun: int = -1) -> None:
        self.begun = begun
        self._apart = begun >= 0
        #: by account: what was asked together with it
        self._together: dict[Account, list[Mapping[Account, Iterable[str]]]] = {}
        #: by account: what the scans that asked it looked at
        self._views: dict[Account, dict[View, None]] = {}
        self._compared: dict[Place, bool] = {}
        #: the accounts of this scan
        self._scanned: frozenset[Account] = frozenset()
        self.settled: dict[Account, bool] = {}
        self.asked: dict[Account, frozenset[str]] = {}
        self.unseen: dict[Account, Mapping[str, int]] = {}
        self.cut = False
        #: when the newest of the reports was made
        self.made_at: datetime | None = None
        self._checks: Mapping[str, CheckInfo] = {}
        self._said: dict[Account, bool] = {}
        self._settled_at: dict[Account, datetime] = {}
        self._waiting: list[tuple[Any, ...]] = []
        self._noted: list[tuple[int, str, str]] = []
        self._listed = Listed((), {})
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)

    # -- filling -----------------------------------------------------------------------------------------------------

    def add(self, failure: Failure) -> None:
        """Keep a failure."""
        one, scope = failure, failure.scope
        kept = _Kept(one.name, one.console_url, one.message, one.source, one.systems)
        texts = map(storable, (scope.provider, scope.account, scope.region, one.kind, one.id))
        times = [time and _text(time) for time in (one.observed, one.first_seen)]
        observed, first = times
        self._waiting.append(
            (one.fingerprint, one.check_id, one.score, *texts, observed, encode(kept), first, one.accepted, one.unseen)
        )
        if len(self._waiting) >= _BATCH:
            self._flush()

    def add_ended(self, fingerprint: str, first_seen: datetime) -> None:
        """Keep that something failed once and had ended."""
        with keeping(None):
            self._db.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (fingerprint, _text(first_seen)))

    def know(self, account: Account, settled: bool) -> None:
        """An account of a report, and whether it has all its failures."""
        self._said[account] = settled

    def ask(self, account: Account, regions: Iterable[str]) -> None:
        """Regions of an account that the report had asked."""
        self.asked[account] = self.asked.get(account, frozenset()).union(regions)

    def ask_with(self, account: Account, regions: Mapping[Account, Iterable[str]]) -> None:
        """Regions by account that were asked together with one: what was found there may be found from these."""
        self._together.setdefault(account, []).append(regions)

    def saw(self, accounts: Iterable[Account], view: View) -> None:
        """A scan of a history asked these accounts, and looked at that."""
        for account in accounts:
            self._views.setdefault(account, {})[view] = None

    def seal(self, made_at: datetime) -> None:
        """Everything was added, of a report that was made then."""
        self.made_at = max(self.made_at or made_at, made_at)
        self._flush()
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.execute("UPDATE fresh SET observed = ? WHERE observed IS NULL", (_text(made_at),))
            self._db.execute(_OLDER)
            self._db.execute("INSERT OR REPLACE INTO failures SELECT * FROM fresh")
            self._db.execute("DELETE FROM fresh")
            self._db.execute("COMMIT")
        for account, settled in self._said.items():
            if made_at >= self._settled_at.get(account, made_at):
                self.settled[account], self._settled_at[account] = settled, made_at
        self._said.clear()

    def _flush(self) -> None:
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.executemany(_INSERT, self._waiting)
            self._db.execute("COMMIT")
        self._waiting.clear()

    # -- judging -----------------------------------------------------------------------------------------------------

    def check_ids(self) -> frozenset[str]:
        """The checks that have failures here."""
        return frozenset(id for (id,) in self._db.execute("SELECT DISTINCT check_id FROM failures"))

    def begin(self, checks: Mapping[str, CheckInfo]) -> None:
        """Verdicts will be given, perhaps anew. Failures of a check that is not among these count no more."""
        self._checks = checks
        self._noted.clear()
        with keeping(None):
            self._db.execute("DELETE FROM checks")
            self._db.executemany(
                "INSERT INTO checks VALUES (?, ?)", ((id, c.severity.rank) for id, c in checks.items())
            )
            self._db.execute("UPDATE failures SET fate = NULL, why = ''")

    def look(self, listings: Iterable[Listing], accounts: Iterable[Account] = (), gaps: Iterable[Gap] = ()) -> None:
        """What this scan asked for is known, of which accounts, and what it could not read.

        Comes before the verdicts of checks that join.
        """
        self._scanned = frozenset(accounts)
        if self._apart:
            self.settled = {one: settled for one, settled in self.settled.items() if one in self._scanned}
        self._listed = Listed(listings, self._asked_before(), unread(gaps))
        self._compared.clear()

    def _asked_before(self) -> Mapping[Account, frozenset[str]]:
        """The regions, by account, where what is known of the accounts of this scan may have been found from."""
        if not self._apart:
            return self.asked
        found: dict[Account, set[str]] = {}
        maps = {id(one): one for account in self._scanned for one in self._together.get(account, ())}
        for regions in maps.values():
            for account, some in regions.items():
                found.setdefault(account, set()).update(some)
        return {account: frozenset(some) for account, some in found.items()}

    def note(self, fingerprint: str, status: Status, message: str, *, joined: str = "") -> None:
        """A verdict of this scan; `joined` is the provider if it rests on more than the resource.

        What a path leads through may be where the earlier report looked and this scan does not.
        """
        fate = _FAILS if status is Status.FAIL else _OPEN if status is Status.UNKNOWN else _FIXED
        left = self._listed.left_out(joined) if joined and fate == _FIXED else ""
        fate, message = (_OPEN, left) if left else (fate, message)
        self._noted.append((fate, redact(storable(message)) if fate == _OPEN else "", fingerprint))
        if len(self._noted) >= _BATCH:
            self._write_notes()

    def _write_notes(self) -> None:
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.executemany("UPDATE failures SET fate = ?, why = ? WHERE fingerprint = ?", self._noted)
            self._db.execute("COMMIT")
        self._noted.clear()

    def forget(self, checks: Iterable[str]) -> None:
        """The verdicts of these checks will be given anew."""
        self._write_notes()
        with keeping(None):
            self._db.executemany(
                "UPDATE failures SET fate = NULL, why = '' WHERE check_id = ?", [(id,) for id in checks]
            )

    def settle(self, checks: Collection[str]) -> None:
        """All verdicts are given: of what had none, find out whether it is gone or nobody looked."""
        self._write_notes()
        groups = "SELECT DISTINCT check_id, provider, account, region, kind FROM failures WHERE fate IS NULL"
        for check, provider, account, region, kind in self._db.execute(groups).fetchall():
            if self._apart and (provider, account) not in self._scanned:
                continue
            why = self._listed.hides(kind, Scope(provider, account, region))
            if check not in checks:
                why = why or "its check was not run"
            with keeping(None):
                self._db.execute(_SETTLE, (_OPEN if why else _GONE, why, check, provider, account, region, kind))

    # -- what is known -----------------------------------------------------------------------------------------------

    def told(
        self, fingerprint: str, status: Status, place: Place, *, suppressed: bool = False, at: datetime | None = None
    ) -> tuple[str, datetime | None]:
        """What a finding is against what is known, and since when; empty and None where there is nothing to say.

        `at` is when it was seen now, for what fails for the first time. Of joined checks, `look` comes before.
        """
        query = "SELECT fate, first_seen, accepted FROM failures WHERE fingerprint = ?"
        known = self._db.execute(query, (fingerprint,)).fetchone()
        if known:
            before, since = State.SUPPRESSED if known[2] else State.PERSISTING, known[1]
        elif ended := self._db.execute("SELECT first_seen FROM ended WHERE fingerprint = ?", (fingerprint,)).fetchone():
            before, since = State.FIXED, ended[0]
        else:
            before, since = None, None
        hidden = known is not None and self._noted_fate(fingerprint, known[0]) == _OPEN
        after = state(
            before,
            seen(Status.UNKNOWN if hidden and status is not Status.FAIL else status, suppressed=suppressed),
            compared=before is not None or self._looked(place),
        )
        if after is State.NEW and self.cut:
            return "", None
        if before is None and after is not None and not self.cut:
            return after, at
        return (after or ""), since and datetime.fromisoformat(since)

    def _looked(self, place: Place) -> bool:
        """Whether some earlier scan of a history would have had a failure. Reports are taken for all that there was."""
        if self._apart and place not in self._compared:
            views = self._views.get((place.scope.provider, place.scope.account), {})
            self._compared[place] = any(not view.misses(place, self._listed.regions) for view in views)
        return not self._apart or self._compared[place]

    def _noted_fate(self, fingerprint: str, kept: int | None) -> int | None:
        """What was noted of a failure last; while judging, that may not be kept yet."""
        return next((fate for fate, _, one in reversed(self._noted) if one == fingerprint), kept)

    def carried(self, account: Account | None = None) -> Iterator[Former]:
        return self._read(_OPEN, account)

    def fixed(self, account: Account) -> Iterator[Former]:
        return self._read(_FIXED, account)

    def gone(self, account: Account) -> Iterator[Former]:
        return self._read(_GONE, account)

    def carried_by_account(self) -> dict[Account, int]:
        query = (
            "SELECT provider, account, COUNT(*) FROM failures JOIN checks ON checks.id = check_id WHERE fate = ? "
            "GROUP BY provider, account ORDER BY provider, account"
        )
        return {(provider, account): count for provider, account, count in self._db.execute(query, (_OPEN,))}

    def carried_as_before(self) -> int:
        query = (
            "SELECT COUNT(*) FROM failures JOIN checks ON checks.id = check_id "
            "WHERE fate = ? AND why <> '' AND why = unseen"
        )
        return int(self._db.execute(query, (_OPEN,)).fetchone()[0])

    def reasons(self, most: int, *, newly: bool = False) -> list[tuple[str, int]]:
        query = (
            "SELECT why, COUNT(*) AS times FROM failures JOIN checks ON checks.id = check_id "
            "WHERE fate = ? AND NOT (? AND why <> '' AND why = unseen) GROUP BY why ORDER BY times DESC, why LIMIT ?"
        )
        return self._db.execute(query, (_OPEN, newly, most)).fetchall()

    def ended(self) -> dict[str, int]:
        """How many do not fail any more, as far as this scan knows, by what they are now; the rest is `unknown`."""
        query = "SELECT fate, COUNT(*) FROM failures JOIN checks ON checks.id = check_id GROUP BY fate"
        names = {_OPEN: State.UNKNOWN, _FIXED: State.FIXED, _GONE: State.GONE}
        return {names[fate]: count for fate, count in self._db.execute(query) if fate in names}

    def left_out(self, account: Account) -> Mapping[Account, Collection[str]]:
        left = self._listed.left.items() if account in self.carried_by_account() else ()
        return {one: regions for one, regions in left if one[0] == account[0]}

    def _read(self, fate: int, account: Account | None) -> Iterator[Former]:
        provider, owner = account or (None, None)
        cursor = self._db.execute(_READ, (fate, provider, provider, owner))
        for row in cursor:
            yield self._former(row)

    def _former(self, row: tuple[Any, ...]) -> Former:
        fingerprint, check, score, provider, owner, region, kind, id, observed, body, first_seen, why, unseen = row
        kept = msgspec.json.decode(body, type=_Kept)
        known = COLLECTORS.get(kind)
        return Former(
            fingerprint=fingerprint,
            check=self._checks[check],
            score=score,
            message=kept.message,
            resource=Identity(
                kind=kind,
                title=known.kind.title if known else kind,
                id=id,
                name=kept.name,
                scope=Scope(provider, owner, region),
                console_url=kept.console_url,
            ),
            observed=datetime.fromisoformat(observed),
            first_seen=first_seen and datetime.fromisoformat(first_seen),
            source=kept.source,
            systems=kept.systems,
            why=why,
            as_before=bool(why) and why == unseen,
        )


def _text(time: datetime) -> str:
    """A time as it is kept: later ones sort after it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
