"""Events in a private file, by what they are about: memory does not hold a million of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from scanner.lineage.events import Event, EventKind
from scanner.lineage.merging import Record, merge
from scanner.model.sanitize import encode, storable
from scanner.store.keeping import keeping, private_database

_TABLE = """
CREATE TABLE events (
    kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, turn TEXT NOT NULL,
    document BLOB NOT NULL)
"""
_BATCH = 500
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class KeptEvents:
    """Filled by `add`, then read only. `folder` is where the file is; None is the folder for temporary files.

    Raises NotKept where that is full.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._waiting: list[tuple[str, str, str, str, str, bytes]] = []
        with keeping(folder):
            self._db = private_database(folder, _CACHED_KIBIBYTES)
            self._db.execute(_TABLE)

    def add(self, event: Event) -> None:
        key, name, turn = (storable(text) for text in (*event.key, event.turn))
        self._waiting.append((event.kind, key, name, event.at, turn, encode(event.document, order="sorted")))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        with keeping(self._folder):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", self._waiting)
            self._db.execute("COMMIT")
        self._waiting.clear()

    def seal(self) -> None:
        """Everything was added."""
        self._flush()
        with keeping(self._folder):
            self._db.execute("CREATE INDEX by_key ON events (kind, key, name, at, turn)")

    def records(self, kind: EventKind) -> Iterator[Record]:
        """What is known of each run, job or data set, sorted by its key. One of them is in memory at a time."""
        query = "SELECT key, name, at, document FROM events WHERE kind = ? ORDER BY key, name, at, turn, document"
        rows = self._db.execute(query, (kind,))
        for key, some in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
            yield merge(Event(kind, key, at, _decode(document)) for _, _, at, document in some)

    def close(self) -> None:
        self._db.close()
