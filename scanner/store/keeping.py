"""What is said when SQLite cannot write: where that was, for the disk is full or broken."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
