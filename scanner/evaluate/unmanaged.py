"""What no code made: resources that no state has, though one has others of their kind and account."""

from collections.abc import Iterator

from scanner.model.collectors import COLLECTORS
from scanner.model.nouns import Resource
from scanner.source.sources import Sources
from scanner.store.inventory import Inventory


class NotInCode:
    """Counted once, and read anew each time: there may be as many as there are resources.

    `unused` are the states that have nothing of this inventory, as the user calls them.
    """

    def __init__(self, inventory: Inventory, sources: Sources) -> None:
        self._inventory, self._sources = inventory, sources
        used: set[int] = set()
        self._count = sum(1 for _ in self._found(used))
        self._unused = tuple(sources.unused(used))

    @property
    def unused(self) -> tuple[str, ...]:
        return self._unused

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Resource]:
        return self._found(set())

    def _found(self, used: set[int]) -> Iterator[Resource]:
        kinds = {made.kind.kind: made.kind for made in COLLECTORS.values() if not made.opt_in}
        for _, kind in sorted(kinds.items()):
            for resource in self._inventory.all(kind):
                states = self._sources.states_of(resource)
                used |= states
                if not states and self._sources.is_unmanaged(resource, self._inventory):
                    yield resource
