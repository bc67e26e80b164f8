"""JSON files read piece by piece: one value at a time is in memory, however large the file."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)

_CHUNK = 1 << 20
#: A line may be so long; in a longer one it is not worth looking for its end.
_LONGEST = 1 << 22
#: No report is indented so deep.
_DEEPEST = 1 << 8
_BLANK = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^ \t\r\n,:\]}]+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
#: what counts for nesting; the quote at the end is that of a string which is not here in full
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]]|"', re.DOTALL)


class Reader:
    """JSON as far as it was read: the buffer from `_at` on is still to come. Raises what is in `UNREADABLE`."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._buffer = b""
        self._at = 0
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was read, which at the end is all of it."""
        return self._digest.hexdigest()

    # -- structure ---------------------------------------------------------------------------------------------------

    def members(self) -> Iterator[str]:
        """The names of an object's members; the value of each is to be read before the next."""
        for _ in self.parts(b"{", b"}"):
            name = msgspec.json.decode(self.value(), type=str)
            self._expect(b":")
            yield name

    def items(self) -> Iterator[bytes]:
        """The items of an array."""
        by_line = True
        for _ in self.parts(b"[", b"]"):
            item = self._line() if by_line else b""
            by_line = bool(item)
            yield item or self._block() or self.value()

    def parts(self, opens: bytes, closes: bytes) -> Iterator[None]:
        """The members or items of what opens and closes so; each is to be read before the next."""
        self._expect(opens)
        if self.peek() == closes:
            self._at += 1
            return
        while True:
            yield
            if self.peek() == closes:
                self._at += 1
                return
            self._expect(b",")

    # -- values ------------------------------------------------------------------------------------------------------

    def _line(self) -> bytes:
        """The object that is the rest of this line, empty if that is none."""
        if self.peek() != b"{":
            return b""
        end = self._buffer.find(b"\n", self._at)
        while end < 0 and len(self._buffer) - self._at < _LONGEST and self._more():
            end = self._buffer.find(b"\n")
        line = self._buffer[self._at : end if end >= 0 else None].rstrip(b"\r ").removesuffix(b",")
        return self._taken(line)

    def _block(self) -> bytes:
        """The object that ends where a brace stands below its own, as our reports are indented; empty if none does."""
        if self.peek() != b"{":
            return b""
        before = self._buffer[max(self._at - _DEEPEST, 0) : self._at]
        margin = before[before.rfind(b"\n") + 1 :]
        if margin.strip() or len(margin) == _DEEPEST:
            return b""  # it does not begin its line, which may be all of the file
        closing = b"\n" + margin + b"}"
        while (end := self._buffer.find(closing, self._at)) < 0:
            if len(self._buffer) - self._at > _LONGEST or not self._more():
                return b""
        return self._taken(self._buffer[self._at : end + len(closing)])

    def _taken(self, found: bytes) -> bytes:
        """What stands next, and is read now if it is a value; else empty."""
        try:
            msgspec.json.decode(found, type=msgspec.Raw)
        except msgspec.DecodeError:
            return b""
        self._at += len(found)
        return found

    def value(self) -> bytes:
        """The next value, whatever it is."""
        first = self.peek()
        while True:
            end = self._end(first)
            if end >= 0:
                value = self._buffer[self._at : end]
                self._at = end
                return value
            if not self._more():
                raise msgspec.DecodeError("it ends in the middle")

    def _end(self, first: bytes) -> int:
        """Where the value that begins here ends, -1 if that is not in the buffer yet."""
        if first == b'"':
            string = _STRING.match(self._buffer, self._at)
            return string.end() if string else -1
        if first not in (b"{", b"["):
            scalar = _SCALAR.match(self._buffer, self._at)
            if scalar is None:
                raise msgspec.DecodeError(f"expected a value, found {first.decode(errors='replace') or 'its end'!r}")
            return scalar.end() if scalar.end() < len(self._buffer) else -1
        depth = 0
        for token in _NESTING.finditer(self._buffer, self._at):
            match token[0]:
                case b"{" | b"[":
                    depth += 1
                case b"}" | b"]":
                    depth -= 1
                    if not depth:
                        return token.end()
                case b'"':
                    return -1
        return -1

    # -- bytes -------------------------------------------------------------------------------------------------------

    def peek(self) -> bytes:
        """The next byte that is not blank, empty at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more():
                return b""

    def _expect(self, byte: bytes) -> None:
        found = self.peek()
        if found != byte:
            raise msgspec.DecodeError(
                f"expected {byte.decode()!r}, found {found.decode(errors='replace') or 'its end'!r}"
            )
        self._at += 1

    def _more(self) -> bool:
        """Read on; what lies behind is dropped. A value that is long already is read on in longer pieces."""
        rest = self._buffer[self._at :]
        chunk = self._file.read(max(_CHUNK, len(rest)))
        self._digest.update(chunk)
        self._buffer, self._at = rest + chunk, 0
        return bool(chunk)
