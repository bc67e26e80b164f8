"""One graph of lineage: data set → run of a job → model → endpoint, from events and from what clouds say, on disk.

What is known by the same name is one node, and so is what a symlink joins. What two names only might mean is never
joined: `perhaps` finds it (`Relation.PERHAPS`). It is drawn dotted, and no verdict rests on it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from scanner.lineage.dataset_names import Place, Relation, above, relation
from scanner.model.sanitize import storable
from scanner.store.keeping import keeping, private_database

_TABLES = """
CREATE TABLE nodes (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '', UNIQUE (kind, key));
CREATE TABLE names (store TEXT NOT NULL, path TEXT NOT NULL, folded TEXT NOT NULL, node INTEGER NOT NULL,
    PRIMARY KEY (store, path));
CREATE INDEX by_folded ON names (store, folded);
CREATE INDEX by_node ON names (node);
CREATE TABLE edges (source INTEGER NOT NULL, target INTEGER NOT NULL, what TEXT NOT NULL,
    PRIMARY KEY (source, target, what)) WITHOUT ROWID;
CREATE INDEX by_target ON edges (target, what);
"""
_CACHED_KIBIBYTES = 8192
#: Names below one name that are looked at: a bucket named as a whole might be each of a million objects in it.
MOST_BELOW = 200


class Sort(enum.StrEnum):
    """What a node is. A model is data that somebody calls one; an endpoint serves it."""

    DATASET = "dataset"
    MODEL = "model"
    JOB = "job"
    RUN = "run"
    ENDPOINT = "endpoint"


class What(enum.StrEnum):
    """What an edge says."""

    READ = "read"
    WROTE = "wrote"
    #: a job or a run that another one began
    BEGAN = "began"
    #: a run of a job
    RAN = "ran"
    SERVES = "serves"


class Node(NamedTuple):
    """A node of the graph. `state` is that of a run."""

    number: int
    sort: Sort
    key: str
    label: str
    state: str


class Edge(NamedTuple):
    """From what was there first to what came of it."""

    source: int
    target: int
    what: What


class Graph:
    """Filled by `node`, `data`, `same` and `edge`, sealed, then read only. Raises NotKept where the disk is full."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        with keeping(folder):
            self._db = private_database(folder, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)
            self._db.execute("BEGIN")

    # -- filling -----------------------------------------------------------------------------------------------------

    def node(self, sort: Sort, key: str, label: str, state: str = "") -> int:
        """The number of a job, run or endpoint, which is added if it is new."""
        key, label = storable(key), storable(label)
        with keeping(self._folder):
            self._db.execute(
                "INSERT INTO nodes (kind, key, label, state) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) "
                "DO UPDATE SET state = excluded.state WHERE excluded.state != ''",
                (sort, key, label, state),
            )
        return int(self._db.execute("SELECT number FROM nodes WHERE (kind, key) = (?, ?)", (sort, key)).fetchone()[0])

    def data(self, where: Place, label: str = "", *, model: bool = False) -> int:
        """The number of the data at a place, which is added if it is new. What is once called a model stays one."""
        store, path = storable(where.store), storable(where.path)
        found = self._db.execute("SELECT node FROM names WHERE (store, path) = (?, ?)", (store, path)).fetchone()
        if found is not None:
            number = int(found[0])
            if model:
                self._db.execute("UPDATE nodes SET kind = ? WHERE number = ?", (Sort.MODEL, number))
            return number
        with keeping(self._folder):
            made = self._db.execute(
                "INSERT INTO nodes (kind, key, label) VALUES (?, ?, ?)",
                (Sort.MODEL if model else Sort.DATASET, storable(str(where)), storable(label or str(where))),
            )
            folded = Place(store, path).folded
            self._db.execute("INSERT INTO names VALUES (?, ?, ?, ?)", (store, path, folded, made.lastrowid))
        return int(made.lastrowid or 0)

    def same(self, one: Place, other: Place) -> None:
        """Say that two places hold the same data, as a symlink does."""
        stays, goes = sorted((self.data(one), self.data(other)))
        if stays == goes:
            return
        with keeping(self._folder):
            model = self._db.execute("SELECT kind FROM nodes WHERE number = ?", (goes,)).fetchone()[0] == Sort.MODEL
            if model:
                self._db.execute("UPDATE nodes SET kind = ? WHERE number = ?", (Sort.MODEL, stays))
            self._db.execute("UPDATE names SET node = ? WHERE node = ?", (stays, goes))
            for end in ("source", "target"):
                self._db.execute(f"UPDATE OR IGNORE edges SET {end} = ? WHERE {end} = ?", (stays, goes))  # noqa: S608 - no input
                self._db.execute(f"DELETE FROM edges WHERE {end} = ?", (goes,))  # noqa: S608 - no input
            self._db.execute("DELETE FROM nodes WHERE number = ?", (goes,))

    def edge(self, source: int, target: int, what: What) -> None:
        with keeping(self._folder):
            self._db.execute("INSERT OR IGNORE INTO edges VALUES (?, ?, ?)", (source, target, what))

    def seal(self) -> None:
        """Everything was added."""
        with keeping(self._folder):
            self._db.execute("COMMIT")

    # -- reading -----------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM nodes").fetchone()[0])

    def nodes(self, *sorts: Sort) -> Iterator[Node]:
        """The nodes of these sorts, or all, in the order in which they were added."""
        marks = ",".join("?" * len(sorts))
        where = f" WHERE kind IN ({marks})" if sorts else ""
        query = f"SELECT number, kind, key, label, state FROM nodes{where} ORDER BY number"  # noqa: S608 - marks
        return map(_node, self._db.execute(query, sorts))

    def at(self, number: int) -> Node:
        query = "SELECT number, kind, key, label, state FROM nodes WHERE number = ?"
        return _node(self._db.execute(query, (number,)).fetchone())

    def find(self, where: Place) -> int | None:
        """The number of the data at a place, if there is any."""
        key = storable(where.store), storable(where.path)
        found = self._db.execute("SELECT node FROM names WHERE (store, path) = (?, ?)", key).fetchone()
        return None if found is None else int(found[0])

    def named(self, sort: Sort, key: str) -> int | None:
        """The number of a job, run or endpoint, if it is there."""
        query = "SELECT number FROM nodes WHERE (kind, key) = (?, ?)"
        found = self._db.execute(query, (sort, storable(key))).fetchone()
        return None if found is None else int(found[0])

    def into(self, number: int) -> list[Edge]:
        """What leads to a node."""
        return self._edges("SELECT source, target, what FROM edges WHERE target = ? ORDER BY source", number)

    def out_of(self, number: int) -> list[Edge]:
        """What a node leads to."""
        return self._edges("SELECT source, target, what FROM edges WHERE source = ? ORDER BY target", number)

    def sources(self, number: int, what: What) -> Iterator[int]:
        """Where edges come from that lead to a node, read as they are needed: a folder may have many writers."""
        query = "SELECT source FROM edges WHERE target = ? AND what = ? ORDER BY source"
        return (source for (source,) in self._db.execute(query, (number, what)))

    def targets(self, number: int, what: What) -> Iterator[int]:
        """Where edges lead to from a node, in the same way."""
        query = "SELECT target FROM edges WHERE source = ? AND what = ? ORDER BY target"
        return (target for (target,) in self._db.execute(query, (number, what)))

    def _edges(self, query: str, number: int) -> list[Edge]:
        return [Edge(source, target, What(what)) for source, target, what in self._db.execute(query, (number,))]

    def places(self, number: int) -> list[Place]:
        """The names that the data of a node has."""
        rows = self._db.execute("SELECT store, path FROM names WHERE node = ? ORDER BY store, path", (number,))
        return [Place(store, path) for store, path in rows]

    def perhaps(self, number: int) -> list[int]:
        """The nodes that might be the same data as this one, or hold it, or lie in it; not too many of them."""
        found = {other for where in self.places(number) for other in self._near(where)}
        return sorted(found - {number})

    def near(self, where: Place) -> list[int]:
        """The same for a place that nothing may be known of."""
        return sorted(set(self._near(where)) - {self.find(where) or 0})

    def _near(self, where: Place) -> Iterable[int]:
        """What is called like a place but for capitals, what lies above it, and what lies below it."""
        like = [where.folded, *(one.folded for one in above(where))]
        rows = self._db.execute(
            f"SELECT store, path, node FROM names WHERE store = ? AND folded IN ({','.join('?' * len(like))})",  # noqa: S608 - marks
            (storable(where.store), *map(storable, like)),
        ).fetchall()
        start = where.folded + where.divider if where.folded else ""
        query = "SELECT store, path, node FROM names WHERE store = ? AND folded >= ? AND folded < ? LIMIT ?"
        rows += self._db.execute(
            query, (storable(where.store), storable(start), storable(start) + "\U0010ffff", MOST_BELOW)
        )
        if where.scheme == "azureml":
            every = "SELECT store, path, node FROM names WHERE store = ? LIMIT ?"
            rows += self._db.execute(every, (where.store, MOST_BELOW))
        return (node for store, path, node in rows if relation(Place(store, path), where) is Relation.PERHAPS)


def _node(row: tuple[int, str, str, str, str]) -> Node:
    number, kind, key, label, state = row
    return Node(number, Sort(kind), key, label, state)
