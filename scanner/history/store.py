"""The history of many scans, in SQLite or PostgreSQL: what each of them found, and what has become of it."""

from collections.abc import Iterator
from typing import Self

from scanner.history.records import Change, Scan, StoredFinding
from scanner.model.reported import Report


class Store:
    """A history that is open. Made by `open_store`; a context manager that closes it.

    Accounts have histories of their own: a scan says something of the accounts that it asked, and nothing of others.
    """

    def scans(self) -> tuple[Scan, ...]:
        """All scans in the order in which they were written, each with its counts."""
        raise NotImplementedError

    def counts(self) -> tuple[Scan, ...]:
        """The same: the counts of a scan (`states`, `by_severity`, `verdicts`, `score`) are part of its record."""
        return self.scans()

    def write(self, report: Report) -> Scan:
        """Add a scan, all of it or nothing. Once this returns, it is on disk. Raises NotWritten."""
        raise NotImplementedError

    def findings(self, scan_id: str) -> Iterator[StoredFinding]:
        """What a scan said of findings, by fingerprint: all that were open or suppressed then, and what ended with it.

        Raises InputError if there is no such scan.
        """
        raise NotImplementedError

    def changes(self, before: str, after: str) -> Iterator[Change]:
        """What each finding is in the later scan against the earlier one, by fingerprint, those that persist as well.

        Of the accounts that both asked. Raises InputError if there is no such scan, or they are the wrong way round.
        """
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str) -> Store:
    """The history at `sqlite:///PATH` or `postgresql://…`, made where there is none. Raises InputError."""
    raise NotImplementedError
