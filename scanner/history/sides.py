"""The two sides of a comparison, on disk by fingerprint: what each says of a finding, and what it looked at."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.history.listed import Listed
from scanner.model.errors import InputError
from scanner.model.history import Account
from scanner.model.nouns import Listing, Scope, Severity, Status
from scanner.model.sanitize import encode
from scanner.store.keeping import keeping, private_database

_TABLES = """
CREATE TABLE told (
    fingerprint TEXT, side INTEGER, verdict TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (fingerprint, side)
) WITHOUT ROWID;
"""
_PAIRS = """
SELECT former.body, latter.body FROM told AS former
LEFT JOIN told AS latter ON latter.fingerprint = former.fingerprint AND latter.side = 1
WHERE former.side = 0 AND (former.verdict = 'fail' OR latter.verdict = 'fail')
UNION ALL
SELECT NULL, latter.body FROM told AS latter
WHERE latter.side = 1 AND latter.verdict = 'fail'
AND NOT EXISTS (SELECT 1 FROM told AS former WHERE former.fingerprint = latter.fingerprint AND former.side = 0)
"""
_BATCH = 500
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192

#: What a side was read from.
Form = Literal["report", "sarif", "inventory", "store"]


class About(Struct, frozen=True):
    """The resource that a finding is about."""

    id: str
    kind: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(self.provider, self.account, self.region)


class Told(Struct, frozen=True, kw_only=True):
    """What a side says of a finding. `about` is known of failures alone.

    `carried`: it failed earlier and was not judged then, and `why` says why not. `severity` is None where nobody says
    it.
    """

    fingerprint: str
    check: str
    verdict: Status
    message: str = ""
    why: str = ""
    title: str = ""
    severity: Severity | None = None
    score: float = 0.0
    about: About | None = None
    systems: tuple[str, ...] = ()
    suppressed: bool = False
    carried: bool = False
    first_seen: datetime | None = None


class Side:
    """One of two, 0 or 1, which is filled once by what reads it.

    `said` is what the user calls it. `checks` were run, with how many verdicts of each sort they gave; None where the
    file says only which were run. `regions` were asked in each account. `settled` are accounts of which all was seen.
    `listings` is None where the file does not say what was listed, and `unread` as of `Listed`. `cut`: it leaves
    failures out. `trust` are the entries of `[trust]` that counted. `found` is what it told, by check.
    """

    def __init__(self, sides: "Sides", number: int, said: str, form: Form) -> None:
        self.said = said
        self.form = form
        self.scan_id = ""
        self.version = ""
        self.made_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.complete = False
        self.checks: dict[str, Mapping[Status, int] | None] = {}
        self.regions: dict[Account, set[str]] = {}
        self.reach: dict[Account, set[str]] = {}
        self.settled: set[Account] = set()
        self.listings: list[Listing] | None = None
        self.unread: set[tuple[str, Account]] = set()
        self.asked_as: dict[Account, str] = {}
        self.denied: dict[Account, set[str]] | None = None
        self.cut = False
        self.trust: set[str] = set()
        self.found: dict[str, Counter[Status]] = {}
        self._sides = sides
        self._number = number
        self._waiting: list[tuple[str, int, str, bytes]] = []
        self._listed: Listed | None = None

    @property
    def accounts(self) -> Collection[Account]:
        return self.regions.keys()

    def tell(self, told: Told) -> None:
        """Keep what it says of a finding; the last counts."""
        if not told.carried:
            self.found.setdefault(told.check, Counter())[told.verdict] += 1
        self._waiting.append((told.fingerprint, self._number, told.verdict, encode(told)))
        if len(self._waiting) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be kept."""
        self._sides.keep(self._waiting)
        self._waiting.clear()

    def when(self) -> datetime:
        """When it was made, in UTC and milliseconds, as SARIF says it. Raises InputError where nobody says."""
        if self.made_at is None:
            raise InputError(f"{self.said}: does not say when it was made; give the file that mlposture wrote")
        try:
            return self.made_at.astimezone(UTC).replace(microsecond=self.made_at.microsecond // 1000 * 1000)
        except OverflowError as error:
            raise InputError(f"{self.said}: says that it was made when no scan was; give the right file") from error

    def left_out(self, check: str, status: Status) -> int | None:
        """How many verdicts of a check it does not have as findings; None where it does not say."""
        counts = self.checks.get(check)
        if counts is None:
            return None
        return max(0, counts.get(status, 0) - self.found.get(check, Counter())[status])

    def look(self, other: "Side") -> None:
        """Everything was told, of the other one, too: what was listed here is held against what that one asked."""
        if self.listings is not None:
            self._listed = Listed(
                self.listings, {one: frozenset(regions) for one, regions in other.reach.items()}, self.unread
            )
        self._missed = {
            account: sorted(regions - self.regions.get(account, set())) for account, regions in other.reach.items()
        }

    def hides(self, about: About) -> str:
        """Why a resource that it says nothing of may have been there all the same; empty if it was not."""
        if self._listed is not None:
            return self._listed.hides(about.kind, about.scope)
        account = (about.provider, about.account)
        if account not in self.regions:
            return "its account was not scanned"
        if account not in self.settled:
            return "not all of its account was seen"
        if missed := self._missed.get(account):
            return f"nobody asked {about.account} in {', '.join(missed)}"
        return ""

    def hides_paths(self, provider: str) -> str:
        """Why a path may lead on where this one did not look and the other did; empty if it looked everywhere there."""
        if self._listed is not None:
            return self._listed.left_out(provider)
        for account, missed in sorted(self._missed.items()):
            if account[0] == provider and missed:
                return f"nobody asked {account[1]} in {', '.join(missed)}, where something may lead to it"
        return ""


class Sides:
    """The two of a comparison."""

    def __init__(self) -> None:
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)

    def keep(self, rows: Collection[tuple[str, int, str, bytes]]) -> None:
        """Write rows of a side."""
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")

    def pairs(self) -> Iterator[tuple[Told | None, Told | None]]:
        """What the two say of each finding that one of them has as a failure; None where it says nothing."""
        decode = msgspec.json.Decoder(Told).decode
        for former, latter in self._db.execute(_PAIRS):
            yield former and decode(former), latter and decode(latter)
