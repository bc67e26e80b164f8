"""A history in one file: SQLite, for jobs of one machine."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scanner.history.damage import version_in
from scanner.history.engine import PATIENCE, Guard
from scanner.model.errors import InputError
from scanner.store.files import check_target, writable
from scanner.store.host import private_files
from scanner.store.tables import UNSOUND, check_tables, is_damage

#: What SQLite takes for no file.
_IN_MEMORY = ":memory:"


class SqliteEngine:
    """An `Engine`. What was committed is on disk: a process that is killed, or a machine, loses nothing of it."""

    types: Mapping[str, str] = {"bytes": "BLOB", "key": "INTEGER PRIMARY KEY", "compact": "WITHOUT ROWID"}

    def __init__(self, url: str, path: Path, *, make: bool, read_only: bool = False) -> None:
        self.shown = url
        if str(path) == _IN_MEMORY:
            raise InputError(f"--store {url}: what is in memory is gone with this process; name a file")
        target = check_target("--store", url, path, to_read=read_only)
        if not make and not target.exists():
            raise InputError(f"--store {url}: there is no such file; a scan with --store makes it")
        with self._told(), private_files():
            name = f"{target.absolute().as_uri()}?{_mode(target) if read_only else 'mode=rwc'}"
            self._db = sqlite3.connect(name, uri=True, isolation_level=None, timeout=PATIENCE)
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA trusted_schema = OFF")
        try:
            self.version()  # before anything is written to a file that may be something else
            if not read_only:
                self.rows("PRAGMA journal_mode = WAL")
        except BaseException:
            self.close()
            raise

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._told():
            return self._db.execute(query, values).fetchall()

    def many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self._told():
            self._db.executemany(query, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._transaction("BEGIN"):
            yield

    def version(self) -> int:
        tables = {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return 0
        if "mlposture_version" not in tables:
            raise InputError(f"--store {self.shown}: is no history of mlposture; name another file")
        return version_in(self.rows("SELECT version FROM mlposture_version"), self.shown)

    def check(self, script: str) -> None:
        """A trigger that somebody put there would run with what we write."""
        with self._told():
            check_tables(self._db, script)

    def damage(self) -> Iterator[str]:
        return iter(())

    def guard(self) -> Guard:
        return Guard(False, "whoever may write to the file can make it anew")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.rows(begin)
        try:
            yield
            self.rows("COMMIT")
        except BaseException:
            with closing(self._db.cursor()) as cursor:
                if self._db.in_transaction:
                    cursor.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except UNSOUND as error:
            what = "is no history of mlposture, or damaged: " if is_damage(error) else ""
            raise InputError(f"--store {self.shown}: {what}{error}") from error


def _mode(path: Path) -> str:
    """How a file is opened to be read.

    SQLite makes files beside it even so. Where nothing may be written it cannot, and where another user than who scans
    made them, scans could not write to them. It makes none for a file that it takes for unchangeable: one that is read
    in a moment may be that, unless a write-ahead log beside it has what is not in it yet. Then it is refused.
    """
    try:
        behind = path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        behind = 0
    return "mode=ro" if behind or (writable(path) and writable(path.parent)) else "mode=ro&immutable=1"
