"""The part of an inventory that the verdicts on one AI system rest on: from it alone, each can be given anew."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct, UnsetType

from scanner.evaluate.judge import judge
from scanner.evaluate.trusting import Trusting
from scanner.evidence.dossier_types import Dossier
from scanner.model.checks import Check
from scanner.model.documents import Decoders
from scanner.model.nouns import Resource, Scope
from scanner.model.trust import Entry
from scanner.model.views import All
from scanner.store.inventory import Inventory, InventoryView
from scanner.systems.names import Key

R = TypeVar("R", bound=Resource)


class _Named(Struct, frozen=True):
    """Of a resource in the store: which one it is."""

    id: str


class Noting(InventoryView):
    """A view that notes what is looked at. Of a kind that is looped over, that is all of it.

    Else a verdict that nothing speaks against would be given anew without what might.
    """

    def __init__(self, inventory: Inventory, check: Check) -> None:
        super().__init__(inventory, check.needs, check.also)
        self.found: set[Key] = set()
        self.whole: set[str] = set()

    def get(self, kind: type[R], id: str, at: Scope | None = None, outside: str = "") -> R | UnsetType | None:
        found = super().get(kind, id, at, outside)
        if isinstance(found, Resource):
            self.found.add(Key(kind.kind, found.id))
        return found

    def all(self, kind: type[R]) -> All[R]:
        self.whole.add(kind.kind)
        return super().all(kind)


def part_of(
    dossier: Dossier,
    inventory: Inventory,
    checks: Mapping[str, Check],
    kinds: Mapping[str, type[Resource]],
    trust: Sequence[Entry],
) -> Inventory:
    """What a dossier rests on: the resources of its system, all that its joined checks looked at, and what is missing.

    What the inventory says of itself (scopes, listings, gaps, principals) stays whole: absence is concluded from it.
    """
    part = Inventory(inventory.taken_at)
    for name in ("scopes", "accounts", "names", "organizations", "gaps", "listings", "shard", "principals"):
        setattr(part, name, getattr(inventory, name))
    wanted = {Key(one.kind, one.id) for one in dossier.resources}
    whole: set[str] = set()
    for view in _looked(dossier, inventory, checks, Trusting(inventory, trust)):
        wanted |= view.found
        whole |= view.whole
    part.store.put(_resources(inventory, wanted, whole, kinds))
    return part


def _looked(
    dossier: Dossier, inventory: Inventory, checks: Mapping[str, Check], trusting: Trusting
) -> Iterator[Noting]:
    """What each joined check looked at, for all that it said of the system."""
    by_check: defaultdict[str, list[str]] = defaultdict(list)
    for one in dossier.observations:
        if checks[one.check].joins:
            by_check[one.check].append(one.resource)
    for id, resources in by_check.items():
        check = checks[id]
        view = Noting(inventory, check)
        for resource in resources:
            found = inventory.find(check.kind, resource)
            if found is not None:
                judge(check, found, view, trusting=trusting)
        yield view


def _resources(
    inventory: Inventory, wanted: set[Key], whole: set[str], kinds: Mapping[str, type[Resource]]
) -> Iterator[Resource]:
    """These resources, and all of these kinds, each with what it was read from."""
    decoders, named = Decoders(), msgspec.json.Decoder(_Named)
    for kind in sorted(whole | {key.kind for key in wanted}):
        for content in inventory.store.documents_with_origins(kind):
            if kind in whole or Key(kind, named.decode(content).id) in wanted:
                yield decoders.decode(kinds[kind], content)
