"""An inventory as a graph: which resource names which other one, in which of its fields.

No list says which field of which kind holds an address. Every text in a resource is looked up among what resources are
called: their ids, the ends of these, the names of buckets, the addresses of identities, and, for a field such as
`endpoint_config_name`, the names of that kind in the same account and region. What leads nowhere is no join.

Where a collector asks for a kind because of another (`follows`), and a resource of it names one of that other or lies
inside it, it is a part of that one: inference components or deployments of an endpoint, computes of a workspace.

Texts are in a file (`Names`), and all else is numbers in arrays, so that memory hardly grows with the inventory.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from scanner.model.collectors import Collector
from scanner.model.nouns import Resource, Scope
from scanner.store.inventory import Inventory
from scanner.systems.manifest import Follow
from scanner.systems.names import Names
from scanner.systems.naming import FULL, PLACE, Naming, calls, category, is_ai
from scanner.systems.tags import Tags
from scanner.systems.texts import made, spellings, texts

#: Names of which it is held what they mean: many resources name the same bucket, or lie in the same place.
_HELD = 2048
#: No number, and of no list.
_UNKNOWN = 1 << 31


class Graph:
    """The resources of an inventory, by number, and what joins them.

    `folder` is where texts are kept; None is the folder for temporary files. Raises NotKept where that is full.
    """

    def __init__(self, inventory: Inventory, collectors: Mapping[str, Collector], folder: Path | None = None) -> None:
        self.kinds = {kind: made.kind for kind, made in collectors.items()}
        #: those that lead from one resource of ML to another
        self.leading = frozenset(
            kind for kind, made in collectors.items() if not made.opt_in and category(made.kind) == "lineage"
        )
        #: the kinds of what scans look up because a system names it
        self.named = frozenset(kind for kind, made in collectors.items() if made.named)
        self.names = Names(folder)
        self._types: list[type[Resource]] = []
        #: of each resource, a place among types and scopes
        self._type_of, self.scope_of = array("H"), array("I")
        #: whether it is another account's view of something (`#seen-from-…`), and whether its tags were not observed
        self._foreign, self._untagged = bytearray(), bytearray()
        self._read(inventory, collectors)
        #: where the joins of each resource end; of each of them the member, and what is meant
        self._ends, self._members, self._meant = array("I"), array("I"), array("i")
        #: what belongs to a resource and refers to it or lies inside it: a member and the other's number, by turns
        self._parts: dict[int, array[int]] = {}
        #: what is called by the same name
        self._several: list[array[int]] = []
        self._join({kind: {one.kind for one in made.follows} for kind, made in collectors.items()})

    def _read(self, inventory: Inventory, collectors: Mapping[str, Collector]) -> None:
        """Note all resources, what they are called, and what they name."""
        tags, naming, scopes = Tags(inventory, collectors), Naming(collectors), dict[Scope, int]()
        # Names of what an account has, whatever it is, belong to no system.
        apart = {*tags.kinds, *(kind for kind, made in collectors.items() if made.opt_in == "accounts")}
        for kind in (kind for kind in inventory.store.kinds() if kind not in apart):
            # What is shared by many leads nowhere: else all that one role may read would belong to a system.
            leads = category(self.kinds[kind]) == "lineage"
            for resource in inventory.all(self.kinds[kind]):
                found, written = texts(resource) if leads else [], tags.of(resource)
                self.names.add(resource, calls(resource, found), naming.names(resource.scope, found), written or {})
                self._type_of.append(len(self._types))
                self.scope_of.append(scopes.setdefault(resource.scope, len(scopes)))
                self._foreign.append("#" in resource.id)
                self._untagged.append(written is None)
            self._types.append(self.kinds[kind])
        self.names.seal()
        #: each scope once, and the members that name something or, first, none
        self.scopes, self.members = tuple(scopes), tuple(naming.members)

    def _join(self, follows: Mapping[str, Collection[str]]) -> None:
        """Look up what each resource names, and what it lies inside."""
        lookup = _Lookup(self, self._several)
        for number, id, named in self.names.all():
            kind = self.kind(number)
            wholes = follows[kind.kind]
            found = {(member, lookup.find(name, how)): how for member, how, name in named}
            if category(kind) == "lineage":
                found[0, lookup.inside(id)] = FULL
            for (member, meant), how in found.items():
                if meant is not None:
                    self._members.append(member)
                    self._meant.append(meant)
                    if wholes and how != PLACE:
                        self._note_part(number, member, meant, wholes)
            self._ends.append(len(self._meant))

    def _note_part(self, number: int, member: int, meant: int, wholes: Collection[str]) -> None:
        """Note that a resource is a part of what it leads to, if that is of one of these kinds."""
        for whole in self._all(meant):
            if self.category(whole) == "lineage" and self.kind(whole).kind in wholes:
                self._parts.setdefault(whole, array("I")).extend((member, number))

    def _all(self, meant: int) -> Sequence[int]:
        """All that is called by one name."""
        return (meant,) if meant >= 0 else self._several[~meant]

    def __len__(self) -> int:
        return len(self._type_of)

    def kind(self, number: int) -> type[Resource]:
        return self._types[self._type_of[number]]

    def category(self, number: int) -> Follow:
        """Which word of `follow` leads to a resource."""
        return category(self._types[self._type_of[number]])

    def is_ai(self, number: int) -> bool:
        """Whether somebody has to answer for a resource as AI."""
        return is_ai(self._types[self._type_of[number]])

    def looked_up(self, id: str) -> list[int]:
        """What a scan looked up of this id because a system names it, whatever the capitals."""
        return [one for one in self.names.called(id.lower()) if self.kind(one).kind in self.named]

    def scope(self, number: int) -> Scope:
        return self.scopes[self.scope_of[number]]

    def joins(self, number: int) -> Iterator[tuple[int, int]]:
        """What a resource refers to: the number of the member that leads there, and the other's."""
        for at in range(self._ends[number - 1] if number else 0, self._ends[number]):
            for found in self._all(self._meant[at]):
                yield self._members[at], found

    def parts(self, number: int) -> Iterator[tuple[int, int]]:
        """What belongs to a resource and refers to it or lies inside it: the number of its member, and its own."""
        flat = iter(self._parts.get(number, ()))
        return zip(flat, flat, strict=True)

    def sees(self, number: int, other: int) -> bool:
        """Whether that one is not another account's view of something, nor this one itself."""
        own = not self._foreign[other] or self.scope(other).account == self.scope(number).account
        return own and other != number

    def is_unread(self, number: int) -> bool:
        """Whether a resource of ML has tags that were not observed. Those of another account's nobody observes."""
        return bool(self._untagged[number]) and not self._foreign[number] and self.category(number) == "lineage"


class _Lookup:
    """What a name means: the number of a resource or, of several, that of their list, as `~place`."""

    def __init__(self, graph: Graph, several: list[array[int]]) -> None:
        self._graph, self._several = graph, several
        #: how deep in a bucket the places are that jobs write to
        self._depths = frozenset(name.count("/") for name in graph.names.beginning(made("")))
        self._lists: dict[str, int] = {}
        self._held: dict[str, int | None] = {}
        self._inside: dict[str, int | None] = {}

    def find(self, name: str, how: int) -> int | None:
        """What a name means that a resource holds."""
        if how == PLACE:
            return self._made(name)
        found = self._known(name)
        if how == FULL and found is None:
            found = self._known(name.partition("@")[0])
            return self._container(name) if found is None else found
        return found

    def inside(self, id: str) -> int | None:
        """What the resource of this id lies inside. Others lie beside it, for which this is the same."""
        beside = id.rpartition("/")[0]
        if beside not in self._inside:
            if len(self._inside) >= _HELD:
                self._inside.clear()
            above = map(self._above, spellings(id))
            self._inside[beside] = next((found for found in above if found is not None), None)
        return self._inside[beside]

    def _made(self, place: str) -> int | None:
        """The jobs that wrote what is read from a place: those that name the nearest place above it."""
        while "/" in place:
            if place.count("/") in self._depths and (found := self._known(made(place))) is not None:
                return found
            place = place.rpartition("/")[0]
        return None

    def _container(self, name: str) -> int | None:
        """What a thing that nothing collects lies inside: the workspace of a registered model."""
        found = self._above(name)
        if found is None:
            return None
        first = found if found >= 0 else self._several[~found][0]
        return found if self._graph.category(first) == "lineage" else None

    def _above(self, name: str) -> int | None:
        """The nearest thing that a full name lies inside."""
        while "/" in name.strip("/"):
            name = name.rpartition("/")[0]
            if (found := self._known(name)) is not None:
                return found
        return None

    def _known(self, name: str) -> int | None:
        """What is called so, held for a while."""
        found = self._held.get(name, _UNKNOWN)
        if found == _UNKNOWN:
            if len(self._held) >= _HELD:
                self._held.clear()
            found = self._held[name] = self._look_up(name)
        return found

    def _look_up(self, name: str) -> int | None:
        found = self._graph.names.called(name)
        if len(found) < 2:
            return found[0] if found else None
        if name not in self._lists:
            self._several.append(array("I", found))
            self._lists[name] = ~(len(self._several) - 1)
        return self._lists[name]
