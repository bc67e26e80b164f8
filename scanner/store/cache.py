"""What earlier scans saw of resources that cannot change, so that the next scan need not ask for them again.

A SQLite file in the user's cache folder. It is safe to delete, bounded in size, private to its owner, and holds no
credentials. An entry is found by the full name and time of creation of a resource, and by what this version reads of
its kind, makes of it and takes for a secret: after an upgrade that reads more, makes something else of a reply, or
recognises secrets by other rules, everything is asked for anew. Each entry is sealed with the user's key, and one that
is not as it was left does not count. A file that cannot be used costs only speed.
"""

import hashlib
import logging
import os
import sqlite3
import threading
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner.model.decode import plans
from scanner.model.documents import Decoders, document
from scanner.model.nouns import Resource
from scanner.model.secrets import rules
from scanner.store.host import home, private_files
from scanner.store.ours import NotOurs, beside, check_file, remove_with_beside
from scanner.store.piecewise import UNREADABLE
from scanner.store.seals import Sealer
from scanner.store.state import own_key
from scanner.store.tables import UNSOUND, check_tables, is_damage, make_tables

R = TypeVar("R", bound=Resource)
#: key, time of reading, day of last use, document
_Entry = tuple[bytes, str, int, bytes]

log = logging.getLogger("mlposture")

#: The file is made smaller, least recently used entries first, when it is larger than this at the end of a scan.
MAX_BYTES = 512 * 2**20
_TABLE = """
CREATE TABLE IF NOT EXISTS resources (
    key BLOB PRIMARY KEY, read_at TEXT NOT NULL, used INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_use ON resources (used);
"""
_BATCH = 500
#: Addresses of clouds that somebody else runs: what they say is kept apart.
_ENDPOINTS = ("AWS_ENDPOINT_URL", "MLPOSTURE_GCP_ENDPOINT", "MLPOSTURE_AZURE_ENDPOINT", "STORAGE_EMULATOR_HOST")


def default_path() -> Path:
    """`$XDG_CACHE_HOME/mlposture/resources.sqlite`, `~/.cache/…` where that is not set."""
    base = os.environ.get("XDG_CACHE_HOME") or home() / ".cache"
    return Path(base) / "mlposture" / "resources.sqlite"


def namespace(profile: str | None) -> str:
    """What tells the clouds that this process asks apart from others that use the same names."""
    addresses = [f"{name}={os.environ[name]}" for name in sorted(os.environ) if name.startswith(_ENDPOINTS)]
    return "\n".join([*addresses, profile or ""])


def open_cache(path: Path, namespace: str, taken_at: datetime) -> "Cache | None":
    """The cache at a path, made if it is not there; None, and a line in the log, if it cannot be used.

    `namespace` keeps apart clouds that use the same names, such as a simulated one.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(map(os.path.lexists, (path, *beside(path)))):  # else there is nothing yet to be believed
            check_file(path)
        key = own_key()
        try:
            return Cache(path, namespace, taken_at, key)
        except UNSOUND as error:
            if not is_damage(error):
                raise
            log.info("%s is no cache (%s); made anew", path, error)
            remove_with_beside(path)
            return Cache(path, namespace, taken_at, key)
    except NotOurs as error:
        log.warning("%s: there is no cache", error)
        return None
    except (OSError, *UNSOUND) as error:
        log.info("no cache: %s: %s", path, error)
        return None


def _connect(path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("PRAGMA synchronous = OFF")  # what a power failure may break is made anew
    return made


def made_by(kind: type[Resource]) -> bytes:
    """The source of the modules beside a kind: another version of them may keep something else of the same reply."""
    package = kind.__module__.rpartition(".")[0]
    parts = sorted(files(package).iterdir(), key=str) if package else ()
    return b"".join(part.read_bytes() for part in parts if part.name.endswith(".py"))


class Cache:
    """Immutable resources by name and time of creation. Thread-safe; several scans may share it."""

    def __init__(self, path: Path, namespace: str, taken_at: datetime, key: bytes) -> None:
        self._path = path
        self._sealer = Sealer(key, "cache")
        self._namespace = namespace
        self._now = taken_at.astimezone(UTC).isoformat()
        self._day = taken_at.toordinal()
        #: over what waits, held for a moment; and over the file, held while it is written
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._decoders = Decoders()
        self._shapes: dict[type[Resource], str] = {}
        self._waiting: dict[bytes, _Entry] = {}
        self._under_way: dict[bytes, _Entry] = {}
        self._used: list[bytes] = []
        #: entries that somebody changed, or that another key sealed
        self._altered = 0
        self._broken = False
        with private_files():
            self._db = _connect(path)
            make_tables(self._db, _TABLE)
            check_tables(self._db, _TABLE)
            #: whether earlier scans left anything
            self.was_empty = self._number("SELECT EXISTS (SELECT 1 FROM resources)") == 0
            # Of its own, so that reading never waits for writing.
            self._reader = _connect(path)
            self._reader.text_factory = bytes  # which may be anything until its seal was looked at

    def recall(self, kind: type[R], id: str, version: str) -> R | None:
        """What was seen of a resource, or None. Its `cached` says when each operation behind it was read."""
        key = self._key(kind, id, version)
        try:
            with self._lock:
                row = None if self._broken else self._row(key)
                if row is None:
                    return None
                read_at, used, body = row
                if used != self._day:
                    self._used.append(key)
        except UNSOUND as error:
            self._give_up(error)
            return None
        try:
            resource = self._decoders.decode(kind, body)
        except UNREADABLE:  # it costs itself alone
            return None
        if read_at == self._now:
            return resource  # read by this very scan, before it was killed and resumed
        return msgspec.structs.replace(resource, cached={plan.operation: read_at for plan in plans(kind)})

    def keep(self, resource: Resource, version: str) -> None:
        """Remember a resource that was seen in full."""
        key = self._key(type(resource), resource.id, version)
        body = document(msgspec.structs.replace(resource, cached={}) if resource.cached else resource)
        with self._lock:
            self._waiting[key] = (key, self._now, self._day, body)
            full = len(self._waiting) >= _BATCH
        if full and self._writing.acquire(blocking=False):  # who finds it taken leaves it to the next one
            try:
                self._write()
            finally:
                self._writing.release()

    def flush(self) -> None:
        """Write what waits; done at the end of each unit of work, so that a killed scan has not read in vain."""
        with self._writing:
            self._write()

    def close(self) -> None:
        """Write what waits and keep the file within its bounds."""
        if self._altered:
            log.info("cache: entries that are not as they were left, and do not count: %d", self._altered)
        with self._writing:
            self._write()
            self._reader.close()
            if not self._broken:
                try:
                    self._shrink()
                except UNSOUND as error:
                    log.info("cache: %s", error)
            self._db.close()

    def _row(self, key: bytes) -> tuple[str, int, bytes] | None:
        waiting = self._waiting.get(key) or self._under_way.get(key)
        if waiting is not None:
            return waiting[1:]
        query = "SELECT read_at, used, body, seal FROM resources WHERE key = ?"
        row = self._reader.execute(query, (key,)).fetchone()
        if row is None:
            return None
        read_at, used, body, seal = row
        if not self._sealer.fits(seal, key, read_at, body):
            self._altered += 1
            return None
        return read_at.decode(), used, body

    def _write(self) -> None:
        with self._lock:
            self._under_way, self._waiting = self._waiting, {}
            used, self._used = self._used, []
        if not self._broken and (self._under_way or used):
            try:
                self._db.execute("BEGIN IMMEDIATE")
                rows = (
                    (key, read_at, used, body, self._sealer.seal(key, read_at.encode(), body))
                    for key, read_at, used, body in self._under_way.values()
                )
                self._db.executemany("INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?)", rows)
                self._db.executemany("UPDATE resources SET used = ? WHERE key = ?", [(self._day, key) for key in used])
                self._db.execute("COMMIT")
            except UNSOUND as error:
                self._give_up(error)
        with self._lock:
            self._under_way = {}

    def _shrink(self) -> None:
        size = self._number("PRAGMA page_count") * self._number("PRAGMA page_size")
        if size <= MAX_BYTES:
            return
        count = self._number("SELECT COUNT(*) FROM resources")
        surplus = count - int(count * 0.75 * MAX_BYTES / size)
        self._db.execute(
            "DELETE FROM resources WHERE key IN (SELECT key FROM resources ORDER BY used LIMIT ?)", (surplus,)
        )
        self._db.execute("VACUUM")

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    def _give_up(self, error: Exception) -> None:
        log.info("cache not used any more: %s: %s", self._path, error)
        self._broken = True

    def _key(self, kind: type[Resource], id: str, version: str) -> bytes:
        parts = (self._namespace, self._shape(kind), id, version)
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).digest()[:16]

    def _shape(self, kind: type[Resource]) -> str:
        """What this version reads of a kind, how it decodes it, what it makes of it and takes for a secret in it."""
        if kind not in self._shapes:
            schema = msgspec.json.schema(kind, schema_hook=lambda _: {})
            reads = [(plan.name, plan.operation, plan.path, plan.json) for plan in plans(kind)]
            told = repr((kind.kind, schema, reads)).encode() + made_by(kind) + rules()
            self._shapes[kind] = hashlib.sha256(told).hexdigest()
        return self._shapes[kind]
