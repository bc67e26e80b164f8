"""The chain of a history's scans: what the record of each is a digest of, and where that does not fit any more."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from scanner.history.damage import raw
from scanner.history.engine import AT_ONCE, Engine
from scanner.history.records import Body, Scan, Subject
from scanner.history.states import State
from scanner.model.errors import InputError
from scanner.model.history import Account
from scanner.model.sanitize import encode
from scanner.store.piecewise import UNREADABLE

#: What a scan says anew, in the order in which it was taken in.
_SPANS = (
    "SELECT f.account, fingerprint, provider, a.account, subject, state, body FROM mlposture_spans s "
    "JOIN mlposture_findings f ON f.number = finding JOIN mlposture_accounts a ON a.number = f.account "
    "WHERE s.first = ? AND (f.account > ? OR (f.account = ? AND fingerprint > ?)) "
    "ORDER BY f.account, fingerprint LIMIT ?"
)
_ASKED = (
    "SELECT provider, a.account FROM mlposture_asked q JOIN mlposture_accounts a ON a.number = q.account WHERE scan = ?"
)
#: Accounts and spans that are of no scan, spans that end elsewhere than before the next one, and findings that another
#: scan found first.
_STRAY = "SELECT DISTINCT first FROM mlposture_spans WHERE first NOT IN (SELECT number FROM mlposture_scans)"
_UNASKED = (
    "SELECT DISTINCT a.number FROM mlposture_accounts a LEFT JOIN mlposture_asked q ON q.account = a.number "
    "WHERE q.scan IS NULL OR q.scan NOT IN (SELECT number FROM mlposture_scans)"
)
_ENDS = (
    "SELECT DISTINCT first FROM (SELECT s.first, s.last, f.account, "
    "LEAD(s.first) OVER (PARTITION BY finding ORDER BY s.first) AS following "
    "FROM mlposture_spans s JOIN mlposture_findings f ON f.number = finding) spans "
    "WHERE COALESCE(last, 0) <> COALESCE((SELECT MAX(scan) FROM mlposture_asked q "
    "WHERE q.account = spans.account AND scan < following), 0)"
)
_FIRST = (
    "SELECT first FROM mlposture_findings f "
    "WHERE first <> COALESCE((SELECT MIN(s.first) FROM mlposture_spans s WHERE finding = f.number), 0)"
)


#: Provider, account, fingerprint, subject, state, body.
Anew = tuple[str, str, bytes, bytes, str, bytes]


_subject, _body = msgspec.json.Decoder(Subject).decode, msgspec.json.Decoder(Body).decode


class Content:
    """The SHA-256 of what a scan says anew of findings, taken in by account and fingerprint."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, account: Account, fingerprint: bytes, subject: bytes, state: str, body: bytes) -> None:
        """Take in one finding."""
        self._digest.update(msgspec.msgpack.encode((*account, fingerprint, subject, state, body)))

    def made(self) -> str:
        """As hex."""
        return self._digest.hexdigest()


def sealed(scan: Scan) -> tuple[bytes, str]:
    """The record of a scan as it is kept, and its SHA-256 as hex."""
    record = encode(scan, order="sorted")
    return record, hashlib.sha256(record).hexdigest()


def opened(number: int, record: bytes, digest: bytes) -> Scan:
    """The record of a scan. Raises InputError where it is none."""
    try:
        scan = msgspec.json.decode(record, type=Scan)
        for time in (scan.started_at, scan.finished_at):
            text_of(time)  # of the first year or the last it may be none in UTC
        return msgspec.structs.replace(scan, digest=raw(digest).hex())
    except UNREADABLE as error:
        raise InputError(f"the record of scan {number} cannot be read; see `mlposture history verify`") from error


def verify(engine: Engine) -> Iterator[str]:
    """What does not fit in a history, a sentence each: a scan that is missing, or anything that was changed."""
    previous, expected = "", 1
    query = "SELECT number, id, started, record, digest FROM mlposture_scans ORDER BY number"
    for number, id, started, record, digest in engine.rows(query):
        if number > expected:
            missing = f"scan {expected} is" if number == expected + 1 else f"scans {expected} to {number - 1} are"
            yield f"{missing} missing"
        yield from _wrong(
            engine, int(number), (id, started), raw(record), raw(digest), previous if number == expected else None
        )
        previous, expected = raw(digest).hex(), int(number) + 1
    said = (
        (_UNASKED, "account {} was asked by a scan that is missing, or by none"),
        (_STRAY, "there are findings of scan {}, which is missing"),
        (_ENDS, "scan {}: until when something stayed as it was found there was changed"),
        (_FIRST, "scan {}: what was first found there was changed"),
    )
    for query, text in said:
        yield from (text.format(number) for (number,) in engine.rows(query))


def _wrong(
    engine: Engine, number: int, columns: tuple[str, str], record: bytes, digest: bytes, previous: str | None
) -> Iterator[str]:
    """What is wrong with one scan; `previous` is the digest of the one before, None if that is missing."""
    if hashlib.sha256(record).digest() != digest:
        yield f"scan {number}: its record was changed"
        return
    try:
        scan = opened(number, record, digest)
    except InputError as error:
        yield str(error)
        return
    named = f"scan {number} ({text_of(scan.started_at)})"
    if previous is not None and scan.previous != previous:
        yield f"{named}: is not the one that followed the scan before it"
    if (scan.number, scan.id, text_of(scan.started_at)) != (number, *columns):
        yield f"{named}: its record is of another scan"
    if sorted(one.key for one in scan.accounts) != sorted(engine.rows(_ASKED, number)):
        yield f"{named}: which accounts it asked was changed"
    content, odd = Content(), 0
    for provider, account, fingerprint, subject, state, body in anew(engine, number):
        content.add((provider, account), fingerprint, subject, state, body)
        odd += not _is_legible(subject, state, body)
    if content.made() != scan.content:
        yield f"{named}: what it found was changed"
    elif odd:
        yield f"{named}: {odd} of what it found is not as mlposture writes it"


def _is_legible(subject: bytes, state: str, body: bytes) -> bool:
    """Whether what a scan says of a finding is what can be read: it may fit its digest, and be none."""
    try:
        _subject(subject), State(state), _body(body)
    except (*UNREADABLE, ValueError):
        return False
    return True


def anew(engine: Engine, number: int) -> Iterator[Anew]:
    """What a scan says anew of findings, in the order in which it was taken in."""
    account, fingerprint = 0, b""
    while rows := engine.rows(_SPANS, number, account, account, fingerprint, AT_ONCE):
        for account, fingerprint, provider, owner, subject, state, body in rows:  # noqa: B007 - where to go on
            yield provider, owner, raw(fingerprint), raw(subject), state, raw(body)


def text_of(time: datetime) -> str:
    """A time as histories keep it: later ones sort after it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
