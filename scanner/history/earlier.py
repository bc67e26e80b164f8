"""The failures of an earlier report, on disk by fingerprint, and what this scan knows of each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from scanner.model.collectors import COLLECTORS, Collector
from scanner.model.history import Account, Former, Identity
from scanner.model.notes import Source
from scanner.model.nouns import ANYWHERE, Listing, Scope, Status
from scanner.model.reported import CheckInfo
from scanner.model.sanitize import encode, storable
from scanner.store.keeping import keeping, private_database

_TABLES = """
CREATE TABLE failures (
    fingerprint TEXT PRIMARY KEY, check_id TEXT NOT NULL, score REAL NOT NULL, provider TEXT NOT NULL,
    account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, observed TEXT,
    body BLOB NOT NULL, fate INTEGER, why TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE fresh AS SELECT * FROM failures;
CREATE TABLE checks (id TEXT PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID;
"""
#: Failures are taken over once it is known when their report was made: of several reports, the last sight counts.
_INSERT = "INSERT INTO fresh VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, '')"
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
    "SELECT fingerprint, check_id, score, provider, account, region, kind, failures.id, observed, body, why "
    "FROM failures JOIN checks ON checks.id = check_id "
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
    """A failure as a file has it. Without `observed` it was seen when the report was made."""

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


class Earlier:
    """Filled by `add` and sealed; then told of every verdict of this scan (`note`), and at last of its listings.

    `settled` are the accounts of the earlier report, and whether all of their failures are in it, of several reports in
    the newest; `asked` are the
    regions that its failures were found in and by. `cut`: some file leaves failures out, so that what it does not have
    need not be new.
    """

    def __init__(self) -> None:
        self.settled: dict[Account, bool] = {}
        self.asked: dict[Account, frozenset[str]] = {}
        self.cut = False
        #: when the newest of the reports was made
        self.made_at: datetime | None = None
        self._checks: Mapping[str, CheckInfo] = {}
        self._said: dict[Account, bool] = {}
        self._settled_at: dict[Account, datetime] = {}
        self._waiting: list[tuple[Any, ...]] = []
        self._noted: list[tuple[int, str, str]] = []
        self._listed = _Listed((), {})
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)

    # -- filling -----------------------------------------------------------------------------------------------------

    def add(self, failure: Failure) -> None:
        """Keep a failure."""
        one, scope = failure, failure.scope
        kept = _Kept(one.name, one.console_url, one.message, one.source, one.systems)
        texts = map(storable, (scope.provider, scope.account, scope.region, one.kind, one.id))
        observed = one.observed and _text(one.observed)
        self._waiting.append((one.fingerprint, one.check_id, one.score, *texts, observed, encode(kept)))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def know(self, account: Account, settled: bool) -> None:
        """An account of a report, and whether it has all its failures."""
        self._said[account] = settled

    def ask(self, account: Account, regions: Iterable[str]) -> None:
        """Regions of an account that the report had asked."""
        self.asked[account] = self.asked.get(account, frozenset()).union(regions)

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

    def look(self, listings: Iterable[Listing]) -> None:
        """What this scan asked for is known. Comes before the verdicts of checks that join."""
        self._listed = _Listed(listings, self.asked)

    def note(self, fingerprint: str, status: Status, message: str, *, joined: str = "") -> None:
        """A verdict of this scan; `joined` is the provider if it rests on more than the resource.

        What a path leads through may be where the earlier report looked and this scan does not.
        """
        fate = _FAILS if status is Status.FAIL else _OPEN if status is Status.UNKNOWN else _FIXED
        left = self._listed.left_out(joined) if joined and fate == _FIXED else ""
        fate, message = (_OPEN, left) if left else (fate, message)
        self._noted.append((fate, storable(message) if fate == _OPEN else "", fingerprint))
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
            why = self._listed.hides(kind, Scope(provider, account, region))
            if check not in checks:
                why = why or "its check was not run"
            with keeping(None):
                self._db.execute(_SETTLE, (_OPEN if why else _GONE, why, check, provider, account, region, kind))

    # -- what is known -----------------------------------------------------------------------------------------------

    def state(self, fingerprint: str, status: Status) -> str:
        """What a finding is against the earlier report; empty where there is nothing to say."""
        known = self._db.execute("SELECT fate FROM failures WHERE fingerprint = ?", (fingerprint,)).fetchone()
        if status is Status.FAIL:
            return "persisting" if known else "" if self.cut else "new"
        if not known:
            return ""
        noted = (fate for fate, _, one in reversed(self._noted) if one == fingerprint)  # the last, while judging
        return "unknown" if next(noted, known[0]) == _OPEN else "fixed"

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

    def left_out(self, account: Account) -> Mapping[Account, Collection[str]]:
        left = self._listed.left.items() if account in self.carried_by_account() else ()
        return {one: regions for one, regions in left if one[0] == account[0]}

    def _read(self, fate: int, account: Account | None) -> Iterator[Former]:
        provider, owner = account or (None, None)
        cursor = self._db.execute(_READ, (fate, provider, provider, owner))
        for row in cursor:
            yield self._former(row)

    def _former(self, row: tuple[Any, ...]) -> Former:
        fingerprint, check, score, provider, owner, region, kind, id, observed, body, why = row
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
            source=kept.source,
            systems=kept.systems,
            why=why,
        )


def _text(time: datetime) -> str:
    """A time as it is kept: later ones sort after it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


class _Listed:
    """What was listed, by kind and account, and what an earlier report had asked."""

    def __init__(self, listings: Iterable[Listing], before: Mapping[Account, frozenset[str]]) -> None:
        self._complete: dict[tuple[str, Scope], bool] = {}
        self._kinds: dict[Account, set[str]] = {}
        self._regions: dict[Account, set[str]] = {}
        #: kinds of which nobody had to look anywhere else in an account
        self._nowhere: set[tuple[str, Account]] = set()
        for listing in listings:
            account = (listing.scope.provider, listing.scope.account)
            self._kinds.setdefault(account, set()).add(listing.kind)
            self._regions.setdefault(account, set()).add(listing.scope.region)
            self._complete[listing.kind, listing.scope] = listing.complete
            if listing.absent and listing.scope.region == ANYWHERE:
                self._nowhere.add((listing.kind, account))
        everywhere = {account for _, account in self._nowhere}
        #: what was asked earlier and is not now
        self.left = {
            account: left
            for account, regions in sorted(before.items())
            if account not in everywhere and (left := sorted(regions - self._regions.get(account, set())))
        }

    def left_out(self, provider: str) -> str:
        """Why a path may lead on where it is not seen to; empty if all was asked that the earlier report had."""
        return next((self._left_in(account) for account in self.left if account[0] == provider), "")

    def _left_in(self, account: Account) -> str:
        if account not in self.left:
            return ""
        return f"nobody asked {account[1]} in {', '.join(self.left[account])}, where something may lead to it"

    def hides(self, kind: str, scope: Scope) -> str:
        """Why a resource that was not seen may be there all the same; empty if it is gone."""
        account = (scope.provider, scope.account)
        if account not in self._kinds:
            return "its account was not scanned"
        collector = COLLECTORS.get(kind)
        if not (regions := self._listed_in(kind, scope, collector)):
            return f"nobody asked for {kind} in {scope.region}"
        anywhere = (kind, Scope(scope.provider, scope.account, ANYWHERE))
        if not all(self._complete[kind, one] for one in regions) or not self._complete.get(anywhere, True):
            return f"the list of {kind} in {scope.region} is not complete"
        if collector is None or not collector.follows:
            return ""
        # It is found by what leads to it, which may be where nobody asked this time.
        unasked = [one.kind for one in collector.follows if one.kind not in self._kinds[account]]
        if unasked:
            return f"nobody asked for {unasked[0]}, which may lead to it"
        return self._left_in(account)

    def _listed_in(self, kind: str, scope: Scope, collector: Collector | None) -> list[Scope]:
        """Where it would have been listed: in its region, that of its zone, or the whole account.

        Google Cloud has a location of the name that stands for a whole account (`global`), and what was listed there
        says nothing of a region.
        """
        regions = [scope.region, scope.region.rpartition("-")[0]]
        nowhere = (kind, (scope.provider, scope.account)) in self._nowhere
        if collector is None or collector.per == "account" or nowhere:
            regions.append(ANYWHERE)
        scopes = [Scope(scope.provider, scope.account, region) for region in regions]
        return [one for one in scopes if (kind, one) in self._complete]
