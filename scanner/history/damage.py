"""What is said where a history holds something that no version wrote: it was changed, or its disk failed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from scanner.model.errors import InputError

_ODD = (KeyError, IndexError, ValueError, TypeError, AttributeError, msgspec.MsgspecError, sqlite3.IntegrityError)


@contextmanager
def legible(shown: str) -> Iterator[None]:
    """Around what reads rows of a history. Raises InputError for rows that are no text, no JSON, or of nothing."""
    try:
        yield
    except _ODD as error:
        raise InputError(
            f"--store {shown}: holds what mlposture did not write so; `mlposture history verify` says more"
        ) from error


def raw(value: object) -> bytes:
    """The bytes of a column, whatever somebody has put there."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode(errors="replace")


def version_in(rows: list[tuple[object, ...]], shown: str) -> int:
    """The one number that the table of the version holds. Raises InputError for anything else."""
    match rows:
        case [(int(version),)]:
            return version
    raise InputError(f"--store {shown}: is no history of mlposture, or damaged: it does not say its version")
