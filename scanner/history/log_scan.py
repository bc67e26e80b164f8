"""One scan of a history in a bucket: what is in its object, and whether that is as it was written.

Lines of JSON, compressed: what this is, the scan's record (of which the SHA-256 is its digest), and what the scan says
anew of findings, as the record's `content` is a digest of: provider, account, fingerprint, subject, state, body.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, NamedTuple

import msgspec
from msgspec import Meta, Raw

from scanner.history.chain import Anew, Content, opened
from scanner.history.records import Scan
from scanner.model.errors import InputError
from scanner.model.history import Account
from scanner.store.piecewise import UNREADABLE

#: What the first line says.
FORMAT = "mlposture/history-log/v1"
_HEAD = msgspec.json.encode({"schema": FORMAT})
#: No line that was written is longer: a body has one message, and a record some thousand accounts.
_LONGEST = 64 << 20
_Line = tuple[str, str, Annotated[str, Meta(pattern="^[0-9a-f]{32}$")], Raw, str, Raw]
_ODD = (*UNREADABLE, ValueError, EOFError, zlib.error)


class Damaged(InputError):
    """A scan is not as it was written."""


def write_scan(path: Path, record: bytes, said: Iterable[Anew]) -> None:
    """Make the file of a scan. The same scan gives the same bytes."""
    with path.open("wb") as file, gzip.GzipFile("", "wb", mtime=0, fileobj=file) as lines:
        lines.write(_HEAD + b"\n" + record + b"\n")
        for provider, account, fingerprint, subject, state, body in said:
            line = (provider, account, fingerprint.hex(), Raw(subject), state, Raw(body))
            lines.write(msgspec.json.encode(line) + b"\n")


class Read(NamedTuple):
    """A scan that is being read. `said` is read once, and raises `Damaged` at its end if it is not what was written."""

    scan: Scan
    record: bytes
    said: Iterator[Anew]


def read_scan(file: IO[bytes], number: int) -> Read:
    """What the object of a scan holds, piece by piece. Raises Damaged."""
    lines = _lines(file, number)
    if next(lines, b"") != _HEAD:
        raise Damaged(f"scan {number}: is no scan of mlposture, or one of a newer version")
    record = next(lines, b"")
    try:
        scan = opened(number, record, hashlib.sha256(record).digest())
    except InputError as error:
        raise Damaged(f"scan {number}: its record cannot be read") from error
    if scan.number != number:
        raise Damaged(f"scan {number}: its record is of scan {scan.number}")
    if len({one.key for one in scan.accounts}) < len(scan.accounts):
        raise Damaged(f"scan {number}: asked an account twice")
    return Read(scan, record, _said(lines, scan))


def _lines(file: IO[bytes], number: int) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as text:
            while line := text.readline(_LONGEST):
                if not line.endswith(b"\n"):
                    raise Damaged(f"scan {number}: ends in the middle of a line")
                yield line[:-1]
    except (OSError, *_ODD) as error:
        raise Damaged(f"scan {number}: cannot be read ({type(error).__name__})") from error


def _said(lines: Iterator[bytes], scan: Scan) -> Iterator[Anew]:
    content = Content()
    decode = msgspec.json.Decoder(_Line).decode
    seen: set[Account] = set()
    at: tuple[Account, bytes] | None = None
    for line in lines:
        try:
            provider, account, fingerprint, subject, state, body = decode(line)
            found = (provider, account, bytes.fromhex(fingerprint), bytes(subject), state, bytes(body))
        except _ODD as error:
            raise Damaged(f"scan {scan.number}: what it found cannot be read") from error
        one = (provider, account)
        if one in seen if at is None or at[0] != one else at[1] >= found[2]:
            raise Damaged(f"scan {scan.number}: found something twice, or in no order")
        seen.add(one)
        at = (one, found[2])
        content.add(one, *found[2:])
        yield found
    if content.made() != scan.content:
        raise Damaged(f"scan {scan.number}: what it found was changed")
