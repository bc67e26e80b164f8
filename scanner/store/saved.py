"""Saved inventories, read piece by piece: one resource at a time is in memory, however large the file.

We write a resource a line, and reading relies on that for speed alone: any other layout of the same JSON will do.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec

from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Listing, Resource, Scope
from scanner.model.origins import Principal

SCHEMA = "mlposture/inventory/v1"
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)

_CHUNK = 1 << 20
#: A line may be so long; in a longer one it is not worth looking for its end.
_LONGEST = 1 << 22
_BLANK = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^ \t\r\n,:\]}]+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
#: what counts for nesting; the quote at the end is that of a string which is not here in full
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]]|"', re.DOTALL)


def check_times(resource: Resource) -> None:
    """Raise ValueError or OverflowError for a time of reading that reports, which say it in UTC, cannot say."""
    for read in resource.cached.values():
        datetime.fromisoformat(read).astimezone(UTC)


class Shard(msgspec.Struct, frozen=True):
    """Part `number` of `of`, from 1, of a scan of these providers: the accounts that fall to it, perhaps none."""

    number: int
    of: int
    providers: tuple[str, ...]

    def holds(self, account: str) -> bool:
        """Whether an account falls to this part."""
        digest = hashlib.sha256(account.encode("utf-8", "backslashreplace")).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1


class Head(msgspec.Struct):
    """All of a saved inventory but its resources."""

    schema: str
    taken_at: Annotated[datetime, msgspec.Meta(tz=True)]
    scopes: list[Scope]
    gaps: list[Gap]
    listings: list[Listing]
    shard: Shard | None = None
    accounts: list[Scope] = []
    organizations: list[str] = []
    principals: list[Principal] = []
    #: of the file, which does not say it itself
    digest: str = ""


def read_saved(path: Path, resource: Callable[[str, bytes], None]) -> Head:
    """Call `resource` with the kind and the JSON of every resource. Raises InputError naming file and problem."""
    try:
        with path.open("rb") as file:
            return _Reader(path, file).inventory(resource)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UNREADABLE as error:
        raise InputError(f"{path}: not an inventory: {error}") from error


#: Members that are read item by item, and what their items are.
_LISTS: dict[str, Any] = {
    "accounts": Scope,
    "organizations": str,
    "principals": Principal,
    "scopes": Scope,
    "gaps": Gap,
    "listings": Listing,
}


class _Reader:
    """JSON as far as it was read: the buffer from `_at` on is still to come."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._buffer = b""
        self._at = 0
        self._digest = hashlib.sha256()

    def inventory(self, resource: Callable[[str, bytes], None]) -> Head:
        found: dict[str, Any] = {}
        has_resources = False
        for name in self._members():
            if name in found or (has_resources and name == "resources"):
                raise msgspec.DecodeError(f"has two members {name!r}")
            if name == "resources":
                has_resources = True
                for kind in self._members():
                    for item in self._items():
                        resource(kind, item)
            elif name in _LISTS:
                decoder = msgspec.json.Decoder(_LISTS[name])
                found[name] = [decoder.decode(item) for item in self._items()]
            else:
                found[name] = msgspec.json.decode(self._value())
            if name == "schema" and isinstance(found["schema"], str) and found["schema"] != SCHEMA:
                raise InputError(
                    f"{self._path}: schema is {found['schema']!r}, this version reads {SCHEMA!r}, "
                    "which --save-inventory writes"
                )
        if self._peek():
            raise msgspec.DecodeError("something comes after its end")
        if not has_resources:
            raise msgspec.DecodeError("has no member 'resources'")
        found["digest"] = self._digest.hexdigest()
        return msgspec.convert(found, Head)

    # -- structure ---------------------------------------------------------------------------------------------------

    def _members(self) -> Iterator[str]:
        """The names of an object's members; the value of each is to be read before the next."""
        for _ in self._parts(b"{", b"}"):
            name = msgspec.json.decode(self._value(), type=str)
            self._expect(b":")
            yield name

    def _items(self) -> Iterator[bytes]:
        """The items of an array."""
        by_line = True
        for _ in self._parts(b"[", b"]"):
            item = self._line() if by_line else b""
            by_line = bool(item)
            yield item or self._value()

    def _parts(self, opens: bytes, closes: bytes) -> Iterator[None]:
        self._expect(opens)
        if self._peek() == closes:
            self._at += 1
            return
        while True:
            yield
            if self._peek() == closes:
                self._at += 1
                return
            self._expect(b",")

    # -- values ------------------------------------------------------------------------------------------------------

    def _line(self) -> bytes:
        """The object that is the rest of this line, empty if that is none."""
        if self._peek() != b"{":
            return b""
        end = self._buffer.find(b"\n", self._at)
        while end < 0 and len(self._buffer) - self._at < _LONGEST and self._more():
            end = self._buffer.find(b"\n")
        line = self._buffer[self._at : end if end >= 0 else None].rstrip(b"\r ").removesuffix(b",")
        try:
            msgspec.json.decode(line, type=msgspec.Raw)
        except msgspec.DecodeError:
            return b""
        self._at += len(line)
        return line

    def _value(self) -> bytes:
        """The next value, whatever it is."""
        first = self._peek()
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

    def _peek(self) -> bytes:
        """The next byte that is not blank, empty at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more():
                return b""

    def _expect(self, byte: bytes) -> None:
        found = self._peek()
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
