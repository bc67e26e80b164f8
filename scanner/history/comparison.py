"""Two scans side by side: what differs in what they looked at, and what has become of each failure, in order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.history.causes import Causes
from scanner.history.comparing import Fate, What
from scanner.history.sides import Form
from scanner.model.history import Account
from scanner.model.nouns import Severity
from scanner.model.sanitize import encode, storable
from scanner.store.keeping import keeping, private_database

_TABLE = """
CREATE TABLE fates (
    place INTEGER, rank INTEGER, negated REAL, check_id TEXT, id TEXT, body BLOB,
    PRIMARY KEY (place, rank, negated, check_id, id, body)
) WITHOUT ROWID;
"""
_PLACES = {what: place for place, what in enumerate(What)}
_UNRATED = len(Severity)
_BATCH = 500
#: Reasons that are told apart: some name a resource, and there may be as many of those as of findings.
_REASONS = 200
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192

Subject = Literal["version", "account", "region", "check", "kind", "list", "trust", "severity", "verdicts", "sarif"]
Lacks = Literal["before", "after", "neither"]


class Compared(Struct, frozen=True, kw_only=True):
    """One of the two scans: what the user calls it, what it was read from, and what it is."""

    said: str
    form: Form
    scan_id: str
    made_at: datetime
    version: str
    complete: bool
    ended_at: datetime | None = None
    #: by account, as far as it says that: regions that were asked, permissions that were missed, who asked
    regions: Mapping[Account, frozenset[str]] = {}
    denied: Mapping[Account, tuple[str, ...]] | None = None
    asked_as: Mapping[Account, str] = {}


class Difference(Struct, frozen=True, kw_only=True):
    """Something that keeps two scans from being compared in full, and what it is about.

    `lacks` is the side that did not look, or does not say it; `neither` where both did and did it otherwise.
    """

    what: Subject
    lacks: Lacks
    items: tuple[str, ...] = ()


class Tally(Counter[tuple[What, Severity | None]]):
    """How many findings have become what, by severity."""

    def of(self, what: What) -> int:
        """How many of all severities."""
        return sum(count for (one, _), count in self.items() if one is what)

    def at_least(self, what: What, least: Severity) -> int:
        """How many of so much severity, or more."""
        return sum(self[what, severity] for severity in Severity if severity.rank <= least.rank)


class Comparison:
    """Filled once by `add`. `fates` are on disk, by what has become of them and then the worst first.

    `causes` are what logs say of them, where that was asked for.
    """

    def __init__(self, before: Compared, after: Compared) -> None:
        self.before = before
        self.after = after
        self.differences: tuple[Difference, ...] = ()
        self.tally = Tally()
        self.causes: Causes | None = None
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLE)

    def add(self, fates: Iterable[Fate]) -> None:
        """Keep what has become of findings."""
        waiting: list[tuple[object, ...]] = []
        for fate in fates:
            told = fate.told
            self.tally[fate.what, told.severity] += 1
            rank = told.severity.rank if told.severity else _UNRATED
            keys = (_PLACES[fate.what], rank, -told.score, told.check, storable(fate.about.id))
            waiting.append((*keys, encode(fate)))
            if len(waiting) >= _BATCH:
                self._write(waiting)
        self._write(waiting)

    def _write(self, waiting: list[tuple[object, ...]]) -> None:
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO fates VALUES (?, ?, ?, ?, ?, ?)", waiting)
            self._db.execute("COMMIT")
        waiting.clear()

    def fates(self, what: What | None = None) -> Iterator[Fate]:
        """What has become of every failure, in order, or those of one sort."""
        decode = msgspec.json.Decoder(Fate).decode
        place = None if what is None else _PLACES[what]
        rows = self._db.execute(
            "SELECT body FROM fates WHERE ? IS NULL OR place = ? ORDER BY place, rank, negated, check_id, id",
            (place, place),
        )
        return (decode(body) for (body,) in rows)

    def reasons(self, what: What) -> list[tuple[str, int]]:
        """Why they are that, and how many for each reason, the most frequent first."""
        counts = Counter[str]()
        for fate in self.fates(what):
            counts[fate.why if fate.why in counts or len(counts) < _REASONS else "other reasons"] += 1
        return counts.most_common()
