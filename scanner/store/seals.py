"""Keyed digests of what one scan leaves on disk for the next: who has not the key can make none that fits."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import msgspec

_BYTES = 16
_encode = msgspec.msgpack.Encoder().encode


class Seal:
    """The digest of values that come one after the other: strings, bytes, whole numbers and None."""

    __slots__ = ("_digest",)

    def __init__(self, digest: "hashlib.blake2b") -> None:
        self._digest = digest

    def add(self, values: Iterable[Any]) -> None:
        """Take in more of them."""
        for value in values:
            self._digest.update(_encode(value))  # which says where each ends

    def made(self) -> bytes:
        return self._digest.digest()


class Sealer:
    """Makes digests with a key. `salt` is of one file, so that what was sealed for another does not fit."""

    def __init__(self, key: bytes, salt: str = "") -> None:
        own = hashlib.blake2b(salt.encode("utf-8", "replace"), key=key).digest()
        self._start = hashlib.blake2b(key=own, digest_size=_BYTES)

    def begin(self, *values: Any) -> Seal:
        """A digest that begins with these values."""
        seal = Seal(self._start.copy())
        seal.add((values,))
        return seal

    def seal(self, *values: Any) -> bytes:
        """The digest of these values."""
        digest = self._start.copy()
        digest.update(_encode(values))
        return digest.digest()

    def fits(self, seal: Any, *values: Any) -> bool:
        """Whether this is the digest of these values, which may be anything that a file can hold."""
        return isinstance(seal, bytes) and hmac.compare_digest(seal, self.seal(*values))
