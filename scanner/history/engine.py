"""What a history needs of a database, and which one a URL names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from scanner.model import own
from scanner.model.errors import InputError, how_to_install
from scanner.model.patterns import pattern

#: Rows that are read at once.
AT_ONCE = 1000
#: Seconds for which a writer waits for the one before it.
PATIENCE = 60
FORMS = (
    "sqlite:///PATH, postgresql://USER@HOST/DATABASE, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or "
    "az://ACCOUNT/CONTAINER/PREFIX"
)
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")
_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKETS = ("s3", "gs", "az")
#: What may be shown of something that is no URL: the path of a file. Others may be words of a connection, or a login.
_PATH = pattern(r"[\w./~ -]+")
#: An option before an @: whether that ends a login, or is part of a password among the options, nobody can tell.
_OPTION = pattern(r"[?&]\w+=")
_NAME = pattern(r"[:/?@]")
#: Hosts with their ports, and then the database.
_HOST = r"(?:\[[^\]/?@]*\]|[^:/?,@\[\]]*)"
_PLACE = pattern(rf"{_HOST}(?::[0-9]+)?(?:,{_HOST}(?::[0-9]+)?)*(/[^?]*)?")


class Overtaken(Exception):
    """Another writer was first. Nothing was written, and what that one wrote has to be compared with first."""


class Guard(NamedTuple):
    """Whether scans that were written can be changed by nobody for a time, and why that is so or not known."""

    proven: bool
    why: str


class Engine(Protocol):
    """One connection to a database. Whatever it cannot do raises InputError, which names `shown` and no password.

    Queries have `?` for each value. `types` are the words that differ in what makes tables.
    """

    shown: str
    types: Mapping[str, str]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All that a query finds, or changes nothing but what it says."""

    def many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """The same statement for each row."""

    def writing(self) -> AbstractContextManager[None]:
        """Around all that belongs together: it is there for everybody when this ends, or not at all.

        One writer at a time: others wait, or it raises Overtaken in the end.
        """

    def reading(self) -> AbstractContextManager[None]:
        """Around queries that are to see the same, whoever writes meanwhile."""

    def version(self) -> int:
        """How many migrations were made; 0 where there is no history yet. Raises InputError for what is none."""

    def check(self, script: str) -> None:
        """Raise InputError if there is something else than what `script` makes, where that can be told."""

    def damage(self) -> Iterator[str]:
        """What does not fit in what the tables are made of, a sentence each; nothing where they are all there is."""

    def guard(self) -> Guard:
        """What keeps scans from being changed."""

    def close(self) -> None: ...


def engine_of(url: str, *, make: bool, profile: str | None = None, read_only: bool = False) -> Engine:
    """The database of a URL; with `make`, a file or a log is made where there is none. Raises InputError.

    `profile` is one of the user's AWS configuration, for a bucket of S3. With `read_only`, a database itself refuses
    whatever would change it; in a bucket, nothing changes but where a scan is added.
    """
    if url.startswith(_POSTGRES):
        engine = _postgres(url)
        if read_only:
            engine.rows("SET default_transaction_read_only = on")
        return engine
    if url.startswith(_SQLITE) and len(url) > len(_SQLITE):
        from scanner.history.sqlite_engine import SqliteEngine

        return SqliteEngine(url, Path(url.removeprefix(_SQLITE)), make=make, read_only=read_only)
    scheme = found[1] if (found := _SCHEME.match(url)) else ""
    if scheme in _BUCKETS:
        from scanner.history.bucket_engine import BucketEngine

        return BucketEngine(url, make=make, profile=profile)
    said = f" {scheme}:…" if scheme else f" {url}" if _PATH.fullmatch(url) else ""
    raise InputError(f"--store{said}: use {FORMS}")


def path_of(url: str) -> Path | None:
    """The file of a history in SQLite."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) and len(url) > len(_SQLITE) else None


def shown(url: str) -> str:
    """A URL as it may be written anywhere: without a password, and without options, which may be one."""
    if not url.startswith(_POSTGRES):
        return url
    scheme, login, at, place = _parts(url)
    return f"{scheme}://{login.partition(':')[0]}{at}{place.partition('?')[0] if at else _bare(place)}"


def without_password(url: str) -> str:
    """A URL as it may be kept for whoever goes on with a scan: all of it but passwords."""
    if not url.startswith(_POSTGRES):
        return url
    from urllib.parse import parse_qsl, urlencode

    scheme, login, at, place = _parts(url)
    before, mark, options = place.partition("?")
    kept = [(name, value) for name, value in parse_qsl(options) if "password" not in name]
    return f"{scheme}://{login.partition(':')[0]}{at}{before if at else _bare(before)}{mark}{urlencode(kept)}"


def _parts(url: str) -> tuple[str, str, str, str]:
    """The scheme, the login, an @ if there is one, and the rest; but a host where nobody can tell them apart."""
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return (scheme, "", "", _NAME.split(rest)[0]) if _OPTION.search(login) else (scheme, login, at, place)


def _bare(place: str) -> str:
    """What stands before options and before what may be the rest of a login."""
    before = place.partition("?")[0]
    return before if _PLACE.fullmatch(before) else before.partition(":")[0]


def _postgres(url: str) -> Engine:
    if _OPTION.search(url.rpartition("@")[0]):
        raise InputError(
            f"--store {shown(url)}: has an @ after what looks like an option; in a password, write @, ? and & as %40, "
            "%3F and %26"
        )
    own.note(*_secrets(url))
    try:
        from scanner.history.postgres_engine import PostgresEngine
    except ImportError as error:
        raise InputError(
            f"--store {shown(url)}: PostgreSQL needs psycopg, which cannot be imported; {how_to_install('postgres')}"
        ) from error
    return PostgresEngine(url, shown(url))


def _secrets(url: str) -> Iterator[str]:
    from urllib.parse import parse_qsl, unquote

    _, login, _, place = _parts(url)
    password = login.partition(":")[2]
    yield from (password, unquote(password))
    yield from (value for name, value in parse_qsl(place.partition("?")[2]) if "password" in name)
