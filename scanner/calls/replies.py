"""Replies within their bounds, below every SDK.

All of them, and urllib3 and requests under them, read from Python's own HTTP client. There is one class of replies
there, which Python lets others replace, and so there is one place where time, bytes and decompression are bounded.
"""

import http.client
import io
import mmap
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any, Self

from scanner.calls.bounds import Watch, watching
from scanner.model.nouns import Reason

#: Bytes that any reply may have: as it says beforehand, as it comes if it does not say, and decompressed. Of those with
#: more, few are read at a time: thirty of the largest at once would be a gigabyte.
_DECLARED, _UNDECLARED, _INFLATED = 2**20, 2**18, 2**19
_large = threading.Semaphore(2)
#: bytes that a large one is read or decompressed by
_PIECE = 2**16
#: zlib's spelling of "gzip or zlib, whichever it is", and of deflate without a head, as some servers send it
_ANY, _BARE = 47, -15
_CODINGS = ("gzip", "x-gzip", "deflate")
_GZIP = b"\x1f\x8b"
#: compressed parts of one body, one after another; nobody sends more than one
_PARTS = 16
#: encodings of one body, one inside the other; nobody sends more than one
_LAYERS = 4
#: What says how a body is sent, and nothing of what it is.
_TRANSPORT = ("Content-Encoding", "Content-Length", "Transfer-Encoding")


def install() -> None:
    """Have the replies to calls bounded in this process. Others are left as they are."""
    http.client.HTTPConnection.response_class = BoundedReply


class Received:
    """What has come of replies in this process, compressed and not. Threads may lose some of each other's counts."""

    bytes = 0


class BoundedReply(http.client.HTTPResponse):
    """A reply that ends in time and fits its bound; a compressed or large one looks as if it had come plain.

    Raises CallFailed, which no SDK takes for an error of the network.
    """

    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self._watch = watching()
        if self._watch is not None:
            self.fp: Any = io.BufferedReader(_Bounded(self.fp, sock, self._watch))

    def begin(self) -> None:
        super().begin()
        watch = self._watch
        if watch is None or self.length == 0:  # also where there is no body, whatever the headers say
            return
        if self.length is not None and self.length > watch.bounds.reply_bytes:
            raise watch.too_large()
        codings = self.headers.get("Content-Encoding", "").lower()
        if not codings and self.length is not None and self.length <= _DECLARED:
            return  # nearly always: it is read in one go by whoever asked
        try:
            body = self._body([coding.strip() for coding in reversed(codings.split(","))], watch)
        except ValueError:  # Python's client reads chunks of less than nothing
            raise watch.failed(Reason.MALFORMED, "the reply is not as HTTP has it") from None
        for name in _TRANSPORT:
            del self.headers[name]
        self.headers["Content-Length"] = str(len(body))
        self.fp, self.length, self.chunked = io.BytesIO(body), len(body), False

    def _body(self, codings: list[str], watch: Watch) -> bytes:
        """All of the body, without its encodings, the last of which comes first. Raises CallFailed."""
        body = self.read(_UNDECLARED)
        whole = len(body) < _UNDECLARED
        if whole and self.length:
            raise http.client.IncompleteRead(body, self.length)
        small = _small(body, codings) if whole else None
        if small is not None:
            return small
        if len(codings) > _LAYERS:
            raise watch.failed(Reason.MALFORMED, "the reply has too many encodings")
        end = watch.end()
        if not _large.acquire(timeout=max(0.0, end.at - monotonic())):
            raise watch.late(end)
        try:
            pieces = self._pieces(body)
            for coding in codings:
                if coding in ("", "identity"):
                    continue
                pieces = _unpacked(pieces, coding, watch)
            with _Room(watch) as room:
                for piece in pieces:
                    room.add(piece)
                    Received.bytes += len(piece)
                return room.content()
        except zlib.error:
            raise watch.failed(Reason.MALFORMED, "the reply does not decompress") from None
        finally:
            _large.release()

    def _pieces(self, first: bytes) -> Iterator[bytes]:
        """The body piece by piece. Raises IncompleteRead."""
        yield first
        while piece := self.read(_PIECE):
            yield piece
        if self.length:
            raise http.client.IncompleteRead(b"", self.length)


class _Bounded(io.RawIOBase):
    """What comes from a socket, as long as there is time for it, and no more than may come."""

    def __init__(self, file: io.BufferedReader, sock: Any, watch: Watch) -> None:
        self._file = file  # it keeps the socket open
        self._sock = sock
        self._receive: Callable[[Any], int] = sock.recv_into
        self._watch = watch
        self._end = watch.end()
        self._patience: float | None = sock.gettimeout()
        # Of head and body, and of whatever else a server may send on and on, such as trailers.
        self._left = watch.bounds.reply_bytes + _DECLARED
        self._hurried = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end.at - monotonic()
        if left <= 0:
            raise self._watch.late(self._end)
        if self._patience is None or left < self._patience:
            self._sock.settimeout(left)
            self._hurried = True
        try:
            got = self._receive(buffer)
        except TimeoutError:
            if monotonic() < self._end.at:
                raise
            raise self._watch.late(self._end) from None
        self._left -= got
        Received.bytes += got
        if self._left < 0:
            raise self._watch.too_large()
        return got

    def close(self) -> None:
        if not self.closed:
            if self._hurried:
                with suppress(OSError):  # closed by now
                    self._sock.settimeout(self._patience)  # the connection may be used again
            self._file.close()
        super().close()


class _Room:
    """Space for one large body, outside of the heap: what a thread had there once, its part of the heap would keep."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._size = 0
        self._space = mmap.mmap(-1, watch.bounds.reply_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._space.close()

    def add(self, piece: bytes) -> None:
        end = self._size + len(piece)
        if end > self._watch.bounds.reply_bytes:
            raise self._watch.too_large()
        self._space[self._size : end] = piece
        self._size = end

    def content(self) -> bytes:
        return self._space[: self._size]


def _small(body: bytes, codings: list[str]) -> bytes | None:
    """A whole body without its only encoding, as most have come here with; None if that takes more than a moment."""
    if codings != ["gzip"]:
        return body if codings == [""] else None
    engine = zlib.decompressobj(_ANY)
    with suppress(zlib.error):
        found = engine.decompress(body, _INFLATED)
        if engine.eof and not engine.unused_data:
            return found
    return None


def _unpacked(pieces: Iterable[bytes], coding: str, watch: Watch) -> Iterator[bytes]:
    """A body without one of its encodings, piece by piece, so that it is in memory once. Raises CallFailed, zlib.error.

    What is cut short is given as far as it goes, since it does not parse then. What follows the end is read and left.
    """
    if coding not in _CODINGS:
        raise watch.failed(Reason.MALFORMED, "the reply has an encoding that was not asked for")
    engine, parts, size = None, 0, 0
    for piece in pieces:
        rest = piece
        while rest and (engine is None or not engine.eof or rest.startswith(_GZIP)):
            if engine is None or engine.eof:
                engine, parts = zlib.decompressobj(_form(coding, rest)), parts + 1
                if parts > _PARTS:
                    raise zlib.error("too many parts")
            while not engine.eof and (plain := engine.decompress(rest, _PIECE)):
                size += len(plain)
                if size > watch.bounds.reply_bytes:
                    raise watch.too_large()
                yield plain
                rest = engine.unconsumed_tail
            rest = engine.unused_data


def _form(coding: str, beginning: bytes) -> int:
    """How zlib is to read it: some servers send deflate without the head that it has to have."""
    bare = coding == "deflate" and (beginning[0] & 15 != 8 or int.from_bytes(beginning[:2]) % 31 != 0)
    return _BARE if bare else _ANY
