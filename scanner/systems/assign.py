"""Which resources of an inventory each system claims, how, and which nobody does. Pure.

A system claims what its selectors select, the parts of that, and whatever these lead to by the joins it follows. What
identities, buckets, keys and images refer to is not followed: many share them. A resource may belong to several
systems.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from scanner.model.globs import matcher
from scanner.model.yaml_text import brief
from scanner.systems.graph import Graph
from scanner.systems.manifest import Exclude, Include, Manifest, System
from scanner.systems.names import Key, Keyed, Keys
from scanner.systems.own_logs import log_id, pipelines_of, same_log
from scanner.systems.selectors import Index, source
from scanner.systems.tags import OF_SYSTEM, wanted
from scanner.systems.texts import spellings

#: Warnings of tags that name another system: who may tag may write anything.
_MOST = 20


class Via(NamedTuple):
    """How a system comes by a resource: by its selector of this number, or from another resource by a join.

    Number 0 is no selector: the manifest names the resource, as one of its logs or pipelines.
    `member` is the field that names it; empty where one lies inside the other. `part`: the resource names `source`.
    `recorded`: the selector goes by tags, which people wrote; all else was observed.
    """

    selector: int = 0
    recorded: bool = False
    source: Key | None = None
    member: str = ""
    part: bool = False

    def __str__(self) -> str:
        if self.source is None and not self.selector:
            return "named in the manifest"
        if self.source is None:
            return f"selected by include {self.selector}" + (", by what its tags record" if self.recorded else "")
        where = f"{self.source.kind} {self.source.id}"
        if self.part:
            return f"part of {where}" + (f", by its {self.member}" if self.member else ", inside it")
        return f"{self.member} of {where}" if self.member else f"holds {where}"


class Claims(NamedTuple):
    """What a system claims, and what it would if it did not exclude it."""

    claimed: Keyed[Via]
    excluded: Keyed[Exclude]


class Holders:
    """The systems that claim each resource, by its number, in the order of the manifest."""

    def __init__(self, count: int) -> None:
        self._together: list[tuple[str, ...]] = [()]
        self._with: dict[tuple[int, str], int] = {}
        self._of = array("I", bytes(4 * count))

    def add(self, numbers: Iterable[int], system: str) -> None:
        """One more system, and what it claims."""
        for number in numbers:
            before = self._of[number]
            if (before, system) not in self._with:
                self._with[before, system] = len(self._together)
                self._together.append((*self._together[before], system))
            self._of[number] = self._with[before, system]

    def of(self, number: int) -> tuple[str, ...]:
        return self._together[self._of[number]]

    def of_several(self) -> Iterator[int]:
        """The resources that several systems claim, by number."""
        return (number for number, together in enumerate(self._of) if len(self._together[together]) > 1)


class Assignment(NamedTuple):
    """What comes of a manifest in an inventory. `unclaimed` are resources of ML that no system claims or excludes.

    `holders` are the systems of each claimed resource, `shared` those of which there are several.
    `heads` are those of them that no other one leads to, with how many each leads to. `undecided` are the systems that
    select by tags that were not observed, with the providers: what is unclaimed there may belong to them. `unseen` are
    the logs and pipelines that a system names and of which the inventory holds nothing, as the manifest has them.
    """

    systems: dict[str, Claims]
    holders: Holders
    shared: Keyed[tuple[str, ...]]
    unclaimed: Keys
    heads: Keyed[int]
    undecided: Mapping[str, frozenset[str]]
    warnings: tuple[str, ...]
    unseen: Mapping[str, tuple[str, ...]]


def assign(manifest: Manifest, graph: Graph) -> Assignment:
    """What each system of a manifest claims of an inventory, of which this is the graph."""
    index, claiming = Index(graph), _Claiming(graph)
    systems: dict[str, Claims] = {}
    holders = Holders(len(graph))
    left_out = bytearray(len(graph))
    warnings: list[str] = []
    undecided: defaultdict[str, set[str]] = defaultdict(set)
    unseen: dict[str, tuple[str, ...]] = {}
    for system in manifest.systems:
        selected: list[tuple[int, bool, list[int]]] = []
        for number, include in enumerate(system.selectors.include, 1):
            found, why = _select(include, index)
            if index.undecided(include):
                undecided[system.id].add(include.provider)
            warnings += [f"system {system.id}: include {number}: {text}" for text in why]
            selected.append((number, bool(wanted(include)), found))
        named, unseen[system.id] = _named(system, graph)
        selected.append((0, False, named))
        claims = systems[system.id] = claiming.follow(system, selected)
        if all(index.has(include.provider) for include in system.selectors.include):  # else nobody can tell
            warnings += _needless(system, claims)
        for number in claims.excluded.numbers:
            left_out[number] = 1
        holders.add(claims.claimed.numbers, system.id)
    warnings += _contradicted(graph, holders)
    unclaimed = array("I")
    for number, excluded in enumerate(left_out):
        if not excluded and not holders.of(number) and graph.is_ai(number):
            unclaimed.append(number)
    shared = array("I", holders.of_several())
    return Assignment(
        systems,
        holders,
        Keyed(graph.names, shared, lambda at: holders.of(shared[at])),
        Keys(graph.names, unclaimed),
        _heads(unclaimed, graph),
        {name: frozenset(providers) for name, providers in undecided.items()},
        tuple(warnings),
        unseen,
    )


def _named(system: System, graph: Graph) -> tuple[list[int], tuple[str, ...]]:
    """The logs and pipelines that a system names: what a scan looked up of them, and those of which it did not."""
    found: list[int] = []
    unseen: list[str] = []
    for text in (*system.logs, *pipelines_of(system)):
        seen = [one for one in graph.looked_up(log_id(text)) if same_log(graph.names.key(one).id) == same_log(text)]
        found += seen
        unseen += [] if seen else [text]
    return found, tuple(unseen)


#: What is known of an unclaimed resource while heads are looked for: another leads to it, or a head has.
_OWN, _LED_TO, _REACHED = 1, 2, 4


def _heads(unclaimed: array[int], graph: Graph) -> Keyed[int]:
    """Of resources, those that none of the others leads to, with how many each leads to; of a circle, the first."""
    state = bytearray(len(graph))
    for number in unclaimed:
        state[number] = _OWN
    for number in unclaimed:
        for _, found in _steps(graph, number):
            if state[found] and found != number:
                state[found] |= _LED_TO
    heads, leads_to = array("I"), array("I", bytes(4 * len(graph)))
    for circles in (False, True):
        for number in unclaimed:
            if state[number] & _REACHED or (state[number] & _LED_TO and not circles):
                continue
            heads.append(number)
            leads_to[number] = _reach(number, state, graph) - 1
    numbers = array("I", sorted(heads))
    return Keyed(graph.names, numbers, lambda at: leads_to[numbers[at]])


def _reach(head: int, state: bytearray, graph: Graph) -> int:
    """How many unclaimed resources one leads to, itself among them, that none before it has."""
    state[head] |= _REACHED
    todo = array("I", (head,))
    for number in todo:  # grows while it is gone through
        for _, found in _steps(graph, number):
            if state[found] and not state[found] & _REACHED:
                state[found] |= _REACHED
                todo.append(found)
    return len(todo)


def _steps(graph: Graph, number: int) -> Iterator[tuple[int, int]]:
    yield from graph.parts(number)
    yield from graph.joins(number)


def _select(include: Include, index: Index) -> tuple[list[int], list[str]]:
    """What a selector selects, and what there is to say of it."""
    provider = include.provider
    if not index.has(source(include)):
        return [], [f"matches nothing, as the inventory holds nothing of {provider}"]
    found = index.select(include)
    if undecided := index.undecided(include):
        word = "tags" if include.tags else "labels"
        what = f"{', '.join(undecided)}, of which {word} were not observed; scan with --systems, and look at its gaps"
        return found, [f"cannot be decided for {what}" if found else f"not assigned: cannot be decided for {what}"]
    return found, [] if found else ["matches nothing in the inventory; correct it, or remove it"]


#: How a resource came to a system: not at all, by a selector, by one that goes by tags, as a part, by a join.
_NOT, _SELECTED, _RECORDED, _PART, _JOIN = range(5)


class _Claiming:
    """Finds what one system after the other claims: of each resource how, by which member, and from which other."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._how = bytearray(len(graph))
        self._member, self._source = (array("I", bytes(4 * len(graph))) for _ in range(2))

    def follow(self, system: System, selected: Iterable[tuple[int, bool, list[int]]]) -> Claims:
        """What is selected, the parts of that, and what all these lead to."""
        graph, how = self._graph, self._how
        admission = _Admission(system, graph)
        follow = frozenset(system.selectors.follow)
        claimed = array("I")
        for include, recorded, chosen in selected:
            for number in chosen:
                if not how[number] and admission.admits(number):
                    how[number], self._source[number] = _RECORDED if recorded else _SELECTED, include
                    claimed.append(number)
        for step, way in ((graph.parts, _PART), (graph.joins, _JOIN)):
            for number in (todo := array("I", claimed)):  # grows while it is gone through
                for member, found in step(number):
                    if how[found] or graph.category(found) not in follow or not graph.sees(number, found):
                        continue
                    if admission.admits(found):
                        how[found], self._member[found], self._source[found] = way, member, number
                        todo.append(found)
            claimed = todo
        return Claims(self._keyed(claimed), admission.excluded())

    def _keyed(self, claimed: array[int]) -> Keyed[Via]:
        """What one system claims. All is forgotten for the next one."""
        graph, numbers = self._graph, array("I", sorted(claimed))
        how = bytes(map(self._how.__getitem__, numbers))
        members, sources = (array("I", map(of.__getitem__, numbers)) for of in (self._member, self._source))
        for number in numbers:
            self._how[number] = _NOT
        names, named = graph.names, graph.members

        def via(at: int) -> Via:
            if how[at] in (_SELECTED, _RECORDED):
                return Via(sources[at], recorded=how[at] == _RECORDED)
            return Via(source=names.key(sources[at]), member=named[members[at]], part=how[at] == _PART)

        return Keyed(names, numbers, via)


class _Admission:
    """What a system does not exclude."""

    def __init__(self, system: System, graph: Graph) -> None:
        self._names = graph.names
        self._excluding = [(matcher(exclude.glob), exclude) for exclude in system.selectors.exclude]
        self._excluded: dict[int, Exclude] = {}

    def admits(self, number: int) -> bool:
        names = tuple(spellings(self._names.key(number).id)) if self._excluding else ()
        for glob, exclude in self._excluding:
            if any(glob.fullmatch(name) for name in names):
                self._excluded[number] = exclude
                return False
        return True

    def excluded(self) -> Keyed[Exclude]:
        numbers = array("I", sorted(self._excluded))
        return Keyed(self._names, numbers, lambda at: self._excluded[numbers[at]])


def _contradicted(graph: Graph, holders: Holders) -> Iterator[str]:
    """What is claimed although a tag of it names another system. One line for each pair of these."""
    found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, tag, named in graph.names.values(OF_SYSTEM):
        claiming = holders.of(number)
        if named and claiming and named not in claiming:
            found[", ".join(claiming), tag, named].append(number)
    lines = (
        f"system {claiming}: claims {_counted(graph, numbers)}, whose tag or label {tag} names {brief(named)!r}; "
        "correct one of the two"
        for (claiming, tag, named), numbers in sorted(found.items())
    )
    yield from islice(lines, _MOST)
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more tags name another system than the one that claims the resource"


def _counted(graph: Graph, numbers: list[int]) -> str:
    """The first of several resources, and how many more there are."""
    first = " ".join(graph.names.key(numbers[0]))
    return first if len(numbers) == 1 else f"{first} and {len(numbers) - 1} more"


def _needless(system: System, claims: Claims) -> Iterable[str]:
    used = {id(exclude) for _, exclude in claims.excluded.items()}
    for number, exclude in enumerate(system.selectors.exclude, 1):
        if id(exclude) not in used:
            yield f"system {system.id}: exclude {number}: excludes nothing that it would claim; is it needed?"
