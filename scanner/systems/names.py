"""What the resources of an inventory are called, and what they name: in a private file, for memory does not hold it.

A resource has a number here, from 0 on, in the order of kinds and ids.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, ItemsView, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar, overload

import msgspec

from scanner.model.nouns import Resource
from scanner.model.sanitize import storable
from scanner.store.keeping import keeping, private_database

T = TypeVar("T")

_TABLES = """
CREATE TABLE resources (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE named (first INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE called (name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (name, number)) WITHOUT ROWID;
CREATE TABLE tags (name TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (name, value, number)) WITHOUT ROWID;
"""
#: Rows of a table that wait to be written together, and ids that are read together.
_BATCH = 500
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 2048


class Key(NamedTuple):
    """A resource: its kind and id. Two kinds may have the same id, as a role and what a simulator says of it."""

    kind: str
    id: str


#: A name in a resource: the number of the member that holds it, how it is looked up, and itself.
Named = tuple[int, int, str]
#: What some resources name, one after the other, each with its id: that is only read of all of them.
_Entries = list[tuple[str, list[Named]]]
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(_Entries).decode


class Names:
    """Filled by `add`, then read only. Texts are those of an inventory, which UTF-8 can hold.

    `folder` is where the file is; None is the one for temporary files. Raises NotKept where that is full.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._count = 0
        self._resources: list[tuple[int, str, str, str]] = []
        self._named: _Entries = []
        self._called: list[tuple[str, int]] = []
        self._tags: list[tuple[str, str, int]] = []
        with keeping(folder):
            self._db = private_database(folder, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)
            self._db.execute("BEGIN")
        #: for what is asked most: making a cursor takes as long as that
        self._looking = self._db.cursor()

    def add(self, resource: Resource, called: list[str], named: list[Named], tags: Mapping[str, str]) -> None:
        """One more resource: what others know it by, what it names, and its tags."""
        number = self._count
        self._count += 1
        self._resources.append((number, resource.kind, resource.id, resource.name))
        self._named.append((resource.id, named))
        self._called += [(name, number) for name in called]
        if tags:
            self._tags += [(name, value, number) for name, value in tags.items()]
        if len(self._resources) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        """Write what waits."""
        with keeping(self._folder):
            self._db.executemany("INSERT INTO resources VALUES (?, ?, ?, ?)", self._resources)
            first = self._count - len(self._named)
            self._db.execute("INSERT INTO named VALUES (?, ?)", (first, _encode(self._named)))
            self._db.executemany("INSERT OR IGNORE INTO called VALUES (?, ?)", self._called)
            self._db.executemany("INSERT INTO tags VALUES (?, ?, ?)", self._tags)
        for rows in (self._resources, self._named, self._called, self._tags):
            rows.clear()

    def seal(self) -> None:
        """Everything was added."""
        self._flush()
        with keeping(self._folder):
            self._db.execute("COMMIT")

    def __len__(self) -> int:
        return self._count

    def key(self, number: int) -> Key:
        return Key(*self._db.execute("SELECT kind, id FROM resources WHERE number = ?", (number,)).fetchone())

    def find(self, key: Key) -> int | None:
        """The number of a resource."""
        query = (
            "SELECT number FROM called JOIN resources USING (number)"
            " WHERE called.name = ? AND resources.id = ? AND kind = ?"
        )
        id = storable(key.id)
        row = self._db.execute(query, (spelled(id), id, key.kind)).fetchone()
        return None if row is None else int(row[0])

    def name(self, number: int) -> str:
        """What its owner calls a resource."""
        return str(self._db.execute("SELECT name FROM resources WHERE number = ?", (number,)).fetchone()[0])

    def all(self) -> Iterator[tuple[int, str, list[Named]]]:
        """All resources by number, with their ids and what they name."""
        for first, entries in self._db.execute("SELECT first, entries FROM named ORDER BY first"):
            for number, (id, named) in enumerate(_decode(entries), first):
                yield number, id, named

    def ids(self, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """These resources, with their ids."""
        left = iter(numbers)
        while some := tuple(islice(left, _BATCH)):
            query = f"SELECT number, id FROM resources WHERE number IN ({','.join('?' * len(some))})"  # noqa: S608 - no input
            yield from self._db.execute(query, some).fetchall()

    def called(self, name: str) -> list[int]:
        """The resources that have this name."""
        query = "SELECT number FROM called WHERE name = ? ORDER BY number"
        return [number for (number,) in self._looking.execute(query, (name,)).fetchall()]

    def called_like(self, start: str, most: int) -> list[int]:
        """Those with a name that begins so, `most` of them at most, and some twice."""
        query = "SELECT number FROM called WHERE name >= ? AND name < ? LIMIT ?"
        return [number for (number,) in self._db.execute(query, (start, start + "\U0010ffff", most))]

    def beginning(self, start: str) -> Iterator[str]:
        """The names that begin so, and some of them twice."""
        query = "SELECT name FROM called WHERE name >= ? AND name < ?"
        return (name for (name,) in self._db.execute(query, (start, start + "\U0010ffff")))

    def tagged(self, name: str, value: str) -> list[int]:
        """The resources with this tag."""
        rows = self._db.execute("SELECT number FROM tags WHERE (name, value) = (?, ?) ORDER BY number", (name, value))
        return [number for (number,) in rows]

    def tags(self, numbers: Container[int]) -> dict[int, dict[str, str]]:
        """The tags of these resources, of those that have any."""
        found: dict[int, dict[str, str]] = {}
        for number, name, value in self._db.execute("SELECT number, name, value FROM tags ORDER BY number"):
            if number in numbers:
                found.setdefault(number, {})[name] = value
        return found

    def values(self, tags: Sequence[str]) -> Iterator[tuple[int, str, str]]:
        """The resources that have one of these tags, by number, with the tag and its value."""
        query = f"SELECT number, name, value FROM tags WHERE name IN ({','.join('?' * len(tags))}) ORDER BY number"  # noqa: S608 - no input
        return iter(self._db.execute(query, tags))


def spelled(id: str) -> str:
    """An id as others write it: without who saw it, in lower case."""
    return id.partition("#")[0].lower()


class Keys(Sequence[Key]):
    """The keys of some resources, read as they are needed."""

    def __init__(self, names: Names, numbers: Sequence[int]) -> None:
        self._names, self.numbers = names, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> Key: ...
    @overload
    def __getitem__(self, at: slice) -> Keys: ...
    def __getitem__(self, at: int | slice) -> Key | Keys:
        if isinstance(at, slice):
            return Keys(self._names, self.numbers[at])
        return self._names.key(self.numbers[at])


class Keyed(Mapping[Key, T]):
    """What there is to say of some resources, by their keys. `numbers` are sorted; `value` takes a place among them."""

    def __init__(self, names: Names, numbers: Sequence[int], value: Callable[[int], T]) -> None:
        self._names, self.numbers, self.value = names, numbers, value

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Key]:
        return map(self._names.key, self.numbers)

    def __getitem__(self, key: Key) -> T:
        number = self._names.find(key)
        if number is not None:
            at = bisect_left(self.numbers, number)
            if at < len(self.numbers) and self.numbers[at] == number:
                return self.value(at)
        raise KeyError(key)

    def items(self) -> ItemsView[Key, T]:
        return _Items(self)


class _Items(ItemsView[Key, T]):
    """Without looking for each key that was just read."""

    def __init__(self, keyed: Keyed[T]) -> None:
        super().__init__(keyed)
        self._keyed = keyed

    def __iter__(self) -> Iterator[tuple[Key, T]]:
        return ((key, self._keyed.value(at)) for at, key in enumerate(self._keyed))
