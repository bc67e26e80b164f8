"""The findings of a report, on disk: written as verdicts are given, read back in the order of the report."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from scanner.evaluate.describing import Describing
from scanner.evaluate.judge import Judgement, fingerprint, shown
from scanner.evaluate.score import finding_score
from scanner.evaluate.suppressing import NOTHING, Suppressing
from scanner.history.earlier import Earlier
from scanner.history.looked_at import Place
from scanner.model.checks import Check
from scanner.model.described import Described
from scanner.model.notes import Source
from scanner.model.nouns import Resource, Severity, Status
from scanner.model.reported import CheckInfo, Finding
from scanner.model.sanitize import encode, storable
from scanner.store.inventory import Inventory
from scanner.store.keeping import keeping, private_database
from scanner.systems.ownership import Ownership

if TYPE_CHECKING:
    from scanner.source.sources import Sources

_TABLE = """
CREATE TABLE findings (
    place INTEGER NOT NULL, id TEXT NOT NULL, account INTEGER NOT NULL, body BLOB NOT NULL, ready BLOB)
"""
#: What findings of checks that are about resources of any kind are about.
_OF_ANY = "CREATE TABLE of_any (kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
_BATCH = 500
#: Findings that are read at once, with their resources.
_AT_ONCE = 200
#: Sorts of findings that have places of their own: failures, those that are suppressed, and all else.
_OPEN, _SUPPRESSED, _OTHER = range(3)
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192


class _Kept(Struct, frozen=True, array_like=True):
    """What cannot be had from the check and the resource."""

    id: str
    status: Status
    message: str
    evidence: Mapping[str, Any]
    path: tuple[str, ...]
    #: of a check that is about resources of any kind
    kind: str = ""
    #: the numbers of the suppressions in force that match
    suppressed: tuple[int, ...] = ()
    source: Source | None = None
    unsourced: str = ""


class StoredFindings:
    """Findings in a private file that SQLite deletes itself. Filled by `add`, then read only.

    A report that shows every finding may give `prepare`: it is called while the resource is at hand, so that nothing
    has to be read again.

    `folder` is where the file is; None is the folder for temporary files. Raises NotKept where that is full.

    Their order is severity, score from the worst, check, suppressed ones last, resource. All but the last of these
    depend on the check, on whether it failed and whether that is suppressed, so each of them has a place in the order.
    """

    def __init__(
        self,
        checks: Mapping[str, tuple[Check, CheckInfo]],
        inventory: Inventory,
        prepare: Callable[[Finding], bytes] | None = None,
        folder: Path | None = None,
        owners: Ownership | None = None,
        suppressing: Suppressing = NOTHING,
        earlier: Earlier | None = None,
        sources: "Sources | None" = None,
    ) -> None:
        self._inventory = inventory
        self._sources = sources
        self._suppressing = suppressing
        self._describing = Describing(inventory, owners)
        self._prepare = prepare
        self._owners = owners
        self._earlier = earlier
        #: the kinds of what is about resources of any kind
        self._kinds: dict[str, type[Resource]] = {}
        self._scored = {id: _scores(check) for id, (check, _) in checks.items()}
        order = sorted(
            (check.severity.rank, -score, id, sort)
            for id, (check, _) in checks.items()
            for sort, score in ((_OPEN, self._scored[id][0]), (_SUPPRESSED, self._scored[id][0]), (_OTHER, 0.0))
        )
        self._places = {(id, sort): place for place, (_, _, id, sort) in enumerate(order)}
        self._checks = [checks[id] for _, _, id, _ in order]
        self._failed = [place for (_, sort), place in self._places.items() if sort == _OPEN]
        #: where failures are whose path leads through other resources
        self._leading: set[int] = set()
        self._accounts: dict[tuple[str, str], int] = {}
        self._waiting: list[tuple[int, str, int, bytes, bytes | None]] = []
        self._waiting_of_any: list[tuple[str, str]] = []
        self._count = 0
        with keeping(folder):
            self._db = private_database(folder, _CACHED_KIBIBYTES)
            self._db.execute(_TABLE)
            self._db.execute(_OF_ANY)
        self._folder = folder

    def add(self, judgement: Judgement, suppressed: tuple[int, ...] = ()) -> None:
        """Keep a verdict as a finding; a failure may be suppressed by the entries of these numbers."""
        check, resource, verdict = judgement.check, judgement.resource, shown(judgement)
        sort = _OTHER if verdict.status is not Status.FAIL else _SUPPRESSED if suppressed else _OPEN
        place = self._places[check.id, sort]
        owner = (resource.scope.provider, resource.scope.account)
        account = self._accounts.setdefault(owner, len(self._accounts))
        if sort == _OPEN and len(verdict.path) > 1:
            self._leading.add(place)
        kind = ""
        if check.kind is Resource:
            kind = resource.kind
            self._kinds[kind] = type(resource)
            self._waiting_of_any.append((kind, storable(resource.id)))
        where = self._sources.of(resource, verdict.evidence, self._inventory) if self._sources else (None, "")
        kept = _Kept(
            resource.id, verdict.status, verdict.message, verdict.evidence, verdict.path, kind, suppressed, *where
        )
        ready = None
        if self._prepare is not None:
            ready = self._prepare(self._finding(check, self._checks[place][1], resource, kept))
        self._waiting.append((place, storable(resource.id), account, encode(kept), ready))
        self._count += 1
        if len(self._waiting) >= _BATCH:
            self.flush()

    def forget(self, checks: Iterable[str]) -> None:
        """Remove all findings of these checks."""
        self.flush()
        for id in checks:
            for sort in (_OPEN, _SUPPRESSED, _OTHER):
                gone = self._db.execute("DELETE FROM findings WHERE place = ?", (self._places[id, sort],))
                self._count -= gone.rowcount

    def seal(self) -> None:
        """Everything was added."""
        self.flush()
        with keeping(self._folder):
            self._db.execute("CREATE INDEX by_place ON findings (place, id)")
            if len(self._accounts) > 1:
                self._db.execute("CREATE INDEX by_account ON findings (account, place, id)")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        return self._read("SELECT place, body FROM findings ORDER BY place, id")

    def prepared(self) -> Iterator[tuple[str, bytes]] | None:
        """In the same order: the check of each finding, and what `prepare` made of it. None without `prepare`."""
        return self._prepared() if self._prepare is not None else None

    def _prepared(self) -> Iterator[tuple[str, bytes]]:
        cursor = self._db.execute("SELECT place, ready FROM findings ORDER BY place, id")
        while rows := cursor.fetchmany(_AT_ONCE):
            for place, ready in rows:
                yield self._checks[place][0].id, ready

    def of_account(self, provider: str, account: str) -> Iterator[Finding]:
        """Those about resources of one account, in the same order."""
        number = self._accounts.get((provider, account), -1)
        return self._read("SELECT place, body FROM findings WHERE account = ? ORDER BY place, id", number)

    def accounts(self) -> tuple[tuple[str, str], ...]:
        """The provider and account of every finding, each once, sorted."""
        if len(self._accounts) == 1:  # all findings, as in most scans, are of it
            return tuple(self._accounts) if self._count else ()
        present = {int(number) for (number,) in self._db.execute("SELECT DISTINCT account FROM findings")}
        return tuple(sorted(owner for owner, number in self._accounts.items() if number in present))

    def failures(self, most: int) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        """Of each check that failed somewhere, in order: how often, and the first `most` of its failures."""
        for place in self._failed:
            (count,) = self._db.execute("SELECT COUNT(*) FROM findings WHERE place = ?", (place,)).fetchone()
            if count:
                first = self._read("SELECT place, body FROM findings WHERE place = ? ORDER BY id LIMIT ?", place, most)
                yield count, tuple(first)

    def resources(self) -> Iterator[Described]:
        """What the findings are about, each resource once, by kind and id."""
        places: dict[str, list[int]] = {}
        kinds = dict(self._kinds)
        for place, (check, _) in enumerate(self._checks):
            if check.kind is not Resource:
                kinds[check.kind.kind] = check.kind
                places.setdefault(check.kind.kind, []).append(place)
        for name, kind in sorted(kinds.items()):
            marks = ",".join("?" * len(places.get(name, ())))
            query = (
                f"SELECT id FROM findings WHERE place IN ({marks}) "  # noqa: S608 - marks
                "UNION SELECT id FROM of_any WHERE kind = ? ORDER BY id"
            )
            cursor = self._db.execute(query, (*places.get(name, ()), name))
            while rows := cursor.fetchmany(_AT_ONCE):
                ids = [id for (id,) in rows]
                found = self._inventory.find_all(kind, ids)
                yield from (self._describing.of(found[id]) for id in ids)

    def paths(self) -> Iterator[Finding]:
        """Failures whose path leads through other resources, in the same order."""
        for place in sorted(self._leading):
            found = self._read("SELECT place, body FROM findings WHERE place = ? ORDER BY id", place)
            yield from (finding for finding in found if len(finding.path) > 1)

    def about(self, ids: Sequence[str]) -> Iterator[Finding]:
        """Failures about the resources that have these ids, in the same order."""
        marks = ",".join("?" * len(ids))
        query = f"SELECT place, body FROM findings WHERE place = ? AND id IN ({marks}) ORDER BY id"  # noqa: S608 - marks
        for place in sorted(self._failed):
            yield from self._read(query, place, *map(storable, ids))

    def failures_by_account(self) -> dict[tuple[str, str], int]:
        """How many failures there are in each account, by provider and account."""
        return {owner: sum(counts.values()) for owner, counts in self.severities_by_account().items()}

    def severities_by_account(self) -> dict[tuple[str, str], Counter[Severity]]:
        """The same for each severity that occurs."""
        counts: dict[int, Counter[Severity]] = {}
        for place in self._failed:
            query = "SELECT account, COUNT(*) FROM findings WHERE place = ? GROUP BY account"
            for account, count in self._db.execute(query, (place,)):
                counts.setdefault(account, Counter())[self._checks[place][0].severity] += count
        return {owner: counts[account] for owner, account in self._accounts.items() if account in counts}

    def suppressed(self) -> Iterator[Finding]:
        """The failures that are suppressed, in the same order."""
        for (_, sort), place in self._places.items():
            if sort == _SUPPRESSED:
                yield from self._read("SELECT place, body FROM findings WHERE place = ? ORDER BY id", place)

    def flush(self) -> None:
        """Write what waits."""
        with keeping(self._folder):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO findings VALUES (?, ?, ?, ?, ?)", self._waiting)
            self._db.executemany("INSERT OR IGNORE INTO of_any VALUES (?, ?)", self._waiting_of_any)
            self._db.execute("COMMIT")
        self._waiting.clear()
        self._waiting_of_any.clear()

    def _read(self, query: str, *given: object) -> Iterator[Finding]:
        decode: Callable[[bytes], _Kept] = msgspec.json.Decoder(_Kept).decode
        cursor = self._db.execute(query, given)
        while rows := cursor.fetchmany(_AT_ONCE):
            for place, some in itertools.groupby(rows, key=lambda row: int(row[0])):
                check, info = self._checks[place]
                kept = [decode(body) for _, body in some]
                resources = self._resources(check, kept)
                for one in kept:
                    yield self._finding(check, info, resources[one.kind, one.id], one)

    def _resources(self, check: Check, kept: Iterable[_Kept]) -> dict[tuple[str, str], Resource]:
        """What findings are about, by the kind that is kept with them and the id."""
        ids: dict[str, list[str]] = {}
        for one in kept:
            ids.setdefault(one.kind, []).append(one.id)
        return {
            (kind, id): resource
            for kind, some in ids.items()
            for id, resource in self._inventory.find_all(self._kinds.get(kind, check.kind), some).items()
        }

    def _finding(self, check: Check, info: CheckInfo, resource: Resource, kept: _Kept) -> Finding:
        score, evidence = 0.0, kept.evidence
        if kept.status is Status.FAIL:
            score, arithmetic = self._scored[check.id]
            evidence = {**evidence, "score": arithmetic}
        mark = fingerprint(check.id, resource)
        suppression = self._suppressing.decided(kept.suppressed)
        told, since = "", None
        if self._earlier:
            place = Place(check.id, resource.kind, resource.scope, check.joins)
            told, since = self._earlier.told(
                mark, kept.status, place, suppressed=suppression is not None, at=self._inventory.taken_at
            )
        return Finding(
            fingerprint=mark,
            check_id=check.id,
            slug=info.slug,
            title=info.title,
            verdict=kept.status,
            severity=check.severity,
            score=score,
            message=kept.message,
            evidence=evidence,
            resource=resource,
            path=kept.path,
            objective=check.objective,
            controls=info.controls,
            remediation=info.remediation,
            references=info.references,
            recorded=check.recorded,
            systems=self._owners.of(resource) if self._owners else (),
            source=kept.source,
            unsourced=kept.unsourced,
            suppression=suppression,
            state=told,
            first_seen=since,
        )


def _scores(check: Check) -> tuple[float, str]:
    return finding_score(check.severity, check.exposure, check.kind.holds)
