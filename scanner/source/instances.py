"""The instances of all states by the ids of what they made: in a private file, for there may be very many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.model.nouns import Resource
from scanner.model.patterns import pattern
from scanner.model.sanitize import storable
from scanner.source.terraform_types import ANY_OF_AZURE, TerraformType, types
from scanner.source.tfstate import Instance
from scanner.store.keeping import keeping, private_database

_TABLES = """
CREATE TABLE instances (
    number INTEGER PRIMARY KEY, state INTEGER, module TEXT, type TEXT, name TEXT, key TEXT, tell TEXT);
CREATE TABLE made (id TEXT, number INTEGER, PRIMARY KEY (id, number)) WITHOUT ROWID;
CREATE TABLE wholes (state INTEGER, type TEXT, named TEXT, number INTEGER,
    PRIMARY KEY (number, state, type, named)) WITHOUT ROWID;
CREATE TABLE parts (state INTEGER, type TEXT, named TEXT, number INTEGER,
    PRIMARY KEY (state, type, named, number)) WITHOUT ROWID;
"""
_BATCH = 500
_CACHED_KIBIBYTES = 4096
_ACCOUNTS = (
    pattern(r"arn:[\w-]+:[\w-]*:[\w-]*:(\d{12}):"),
    pattern(r"//[\w.]+/projects/([\w:.-]+)"),
    pattern(r"/subscriptions/([\w-]+)/"),
)
_ARM = pattern(r".*/providers/([^/]+)/([^/]+)/([^/]+)((?:/[^/]+/[^/]+)*)$")


class Declared(NamedTuple):
    """An instance of a state, by the number of the state, and what tells it from others of the same resource."""

    state: int
    module: str
    type: str
    name: str
    key: str
    tell: str

    @property
    def address(self) -> str:
        return Instance(self.module, self.type, self.name, self.key, {}).address


class Instances:
    """Filled by `add`, then read only. Judging may begin in one thread and end in another, one at a time."""

    def __init__(self) -> None:
        self._types = types()
        #: a part of what it names, by the type of that → the member that names it
        self._named = {one.whole[1]: one.whole[2] for one in self._types.values() if one.of}
        self._rows: dict[str, list[tuple[object, ...]]] = {
            name: [] for name in ("instances", "made", "wholes", "parts")
        }
        self._count = 0
        #: of each state: the accounts that it names, and the kinds that it holds
        self._accounts: list[set[str]] = []
        self._kinds: list[set[str]] = []
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.executescript(_TABLES)

    def add(self, instances: Iterable[Instance]) -> int:
        """All of one more state; how many there are in it."""
        state, seen = len(self._accounts), 0
        self._accounts.append(set())
        self._kinds.append(set())
        for instance in instances:
            seen += 1
            self._note_account(state, instance.named.get("arn", ""))
            if declared := self._types.get(instance.type):
                self._add(state, instance, declared)
                if len(self._rows["instances"]) >= _BATCH:
                    self._flush()
        self._flush()
        return seen

    def _add(self, state: int, instance: Instance, declared: TerraformType) -> None:
        number, named = self._count, instance.named
        self._count += 1
        tell = named.get(declared.tell, "") if declared.tell else ""
        made = (instance.module, instance.type, instance.name, instance.key, tell)
        self._rows["instances"].append((number, state, *map(storable, made)))
        if id := declared.id_of(named) if declared.id else "":
            self._rows["made"].append((storable(normal(id)), number))
            self._note_account(state, id)
            self._note_account(state, f"//-/projects/{named.get('project', '')}")
            if not declared.tell:
                self._kinds[state].add(arm_type(id) if instance.type == ANY_OF_AZURE else declared.kind)
        if name := named.get(self._named.get(instance.type, ""), ""):
            self._rows["wholes"].append((state, instance.type, storable(normal(name)), number))
        if declared.of:
            member, type_, _ = declared.whole
            if name := named.get(member, "").removeprefix("b/"):  # as Google's provider keeps the names of buckets
                self._rows["parts"].append((state, type_, storable(normal(name)), number))

    def _note_account(self, state: int, id: str) -> None:
        if account := account_of(id):
            self._accounts[state].add(account)

    def _flush(self) -> None:
        with keeping(None):
            self._db.execute("BEGIN")
            for table, rows in self._rows.items():
                if rows:
                    marks = ", ".join("?" * len(rows[0]))
                    self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our names
                    rows.clear()
            self._db.execute("COMMIT")

    def of(self, id: str) -> list[Declared]:
        """What declares a resource: that which made it, and what is a part of that, of all states."""
        columns = "i.state, i.module, i.type, i.name, i.key, i.tell"
        whole = f"SELECT {columns} FROM made JOIN instances i USING (number) WHERE id = ? ORDER BY i.number"  # noqa: S608 - our names
        parts = f"""
            SELECT {columns} FROM made JOIN wholes w USING (number) JOIN parts p USING (state, type, named)
            JOIN instances i ON i.number = p.number WHERE id = ? ORDER BY i.number"""  # noqa: S608 - our names
        wanted = (storable(normal(id)),)
        return [Declared(*row) for query in (whole, parts) for row in self._db.execute(query, wanted)]

    def at_the_root(self, state: int) -> set[tuple[str, str]]:
        """What a state holds of its root module: types and names, and the calls of modules."""
        found = set()
        rows = self._db.execute("SELECT DISTINCT module, type, name FROM instances WHERE state = ?", (state,))
        for module, type_, name in rows:
            found.add(("module", first_call(module)) if module else (type_, name))
        return found

    def blocks(self) -> Iterator[tuple[int, str, str, str]]:
        """Each resource of the code that a state holds: the state, the module, type and name."""
        yield from self._db.execute("SELECT DISTINCT state, module, type, name FROM instances")

    def covers(self, resource: Resource) -> bool:
        """Whether a state holds others of its kind and names its account, so that one that it lacks is unmanaged."""
        account, kinds = resource.scope.account.lower(), {type(resource).kind, arm_type(resource.id)} - {""}
        return any(account in accounts and kinds & held for accounts, held in self._held())

    def _held(self) -> Iterator[tuple[set[str], set[str]]]:
        return zip(self._accounts, self._kinds, strict=True)


def normal(id: str) -> str:
    """An id as ids are compared: those of Azure are the same in any capitals."""
    return id.lower() if id[:15].lower() == "/subscriptions/" else id


def account_of(id: str) -> str:
    """The account, project or subscription that an id names; empty if it names none."""
    found = next(filter(None, (each.match(id) for each in _ACCOUNTS)), None)
    return found[1].lower() if found else ""


def arm_type(id: str) -> str:
    """`microsoft.machinelearningservices/workspaces/computes`, of an id of Azure."""
    found = _arm(id)
    return "/".join((found[1], found[2], *found[4].split("/")[1::2])) if found else ""


def arm_name(id: str) -> str:
    """`workspace/compute`, of the same."""
    found = _arm(id)
    return "/".join((found[3], *found[4].split("/")[2::2])) if found else ""


def _arm(id: str) -> re.Match[str] | None:
    return _ARM.match(normal(id)) if id.startswith("/") and not id.startswith("//") else None


def first_call(module: str) -> str:
    """The name of the outermost module of an address."""
    return module.partition(".")[2].partition(".")[0].partition("[")[0]
