"""Which declared systems each resource of an inventory belongs to, kept as little as judging needs of it."""

from collections.abc import Mapping

from msgspec import Struct

from scanner.model.globs import matcher
from scanner.model.nouns import ANYWHERE, Resource, Scope
from scanner.store.inventory import Inventory
from scanner.systems.assign import assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import Exemption, Manifest
from scanner.systems.names import Key
from scanner.systems.naming import is_ai


class Hidden(Struct, frozen=True):
    """Where something may lead from a system to what is unclaimed, and was not seen: anywhere of these providers, or in
    these places."""

    providers: frozenset[str]
    places: frozenset[Scope]

    def leads_to(self, resource: Resource) -> bool:
        """Whether that may be so of a resource. What only its own place refers to cannot be named from elsewhere."""
        scope = resource.scope
        places = [place for place in self.places if place.provider == scope.provider]
        if type(resource).local:
            near = (ANYWHERE, scope.region)
            places = [one for one in places if one.account == scope.account]
            places = places if scope.region == ANYWHERE else [one for one in places if one.region in near]
        return scope.provider in self.providers or bool(places)


class Ownership:
    """What a manifest, found at `path`, says of an inventory, of which this is the graph.

    `unclaimed` are the resources of ML that no system claims or excludes; `heads` those of them that none of the others
    leads to, with how many each leads to. `undecided` systems select by tags that were not observed, of these
    providers. `leading` are the kinds that lead from one resource of ML to another. `unseen` are the logs and pipelines
    that each system names and of which the inventory holds nothing, as the manifest has them.
    """

    def __init__(self, manifest: Manifest, path: str, graph: Graph) -> None:
        self.manifest, self.path = manifest, path
        found = assign(manifest, graph)
        self.unclaimed = found.unclaimed
        self.heads = found.heads
        self.undecided = found.undecided
        self.unseen = found.unseen
        self.kinds = graph.kinds
        self._named = graph.named
        self.leading = graph.leading
        self.warnings = found.warnings
        self._names, self._holders = graph.names, found.holders
        self._latest: tuple[Key, tuple[str, ...]] = (Key("", ""), ())
        self._held = {
            name: (len(claimed), sum(len(found.holders.of(number)) > 1 for number in claimed))
            for name, claimed in ((name, claims.claimed.numbers) for name, claims in found.systems.items())
        }
        self._exempt: Mapping[tuple[str, str], tuple[Exemption, ...]] = {
            (system.id, exempt.objective): tuple(one for one in system.exceptions if one.objective == exempt.objective)
            for system in manifest.systems
            for exempt in system.exceptions
        }

    def of(self, resource: Resource) -> tuple[str, ...]:
        """The ids of the systems that a resource belongs to, in the order of the manifest."""
        return self.of_key(Key(resource.kind, resource.id))

    def of_key(self, key: Key) -> tuple[str, ...]:
        """The same of a resource of this kind and id."""
        if key != self._latest[0]:  # who counts a verdict asks, and so does who keeps it
            number = self._names.find(key)
            self._latest = key, () if number is None else self._holders.of(number)
        return self._latest[1]

    def knows(self, key: Key) -> bool:
        """Whether there is such a resource."""
        return self._names.find(key) is not None

    def is_of_another(self, resource: Resource) -> bool:
        """Whether a scan looked something up for another manifest, as no system of this one names it."""
        return resource.kind in self._named and not self.of(resource)

    def hidden(self, inventory: Inventory) -> Hidden:
        """Where something may lead from a system to what is unclaimed, and was not seen.

        Gaps of what leads nowhere, as buckets, roles and alarms, hide nothing.
        """
        listed = {kind for kind, _ in inventory.listings}
        unasked = (kind.partition(".")[0] for kind in self.leading - listed)
        leading = (gap.scope for gap in inventory.gaps if gap.kind not in self.kinds or is_ai(self.kinds[gap.kind]))
        return Hidden(frozenset().union(*self.undecided.values(), unasked), frozenset(leading))

    def held(self, system: str) -> tuple[int, int]:
        """How many resources a system claims, and how many of these belong to others, too."""
        return self._held[system]

    def exception(self, system: str, objective: str, resource: Resource) -> Exemption | None:
        """By which exception a system accepts that a resource does not meet an objective.

        An exception names a resource by the end of its id, as in `endpoint/name`, or by all of it; `*` is any text.
        """
        exempt = self._exempt.get((system, objective), ())
        return next((one for one in exempt if matcher(f"*{one.resource}").fullmatch(resource.id)), None)
