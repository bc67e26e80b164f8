"""The file that a journal is: how it is opened and closed, and what is sealed in it.

What a later process goes on from is sealed with the user's key: what was asked for, and each unit with its resources. A
unit that is not as it was left does not count.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from scanner.model.errors import InputError
from scanner.store.host import Lock
from scanner.store.keeping import keeping
from scanner.store.ours import beside, remove_with_beside
from scanner.store.seals import Seal, Sealer
from scanner.store.tables import UNSOUND, check_pages, check_tables, make_tables

SCHEMA = "mlposture/journal/v3"
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB);
CREATE TABLE IF NOT EXISTS units (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0, facts TEXT NOT NULL DEFAULT '', seal BLOB,
    UNIQUE (kind, provider, account, region));
CREATE TABLE IF NOT EXISTS resources (
    unit INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, cached TEXT,
    body BLOB NOT NULL, read BLOB);
CREATE INDEX IF NOT EXISTS resources_by_id ON resources (kind, id, unit);
CREATE INDEX IF NOT EXISTS resources_by_account ON resources (kind, account, id);
CREATE INDEX IF NOT EXISTS resources_by_unit ON resources (unit);
"""


class JournalFile:
    """A SQLite file with the tables of a journal. Thread-safe.

    `alone` is for a file that nobody writes while another has it open: without locks and a write-ahead log, it may be
    on a network file system. `key` seals what is written, and `held` is released at the end. An `old` one, that an
    earlier process left, is only read until `take_over`. Raises InputError when the file is no journal, or not as its
    process left it, NotKept when there is no room for it, and OSError when it cannot be written.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        alone: bool = False,
        key: bytes | None = None,
        held: Lock | None = None,
        old: bool = False,
    ) -> None:
        self.path = path
        #: whether a later process can go on with it: it takes a key to know what was left
        self.resumable = path is not None and key is not None
        #: a name that only this user can know, the same whenever this file is gone on with; empty without a key
        self.tag = "" if key is None or path is None else Sealer(key).seal(str(path.resolve())).hex()
        self._alone = alone
        self._file_lock = held
        self._old = old
        self._lock = threading.RLock()
        self._closed = self._over = False
        #: whether a scan goes on from here even if nothing was observed yet
        self.kept = False
        self._sealer: Sealer | None = None
        self._seals: dict[int, Seal] = {}
        try:
            if old:
                self._db = self._opened_as_it_is()
            else:
                with keeping(path):
                    self._db = self._opened()
            # Nobody else can have written a private file.
            known, salt = (SCHEMA, None) if path is None else (self.meta("schema"), self.meta("salt"))
            if known is None and not old:
                known, salt = SCHEMA, secrets.token_hex(16)
                self.set_meta("schema", known)
                self.set_meta("salt", salt)
        except UNSOUND as error:
            raise InputError(f"{path}: not a journal of a scan: {error}") from error
        if known != SCHEMA:
            raise InputError(f"{path}: schema is {known!r}, this version reads {SCHEMA!r}")
        if key is not None:
            self._sealer = Sealer(key, salt or "")

    def _opened(self) -> sqlite3.Connection:
        if self.path is None:
            return _private()
        address = address_of(self.path, alone=self._alone)
        db = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None, timeout=30)
        db.execute(f"PRAGMA journal_mode = {'OFF' if self._alone else 'WAL'}")
        db.execute(f"PRAGMA synchronous = {'OFF' if self._alone else 'NORMAL'}")
        db.execute("PRAGMA cache_size = -8192")
        make_tables(db, TABLES)
        return db

    def _opened_as_it_is(self) -> sqlite3.Connection:
        """Open a file so that it stays as it is, and look whether it can be one of ours."""
        path = self.path or Path()
        # Without a log, nothing is made beside the file either: nobody writes it while it is locked.
        still = "" if any(each.exists() for each in beside(path)) else "&immutable=1"
        address = f"{address_of(path, alone=False)}?mode=ro{still}"
        db = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        db.text_factory = _text
        check_tables(db, TABLES)
        check_pages(db)
        return db

    # -- meta data ---------------------------------------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        """What was kept under a name. Raises InputError if somebody without the key wrote it."""
        # An index of an old journal may be damaged, and is made anew only when it is taken over.
        row = self._one("SELECT value, seal FROM meta NOT INDEXED WHERE name = ?", name)
        if row is None:
            return None
        if self._sealer is not None and not self._sealer.fits(row[1], name, row[0]):
            raise InputError(
                f"{self.path}: is not as mlposture left it, or its key is another than that in the state folder; "
                "start the scan anew"
            )
        return str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Keep a text under a name."""
        seal = None if self._sealer is None else self._sealer.seal(name, value)
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, value, seal))

    def is_empty(self) -> bool:
        """Whether no unit has finished."""
        return self._number("SELECT EXISTS (SELECT 1 FROM units WHERE finished)") == 0

    # -- seals -------------------------------------------------------------------------------------------------------

    def _begin_seal(self, unit: int, key: Iterable[str]) -> None:
        if self._sealer is not None:
            self._seals[unit] = self._sealer.begin(*key)

    def _seal_more(self, unit: int, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of a unit, in the order in which they are written: kind, id, account, cached, body, read."""
        if unit in self._seals:
            self._seals[unit].add(rows)

    def _end_unit(self, unit: int, content: str, finished: int) -> None:
        seal = self._seals.pop(unit, None)
        if seal is not None:
            seal.add((content, finished))
        row = (finished, content, None if seal is None else seal.made(), unit)
        self._db.execute("UPDATE units SET finished = ?, facts = ?, seal = ? WHERE id = ?", row)

    def _unfit(self, sealer: Sealer) -> list[int]:
        """The finished units whose seal does not fit them."""
        seals: dict[int, Seal] = {}
        query = "SELECT id, kind, provider, account, region FROM units WHERE finished"
        for unit, *key in self._db.execute(query):
            seals[unit] = sealer.begin(*key)
        for unit, *row in self._db.execute(
            "SELECT unit, kind, id, account, cached, body, read FROM resources ORDER BY rowid"
        ):
            if unit in seals:
                seals[unit].add((tuple(row),))
        unfit = []
        for unit, facts, finished, seal in self._db.execute(
            "SELECT id, facts, finished, seal FROM units WHERE finished"
        ):
            seals[unit].add((facts, finished))
            if seals[unit].made() != seal:
                unfit.append(unit)
        return unfit

    # -- the end -----------------------------------------------------------------------------------------------------

    def seal(self) -> None:
        """Let no unit write any more: one that ends later than its scan was cut short, and must not count."""
        with self._lock:
            self._over = True

    def close(self, *, remove: bool = False) -> None:
        """Close the file, and delete it if nobody needs it any more, or nothing was observed and it is not `kept`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                self._close(remove=remove)
            finally:
                if self._file_lock is not None:
                    self._file_lock.release()

    def _close(self, *, remove: bool) -> None:
        if self._old:  # another's, until it is taken over
            self._db.close()
            return
        remove = remove or (self.is_empty() and not self._alone and not self.kept)
        if remove:
            self._db.execute("PRAGMA synchronous = OFF")  # closing writes the file once more
        self._db.close()
        if remove and self.path is not None:
            remove_with_beside(self.path)

    def _transaction(self) -> "_Transaction":
        if self._over:
            raise RuntimeError("the scan is over")
        return _Transaction(self._db, self._lock, self.path)

    def _one(self, query: str, *given: object) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, given).fetchone()
            return row

    def _number(self, query: str, *given: object) -> int:
        with self._lock:
            return int(self._db.execute(query, given).fetchone()[0])


def _private() -> sqlite3.Connection:
    """A file that SQLite deletes itself."""
    db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    db.execute("PRAGMA cache_size = -8192")
    _empty().backup(db)  # takes a fifth of the time that its tables would
    return db


@cache
def _empty() -> sqlite3.Connection:
    """A journal of which nothing is on disk, to make others from."""
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    db.executescript(TABLES)
    db.execute("INSERT INTO meta VALUES ('schema', ?, NULL)", (SCHEMA,))
    return db


def address_of(path: Path, *, alone: bool) -> str:
    """A file as SQLite wants it named."""
    return path.absolute().as_uri() + ("?nolock=1" if alone else "")


def _text(raw: bytes) -> str:
    """What is no UTF-8 fits no seal, and is no reason to stop reading."""
    return raw.decode("utf-8", "replace")


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
