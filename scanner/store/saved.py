"""Saved inventories, read piece by piece: one resource at a time is in memory, however large the file.

We write a resource a line, and reading relies on that for speed alone: any other layout of the same JSON will do.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from scanner.model.errors import InputError
from scanner.model.nouns import Gap, Listing, Resource, Scope
from scanner.model.origins import Principal
from scanner.store.piecewise import UNREADABLE, Reader

SCHEMA = "mlposture/inventory/v1"


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


class Account(Scope, frozen=True):
    """An account of the scan, and what it is called where a list of accounts said it."""

    name: str | UnsetType = UNSET


class Head(msgspec.Struct):
    """All of a saved inventory but its resources."""

    schema: str
    taken_at: Annotated[datetime, msgspec.Meta(tz=True)]
    scopes: list[Scope]
    gaps: list[Gap]
    listings: list[Listing]
    shard: Shard | None = None
    accounts: list[Account] = []
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
    "accounts": Account,
    "organizations": str,
    "principals": Principal,
    "scopes": Scope,
    "gaps": Gap,
    "listings": Listing,
}


class _Reader(Reader):
    """Of a saved inventory."""

    def inventory(self, resource: Callable[[str, bytes], None]) -> Head:
        found: dict[str, Any] = {}
        has_resources = False
        for name in self.members():
            if name in found or (has_resources and name == "resources"):
                raise msgspec.DecodeError(f"has two members {name!r}")
            if name == "resources":
                has_resources = True
                for kind in self.members():
                    for item in self.items():
                        resource(kind, item)
            elif name in _LISTS:
                decoder = msgspec.json.Decoder(_LISTS[name])
                found[name] = [decoder.decode(item) for item in self.items()]
            else:
                found[name] = msgspec.json.decode(self.value())
            if name == "schema" and isinstance(found["schema"], str) and found["schema"] != SCHEMA:
                raise InputError(
                    f"{self.path}: schema is {found['schema']!r}, this version reads {SCHEMA!r}, "
                    "which --save-inventory writes"
                )
        if self.peek():
            raise msgspec.DecodeError("something comes after its end")
        if not has_resources:
            raise msgspec.DecodeError("has no member 'resources'")
        found["digest"] = self.digest
        return msgspec.convert(found, Head)
