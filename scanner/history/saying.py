"""What a report says of findings, on disk by account and fingerprint, as the history compares it with what it has."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from scanner.history.records import Body, Subject
from scanner.history.states import Seen, State, seen
from scanner.model.history import Account, Former
from scanner.model.notes import Source
from scanner.model.nouns import Status
from scanner.model.reported import Finding, Report
from scanner.model.sanitize import encode, redact
from scanner.store.keeping import keeping, private_database

_TABLE = """
CREATE TABLE said (
    account INTEGER NOT NULL, fingerprint BLOB NOT NULL, seen TEXT NOT NULL, subject BLOB NOT NULL, body BLOB NOT NULL,
    compared INTEGER NOT NULL,
    PRIMARY KEY (account, fingerprint)
) WITHOUT ROWID
"""
_BATCH = 500
#: Memory that pages of the file may take.
_CACHED_KIBIBYTES = 8192


class Said(NamedTuple):
    """What is said of one finding; `subject` and `body` are encoded. `compared`: an earlier scan looked at it."""

    fingerprint: bytes
    seen: Seen
    subject: bytes
    body: bytes
    compared: bool


class Saying:
    """All that a report says of what fails or failed. Raises NotKept where temporary files have no room."""

    def __init__(self, report: Report) -> None:
        self.accounts: tuple[Account, ...] = tuple(sorted({*report.accounts, *report.findings.accounts()}))
        self._numbers = {account: number for number, account in enumerate(self.accounts)}
        with keeping(None):
            self._db = private_database(None, _CACHED_KIBIBYTES)
            self._db.execute(_TABLE)
        self._fill(_row(finding, self._numbers) for finding in report.findings if finding.verdict is Status.FAIL)
        for account in self.accounts:
            number = self._numbers[account]
            for formers, now in (
                (report.earlier.carried(account), Seen.UNSEEN),
                (report.earlier.fixed(account), Seen.ENDED),
                (report.earlier.gone(account), Seen.ABSENT),
            ):
                self._fill(_former_row(former, now, number) for former in formers)

    def of(self, account: Account) -> Iterator[Said]:
        """What is said of an account, by fingerprint."""
        query = "SELECT fingerprint, seen, subject, body, compared FROM said WHERE account = ? ORDER BY fingerprint"
        for fingerprint, now, subject, body, compared in self._db.execute(query, (self._numbers[account],)):
            yield Said(fingerprint, Seen(now), subject, body, bool(compared))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _fill(self, rows: Iterable[tuple[object, ...]]) -> None:
        with keeping(None):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")


def _row(finding: Finding, numbers: dict[Account, int]) -> tuple[object, ...]:
    one = finding.resource
    subject = Subject(finding.check_id, one.kind, one.id)
    body = Body(
        severity=finding.severity,
        score=finding.score,
        message=redact(finding.message),
        region=one.scope.region,
        name=one.name,
        console_url=one.console_url,
        systems=finding.systems,
        source=_shown(finding.source),
    )
    now = seen(finding.verdict, suppressed=finding.suppression is not None)
    number = numbers[one.scope.provider, one.scope.account]
    compared = finding.state != State.NOT_COMPARED
    return number, bytes.fromhex(finding.fingerprint), now, encode(subject), encode(body), compared


def _former_row(former: Former, now: Seen, number: int) -> tuple[object, ...]:
    one = former.resource
    body = Body(
        severity=former.check.severity,
        score=former.score,
        message=redact(former.message),
        region=one.scope.region,
        name=one.name,
        console_url=one.console_url,
        systems=former.systems,
        source=_shown(former.source),
        observed=former.observed,
        why=redact(former.why),
    )
    subject = Subject(former.check.id, one.kind, one.id)
    return number, bytes.fromhex(former.fingerprint), now, encode(subject), encode(body), True


def _shown(source: Source | None) -> Source | None:
    """Where it is declared, without the line itself: what others wrote there is not the history's to keep."""
    if source is None:
        return None
    return msgspec.structs.replace(source, uri=redact(source.uri), address=redact(source.address), text="")
