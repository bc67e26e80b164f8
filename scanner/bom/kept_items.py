"""The items of a bill and what leads from one to another, in a private file: memory does not hold all of them.

Texts are without credentials from here on, names as well as the references made of them, so that these still agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from scanner.bom.items import Item, Link
from scanner.model.sanitize import encode, map_strings, may_hold_secret, redact, storable
from scanner.store.keeping import keeping, private_database

T = TypeVar("T")

_TABLES = """
CREATE TABLE items (ref TEXT PRIMARY KEY, service INTEGER NOT NULL, role TEXT NOT NULL, body BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE links (source TEXT, target TEXT, member TEXT, basis TEXT, PRIMARY KEY (source, target, member, basis))
    WITHOUT ROWID;
CREATE TABLE facts ("group" TEXT, ref TEXT, PRIMARY KEY ("group", ref)) WITHOUT ROWID;
CREATE TABLE held (system TEXT, ref TEXT, PRIMARY KEY (system, ref)) WITHOUT ROWID;
CREATE INDEX holders ON held (ref);
"""
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 4096
#: Whether an item is in a bill: in all of them, or only that of the system that has it.
_IN = "(:system = '' OR EXISTS (SELECT 1 FROM held WHERE held.system = :system AND held.ref = {}))"
_COUNT = f"SELECT count(*) FROM items WHERE {_IN.format('items.ref')} AND :role IN ('', role)"  # noqa: S608 - no input
_HAS_FACT = f'SELECT 1 FROM facts WHERE "group" = :group AND {_IN.format("facts.ref")} LIMIT 1'  # noqa: S608 - no input
_ENTRIES = f"""
SELECT ref, body FROM items WHERE {_IN.format("items.ref")} AND (:service IS NULL OR service = :service) ORDER BY ref
"""  # noqa: S608 - no input
_HOLDERS = "SELECT system FROM held WHERE ref = ? ORDER BY system"
_LINKS = f"""
SELECT source, target, basis, member, {_IN.format("target")}
FROM links JOIN items ON items.ref = target WHERE source = :ref ORDER BY target, member
"""  # noqa: S608 - no input
_TRAINED_ON = f"""
SELECT DISTINCT data.ref FROM links AS of_model
JOIN items AS job ON job.ref = of_model.target AND job.role = 'job'
JOIN links AS of_job ON of_job.source = job.ref
JOIN items AS data ON data.ref = of_job.target AND data.role = 'dataset'
WHERE of_model.source = :ref AND {_IN.format("job.ref")} AND {_IN.format("data.ref")} ORDER BY data.ref
"""  # noqa: S608 - no input


class Entry(NamedTuple):
    """An item of a bill, the systems that have it, what it depends on there, and what it does outside the bill."""

    item: Item
    systems: tuple[str, ...]
    links: tuple[Link, ...]
    outside: tuple[Link, ...]


class Items:
    """Filled by `add`, `link` and `hold`, then read. `folder` is where the file is. Raises NotKept where it is full."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._encode, self._decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Item).decode
        with keeping(folder):
            self._db = private_database(folder, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)
            self._db.execute("BEGIN")

    def add(self, item: Item) -> None:
        """One more item. Of what several name, the first is kept: they name the same."""
        plain = _harmless(item)
        row = plain["ref"], plain["role"] == "service", plain["role"], self._encode(plain)
        self._write("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?)", [row])
        groups = {fact.group for fact in item.facts}
        self._write("INSERT OR IGNORE INTO facts VALUES (?, ?)", [(group, plain["ref"]) for group in groups])

    def link(self, link: Link) -> None:
        """That one item depends on another. One that leads to nothing is no part of a bill."""
        source, target, basis, member = map(_safe, (link.source, link.target, link.basis, link.member))
        self._write("INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?)", [(source, target, member, basis)])

    def hold(self, ref: str, systems: Iterable[str]) -> None:
        """That these systems have an item."""
        self._write("INSERT OR IGNORE INTO held VALUES (?, ?)", [(system, _safe(ref)) for system in systems])

    def _write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        with keeping(self._folder):
            self._db.executemany(query, rows)

    def count(self, system: str, role: str = "") -> int:
        """How many items a system has, or all where it is none; of one role, or of any."""
        return int(self._db.execute(_COUNT, {"system": system, "role": role}).fetchone()[0])

    def has_fact(self, system: str, group: str) -> bool:
        """Whether an item has a value that is there for this reason."""
        return self._db.execute(_HAS_FACT, {"group": group, "system": system}).fetchone() is not None

    def entries(self, system: str, service: bool | None = None) -> Iterator[Entry]:
        """The items of a system, or all where it is none, by their references: services, others, or both."""
        for ref, body in self._db.execute(_ENTRIES, {"system": system, "service": service}):
            inside, outside = list[Link](), list[Link]()
            for link, is_inside in self._links(ref, system):
                (inside if is_inside else outside).append(link)
            holders = tuple(name for (name,) in self._db.execute(_HOLDERS, (ref,)))
            yield Entry(self._decode(body), holders, tuple(inside), tuple(outside))

    def links(self, ref: str, system: str) -> tuple[str, ...]:
        """What an item, or a declared system, depends on in a bill."""
        return tuple(dict.fromkeys(link.target for link, is_inside in self._links(ref, system) if is_inside))

    def _links(self, ref: str, system: str) -> Iterator[tuple[Link, bool]]:
        """What an item depends on, and whether that is in the bill."""
        for source, target, basis, member, inside in self._db.execute(_LINKS, {"ref": ref, "system": system}):
            yield Link(source, target, basis, member), bool(inside)

    def trained_on(self, ref: str, system: str) -> tuple[str, ...]:
        """The data sets that the jobs read which a model depends on."""
        return tuple(found for (found,) in self._db.execute(_TRAINED_ON, {"ref": ref, "system": system}))


def _safe(text: str) -> str:
    return storable(redact(text))


def _harmless(item: Item) -> dict[str, Any]:
    """An item without credentials, as plain values."""
    document = encode(item)
    plain: dict[str, Any] = msgspec.json.decode(document)
    return map_strings(plain, redact) if may_hold_secret(document) else plain
