"""Selectors: what they may name of which provider, and which resources of an inventory they select."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from scanner.model.yaml_text import Path, brief
from scanner.systems.manifest import Include
from scanner.systems.tags import wanted

if TYPE_CHECKING:
    from scanner.systems.graph import Node

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
_GLOB = re.compile(r"[*?]")
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
    account, region = _place(glob)
    for field, value in (("accounts", account), ("projects", account), ("subscriptions", account), ("regions", region)):
        given = [one.lower() for one in getattr(include, field)]
        if value and not _GLOB.search(value) and given and value.lower() not in given:
            yield f"{brief(glob)!r} matches nothing, as {value} is not among the {field} beside it; add it there"


def _place(glob: str) -> tuple[str, str]:
    """The account and the region that an id names, empty where it names none."""
    if glob.startswith("arn:"):
        parts = glob.split(":", 5)
        return parts[4], parts[3]
    words = glob.split("/")
    after = {word.lower(): following for word, following in pairwise(words)}
    return after.get("subscriptions", "") or after.get("projects", ""), after.get("locations", "")


def places(include: Include) -> tuple[frozenset[str], frozenset[str]]:
    """The accounts and the regions that a selector names, also in ids."""
    named = [_place(glob) for glob in (*include.arns, *include.ids)]
    accounts = {value for field in _ACCOUNTS for value in getattr(include, field)} | {account for account, _ in named}
    return _plain(accounts), _plain({*include.regions, *(region for _, region in named)})


def _plain(names: set[str]) -> frozenset[str]:
    """Those that stand for nothing but themselves."""
    return frozenset(name for name in names if name and not _GLOB.search(name))


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """What ids match, whatever their case: * stands for any text, ? for one character."""
    words = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split("([*?])", glob))
    return re.compile("".join(words), re.IGNORECASE | re.DOTALL)


class Index:
    """Resources by what selectors name, each list made once."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._by_place: dict[tuple[str, ...], list[Node]] = defaultdict(list)
        self._by_name: list[tuple[str, Node]] = []
        for node in nodes:
            provider, account, region = node.provider, node.account.lower(), node.region
            self._by_place[provider,].append(node)
            self._by_place[provider, "account", account].append(node)
            self._by_place[provider, "region", region].append(node)
            if provider == "azure" and (group := group_of(node.id)):
                self._by_place[provider, "group", group].append(node)
            if _is_unread(node):
                self._by_place[provider, "unread"].append(node)
            for key, value in (node.tags or {}).items():
                self._by_place[provider, "tag", key, value].append(node)
            self._by_name += [(name, node) for name in node.names]
        self._by_name.sort(key=lambda entry: (entry[0], entry[1].kind))
        self._names = [name for name, _ in self._by_name]

    def has(self, provider: str) -> bool:
        """Whether there is anything of a provider."""
        return (provider,) in self._by_place

    def undecided(self, include: Include) -> list[str]:
        """Kinds of ML of which a selector may mean more: all else that it names holds, and tags were not observed."""
        unread = self._by_place.get((include.provider, "unread"), [])
        meant = self._matching(include, {}, unread) if wanted(include) else ()
        return sorted({node.kind for node in meant if _is_unread(node)})

    def select(self, include: Include) -> list[Node]:
        """The resources that a selector of a cloud names, sorted by kind and id."""
        everything = self._by_place.get((include.provider,), [])
        return sorted(self._matching(include, wanted(include), everything), key=lambda node: node.key)

    def _matching(self, include: Include, tags: Mapping[str, str], among: list[Node]) -> Iterator[Node]:
        """Those among these for which all that a selector names holds, with these tags."""
        accounts = {value.lower() for field in _ACCOUNTS for value in getattr(include, field)}
        groups = {group.lower() for group in include.resource_groups}
        globs = [matcher(glob) for glob in (*include.arns, *include.ids)]
        return (
            node
            for node in dict.fromkeys(self._candidates(include, accounts, groups, tags, among))
            if (not accounts or node.account.lower() in accounts)
            and (not include.regions or node.region in include.regions)
            and (not groups or group_of(node.id) in groups)
            and (not tags or tags.items() <= (node.tags or {}).items())
            and (not globs or any(glob.fullmatch(name) for glob in globs for name in node.names))
        )

    def _candidates(
        self, include: Include, accounts: set[str], groups: set[str], tags: Mapping[str, str], among: list[Node]
    ) -> list[Node]:
        """The shortest list known that holds all that the selector may name among these."""
        provider = include.provider
        named = [self._named(glob, provider) for glob in (*include.arns, *include.ids)]
        ways = [among, *([list(chain.from_iterable(named))] if named else [])]
        for word, values in (("account", accounts), ("group", groups), ("region", include.regions)):
            if values:
                ways.append([node for value in values for node in self._by_place.get((provider, word, value), ())])
        ways += [self._by_place.get((provider, "tag", key, value), []) for key, value in tags.items()]
        return min(ways, key=len)

    def _named(self, glob: str, provider: str) -> list[Node]:
        """What may match a glob: all that begins as it does, or all of the account that it names."""
        start = _GLOB.split(glob, maxsplit=1)[0].lower()
        first = bisect_left(self._names, start)
        last = bisect_left(self._names, start + "\U0010ffff") if start != glob.lower() else first
        while start == glob.lower() and last < len(self._names) and self._names[last] == start:
            last += 1
        account, _ = _place(glob)
        if account and not _GLOB.search(account):
            own = self._by_place.get((provider, "account", account.lower()), [])
            if len(own) < last - first:
                return own
        return [node for _, node in self._by_name[first:last]]


def _is_unread(node: Node) -> bool:
    """Whether a resource of ML has tags that were not observed. Those of another account's nobody observes."""
    return node.tags is None and node.category == "lineage" and "#" not in node.id


def group_of(id: str) -> str:
    """The resource group in an id of Azure, in lower case; empty if it has none."""
    found = _GROUP.match(id.lower())
    return found[1] if found else ""
