"""All resources of a run by kind and id, how complete the view of each kind is, and the gaps. Saves and loads.

Checks see an inventory only through an `InventoryView` that refuses kinds they did not declare, so permissions and
collectors can be derived from the declarations.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from scanner.model import provenance
from scanner.model.documents import Decoders, Many
from scanner.model.errors import InputError
from scanner.model.nouns import ANYWHERE, Gap, Listing, Reason, Resource, Scope
from scanner.model.origins import Principal
from scanner.model.sanitize import encode
from scanner.model.views import All, View
from scanner.store.files import write_atomically
from scanner.store.journal import Journal
from scanner.store.piecewise import UNREADABLE
from scanner.store.saved import SCHEMA, Account, Shard, check_times, read_saved

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

#: Resources that are kept in memory before they are stored.
_BATCH = 500


class Inventory:
    """What a run observed. Order of insertion does not matter: everything is read back sorted by id."""

    def __init__(self, taken_at: datetime, store: Journal | None = None) -> None:
        self.taken_at = taken_at
        #: when the last of those was taken that this was merged of
        self.last_taken_at = taken_at
        self.scopes: tuple[Scope, ...] = ()
        #: every account of the scan, by provider and id: also those that fall to other parts of it
        self.accounts: set[tuple[str, str]] = set()
        #: what accounts are called, by provider and id, where a list of accounts said it
        self.names: dict[tuple[str, str], str] = {}
        #: ids of the organisations that are scanned whole
        self.organizations: set[str] = set()
        self.gaps: tuple[Gap, ...] = ()
        self.listings: dict[tuple[str, Scope], Listing] = {}
        self.shard: Shard | None = None
        #: in whose name accounts were read, as far as that is known
        self.principals: set[Principal] = set()
        #: SHA-256 of the file that it was saved in, or of those that it was loaded from
        self.digests: tuple[str, ...] = ()
        #: why no more was kept than this, where the disk did not take it
        self.not_kept = ""
        self.store = store or Journal()

    def add(self, resource: Resource) -> None:
        self.store.put((resource,))

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """Observed resources of a kind, sorted by id, all at once."""
        return tuple(self.store.all(kind))

    def all(self, kind: type[R], account: str | None = None) -> Many[R]:
        """The same, of one account or all, read as they are needed."""
        return self.store.all(kind, account)

    def find(self, kind: type[R], id: str) -> R | None:
        return self.store.get(kind, id)

    def find_all(self, kind: type[R], ids: Sequence[str]) -> dict[str, R]:
        """Several resources of a kind by id. Raises KeyError for one that was not observed."""
        return self.store.get_all(kind, ids)

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
        return self._nothing_but({Reason.UNREACHABLE, Reason.TIMEOUT, Reason.UNSUPPORTED_REGION})

    def refused(self) -> bool:
        """Whether nothing was seen at all because all of it was refused, for want of a permission or otherwise."""
        return self._nothing_but({Reason.DENIED, Reason.NOT_ENABLED})

    def unseen(self) -> bool:
        """Whether nothing was seen at all of what was to be seen: no list to its end, and no resource."""
        seen = any(listing.complete for listing in self.listings.values())
        return bool(self.gaps) and not seen and not self.count()

    def _nothing_but(self, reasons: set[Reason]) -> bool:
        return self.unseen() and {gap.reason for gap in self.gaps} <= reasons

    def scanned(self, account: str) -> bool:
        """Whether this is the id of an account of the scan, whether or not it could be read."""
        known = self.accounts or {(scope.provider, scope.account) for scope in self.scopes}
        return any(id == account for _, id in known)

    def count(self) -> int:
        return self.store.count()

    def save(self, path: Path) -> None:
        """Write as JSON: `None` is null, `UNSET` is left out, credentials are redacted. Atomic. Raises OSError."""
        digest = hashlib.sha256()

        def pieces() -> Iterator[bytes]:
            for piece in self.pieces():
                digest.update(piece)
                yield piece

        write_atomically(path, pieces())
        self.digests = (digest.hexdigest(),)

    def pieces(self) -> Iterator[bytes]:
        """What `save` writes."""
        head = {"schema": SCHEMA, "taken_at": self.taken_at}
        if self.shard is not None:
            head["shard"] = self.shard
        yield msgspec.json.format(encode(head), indent=1).removesuffix(b"\n}")
        listings = (self.listings[key] for key in sorted(self.listings))
        accounts = [Account(*account, name=self.names.get(account, UNSET)) for account in sorted(self.accounts)]
        parts: tuple[tuple[str, Iterable[Any]], ...] = (
            ("accounts", accounts),
            ("organizations", sorted(self.organizations)),
            ("principals", sorted(self.principals)),
            ("scopes", sorted(self.scopes)),
            ("gaps", self.gaps),
            ("listings", listings),
        )
        for name, items in parts:
            yield b',\n "' + name.encode() + b'": ['
            between = b"\n"
            for item in items:
                yield between + b"  " + encode(item)
                between = b",\n"
            yield b"\n ]"
        yield b',\n "resources": {'
        before = b"\n"
        for kind in self.store.kinds():
            yield before + b"  " + encode(kind) + b": ["
            between = b"\n"
            for content in self.store.documents_with_origins(kind):
                yield between + b"   " + content
                between = b",\n"
            yield b"\n  ]"
            before = b",\n"
        yield b"\n }\n}\n"

    @classmethod
    def load(cls, path: Path, kinds: Mapping[str, type[Resource]], store: Journal | None = None) -> "Inventory":
        """Read a saved inventory, in bounded memory. Raises InputError naming the file and what is wrong with it.

        What it holds is added to `store`.
        """
        store = store or Journal()
        decoders = Decoders()
        waiting: list[Resource] = []

        def resource(name: str, content: bytes) -> None:
            if name not in kinds:
                raise InputError(f"{path}: unknown kind {name!r}; was it written by a newer version?")
            try:
                found = decoders.decode(kinds[name], content)
                waiting.append(_verified(found))
            except (*UNREADABLE, ValueError) as error:
                raise InputError(f"{path}: a {name} does not fit: {error}") from error
            if len(waiting) >= _BATCH:
                store.put(waiting)
                waiting.clear()

        head = read_saved(path, resource)
        store.put(waiting)
        if not head.scopes and head.shard is None:
            raise InputError(f"{path}: covers no account; a scan writes none like it")
        try:
            loaded = cls(head.taken_at.astimezone(UTC), store)
        except OverflowError as error:
            raise InputError(f"{path}: not an inventory: {error}") from error
        loaded.scopes = tuple(head.scopes)
        loaded.accounts = {(scope.provider, scope.account) for scope in (*head.accounts, *head.scopes)}
        loaded.names = {(one.provider, one.account): one.name for one in head.accounts if one.name is not UNSET}
        loaded.organizations = set(head.organizations)
        loaded.principals = set(head.principals)
        loaded.digests = (head.digest,)
        loaded.gaps = tuple(head.gaps)
        loaded.listings = {(listing.kind, listing.scope): listing for listing in head.listings}
        loaded.shard = head.shard
        return loaded

    def providers(self) -> set[str]:
        """The providers that were asked."""
        asked = {scope.provider for scope in self.scopes} | {kind.partition(".")[0] for kind in self.store.kinds()}
        return asked.union(self.shard.providers if self.shard is not None else ())


def _verified(resource: R) -> R:
    """A resource as a scan may have written it. Raises ValueError for what none writes and types do not forbid."""
    if resource.scope.provider != resource.kind.partition(".")[0]:
        raise ValueError(f"it cannot be of {resource.scope.provider!r}")
    check_times(resource)
    if resource.read is UNSET:
        return resource
    return msgspec.structs.replace(resource, read=provenance.check(resource.read))


class InventoryView:
    """The inventory as one check may see it: only the kinds in `needs`, and those in `also` that were asked for."""

    def __init__(
        self, inventory: Inventory, needs: Iterable[type[Resource]], also: Iterable[type[Resource]] = ()
    ) -> None:
        self._inventory = inventory
        asked = {kind for kind, _ in inventory.listings} if also else set()
        self._also = frozenset(kind.kind for kind in also if kind.kind in asked)
        self._needs = self._also.union(kind.kind for kind in needs)
        self._derived: dict[Callable[..., Any], Any] = {}
        self._complete: dict[str, bool] = {}
        self._accounts: dict[str, dict[str, dict[str, bool]]] = {}
        self._unread: dict[str, set[str]] = {}

    @property
    def taken_at(self) -> datetime:
        return self._inventory.taken_at

    @cached_property
    def sources(self) -> frozenset[str]:
        return frozenset(self._inventory.providers())

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self._inventory.listings)

    def asked(self, kind: type[Resource]) -> bool:
        return kind.kind in self._needs and kind.kind in self._listed

    def get(self, kind: type[R], id: str, at: Scope | None = None, outside: str = "") -> R | UnsetType | None:
        """See `View.get`."""
        self._refuse(kind)
        found = self._inventory.find(kind, id)
        if found is not None:
            return found
        if outside:
            return None if self._complete_outside(kind, outside) else UNSET
        known = self._is_complete(kind) or (at is not None and self._complete_in(kind, at.account, at.region))
        return None if known else UNSET

    def all(self, kind: type[R]) -> All[R]:
        """All observed resources of a kind, sorted by id. Look at `.complete` before concluding from absence.

        They may be too many to hold, and each loop reads them anew: keep what is needed of them in an index (`derive`).
        """
        self._refuse(kind)
        return All(
            self._inventory.all(kind),
            complete=self._is_complete(kind),
            complete_in=lambda account, region: self._complete_in(kind, account, region),
        )

    def derive(self, function: Callable[[View], T]) -> T:
        """`function(view)`, computed once per view: an index that many resources of one check share."""
        if function not in self._derived:
            self._derived[function] = function(self)
        return self._derived[function]  # type: ignore[no-any-return]

    def _is_complete(self, kind: type[Resource]) -> bool:
        if kind.kind not in self._complete:
            self._complete[kind.kind] = self._inventory.complete(kind)
        return self._complete[kind.kind]

    def _complete_in(self, kind: type[Resource], account: str, region: str) -> bool:
        """Of a kind that is listed for all regions of an account at once, each is as complete as that."""
        regions = self._by_account(kind).get(account, {})
        if region in ("", ANYWHERE):
            return bool(regions) and all(regions.values())
        there = [regions[name] for name in (region, ANYWHERE) if name in regions]
        return bool(there) and all(there)

    def _complete_outside(self, kind: type[Resource], account: str) -> bool:
        """Whether all accounts of the scan but one were read, also those that fell to another part of it."""
        if kind.kind not in self._unread:
            found = self._by_account(kind)
            provider = kind.kind.partition(".")[0]
            known = found.keys() | {id for of, id in self._inventory.accounts if of == provider}
            unread = {name for name in known if name not in found or not all(found[name].values())}
            self._unread[kind.kind] = unread if found else {""}  # somewhere, if it was asked for nowhere
        return self._unread[kind.kind] <= {account}

    def _by_account(self, kind: type[Resource]) -> dict[str, dict[str, bool]]:
        if kind.kind not in self._accounts:
            accounts = self._accounts[kind.kind] = dict[str, dict[str, bool]]()
            for (name, scope), listing in self._inventory.listings.items():
                if name == kind.kind:
                    accounts.setdefault(scope.account, {})[scope.region] = listing.complete
        return self._accounts[kind.kind]

    def _refuse(self, kind: type[Resource]) -> None:
        if kind.kind not in self._needs:
            raise LookupError(f"{kind.kind} is not among the kinds this check declares in `needs`")
