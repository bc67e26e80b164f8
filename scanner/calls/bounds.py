"""What one call may cost and how far a listing may go, so that no provider can keep a scan busy for ever.

An honest provider comes near none of these bounds. Beyond one, the call fails, and so is a gap that says which it was.
"""

import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, NamedTuple, Self, TypeVar

from msgspec import Struct

from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

T = TypeVar("T")

_here = threading.local()


class Bounds(Struct, frozen=True, kw_only=True):
    """The bounds of every call and every listing of a scan."""

    #: seconds from the beginning of a call to the end of its reply, with the token that it may take
    call_seconds: float = 60.0
    #: of one reply, as it comes and decompressed
    reply_bytes: int = 16 * 2**20
    #: of one listing, and of those in a row that hold nothing
    pages: int = 10_000
    empty_pages: int = 1_000


class End(NamedTuple):
    """When something has to be over, on the monotonic clock, and what to say of what is not."""

    at: float
    reason: Reason
    detail: str


class Watch:
    """What holds for the replies that this thread reads while inside it, whichever SDK reads them.

    Each has the time of a call, and none more than there is until the first of the `ends`.
    """

    def __init__(self, bounds: Bounds, *ends: End) -> None:
        self.bounds = bounds
        self._ends = ends
        self._broken: tuple[Reason, str] | None = None

    def __enter__(self) -> Self:
        self._before = watching()
        _here.watch = self
        return self

    def __exit__(self, *_: object) -> None:
        _here.watch = self._before

    def end(self) -> End:
        """When a reply that begins now must have come."""
        return min((over(self.bounds), *self._ends))

    def late(self, end: End) -> CallFailed:
        return self.failed(end.reason, end.detail)

    def too_large(self) -> CallFailed:
        return self.failed(Reason.ERROR, f"the reply is larger than {self.bounds.reply_bytes} bytes")

    def failed(self, reason: Reason, detail: str) -> CallFailed:
        """To be raised by who reads a reply, for a bound that it exceeds."""
        self._broken = reason, detail
        return CallFailed(reason, detail)  # not to be tried again: it would cost as much again

    def run(self, function: Callable[[], T]) -> T:
        """What a function gives inside. Raises what it raises, or else CallFailed for the bound that ended it."""
        try:
            with self:
                return function()
        except Exception:
            if self._broken is None:
                raise
        # The SDK may have made something else of it. And whoever keeps the failure must not keep, with the frames that
        # it was raised in, what had been read by then.
        raise CallFailed(*self._broken)


def over(bounds: Bounds) -> End:
    """When a call that begins now must be over."""
    seconds = bounds.call_seconds
    return End(monotonic() + seconds, Reason.TIMEOUT, f"the call took longer than {seconds:g} s")


def watching() -> Watch | None:
    """What holds for this thread now; None outside of all calls of a scan."""
    return getattr(_here, "watch", None)


class Listing:
    """How far one listing has gone."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._pages = self._empty = 0
        # Tokens may be thousands of letters long, and there may be thousands of them.
        self._tokens: set[int] = set()
        self._before: Sequence[Any] = ()

    def endless(self, token: Any, items: Sequence[Any]) -> CallFailed | None:
        """Why the page after one with these items is not to be asked for by its token; None if it is.

        To be asked after every page but the last.
        """
        self._pages += 1
        self._empty = 0 if items else self._empty + 1
        again = bool(items) and items == self._before
        self._before = items
        if not isinstance(token, str):
            return CallFailed(Reason.MALFORMED, "the token of the next page is no text")
        if again or hash(token) in self._tokens:
            return _endless("the same page came twice")
        self._tokens.add(hash(token))
        if self._pages >= self._bounds.pages:
            return _endless(f"there are more than {self._bounds.pages} pages")
        if self._empty >= self._bounds.empty_pages:
            return _endless(f"{self._bounds.empty_pages} pages in a row are empty")
        return None


def _endless(why: str) -> CallFailed:
    return CallFailed(Reason.MALFORMED, f"the listing does not end: {why}")
