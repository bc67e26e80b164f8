"""Whether a SQLite file holds its tables and nothing else, such as a trigger that would run with what we write."""

import sqlite3
from functools import cache

#: What SQLite says of a file that is damaged. It quotes what it found, and that may be no text, or a number that has no
#: next one.
UNSOUND = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)

_Made = frozenset[tuple[str, str, str, str | None]]


def make_tables(db: sqlite3.Connection, script: str) -> None:
    """Make what `script` makes, all of it or nothing, where nothing is. Others may do so at the same time."""
    if not _tables(db):
        db.executescript(f"BEGIN IMMEDIATE;{script}COMMIT;")


def check_tables(db: sqlite3.Connection, script: str, name: str = "main") -> None:
    """Raise sqlite3.DatabaseError unless a file is as `script` makes it; `name` is that of one that is attached."""
    found = _tables(db, name)
    if not found:
        raise sqlite3.DatabaseError("it is empty")
    if found != _as_made(script):
        raise sqlite3.DatabaseError("its tables are not those that this version writes")


def is_damage(error: Exception) -> bool:
    """Whether an error of SQLite's is about what a file holds, and not about a lock, the disk or permissions."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return not isinstance(error, sqlite3.OperationalError) or code & 0xFF == sqlite3.SQLITE_ERROR


def check_pages(db: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError for a file that is damaged as SQLite sees it. Reads all of it."""
    [(said,)] = db.execute("PRAGMA quick_check(1)")
    if said != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({said})")


def _tables(db: sqlite3.Connection, name: str = "main") -> _Made:
    return frozenset(db.execute(f"SELECT type, name, tbl_name, sql FROM {name}.sqlite_master"))  # noqa: S608 - our name


@cache
def _as_made(script: str) -> _Made:
    db = sqlite3.connect(":memory:")
    try:
        db.executescript(script)
        return _tables(db)
    finally:
        db.close()
