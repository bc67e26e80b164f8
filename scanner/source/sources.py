"""From a resource, and the evidence on it, to the line of the sources that must change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scanner.model.collectors import COLLECTORS
from scanner.model.notes import Source
from scanner.model.nouns import Resource, plain
from scanner.source.instances import Declared, Instances
from scanner.source.nodes import Node, descend, paths_of
from scanner.source.repository import checkout
from scanner.source.templates import Templates
from scanner.source.terraform import Code, Spot
from scanner.source.terraform_types import ANY_OF_AZURE, types
from scanner.store.inventory import Inventory

#: Why there is no line.
UNMANAGED = "unmanaged: no state that was given has it, though one has others of its kind and account"


class State(Struct, frozen=True):
    """A state: what the user calls it, and the folder in which its project begins, if that was found."""

    shown: str
    base: Path | None


class _Place(Struct, frozen=True):
    """A block, and as much of the path of an attribute as is in it."""

    declared: Declared
    spot: Spot
    node: Node
    path: Sequence[str]

    @property
    def source(self) -> Source:
        return Source(
            uri=self.spot.uri,
            line=self.node.line,
            column=self.node.column,
            block=(self.spot.node.line, self.spot.node.end),
            address=self.declared.address,
            attribute=".".join(self.path),
            text=self.node.text,
            calls=self.spot.calls,
        )


class Sources:
    """What states, and the code below a folder, say of resources."""

    def __init__(self, code: Code, instances: Instances, states: Sequence[State], templates: Templates) -> None:
        self.checkout = checkout(code.root)
        self._code = code
        self._instances = instances
        self._states = states
        self._templates = templates
        self._types = types()

    def check(self) -> None:
        """Read all the code that states hold resources of. Raises InputError for what is no code."""
        for state, module, type_, name in self._instances.blocks():
            if base := self._states[state].base:
                self._code.find(base, module, type_, name)

    @property
    def has_states(self) -> bool:
        """Whether any were given."""
        return bool(self._states)

    def states_of(self, resource: Resource) -> frozenset[int]:
        """The states that have a resource, by their numbers."""
        return frozenset(one.state for one in self._instances.of(resource.id))

    def unused(self, used: Collection[int]) -> list[str]:
        """What the user calls the states whose numbers are not among these."""
        return [state.shown for number, state in enumerate(self._states) if number not in used]

    def is_unmanaged(self, resource: Resource, inventory: Inventory) -> bool:
        """Whether no state has a resource, though one has others of its kind and account, and no template made it."""
        return (
            _is_own(resource)
            and self._instances.covers(resource)
            and not self._instances.of(resource.id)
            and self._templates.of(resource, {}, tags_of(resource, inventory)) is None
        )

    def of(self, resource: Resource, evidence: Mapping[str, Any], inventory: Inventory) -> tuple[Source | None, str]:
        """The line to change, or why there is none; neither, where nothing is known of the resource."""
        declared = self._instances.of(resource.id)
        blocks = [(one, spot) for one in declared if (spot := self._spot(one))]
        if place := self._best(resource, evidence, blocks):
            return place.source, ""
        if found := self._templates.of(resource, evidence, tags_of(resource, inventory)):
            return found, ""
        if not declared:
            return None, UNMANAGED if _is_own(resource) and self._instances.covers(resource) else ""
        first = declared[0]
        if self._types[first.type].tell:  # there are parts of it, and the finding is about none of these
            return None, ""
        return None, f"{self._states[first.state].shown} has it as {first.address}, which no code given declares"

    def _spot(self, declared: Declared) -> Spot | None:
        base = self._states[declared.state].base
        return self._code.find(base, declared.module, declared.type, declared.name) if base else None

    def _best(
        self, resource: Resource, evidence: Mapping[str, Any], blocks: Sequence[tuple[Declared, Spot]]
    ) -> _Place | None:
        """The first field of evidence that comes from an attribute, as far as it is there; else a block without it."""
        lacking = list[_Place]()
        for field, value in evidence.items():
            there = list[tuple[bool, int, _Place]]()
            for declared, spot in blocks:
                for path in self._paths(resource, declared, spot, field, value):
                    node, depth = descend(spot.node, path)
                    place = _Place(declared, spot, node, path[:depth])
                    if depth or not path:
                        there.append((depth == len(path), depth, place))
                    elif self._types[declared.type].of:
                        lacking.append(place)
            if there:
                return max(there, key=lambda one: one[:2])[2]
        whole = (_Place(*one, one[1].node, ()) for one in blocks if self._types[one[0].type].id)
        return next(iter(lacking), None) or next((one for one in whole if not one.declared.tell), None)

    def _paths(
        self, resource: Resource, declared: Declared, spot: Spot, field: str, value: Any
    ) -> Iterator[Sequence[str]]:
        """The attributes of a block that a field may come from."""
        if spot.foreign or not _is_told(declared.tell, value):
            return
        paths: list[Sequence[str]] = [*self._types[declared.type].paths(field)]
        if declared.type == ANY_OF_AZURE:
            paths = [("body", *path) for path in paths_of(resource, field)]
        yield from paths
        if isinstance(value, Mapping):  # of metadata, those that it is about
            yield from ((*path, str(key)) for path in paths for key in value)


def _is_own(resource: Resource) -> bool:
    """Whether a resource is there and the account's own: of a bucket that something names, neither need be so."""
    exists, owned = getattr(resource, "exists", True), getattr(resource, "owned", True)
    return exists is not False and owned is not False and getattr(resource, "project", "") is not None


def tags_of(resource: Resource, inventory: Inventory) -> Mapping[str, str]:
    """The tags or labels of a resource, as far as they were observed: in it, or apart, by its id."""
    found = getattr(resource, "tags", None) or getattr(resource, "labels", None)
    for made in COLLECTORS.values() if not found else ():
        if made.opt_in == "tags" and made.provider == resource.scope.provider:
            found = getattr(inventory.find(made.kind, resource.id), "tags", None)
    return found if isinstance(found, Mapping) else {}


def _is_told(tell: str, value: Any) -> bool:
    """Whether evidence speaks of what an instance is told by: a role, the name of a policy. True where nothing is."""
    if not tell:
        return True
    name = tell.rpartition("/")[2] if tell.startswith("arn:") else tell
    text = msgspec.json.encode(plain(value)).decode()
    return re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/.-])", text) is not None
