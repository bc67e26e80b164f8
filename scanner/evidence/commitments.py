"""Commitments: what stands for an id or a name that is kept back, and can be opened later, one by one.

The commitment of a value is HMAC-SHA256 of it under a key of its own, which HMAC-SHA256 makes of the value under a
random salt. Who opens one gives value and key away, and with them nothing of the others; the salt is kept nowhere.
Within one dossier equal values have equal commitments.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

#: A commitment as it is shown: so much of it tells any two apart.
_LEAD, _SHOWN = "id-", 16
PATTERN = rf"{_LEAD}[0-9a-f]{{{_SHOWN}}}"

Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Opening(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens a commitment."""

    value: str
    key: Hex


class Secrets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The openings of a dossier, by commitment as it is shown: all, or some that were taken out to be handed over."""

    schema: Literal["mlposture/dossier-secrets/v1"] = "mlposture/dossier-secrets/v1"
    openings: Mapping[str, Opening]


class Commitments(Struct, frozen=True, kw_only=True):
    """All commitments of a dossier, in full: what is shown is the beginning of one."""

    schema: Literal["mlposture/commitments/v1"] = "mlposture/commitments/v1"
    commitments: tuple[Hex, ...]


class Committer:
    """Makes commitments under one salt, and remembers what opens them."""

    def __init__(self, salt: bytes | None = None) -> None:
        self._salt = salt or secrets.token_bytes(32)
        self._shown: dict[str, str] = {}
        self._openings: dict[str, Opening] = {}

    def of(self, value: str) -> str:
        """The commitment of a value as it is shown; nothing stands for nothing."""
        if not value:
            return ""
        if value not in self._shown:
            opening = Opening(value=value, key=_mac(self._salt, value))
            self._shown[value] = shown(commitment(opening))
            self._openings[self._shown[value]] = opening
        return self._shown[value]

    def made(self) -> Commitments:
        return Commitments(commitments=tuple(sorted(map(commitment, self._openings.values()))))

    def secrets(self) -> Secrets:
        return Secrets(openings=dict(sorted(self._openings.items())))


def commitment(opening: Opening) -> str:
    """The commitment that an opening opens, in full."""
    return _mac(bytes.fromhex(opening.key), opening.value)


def shown(full: str) -> str:
    """A commitment as a dossier shows it."""
    return f"{_LEAD}{full[:_SHOWN]}"


def _mac(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()
