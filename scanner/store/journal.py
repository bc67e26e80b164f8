"""The journal of a scan: a SQLite file that holds what was observed, unit of work by unit of work.

Resources are written as they are made. A unit counts once its row says so, in the transaction that also holds its last
resources, its listing and its gaps: a scan that is killed goes on from there, asking again for nothing that counts.
Resources come back sorted by id. Of one that several units saw, the unit that sorts last counts, whatever the order in
which they came. Credentials are redacted before anything is written.
"""

import itertools
import logging
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from scanner.model import provenance
from scanner.model.decode import decoder_of
from scanner.model.documents import Decoders, Many, documents
from scanner.model.errors import InputError, NotKept
from scanner.model.nouns import Gap, Listing, Resource, Scope
from scanner.model.origins import Said
from scanner.model.sanitize import encode, map_strings, quote, redact, storable
from scanner.store.host import Lock
from scanner.store.journal_file import TABLES, JournalFile, address_of
from scanner.store.keeping import keeping
from scanner.store.piecewise import UNREADABLE
from scanner.store.saved import check_times
from scanner.store.tables import UNSOUND, check_tables

R = TypeVar("R", bound=Resource)

log = logging.getLogger("mlposture")

#: kind under which the journal keeps what was found out about an account itself
ACCOUNT = "account"
_CHUNK = 256
_HELD = 1024


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished unit leaves behind besides resources."""

    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()
    #: of an account: the scopes of each kind that are to be asked
    scopes: dict[str, tuple[Scope, ...]] = {}
    #: in whose name it was done; empty where nobody was asked, or nothing said so
    asked_as: str = ""

    @property
    def kinds(self) -> set[str]:
        """The kinds that something was found out about."""
        return self.scopes.keys() | {listing.kind for listing in self.listings}


class Journal(JournalFile):
    """A store of resources on disk, and the record of finished units. Thread-safe."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        alone: bool = False,
        key: bytes | None = None,
        held: Lock | None = None,
        old: bool = False,
    ) -> None:
        super().__init__(path, alone=alone, key=key, held=held, old=old)
        self._decoders = Decoders()
        self._held: dict[tuple[str, str], Resource] = {}
        self._loaded: dict[Scope, int] = {}
        #: told of the documents of a kind as units write them
        self.watch: Callable[[str, Sequence[bytes]], None] | None = None
        self._ranks: dict[int, tuple[str, ...]] = {}
        if not old and path is not None:
            self._rank()

    def _rank(self) -> None:
        units = self._db.execute("SELECT id, provider, account, region FROM units")
        self._ranks = {id: (provider, account, region) for id, provider, account, region in units}

    def take_over(self) -> None:
        """Go on with an old journal: write to it from now on. What does not count is removed. Raises InputError."""
        if not self._old:
            return
        try:
            unfit = [] if self._sealer is None else self._unfit(self._sealer)
            self._db.close()
            with keeping(self.path):
                self._db, self._old = self._opened(), False
                self._db.execute("REINDEX")
                self._db.executemany("UPDATE units SET finished = 0 WHERE id = ?", [(unit,) for unit in unfit])
            self.forget_unfinished()
            self._rank()
        except (NotKept, *UNSOUND) as error:
            self._old = True  # so that nothing is removed
            if isinstance(error, NotKept):
                raise
            raise InputError(f"{self.path}: cannot be gone on with: {error}") from error
        if unfit:
            log.warning("%s: units of work that are not as they were left are done again: %d", self.path, len(unfit))

    # -- units -------------------------------------------------------------------------------------------------------

    def finished(self) -> dict[tuple[str, Scope], Facts]:
        """What every finished unit left, by kind and scope."""
        decode = decoder_of(Facts).decode
        with self._lock:
            rows = self._db.execute("SELECT kind, provider, account, region, facts FROM units WHERE finished")
            return {
                (kind, Scope(provider, account, region)): decode(facts)
                for kind, provider, account, region, facts in rows
            }

    def accounts_read(self) -> set[tuple[str, str]]:
        """The accounts of which units finished, by provider and id. Raises InputError."""
        try:
            with self._lock:
                rows = self._db.execute("SELECT DISTINCT provider, account FROM units WHERE finished").fetchall()
        except UNSOUND as error:
            raise InputError(f"{self.path}: cannot be gone on with: {error}") from error
        return {(str(provider), str(account)) for provider, account in rows}

    def forget_unfinished(self) -> None:
        """Remove what units left that did not finish, and what is of no unit."""
        with self._transaction():
            self._db.execute("DELETE FROM resources WHERE unit NOT IN (SELECT id FROM units WHERE finished)")
            self._db.execute("DELETE FROM units WHERE NOT finished")
        self._held.clear()

    def begin(self, kind: str, scope: Scope) -> int:
        """Start a unit; its number, for `put`. Whatever an unfinished attempt at it left is removed."""
        key = (kind, scope.provider, scope.account, scope.region)
        with self._transaction():
            row = self._one("SELECT id FROM units WHERE (kind, provider, account, region) = (?, ?, ?, ?)", *key)
            if row is not None:
                self._db.execute("DELETE FROM resources WHERE unit = ?", row)
                unit = int(row[0])
            else:
                made = self._db.execute("INSERT INTO units (kind, provider, account, region) VALUES (?, ?, ?, ?)", key)
                unit = int(made.lastrowid or 0)
            self._ranks[unit] = key[1:]
            self._begin_seal(unit, key)
            return unit

    def write(self, unit: int, resources: Iterable[Resource]) -> None:
        """Add resources that a unit found."""
        rows = _rows(unit, resources)
        with self._transaction():
            self._insert(unit, rows)
        self._tell(rows)

    def finish(self, unit: int, resources: Sequence[Resource], facts: Facts, *, whole: bool) -> None:
        """The last resources of a unit, its listing and gaps. If it is not `whole`, a resumed scan does it again."""
        content = encode(facts).decode()
        rows = _rows(unit, resources)
        with self._transaction():
            self._insert(unit, rows)
            self._end_unit(unit, content, int(whole))
        self._tell(rows)

    def _tell(self, rows: "Sequence[_Row]") -> None:
        if self.watch is not None:
            for kind, some in itertools.groupby(rows, key=lambda row: row[1]):
                self.watch(kind, [row[5] for row in some])

    def _insert(self, unit: int, rows: "Sequence[_Row]") -> None:
        self._db.executemany("INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._seal_more(unit, (row[1:] for row in rows))
        for row in rows:
            self._held.pop((row[1], row[2]), None)

    # -- other files -------------------------------------------------------------------------------------------------

    def absorb(self, path: Path, kind: type[Resource], scope: Scope) -> Facts:
        """Take over a unit, all of it or nothing, from the file in which somebody else did it.

        Nothing is copied: what is kept is what was understood of it, as resources of that kind in that account. Raises
        InputError when the file holds anything but that unit.
        """
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise InputError("it is not a file")
            with self._attached(path, "ro&immutable=1"):
                check_tables(self._db, TABLES, "other")
                facts, whole = self._claimed(kind.kind, scope)
                unit = self.begin(kind.kind, scope)
                # A text that is no text would look like a disk that cannot be written.
                query = "SELECT CAST(body AS BLOB), CAST(read AS BLOB) FROM other.resources ORDER BY rowid"
                with self._transaction(), closing(self._db.execute(query)) as rows:
                    while some := rows.fetchmany(_CHUNK):
                        self._insert(unit, _rows(unit, (self._believed(kind, scope, *row) for row in some)))
                    self._end_unit(unit, encode(facts).decode(), int(whole))
                self._held.clear()
        except OSError as error:
            raise InputError(f"it cannot be read: {error.strerror}") from error
        except (*UNSOUND, *UNREADABLE, ValueError, TypeError) as error:
            raise InputError(f"it holds no unit of work: {error}") from error
        return facts

    def _claimed(self, kind: str, scope: Scope) -> tuple[Facts, bool]:
        """What an attached file says of its unit, and whether it was done to its end."""
        query = "SELECT kind, provider, account, region, finished, facts FROM other.units LIMIT 2"
        [(*key, finished, content)] = self._db.execute(query).fetchall()
        if key != [kind, scope.provider, scope.account, scope.region]:
            raise InputError(f"it holds {' '.join(map(str, key))}")
        facts: Facts = decoder_of(Facts).decode(encode(map_strings(msgspec.json.decode(content), redact)))
        if [(listing.kind, listing.scope) for listing in facts.listings] != [(kind, scope)] or facts.scopes:
            raise InputError("it speaks of other listings than its own")
        if any((gap.kind, gap.scope) != (kind, scope) for gap in facts.gaps):
            raise InputError("it speaks of other gaps than its own")
        return replace(facts, asked_as=quote(facts.asked_as)), finished == 1

    def _believed(self, kind: type[R], scope: Scope, body: bytes, read: bytes | None) -> R:
        """A resource as somebody else saw it. Raises InputError for one of another account."""
        resource = self._decoders.decode(kind, body)
        if (resource.scope.provider, resource.scope.account) != (scope.provider, scope.account):
            raise InputError(f"it holds a resource of {resource.scope.provider} {resource.scope.account}")
        check_times(resource)
        return replace(resource, read=UNSET if read is None else provenance.check(_said(read)))

    def export(self, path: Path, kind: str, account: str) -> None:
        """Copy the resources of a kind in an account to a journal of their own."""
        Journal(path, alone=True).close()
        with self._attached(path, "rw"):
            self._db.execute("PRAGMA other.journal_mode = OFF")
            with self._transaction():
                self._db.execute("INSERT INTO other.units SELECT * FROM units WHERE account = ?", (account,))
                self._db.execute(
                    "INSERT INTO other.resources SELECT unit, kind, id, account, cached, body, NULL FROM resources"
                    " WHERE kind = ? AND account = ?",
                    (kind, account),
                )

    @contextmanager
    def _attached(self, path: Path, mode: str) -> Iterator[None]:
        with self._lock:
            self._db.execute("ATTACH DATABASE ? AS other", (f"{address_of(path, alone=True)}&mode={mode}",))
            try:
                yield
            finally:
                self._db.execute("DETACH DATABASE other")

    # -- resources ---------------------------------------------------------------------------------------------------

    def put(self, resources: Iterable[Resource]) -> None:
        """Add resources of an inventory that is loaded. If several accounts saw one, the last counts, as in a scan."""
        by_scope: dict[Scope, list[Resource]] = {}
        for resource in resources:
            by_scope.setdefault(resource.scope, []).append(resource)
        for scope, some in by_scope.items():
            if scope not in self._loaded:
                self._loaded[scope] = self.begin("", scope)
            self.write(self._loaded[scope], some)

    def get(self, kind: type[R], id: str) -> R | None:
        """One resource; a few are held, so that one that many others refer to is not read each time."""
        held = self._held.get((kind.kind, id))
        if held is not None:
            return held  # type: ignore[return-value]
        with self._lock:
            query = "SELECT unit, body FROM resources WHERE kind = ? AND id = ? ORDER BY rowid DESC"
            rows = self._db.execute(query, (kind.kind, storable(id))).fetchall()
            if not rows:
                return None
            _, body = max(rows, key=lambda row: self._ranks.get(row[0], ()))
            resource = self._decoders.decode(kind, body)
            if len(self._held) >= _HELD:
                self._held.pop(next(iter(self._held)))
            self._held[(kind.kind, id)] = resource
            return resource

    def get_all(self, kind: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Several resources of a kind by id. Raises KeyError for one that is not there."""
        names = {storable(id): id for id in ids}
        found: dict[str, tuple[tuple[str, ...], bytes]] = {}
        marks = ",".join("?" * len(names))
        query = f"SELECT id, unit, body FROM resources WHERE kind = ? AND id IN ({marks}) ORDER BY rowid"  # noqa: S608
        with self._lock:
            for name, unit, body in self._db.execute(query, (kind.kind, *names)):
                rank = self._ranks.get(unit, ())
                if name not in found or rank >= found[name][0]:
                    found[name] = (rank, body)
        return {id: self._decoders.decode(kind, found[name][1]) for name, id in names.items()}

    def all(self, kind: type[R], account: str | None = None) -> Many[R]:
        """Resources of a kind, of one account or all, sorted by id."""

        def start() -> Iterator[R]:
            for body, _ in self._bodies(kind.kind, account):
                yield self._decoders.decode(kind, body)

        return Many(start, lambda: self._count(kind.kind, account))

    def documents(self, kind: str) -> Iterator[bytes]:
        """Resources of a kind as JSON, sorted by id."""
        return (body for body, _ in self._bodies(kind, None))

    def documents_with_origins(self, kind: str) -> Iterator[bytes]:
        """The same, each with what is to be known of the replies that it was made of."""
        for body, read in self._bodies(kind, None, "read"):
            yield body if read is None else body.removesuffix(b"}") + b',"read":' + read + b"}"

    def kinds(self) -> tuple[str, ...]:
        """Names of the kinds that there are resources of, sorted."""
        with self._lock:
            return tuple(kind for (kind,) in self._db.execute("SELECT DISTINCT kind FROM resources ORDER BY kind"))

    def count(self) -> int:
        return self._number("SELECT COUNT(*) FROM (SELECT DISTINCT kind, id FROM resources)")

    def sizes(self, kind: str) -> tuple[int, int]:
        """How many documents of a kind there are, and of how many resources."""
        row = self._one("SELECT COUNT(*), COUNT(DISTINCT id) FROM resources WHERE kind = ?", kind)
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def cached(self) -> tuple[int, str]:
        """How many resources have details from an earlier scan, and when the oldest of them was read."""
        row = self._one("SELECT COUNT(*), MIN(cached) FROM resources WHERE cached IS NOT NULL")
        return (int(row[0]), str(row[1] or "")) if row else (0, "")

    def _count(self, kind: str, account: str | None) -> int:
        if account is None:
            return self._number("SELECT COUNT(DISTINCT id) FROM resources WHERE kind = ?", kind)
        return self._number("SELECT COUNT(DISTINCT id) FROM resources WHERE kind = ? AND account = ?", kind, account)

    def _bodies(self, kind: str, account: str | None, more: str = "NULL") -> Iterator[tuple[bytes, Any]]:
        """Documents by id, each id once, and `more` of each. In pieces, so that others can write between them."""
        where, given = "kind = ? AND id > ?", [kind, ""]
        if account is not None:
            where, given = "account = ? AND " + where, [account, *given]
        query = f"SELECT id, unit, body, {more} FROM resources WHERE {where} ORDER BY id, rowid LIMIT {_CHUNK}"  # noqa: S608 - no input
        held: tuple[str, tuple[str, ...], tuple[bytes, Any]] | None = None
        while True:
            with self._lock:
                rows = self._db.execute(query, given).fetchall()
                if rows:  # all rows of the last id, however many there are
                    rows = [row for row in rows if row[0] != rows[-1][0]] + self._db.execute(
                        query.replace("id > ?", "id = ?"), [*given[:-1], rows[-1][0]]
                    ).fetchall()
            for id, unit, *found in rows:
                rank = self._ranks.get(unit, ())
                if held is not None and held[0] != id:
                    yield held[2]
                    held = None
                if held is None or rank >= held[1]:
                    held = (id, rank, (found[0], found[1]))
            if not rows:
                break
            given[-1] = rows[-1][0]
        if held is not None:
            yield held[2]


#: unit, kind, id, account, when it was read if that was in an earlier scan, document, what it was read from
_Row = tuple[int, str, str, str, str | None, bytes, bytes | None]
_said = decoder_of(Said).decode


def _rows(unit: int, resources: Iterable[Resource]) -> list[_Row]:
    resources = list(resources)
    # Whoever judges reads the document, and has no use for where it came from.
    bare = [each if each.read is UNSET else replace(each, read=UNSET) for each in resources]
    return [
        (
            unit,
            type(resource).kind,
            storable(resource.id),
            resource.scope.account,
            min(resource.cached.values()) if resource.cached else None,
            body,
            encode(resource.read) if resource.read else None,
        )
        for resource, body in zip(resources, documents(bare), strict=True)
    ]
