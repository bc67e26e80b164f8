"""Which resources of an inventory each system claims, how, and which nobody does. Pure.

A system claims what its selectors select, the parts of that, and whatever these lead to by the joins it follows. What
identities, buckets, keys and images refer to is not followed: many share them. A resource may belong to several
systems.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from scanner.model.yaml_text import brief
from scanner.systems.graph import Graph, Key, Node
from scanner.systems.manifest import Exclude, Include, Manifest, System
from scanner.systems.selectors import Index, matcher
from scanner.systems.tags import named_systems, wanted

#: Warnings of tags that name another system: who may tag may write anything.
_MOST = 20
#: Providers that nothing asks yet.
_CLOUDS = ("aws", "gcp", "azure")


class Via(NamedTuple):
    """How a system comes by a resource: by its selector of this number, or from another resource by a join.

    `member` is the field that names it; empty where one lies inside the other. `part`: the resource names `source`.
    `recorded`: the selector goes by tags, which people wrote; all else was observed.
    """

    selector: int = 0
    recorded: bool = False
    source: Key | None = None
    member: str = ""
    part: bool = False

    def __str__(self) -> str:
        if self.source is None:
            return f"selected by include {self.selector}" + (", by what its tags record" if self.recorded else "")
        where = f"{self.source.kind} {self.source.id}"
        if self.part:
            return f"part of {where}" + (f", by its {self.member}" if self.member else ", inside it")
        return f"{self.member} of {where}" if self.member else f"holds {where}"


class Claims(NamedTuple):
    """What a system claims, and what it would if it did not exclude it."""

    claimed: dict[Key, Via]
    excluded: dict[Key, Exclude]


class Assignment(NamedTuple):
    """What comes of a manifest in an inventory. `unclaimed` are resources of ML that no system claims or excludes.

    `holders` are the systems of each claimed resource, `shared` those of which there are several.
    `heads` are those of them that no other one leads to, with how many each leads to. `undecided` are the systems that
    select by tags that were not observed, with the providers: what is unclaimed there may belong to them.
    """

    systems: dict[str, Claims]
    holders: dict[Key, tuple[str, ...]]
    shared: dict[Key, tuple[str, ...]]
    unclaimed: tuple[Key, ...]
    heads: dict[Key, int]
    undecided: Mapping[str, frozenset[str]]
    warnings: tuple[str, ...]


def assign(manifest: Manifest, graph: Graph) -> Assignment:
    """What each system of a manifest claims of an inventory, of which this is the graph."""
    index = Index(graph.nodes)
    systems: dict[str, Claims] = {}
    holders: defaultdict[Key, list[str]] = defaultdict(list)
    left_out: set[Key] = set()
    warnings: list[str] = []
    undecided: defaultdict[str, set[str]] = defaultdict(set)
    for system in manifest.systems:
        selected: dict[Node, Via] = {}
        for number, include in enumerate(system.selectors.include, 1):
            found, why = _select(include, index)
            if index.undecided(include):
                undecided[system.id].add(include.provider)
            warnings += [f"system {system.id}: include {number}: {text}" for text in why]
            for node in found:
                selected.setdefault(node, Via(number, recorded=bool(wanted(include))))
        claims = systems[system.id] = _follow(system, selected)
        if all(index.has(include.provider) for include in system.selectors.include):  # else nobody can tell
            warnings += _needless(system, claims)
        left_out.update(claims.excluded)
        for key in claims.claimed:
            holders[key].append(system.id)
    warnings += _contradicted(graph, holders)
    unclaimed = sorted(
        (
            node
            for node in graph.nodes
            if node.category == "lineage" and node.key not in holders and node.key not in left_out
        ),
        key=lambda node: node.key,
    )
    held = {key: tuple(names) for key, names in holders.items()}
    return Assignment(
        systems,
        held,
        {key: names for key, names in sorted(held.items()) if len(names) > 1},
        tuple(node.key for node in unclaimed),
        _heads(unclaimed),
        {name: frozenset(providers) for name, providers in undecided.items()},
        tuple(warnings),
    )


def _heads(unclaimed: list[Node]) -> dict[Key, int]:
    """Of resources, those that none of the others leads to, with how many each leads to; of a circle, the first."""
    own = set(unclaimed)
    led_to = {found for node in unclaimed for _, found in _steps(node) if found in own and found is not node}
    heads: dict[Key, int] = {}
    reached: set[Node] = set()
    for node in (*(one for one in unclaimed if one not in led_to), *unclaimed):
        if node in reached:
            continue
        reached.add(node)
        todo = [node]
        for step in todo:  # grows while it is gone through
            for _, found in _steps(step):
                if found in own and found not in reached:
                    reached.add(found)
                    todo.append(found)
        heads[node.key] = len(todo) - 1
    return heads


def _steps(node: Node) -> Iterator[tuple[str, Node]]:
    yield from node.parts
    yield from _joins(node)


def _select(include: Include, index: Index) -> tuple[list[Node], list[str]]:
    """What a selector selects, and what there is to say of it."""
    provider = include.provider
    if provider not in _CLOUDS:
        return [], [f"not assigned: {provider} is not read yet"]
    if not index.has(provider):
        return [], [f"matches nothing, as the inventory holds nothing of {provider}"]
    found = index.select(include)
    if undecided := index.undecided(include):
        word = "tags" if include.tags else "labels"
        what = f"{', '.join(undecided)}, of which {word} were not observed; scan with --systems, and look at its gaps"
        return found, [f"cannot be decided for {what}" if found else f"not assigned: cannot be decided for {what}"]
    return found, [] if found else ["matches nothing in the inventory; correct it, or remove it"]


def _follow(system: System, selected: dict[Node, Via]) -> Claims:
    """What is selected, the parts of that, and what all these lead to."""
    excluding = [(matcher(exclude.glob), exclude) for exclude in system.selectors.exclude]
    excluded: dict[Key, Exclude] = {}
    follow = frozenset(system.selectors.follow)

    def admitted(node: Node) -> bool:
        for glob, exclude in excluding:
            if any(glob.fullmatch(name) for name in node.names):
                excluded[node.key] = exclude
                return False
        return True

    claimed = {node: via for node, via in selected.items() if admitted(node)}
    for step, part in ((_parts, True), (_joins, False)):
        todo = list(claimed)
        for node in todo:  # grows while it is gone through
            for member, found in step(node):
                if found not in claimed and found.category in follow and node.sees(found) and admitted(found):
                    claimed[found] = Via(source=node.key, member=member, part=part)
                    todo.append(found)
    return Claims({node.key: via for node, via in claimed.items()}, excluded)


def _parts(node: Node) -> Iterable[tuple[str, Node]]:
    return node.parts


def _joins(node: Node) -> Iterator[tuple[str, Node]]:
    for member, called in node.joins:
        for found in called:
            yield member, found


def _contradicted(graph: Graph, holders: Mapping[Key, list[str]]) -> Iterator[str]:
    """What is claimed although a tag of it names another system. One line for each pair of these."""
    found: defaultdict[tuple[str, str, str], list[Key]] = defaultdict(list)
    for node in graph.nodes:
        claiming = holders.get(node.key, ())
        for tag, named in named_systems(node.tags or {}) if claiming else ():
            if named not in claiming:
                found[", ".join(claiming), tag, named].append(node.key)
    lines = (
        f"system {claiming}: claims {_counted(keys)}, whose tag or label {tag} names {brief(named)!r}; "
        "correct one of the two"
        for (claiming, tag, named), keys in sorted(found.items())
    )
    yield from islice(lines, _MOST)
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more tags name another system than the one that claims the resource"


def _counted(keys: list[Key]) -> str:
    """The first of several resources, and how many more there are."""
    first = f"{keys[0].kind} {keys[0].id}"
    return first if len(keys) == 1 else f"{first} and {len(keys) - 1} more"


def _needless(system: System, claims: Claims) -> Iterable[str]:
    used = {id(exclude) for exclude in claims.excluded.values()}
    for number, exclude in enumerate(system.selectors.exclude, 1):
        if id(exclude) not in used:
            yield f"system {system.id}: exclude {number}: excludes nothing that it would claim; is it needed?"
