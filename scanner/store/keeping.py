"""Databases that are gone with their process, and what is said when SQLite cannot write: the disk is full or broken."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scanner.model.errors import NotKept

_TEMPORARY = "the folder for temporary files, for which TMPDIR names another"


@contextmanager
def keeping(path: Path | None) -> Iterator[None]:
    """Around writing to a database at a path, None for one in the folder for temporary files. Raises NotKept."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise NotKept(f"{path or _TEMPORARY}: {error}") from error


def private_database(folder: Path | None, kibibytes: int) -> sqlite3.Connection:
    """One that is gone with its process, with so much of it in memory. Where it is full, `keeping` says so.

    Judging may begin in one thread and end in another, one at a time.
    """
    if folder is None:
        made = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    else:
        handle, path = tempfile.mkstemp(dir=folder, prefix=".mlposture-")
        os.close(handle)
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA temp_store = MEMORY")
        with suppress(OSError):  # Windows removes no file that is open
            Path(path).unlink()
    made.execute("PRAGMA journal_mode = OFF")
    made.execute("PRAGMA synchronous = OFF")
    made.execute(f"PRAGMA cache_size = -{kibibytes}")
    return made
