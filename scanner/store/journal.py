"""The journal of a scan: a SQLite file that holds what was observed, unit of work by unit of work.

Resources are written as they are made. A unit counts once its row says so, in the transaction that also holds its last
resources, its listing and its gaps: a scan that is killed goes on from there, asking again for nothing that counts.
Resources come back sorted by id. Of one that several units saw, the unit that sorts last counts, whatever the order in
which they came. Credentials are redacted before anything is written.
"""

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scanner.model.decode import decoder_of
from scanner.model.documents import Decoders, Many, document
from scanner.model.errors import InputError, NotKept
from scanner.model.nouns import Gap, Listing, Resource, Scope
from scanner.model.sanitize import encode, storable
from scanner.store.keeping import keeping

R = TypeVar("R", bound=Resource)

SCHEMA = "mlposture/journal/v1"
#: kind under which the journal keeps what was found out about an account itself
ACCOUNT = "account"
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS units (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0, facts TEXT NOT NULL DEFAULT '', UNIQUE (kind, provider, account, region));
CREATE TABLE IF NOT EXISTS resources (
    unit INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, cached TEXT,
    body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS resources_by_id ON resources (kind, id, unit);
CREATE INDEX IF NOT EXISTS resources_by_account ON resources (kind, account, id);
CREATE INDEX IF NOT EXISTS resources_by_unit ON resources (unit);
"""
_CHUNK = 256
_HELD = 1024


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a finished unit leaves behind besides resources."""

    listings: tuple[Listing, ...] = ()
    gaps: tuple[Gap, ...] = ()
    #: of an account: the scopes of each kind that are to be asked
    scopes: dict[str, tuple[Scope, ...]] = {}

    @property
    def kinds(self) -> set[str]:
        """The kinds that something was found out about."""
        return self.scopes.keys() | {listing.kind for listing in self.listings}


class Journal:
    """A store of resources on disk, and the record of finished units. Thread-safe.

    `alone` is for a file that nobody writes while another has it open: without locks and a write-ahead log, it may be
    on a network file system. Raises InputError when the file is no journal, and OSError when it cannot be written.
    """

    def __init__(self, path: Path | None = None, *, alone: bool = False) -> None:
        self.path = path
        self._alone = alone
        self._lock = threading.RLock()
        self._decoders = Decoders()
        self._held: dict[tuple[str, str], Resource] = {}
        self._loaded: dict[Scope, int] = {}
        self._closed = self._sealed = False
        #: whether a scan goes on from here even if nothing was observed yet
        self.kept = False
        #: told of the documents of a kind as units write them
        self.watch: Callable[[str, Sequence[bytes]], None] | None = None
        try:
            # "" is a private file that SQLite deletes itself.
            address = "" if path is None else _address(path, alone=alone)
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None, timeout=30)
            self._db.execute(f"PRAGMA journal_mode = {'OFF' if alone else 'WAL'}")
            self._db.execute(f"PRAGMA synchronous = {'OFF' if alone else 'NORMAL'}")
            self._db.execute("PRAGMA cache_size = -8192")
            self._db.executescript(_TABLES)
            known = self.meta("schema")
            if known is None:
                self.set_meta("schema", SCHEMA)
        except sqlite3.OperationalError as error:
            raise NotKept(f"{path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise InputError(f"{path}: not a journal of a scan: {error}") from error
        if known not in (None, SCHEMA):
            raise InputError(f"{path}: schema is {known!r}, this version reads {SCHEMA!r}")
        self._ranks = {
            id: (provider, account, region)
            for id, provider, account, region in self._db.execute("SELECT id, provider, account, region FROM units")
        }

    # -- meta data ---------------------------------------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

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

    def forget_unfinished(self) -> None:
        """Remove what units left that did not finish."""
        with self._transaction():
            self._db.execute("DELETE FROM resources WHERE unit IN (SELECT id FROM units WHERE NOT finished)")
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
            return unit

    def write(self, unit: int, resources: Iterable[Resource]) -> None:
        """Add resources that a unit found."""
        rows = [_row(unit, resource) for resource in resources]
        with self._transaction():
            self._insert(rows)
        self._tell(rows)

    def finish(self, unit: int, resources: Sequence[Resource], facts: Facts, *, whole: bool) -> None:
        """The last resources of a unit, its listing and gaps. If it is not `whole`, a resumed scan does it again."""
        content = encode(facts).decode()
        rows = [_row(unit, resource) for resource in resources]
        with self._transaction():
            self._insert(rows)
            self._db.execute("UPDATE units SET finished = ?, facts = ? WHERE id = ?", (int(whole), content, unit))
        self._tell(rows)

    def seal(self) -> None:
        """Let no unit write any more: one that ends later than its scan was cut short, and must not count."""
        with self._lock:
            self._sealed = True

    def _tell(self, rows: "Sequence[_Row]") -> None:
        if self.watch is not None:
            for kind, some in itertools.groupby(rows, key=lambda row: row[1]):
                self.watch(kind, [row[-1] for row in some])

    def _insert(self, rows: "Sequence[_Row]") -> None:
        self._db.executemany("INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?)", rows)
        for row in rows:
            self._held.pop((row[1], row[2]), None)

    # -- other files -------------------------------------------------------------------------------------------------

    def absorb(self, path: Path, kind: str, scope: Scope) -> Facts:
        """Take over a unit, all of it or nothing, from the file in which somebody else did it.

        Raises InputError when the file holds anything but that unit.
        """
        try:
            with self._attached(path, "ro"):
                rows = self._db.execute("SELECT kind, provider, account, region, finished, facts FROM other.units")
                [(*key, finished, content)] = rows.fetchall()
                facts: Facts = decoder_of(Facts).decode(content)
                if key != [kind, scope.provider, scope.account, scope.region]:
                    raise InputError(f"{path}: holds {key} and not {kind} of {scope}")
                unit = self.begin(kind, scope)
                with self._transaction():
                    self._db.execute(
                        "INSERT INTO resources SELECT ?, kind, id, account, cached, body "
                        "FROM other.resources ORDER BY rowid",
                        (unit,),
                    )
                    self._db.execute("UPDATE units SET finished = ?, facts = ? WHERE id = ?", (finished, content, unit))
                self._held.clear()
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise InputError(f"{path}: holds no unit of work: {error}") from error
        return facts

    def export(self, path: Path, kind: str, account: str) -> None:
        """Copy the resources of a kind in an account to a journal of their own."""
        Journal(path, alone=True).close()
        with self._attached(path, "rw"):
            self._db.execute("PRAGMA other.journal_mode = OFF")
            with self._transaction():
                self._db.execute("INSERT INTO other.units SELECT * FROM units WHERE account = ?", (account,))
                self._db.execute(
                    "INSERT INTO other.resources SELECT * FROM resources WHERE kind = ? AND account = ?",
                    (kind, account),
                )

    @contextmanager
    def _attached(self, path: Path, mode: str) -> Iterator[None]:
        with self._lock:
            self._db.execute("ATTACH DATABASE ? AS other", (f"{_address(path, alone=True)}&mode={mode}",))
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
            for body in self._bodies(kind.kind, account):
                yield self._decoders.decode(kind, body)

        return Many(start, lambda: self._count(kind.kind, account))

    def documents(self, kind: str) -> Iterator[bytes]:
        """Resources of a kind as JSON, sorted by id."""
        return self._bodies(kind, None)

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

    def _bodies(self, kind: str, account: str | None) -> Iterator[bytes]:
        """Documents by id, each id once. In pieces, so that others can write between them."""
        where, given = "kind = ? AND id > ?", [kind, ""]
        if account is not None:
            where, given = "account = ? AND " + where, [account, *given]
        query = f"SELECT id, unit, body FROM resources WHERE {where} ORDER BY id, rowid LIMIT {_CHUNK}"  # noqa: S608 - no input
        held: tuple[str, tuple[str, ...], bytes] | None = None
        while True:
            with self._lock:
                rows = self._db.execute(query, given).fetchall()
                if rows:  # all rows of the last id, however many there are
                    rows = [row for row in rows if row[0] != rows[-1][0]] + self._db.execute(
                        query.replace("id > ?", "id = ?"), [*given[:-1], rows[-1][0]]
                    ).fetchall()
            for id, unit, body in rows:
                rank = self._ranks.get(unit, ())
                if held is not None and held[0] != id:
                    yield held[2]
                    held = None
                if held is None or rank >= held[1]:
                    held = (id, rank, body)
            if not rows:
                break
            given[-1] = rows[-1][0]
        if held is not None:
            yield held[2]

    # -- the end -----------------------------------------------------------------------------------------------------

    def close(self, *, remove: bool = False) -> None:
        """Close the file, and delete it if nobody needs it any more, or nothing was observed and it is not `kept`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            nothing = self._number("SELECT COUNT(*) FROM units WHERE finished") == 0
            remove = remove or (nothing and not self._alone and not self.kept)
            if remove:
                self._db.execute("PRAGMA synchronous = OFF")  # closing writes the file once more
            self._db.close()
        if remove and self.path is not None:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def _transaction(self) -> "_Transaction":
        if self._sealed:
            raise RuntimeError("the scan is over")
        return _Transaction(self._db, self._lock, self.path)

    def _one(self, query: str, *given: object) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, given).fetchone()
            return row

    def _number(self, query: str, *given: object) -> int:
        with self._lock:
            return int(self._db.execute(query, given).fetchone()[0])


def _address(path: Path, *, alone: bool) -> str:
    return path.absolute().as_uri() + ("?nolock=1" if alone else "")


#: unit, kind, id, account, when it was read if that was in an earlier scan, document
_Row = tuple[int, str, str, str, str | None, bytes]


def _row(unit: int, resource: Resource) -> _Row:
    read = min(resource.cached.values()) if resource.cached else None
    return unit, type(resource).kind, storable(resource.id), resource.scope.account, read, document(resource)


class _Transaction:
    """All or nothing, one thread at a time. Raises NotKept where there is no room."""

    def __init__(self, db: sqlite3.Connection, lock: threading.RLock, path: Path | None) -> None:
        self._db = db
        self._lock = lock
        self._path = path

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            with keeping(self._path):
                self._db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        try:
            with keeping(self._path):
                if kind is None:
                    self._db.execute("COMMIT")
                elif error is not None:
                    raise error
        finally:
            if self._db.in_transaction:  # SQLite has ended it already after some errors
                self._db.execute("ROLLBACK")
            self._lock.release()
