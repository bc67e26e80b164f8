"""Selectors: what they may name of which provider, and which resources of an inventory they select."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote

from scanner.model.globs import WILD, matcher, place_of
from scanner.model.yaml_text import Path, brief
from scanner.systems.manifest import Include
from scanner.systems.tags import wanted
from scanner.systems.texts import spellings

if TYPE_CHECKING:
    from scanner.systems.graph import Graph

#: What a selector of each provider may name.
FIELDS: dict[str, tuple[str, ...]] = {
    "aws": ("accounts", "regions", "arns", "ids", "tags"),
    "gcp": ("projects", "regions", "ids", "labels"),
    "azure": ("subscriptions", "resource_groups", "regions", "ids", "tags"),
    "mlflow": ("tracking_uri", "registered_models"),
    "openlineage": ("namespace", "url"),
}
#: What of it says on its own what is meant.
_ACCOUNTS = ("accounts", "projects", "subscriptions")
_STARTS = {"aws": ("arn:",), "gcp": ("//", "projects/"), "azure": ("/",)}
_GROUP = re.compile(r"^/subscriptions/[^/]+/resourcegroups/([^/]+)")


def problems_of(include: Include) -> Iterator[tuple[Path, str]]:
    """Why a selector can match nothing, or too much: where in it, and what to do."""
    allowed = FIELDS[include.provider]
    named = [name for fields in FIELDS.values() for name in fields if getattr(include, name)]
    for name in dict.fromkeys(named):
        if name not in allowed:
            yield (name,), f"{include.provider} has no {name}; it may be selected by {', '.join(allowed)}"
    if not named:
        yield (), f"would claim all of {include.provider}; narrow it by {', '.join(allowed)}"
    for field in ("arns", "ids"):
        for number, glob in enumerate(getattr(include, field)):
            for text in _dead(include, glob):
                yield (field, number), text


def _dead(include: Include, glob: str) -> Iterator[str]:
    """Why a glob of a selector can match nothing beside what else the selector names."""
    starts = _STARTS.get(include.provider, ("",))
    if not glob.startswith(starts):
        ids = f"ids of {include.provider} begin with {' or '.join(starts)}"
        yield f"{ids}, so that {brief(glob)!r} matches nothing; correct one of the two"
        return
    account, region = place_of(glob)
    for field, value in (("accounts", account), ("projects", account), ("subscriptions", account), ("regions", region)):
        given = [one.lower() for one in getattr(include, field)]
        if value and not WILD.search(value) and given and value.lower() not in given:
            yield f"{brief(glob)!r} matches nothing, as {value} is not among the {field} beside it; add it there"


def places(include: Include) -> tuple[frozenset[str], frozenset[str]]:
    """The accounts and the regions that a selector names, also in ids."""
    named = [place_of(glob) for glob in (*include.arns, *include.ids)]
    accounts = _accounts(include) | {account for account, _ in named}
    return _plain(accounts), _plain({*include.regions, *(region for _, region in named)})


def _accounts(include: Include) -> set[str]:
    """The accounts that a selector names; of MLflow and of lineage, the server."""
    named = {value for field in _ACCOUNTS for value in getattr(include, field)}
    return named | {url.rstrip("/") for url in (include.tracking_uri, include.url) if url}


def _of_models(include: Include) -> Iterator[str]:
    """What the ids of registered models and their versions look like."""
    for name in include.registered_models:
        yield f"*/models/{quote(name, safe='*?')}"
        yield f"*/models/{quote(name, safe='*?')}/versions/*"


def _of_namespace(include: Include) -> Iterator[str]:
    """What the ids of jobs and data sets of a namespace of OpenLineage look like."""
    if include.namespace:
        for what in ("jobs", "datasets"):
            yield f"*/{what}/{quote(include.namespace, safe=':.@-_~*?')}/*"


def source(include: Include) -> str:
    """The provider whose resources a selector selects from, as scopes have it."""
    return "lineage" if include.provider == "openlineage" else include.provider


def _plain(names: set[str]) -> frozenset[str]:
    """Those that stand for nothing but themselves."""
    return frozenset(name for name in names if name and not WILD.search(name))


class Index:
    """Resources, by number, by what selectors name, each list made once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._in_scope = [array("I") for _ in graph.scopes]
        self._scopes: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        self._in_group: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._with_tag: dict[tuple[str, str], array[int]] = {}
        self._unread = array("I")
        for at, scope in enumerate(graph.scopes):
            self._scopes[scope.provider,].add(at)
            self._scopes[scope.provider, "account", scope.account.lower()].add(at)
            self._scopes[scope.provider, "region", scope.region].add(at)
        for number, at in enumerate(graph.scope_of):
            self._in_scope[at].append(number)
            if graph.is_unread(number):
                self._unread.append(number)
        for number, id in graph.names.ids(self._all_in(self._scopes.get(("azure",), ()))):
            if group := group_of(id):
                self._in_group[group].append(number)

    def has(self, provider: str) -> bool:
        """Whether there is anything of a provider."""
        return (provider,) in self._scopes

    def undecided(self, include: Include) -> list[str]:
        """Kinds of ML of which a selector may mean more: all else that it names holds, and tags were not observed."""
        meant = self._matching(include, {}, self._unread) if wanted(include) else ()
        return sorted({self.graph.kind(number).kind for number in meant if self.graph.is_unread(number)})

    def select(self, include: Include) -> list[int]:
        """The resources that a selector of a cloud names, sorted by kind and id."""
        return sorted(self._matching(include, wanted(include), None))

    def _matching(self, include: Include, tags: Mapping[str, str], among: Sequence[int] | None) -> set[int]:
        """Those for which all that a selector names holds, with these tags. Others than those `among` do not matter."""
        scopes = self._scopes_of(include)
        globs = (*include.arns, *include.ids, *_of_models(include), *_of_namespace(include))
        needed = [self._tagged(name, value) for name, value in tags.items()]
        if include.resource_groups:
            groups = {group.lower() for group in include.resource_groups}
            needed.append(array("I", chain.from_iterable(self._in_group.get(group, ()) for group in groups)))
        ways: list[Sequence[int]] = [*needed, *([] if among is None else [among])]
        if globs:
            ways.append([*chain.from_iterable(self._named(glob, source(include)) for glob in globs)])
        shortest = min(ways, key=len, default=None)
        if shortest is None or self._size(scopes) < len(shortest):
            shortest = self._all_in(scopes)
        found = {number for number in shortest if self.graph.scope_of[number] in scopes}
        for numbers in needed:
            if numbers is not shortest:
                found.intersection_update(numbers)
        return self._fitting(globs, found) if globs else found

    def _scopes_of(self, include: Include) -> set[int]:
        """The places of the scopes that a selector names."""
        provider = source(include)
        found = self._scopes.get((provider,), set())
        accounts = {value.lower() for value in _accounts(include)}
        for word, values in (("account", accounts), ("region", include.regions)):
            if values:
                found = found & set().union(*(self._scopes.get((provider, word, value), ()) for value in values))
        return found

    def _size(self, scopes: Iterable[int]) -> int:
        return sum(len(self._in_scope[at]) for at in scopes)

    def _all_in(self, scopes: Iterable[int]) -> list[int]:
        return [*chain.from_iterable(self._in_scope[at] for at in scopes)]

    def _tagged(self, name: str, value: str) -> array[int]:
        if (name, value) not in self._with_tag:
            self._with_tag[name, value] = array("I", self.graph.names.tagged(name, value))
        return self._with_tag[name, value]

    def _fitting(self, globs: Iterable[str], numbers: set[int]) -> set[int]:
        """Those of which a name matches one of these globs."""
        patterns = [matcher(glob) for glob in globs]
        return {
            number
            for number, id in self.graph.names.ids(numbers)
            if any(pattern.fullmatch(name) for name in spellings(id) for pattern in patterns)
        }

    def _named(self, glob: str, provider: str) -> Sequence[int]:
        """What may match a glob: all that begins as it does, or all of the account that it names."""
        names, start = self.graph.names, WILD.split(glob, maxsplit=1)[0].lower()
        if start == glob.lower():
            return names.called(start)
        account, _ = place_of(glob)
        own = (provider, "account", account.lower()) if account and not WILD.search(account) else (provider,)
        scopes = self._scopes.get(own, set())
        found = names.called_like(start, self._size(scopes))
        return found if len(found) < self._size(scopes) else self._all_in(scopes)


def group_of(id: str) -> str:
    """The resource group in an id of Azure, in lower case; empty if it has none."""
    found = _GROUP.match(id.lower())
    return found[1] if found else ""
