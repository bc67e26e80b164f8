"""What the reader declares to belong to them or to a partner: `[trust]`. Data and matching; nothing here judges."""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Union

from msgspec import Struct

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


class Foreign(Struct, frozen=True):
    """One thing that is not known to be the reader's, by every name it may be trusted under: table and value."""

    names: tuple[tuple[str, str], ...]

    @classmethod
    def account(cls, id: str) -> "Foreign":
        return cls((("accounts", id),))

    @classmethod
    def organization(cls, id: str) -> "Foreign":
        return cls((("organizations", id),))

    @classmethod
    def address(cls, network: str) -> "Foreign":
        return cls((("addresses", network),))

    @classmethod
    def registry(cls, image: str) -> "Foreign":
        """The registry of an image."""
        return cls((("registries", image),))

    @classmethod
    def bucket(cls, address: str) -> "Foreign":
        """A bucket that exists, with its scheme. Whoever makes a missing one owns it, so that no trust covers it."""
        return cls((("buckets", address),))

    def __or__(self, other: "Foreign") -> "Foreign":
        """The same thing, by the names of the other too."""
        return Foreign(self.names + other.names)


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of `[trust]`: in which table, what, why, and the last day it counts (UTC)."""

    table: str
    value: str
    reason: str
    until: date | None = None

    def expired(self, at: datetime) -> bool:
        return self.until is not None and at.astimezone(UTC).date() > self.until

    def covers(self, foreign: Foreign) -> bool:
        """Whether this is about it, under any of its names."""
        return any(table == self.table and _covers(table, self.value, value) for table, value in foreign.names)

    @property
    def said(self) -> str:
        """The entry in a message."""
        end = f", until {self.until}" if self.until else ""
        return f"{self.table} {self.value} ({self.reason}{end})"


class Use(Struct, frozen=True, kw_only=True):
    """What came of an entry: whether it had expired, whether it was about anything, how many passes rest on it."""

    entry: Entry
    expired: bool
    matched: bool
    passes: int


def few(texts: Sequence[str], most: int = 5) -> str:
    """Texts in a message that must not grow with how many there are; the evidence holds all."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def _covers(table: str, trusted: str, value: str) -> bool:
    match table:
        case "addresses":
            return _holds(_network(trusted), _network(value))
        case "registries":
            rest = value.lower().removeprefix(trusted.lower())
            # A port makes another registry of a host; a tag or a digest ends a path.
            return rest != value.lower() and (not rest or rest[0] in ("/:@" if "/" in trusted else "/"))
        case "buckets":
            return trusted in (value, value.partition("://")[2])
        case _:
            return trusted.lower() == value.lower()


def _holds(outer: Network | None, inner: Network | None) -> bool:
    if outer is None or inner is None or outer.version != inner.version:
        return False
    return inner.subnet_of(outer)  # type: ignore[arg-type]


@lru_cache(maxsize=4096)  # the same entries meet the ranges of every resource
def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
