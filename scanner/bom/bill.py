"""From an inventory, and the systems that people declared, to a bill of materials. Pure."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from scanner.bom.items import Fact, Item, Link
from scanner.bom.kept_items import Items
from scanner.bom.leaves import leaves, text_of
from scanner.bom.recipes import Recipe, group, load_recipes, named
from scanner.bom.references import reference
from scanner.model.collectors import Collector
from scanner.model.nouns import Gap, Resource
from scanner.store.inventory import Inventory
from scanner.systems.assign import Assignment
from scanner.systems.graph import Graph
from scanner.systems.manifest import Manifest, System
from scanner.systems.names import Key
from scanner.systems.naming import Naming
from scanner.systems.texts import bucket, location

#: The single values in a resource, with the members that they are in.
Leaves = tuple[tuple[str, str], ...]

#: Of what one member leads to, so many are linked: where a thousand jobs write to one place, any may have made a model.
_MOST = 50
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mlposture:bom:1")


class Bill(Struct, frozen=True, kw_only=True):
    """A bill of materials of one `system` or, where that is None, of a whole inventory.

    `systems` are those that it describes. `gaps` are what could not be read where its items may be, and `complete` is
    whether there is nothing of that.
    """

    serial: str
    taken_at: datetime
    #: SHA-256 of the saved inventories
    inventories: tuple[str, ...]
    items: Items
    manifest: Manifest | None
    system: System | None
    systems: tuple[System, ...]
    gaps: tuple[Gap, ...]
    complete: bool

    @property
    def name(self) -> str:
        """The id of its system; empty where it is of all."""
        return self.system.id if self.system else ""


def system_ref(system: str) -> str:
    """What a declared system is called in a bill."""
    return f"system:{system}"


def bill_of(
    inventory: Inventory, items: Items, manifest: Manifest | None, manifest_sha256: str, system: System | None
) -> Bill:
    """The bill of one system, or of all."""
    names = (*sorted(inventory.digests), manifest_sha256, system.id if system else "")
    providers = {include.provider for include in system.selectors.include} if system else set[str]()
    gaps = tuple(gap for gap in inventory.gaps if not system or gap.scope.provider in providers)
    listed = (one for one in inventory.listings.values() if not system or one.scope.provider in providers)
    return Bill(
        serial=str(uuid.uuid5(_NAMESPACE, "\n".join(names))),
        taken_at=inventory.taken_at,
        inventories=inventory.digests,
        items=items,
        manifest=manifest,
        system=system,
        systems=(system,) if system else manifest.systems if manifest else (),
        gaps=gaps,
        complete=not gaps and all(listing.complete for listing in listed),
    )


def read_items(
    inventory: Inventory,
    graph: Graph,
    collectors: Mapping[str, Collector],
    assigned: Assignment | None = None,
    folder: Path | None = None,
) -> Items:
    """All items of an inventory, of which this is the graph, with what each depends on and which systems have it."""
    reading = _Reading(graph, collectors, Items(folder))
    recipes = load_recipes().kinds
    for kind in inventory.store.kinds():
        if kind not in recipes:
            continue  # excused, as the tests hold
        for resource in inventory.all(collectors[kind].kind):
            number = graph.names.find(Key(kind, resource.id))
            assert number is not None  # noqa: S101 - the graph is of this inventory
            reading.take(resource, recipes[kind], number, assigned.holders.of(number) if assigned else ())
    for system, claims in assigned.systems.items() if assigned else ():
        for key, via in claims.claimed.items():
            if via.source is None and key.kind in recipes:
                reading.items.link(Link(system_ref(system), key.id, "declared"))
    return reading.items


class _Reading:
    """Takes one resource after the other."""

    def __init__(self, graph: Graph, collectors: Mapping[str, Collector], items: Items) -> None:
        self._graph, self.items = graph, items
        self._naming = Naming(collectors)
        self._recipes = load_recipes().kinds
        self._wholes = {kind: {one.kind for one in made.follows} for kind, made in collectors.items()}

    def take(self, resource: Resource, recipe: Recipe, number: int, systems: tuple[str, ...]) -> None:
        """A resource, what it refers to, and what it names that was not seen."""
        found = tuple(leaves(resource))
        joins, more = self._joins(resource, number)
        links = [*joins, *self._names(resource, found, systems)]
        if recipe.only_linked and not links and not systems:
            return
        for link in links:
            self.items.link(link)
        self.items.add(_item(resource, recipe, found, more))
        self.items.hold(resource.id, systems)

    def _joins(self, resource: Resource, number: int) -> tuple[list[Link], list[Fact]]:
        """What it refers to, and of how much more there is no link. What serves depends on its parts, which name it."""
        graph, found, count = self._graph, list[Link](), Counter[int]()
        for member, other in graph.joins(number):
            if not self._role(other) or not graph.sees(number, other):
                continue
            count[member] += 1
            if count[member] > _MOST:
                continue
            key = graph.names.key(other)
            is_part = key.kind in self._wholes[resource.kind] and self._recipes[key.kind].role == "service"
            ends = (key.id, resource.id) if is_part else (resource.id, key.id)
            found.append(Link(*ends, "inferred", _plain(graph.members[member])))
        left_out = (
            (_plain(graph.members[member]), number - _MOST) for member, number in count.items() if number > _MOST
        )
        return found, [Fact("more", member, f"{number} more that it may lead to") for member, number in left_out]

    def _names(self, resource: Resource, found: Leaves, systems: tuple[str, ...]) -> Iterator[Link]:
        """What it names that is no resource, or none that was seen: each becomes an item."""
        for member, text in found:
            what = named(resource.kind, member)
            if what is None or (what == "model" and self._is_seen(resource, member, text)):
                continue
            item = reference(what, text, resource.scope)
            if item is not None:
                self.items.add(item)
                self.items.hold(item.ref, systems)
                self._lie(item, resource)
                yield Link(resource.id, item.ref, "unresolved", member)

    def _is_seen(self, resource: Resource, member: str, text: str) -> bool:
        """Whether a name of a model leads to one of the inventory, by which there is a join."""
        names = self._graph.names
        for _, _, name in self._naming.names(resource.scope, [(member, text, "")]):
            numbers = names.called(name) or names.called(name.partition("@")[0])
            if any(self._role(number) == "model" for number in numbers):
                return True
        return False

    def _role(self, number: int) -> str:
        recipe = self._recipes.get(self._graph.kind(number).kind)
        return recipe.role if recipe else ""

    def _lie(self, item: Item, resource: Resource) -> None:
        """What lies in a bucket depends on that, as far as the one who names it sees it."""
        place = location(item.url)
        if not place:
            return
        number = self._graph.names.find(Key(resource.kind, resource.id))
        for other in self._graph.names.called(bucket(resource.scope.provider, place.partition("/")[0])):
            if self._role(other) == "store" and number is not None and self._graph.sees(number, other):
                self.items.link(Link(item.ref, self._graph.names.key(other).id, "inferred", "url"))


def _plain(member: str) -> str:
    """A member as `leaves` spells it."""
    return member.replace("[]", "").replace("{}", "")


def _item(resource: Resource, recipe: Recipe, found: Leaves, more: Iterable[Fact]) -> Item:
    """What a resource is in a bill. One that was seen not to exist is only named: nothing protects it."""
    missing = getattr(resource, "exists", None) is False
    facts = (
        Fact(why, member, text)
        for member, text in found
        if (why := group(resource.kind, member)) and (member == "exists" or not missing)
    )
    version = resource.id.rpartition("/")[2] if recipe.version == "id" else _field(resource, recipe.version)
    return Item(
        ref=resource.id,
        role=recipe.role,
        name=resource.name,
        basis="unresolved" if missing else "observed",
        kind=resource.kind,
        title=resource.title,
        scope=resource.scope,
        version=version,
        created=_field(resource, recipe.created),
        producer=recipe.provider,
        url="" if missing else resource.console_url,
        facts=tuple(dict.fromkeys((*facts, *more))),
    )


def _field(resource: Resource, name: str) -> str:
    """A field as text; empty where it was not observed, or has no value."""
    value = getattr(resource, name) if name else None
    return text_of(value) if value else ""
