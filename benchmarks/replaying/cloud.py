"""What the server and the three clouds agree on."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol


class Request:
    """One HTTP request. Header names are in lower case; path and query are as sent."""

    __slots__ = ("body", "headers", "method", "path", "query")

    def __init__(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.body = body


class Call:
    """One API call: `operation` is spelled as the provider's permission, `resource` is what it asks about.

    For a page of a listing `resource` holds the token, so that two pages differ.
    """

    __slots__ = ("account", "operation", "params", "region", "resource", "service")

    def __init__(
        self, operation: str, account: str, region: str, resource: str, params: dict[str, Any], service: str = ""
    ) -> None:
        self.operation = operation
        self.account = account
        self.region = region
        self.resource = resource
        self.params = params
        self.service = service


class Reply:
    """One HTTP reply. `headers` are whole lines."""

    __slots__ = ("body", "headers", "media", "status")

    def __init__(
        self, body: bytes, media: bytes = b"application/json", status: int = 200, headers: bytes = b""
    ) -> None:
        self.status = status
        self.body = body
        self.media = media
        self.headers = headers


class Refused(Exception):
    """An answer that is an error; the cloud writes it as its protocol does."""

    def __init__(self, status: int, code: str, message: str, headers: bytes = b"") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


@dataclass(frozen=True)
class Size:
    """How large the generated world is. Counts are for each account (project, subscription)."""

    per_kind: int = 100
    counts: Mapping[str, int] = field(default_factory=dict)
    buckets: int = 10
    roles: int = 10
    accounts: int = 1
    regions: int = 1
    populated: int = 1
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    seed: int = 0
    retry_after: bool = False

    def of(self, kind: str, default: int | None = None) -> int:
        """How many there are of a kind."""
        return self.counts.get(kind, self.per_kind if default is None else default)

    def indices(self, count: int, place: int) -> range:
        """Of `count` resources dealt out over the populated regions, those of region number `place`."""
        return range(place, count, self.populated) if place < self.populated else range(0)

    def partner(self, index: int, count: int) -> int | None:
        """The index, below `count` and in the same region, that stands for `index` among fewer; None if none does."""
        place = index % self.populated
        there = len(self.indices(count, place))
        return place + self.populated * ((index // self.populated) % there) if there else None


class Cloud(Protocol):
    """One simulated provider. `kinds` are the names that counts may be given for."""

    kinds: tuple[str, ...]
    #: how many regions are enabled unless told otherwise
    default_regions: int
    #: answers one request as if it had come by itself, counters and limits included; set by the server
    serve: Callable[[Request], Reply]

    def identify(self, request: Request) -> Call:
        """Which call a request is."""

    def answer(self, request: Request, call: Call) -> Reply:
        """Answer it. Raises Refused."""

    def refuse(self, request: Request, call: Call, refused: Refused) -> Reply:
        """The reply that tells of an error."""

    def denied(self, call: Call) -> Refused:
        """How the provider says that the caller may not."""

    def throttled(self, call: Call, seconds: float) -> Refused:
        """How the provider says that there were too many calls, and that one may pass in so many seconds."""

    def env(self, url: str) -> dict[str, str]:
        """Environment variables that point a client at this cloud, with invented credentials."""

    def tls(self) -> ssl.SSLContext | None:
        """How to encrypt connections; None for plain HTTP."""
        return None
