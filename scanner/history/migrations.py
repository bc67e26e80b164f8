"""The tables of a history, version by version. A history of an earlier version is brought forward when it is opened.

A finding is kept once, and what it was is kept in spans of scans of its account: a span begins with the scan that found
it otherwise than the one before, and has no end while nothing else is found. So a scan that finds nothing new writes
its own record and no more.

- `scans`: a record each (JSON, see `records.Scan`), in a chain of digests.
- `asked`: which accounts a scan asked. A span covers the scans of its account between its ends, and no others.
- `findings`: what never changes (check, kind, id), and the scan that found it first.
- `spans`: the state as of the first scan of each, and what reports said of the finding meanwhile.
"""

from collections.abc import Sequence

from scanner.history.engine import Engine
from scanner.model.errors import InputError

#: What each version makes of the one before. None of these is ever changed.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE mlposture_version (version INTEGER NOT NULL)",
        "INSERT INTO mlposture_version VALUES (0)",
        "CREATE TABLE mlposture_scans (number {key}, id TEXT NOT NULL UNIQUE, started TEXT NOT NULL, "
        "record {bytes} NOT NULL, digest {bytes} NOT NULL)",
        "CREATE TABLE mlposture_accounts (number {key}, provider TEXT NOT NULL, account TEXT NOT NULL, "
        "UNIQUE (provider, account))",
        "CREATE TABLE mlposture_asked (account BIGINT NOT NULL, scan BIGINT NOT NULL, "
        "PRIMARY KEY (account, scan)) {compact}",
        "CREATE TABLE mlposture_findings (number {key}, account BIGINT NOT NULL, fingerprint {bytes} NOT NULL, "
        "first BIGINT NOT NULL, subject {bytes} NOT NULL, UNIQUE (account, fingerprint))",
        "CREATE TABLE mlposture_spans (finding BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT, "
        "state TEXT NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (finding, first)) {compact}",
        "CREATE INDEX mlposture_begun ON mlposture_spans (first)",
    ),
)


def migrate(engine: Engine, migrations: Sequence[Sequence[str]] = MIGRATIONS, *, read_only: bool = False) -> None:
    """Bring a history to the newest version, or make one. Raises InputError for one of a newer mlposture.

    With `read_only`, one of any other version is refused.
    """
    if engine.version() != len(migrations):
        if read_only and engine.version() < len(migrations):
            raise InputError(f"--store {engine.shown}: is empty, or of an earlier version; add a scan to it first")
        with engine.writing():
            version = engine.version()  # which another process may have changed
            if version > len(migrations):
                raise InputError(
                    f"--store {engine.shown}: was written by a newer version of mlposture (its tables are version "
                    f"{version}, and this one knows {len(migrations)}); use that one"
                )
            for statements in migrations[version:]:
                for statement in statements:
                    engine.rows(statement.format(**engine.types))
            engine.rows("UPDATE mlposture_version SET version = ?", len(migrations))
    engine.check(";".join(one.format(**engine.types) for statements in migrations for one in statements))
