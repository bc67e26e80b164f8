"""All resources of a run by kind and id, how complete the view of each kind is, and the gaps. Saves and loads.

Checks see an inventory only through a `View` that refuses kinds they did not declare, so permissions and collectors can
be derived from the declarations.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from scanner.errors import InputError
from scanner.files import write_atomically
from scanner.model import Gap, Listing, Reason, Resource, Scope, plain
from scanner.text import encode, map_strings, redact

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

SCHEMA = "mlposture/inventory/v1"
_IDENTITY = frozenset(Resource.__struct_fields__)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)


class Inventory:
    """What a run observed. Order of insertion does not matter: everything is read back sorted by id."""

    def __init__(self, taken_at: datetime) -> None:
        self.taken_at = taken_at
        self.scopes: tuple[Scope, ...] = ()
        self.gaps: tuple[Gap, ...] = ()
        self.listings: dict[tuple[str, Scope], Listing] = {}
        self._by_kind: dict[str, dict[str, Resource]] = {}
        self._sorted: dict[str, tuple[Resource, ...]] = {}

    def add(self, resource: Resource) -> None:
        self._by_kind.setdefault(type(resource).kind, {})[resource.id] = resource
        self._sorted.pop(type(resource).kind, None)

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """Observed resources of a kind, sorted by id."""
        if kind.kind not in self._sorted:
            found = self._by_kind.get(kind.kind, {})
            self._sorted[kind.kind] = tuple(found[key] for key in sorted(found))
        return self._sorted[kind.kind]  # type: ignore[return-value]

    def find(self, kind: type[R], id: str) -> R | None:
        return self._by_kind.get(kind.kind, {}).get(id)  # type: ignore[return-value]

    def complete(self, kind: type[Resource], account: str | None = None) -> bool:
        """Whether every scope that was asked for this kind answered in full, and at least one was asked."""
        found = [
            listing
            for (name, scope), listing in self.listings.items()
            if name == kind.kind and account in (None, scope.account)
        ]
        return bool(found) and all(listing.complete for listing in found)

    def out_of_reach(self) -> bool:
        """Whether nothing was seen at all, and not for want of permissions: there was nobody to ask."""
        nobody = {Reason.UNREACHABLE, Reason.TIMEOUT, Reason.UNSUPPORTED_REGION}
        seen = any(listing.complete for listing in self.listings.values())
        return bool(self.gaps) and not seen and {gap.reason for gap in self.gaps} <= nobody

    def count(self) -> int:
        return sum(len(found) for found in self._by_kind.values())

    def save(self, path: Path) -> None:
        """Write as JSON: `None` is null, `UNSET` is left out, credentials are redacted. Atomic. Raises OSError."""
        kinds = {
            kind: [_without_secrets(found[key]) for key in sorted(found)]
            for kind, found in sorted(self._by_kind.items())
            if found
        }
        document = {
            "schema": SCHEMA,
            "taken_at": self.taken_at,
            "scopes": sorted(self.scopes),
            "gaps": self.gaps,
            "listings": [self.listings[key] for key in sorted(self.listings)],
            "resources": kinds,
        }
        write_atomically(path, msgspec.json.format(encode(document), indent=1) + b"\n")

    @classmethod
    def load(cls, path: Path, kinds: Mapping[str, type[Resource]]) -> "Inventory":
        """Read a saved inventory. Raises InputError naming the file and what is wrong with it."""
        raw = _read(path)
        try:
            loaded = cls(raw.taken_at.astimezone(UTC))
        except _UNREADABLE as error:
            raise InputError(f"{path}: not an inventory: {error}") from error
        if raw.schema != SCHEMA:
            raise InputError(f"{path}: schema is {raw.schema!r}, this version reads {SCHEMA!r}")
        if not raw.scopes:
            raise InputError(f"{path}: covers no account; a scan writes none like it")
        loaded.scopes = tuple(raw.scopes)
        loaded.gaps = tuple(raw.gaps)
        loaded.listings = {(listing.kind, listing.scope): listing for listing in raw.listings}
        for name, documents in raw.resources.items():
            if name not in kinds:
                raise InputError(f"{path}: unknown kind {name!r}; was it written by a newer version?")
            for document in documents:
                try:
                    loaded.add(msgspec.json.decode(document, type=kinds[name]))
                except _UNREADABLE as error:
                    raise InputError(f"{path}: a {name} does not fit: {error}") from error
        return loaded


def _without_secrets(resource: Resource) -> dict[str, Any]:
    """A resource as JSON types, its fields redacted: settings can embed credentials. Its identity stays."""
    fields: dict[str, Any] = plain(resource)
    return {name: value if name in _IDENTITY else map_strings(value, redact) for name, value in fields.items()}


def providers_in(path: Path) -> set[str]:
    """The providers whose resources a saved inventory may hold. Raises InputError."""
    raw = _read(path)
    return {scope.provider for scope in raw.scopes} | {kind.partition(".")[0] for kind in raw.resources}


def _read(path: Path) -> "_Saved":
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Saved)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except _UNREADABLE as error:
        raise InputError(f"{path}: not an inventory: {error}") from error


class _Saved(msgspec.Struct, frozen=True):
    schema: str
    taken_at: Annotated[datetime, msgspec.Meta(tz=True)]
    scopes: list[Scope]
    gaps: list[Gap]
    listings: list[Listing]
    resources: dict[str, list[msgspec.Raw]]


class All(tuple[R, ...]):  # noqa: SLOT001 - it has one attribute, and tuples take no slots
    """Every observed resource of a kind; `complete` is False when some scope could not be read in full."""

    complete: bool


class View:
    """The inventory as one check may see it: only the kinds in `needs`."""

    def __init__(self, inventory: Inventory, needs: Iterable[type[Resource]]) -> None:
        self._inventory = inventory
        self._needs = frozenset(kind.kind for kind in needs)
        self._derived: dict[Callable[..., Any], Any] = {}
        self._complete: dict[str, bool] = {}

    @property
    def taken_at(self) -> datetime:
        return self._inventory.taken_at

    def get(self, kind: type[R], id: str) -> R | UnsetType | None:
        """The resource; `None` if its kind was read completely and it is not there; else `UNSET`."""
        self._refuse(kind)
        found = self._inventory.find(kind, id)
        if found is not None:
            return found
        return None if self._is_complete(kind) else UNSET

    def all(self, kind: type[R]) -> All[R]:
        """All observed resources of a kind, sorted by id. Look at `.complete` before concluding from absence."""
        self._refuse(kind)
        found = All(self._inventory.of(kind))
        found.complete = self._is_complete(kind)
        return found

    def derive(self, function: "Callable[[View], T]") -> T:
        """`function(view)`, computed once per view: an index that many resources of one check share."""
        if function not in self._derived:
            self._derived[function] = function(self)
        return self._derived[function]  # type: ignore[no-any-return]

    def _is_complete(self, kind: type[Resource]) -> bool:
        if kind.kind not in self._complete:
            self._complete[kind.kind] = self._inventory.complete(kind)
        return self._complete[kind.kind]

    def _refuse(self, kind: type[Resource]) -> None:
        if kind.kind not in self._needs:
            raise LookupError(f"{kind.kind} is not among the kinds this check declares in `needs`")
