"""A history in PostgreSQL, for jobs of several machines. The one module that imports psycopg, which is an extra."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from scanner.history.damage import version_in
from scanner.history.engine import PATIENCE, Guard
from scanner.model.errors import InputError
from scanner.model.sanitize import quote, redact_wholly

#: The number of the lock that writers of a database take one after the other.
_LOCK = 0x6D6C_706F_7374
#: Seconds that connecting may take.
_CONNECTING = 10


class PostgresEngine:
    """An `Engine`. Its tables are in the schema that comes first in the search path of the user."""

    types: Mapping[str, str] = {"bytes": "BYTEA", "key": "BIGINT PRIMARY KEY", "compact": ""}

    def __init__(self, url: str, shown: str) -> None:
        self.shown = shown
        with self._told("cannot be connected to: "):
            self._db = psycopg.connect(
                url, autocommit=True, connect_timeout=_CONNECTING, application_name="mlposture", prepare_threshold=None
            )
            self._db.execute(f"SET lock_timeout = '{PATIENCE}s'".encode())

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._told():
            cursor = self._db.execute(_spelled(query), values)
            return cursor.fetchall() if cursor.description else []

    def many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self._told(), self._db.cursor() as cursor:
            cursor.executemany(_spelled(query), rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._told(), self._db.transaction():
            self._db.execute(b"SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._told(), self._db.transaction():
            self._db.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield

    def version(self) -> int:
        [(there,)] = self.rows("SELECT to_regclass('mlposture_version') IS NOT NULL")
        return version_in(self.rows("SELECT version FROM mlposture_version"), self.shown) if there else 0

    def check(self, script: str) -> None:
        """Who may change its tables is for the database to say."""

    def damage(self) -> Iterator[str]:
        return iter(())

    def guard(self) -> Guard:
        return Guard(False, "whoever may write to its tables can make them anew")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _told(self, what: str = "") -> Iterator[None]:
        try:
            yield
        except psycopg.ProgrammingError as error:
            if what:  # which quotes what it does not understand of the URL
                raise InputError(
                    f"--store {self.shown}: is no URL that PostgreSQL's own library understands"
                ) from error
            raise InputError(f"--store {self.shown}: {_said(error)}") from error
        except psycopg.Error as error:
            raise InputError(f"--store {self.shown}: {what}{_said(error)}") from error


def _spelled(query: str) -> bytes:
    return query.replace("?", "%s").encode()


def _said(error: psycopg.Error) -> str:
    """What the server or its library says, in a line."""
    return quote(redact_wholly(" ".join(str(error).split())))
