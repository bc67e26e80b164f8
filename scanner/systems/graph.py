"""An inventory as a graph: which resource names which other one, in which of its fields.

No list says which field of which kind holds an address. Every text in a resource is looked up among what resources are
called: their ids, the ends of these, the names of buckets, the addresses of identities, and, for a field such as
`endpoint_config_name`, the names of that kind in the same account and region. What leads nowhere is no join.

Where a collector asks for a kind because of another (`follows`), and a resource of it names one of that other or lies
inside it, it is a part of that one: inference components or deployments of an endpoint, computes of a workspace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from msgspec import UNSET

from scanner.model.collectors import Collector
from scanner.model.nouns import Holds, Part, Resource
from scanner.model.patterns import pattern
from scanner.store.inventory import Inventory
from scanner.systems.manifest import Follow
from scanner.systems.tags import Tags

#: What kinds are of a service, where the service is not one of ML. Identities say it themselves (`holds`).
_OF_SERVICE: dict[str, Follow] = {
    "s3": "buckets",
    "storage": "buckets",
    "kms": "keys",
    "key_vault": "keys",
    "ecr": "images",
    "artifact_registry": "images",
}
#: Fields of an identity, beside its id, by which others name it.
_CALLED = ("email", "principal_id")
_PRINCIPAL = pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^@/\s]+@[^@/\s]+")
_BUCKET = pattern(
    r"(?:s3[an]?|gc?s)://([^/]+)/?(.*)"
    r"|(?:abfss?|wasbs?)://[^@/]+@([^./]+)\.[^/]*/?(.*)"
    r"|/gcs/([^/]+)/?(.*)"
    r"|https?://(?:s3[a-z0-9.-]*\.amazonaws\.[a-z.]+|storage\.(?:googleapis|cloud\.google)\.com)/([^/]+)/?(.*)"
    r"|https?://([^/]+?)\.(?:s3[a-z0-9.-]*\.amazonaws|storage\.googleapis|(?:blob|dfs)\.core)\.[a-z.]+/?(.*)"
)
_SCHEMES = ("s3", "g", "abfs", "wasb", "/gcs/", "http")
#: No address of an identity is as short.
_SHORT = 6
#: Members whose addresses a resource writes to. Where another reads from there, it is what that one made.
_WRITTEN = ("output", "checkpoint", "destination", "capture", "failure")


class Key(NamedTuple):
    """A resource: its kind and id. Two kinds may have the same id, as a role and what a simulator says of it."""

    kind: str
    id: str


class _Text(NamedTuple):
    """A text in a resource, the names that lead to it, and what it names in a bucket, if anything: `bucket/key`."""

    member: str
    text: str
    place: str


class Node:
    """One resource. `names` are its ids as others spell them, in lower case; `tags` None if they were not observed."""

    __slots__ = (
        "account", "category", "holds", "id", "joins", "key", "kind", "name", "names", "parts", "provider", "region",
        "tags",
    )  # fmt: skip

    def __init__(self, resource: Resource, tags: Mapping[str, str] | None) -> None:
        self.kind = resource.kind
        self.id = resource.id
        self.key = Key(self.kind, self.id)
        self.name = resource.name
        self.provider, self.account, self.region = (
            resource.scope.provider,
            resource.scope.account,
            resource.scope.region,
        )
        self.holds = type(resource).holds
        self.category: Follow = category(type(resource))
        self.names = tuple(_spellings(resource.id))
        self.tags = tags
        #: what it refers to: the place that leads there, and all that is called so
        self.joins: list[tuple[str, list[Node]]] = []
        #: what belongs to it and refers to it or lies inside it
        self.parts: list[tuple[str, Node]] = []

    def sees(self, other: Node) -> bool:
        """Whether that one is not another account's view of something (`#seen-from-…`), nor this one itself."""
        return other is not self and ("#" not in other.id or other.account == self.account)


@cache
def category(kind: type[Resource]) -> Follow:
    """Which word of `follow` leads to a kind: what is no identity, bucket, key or image is of ML itself."""
    if kind.holds is Holds.IDENTITY:
        return "roles"
    return _OF_SERVICE.get(kind.kind.split(".")[1], "lineage")


class Graph:
    """The resources of an inventory, and what joins them."""

    def __init__(self, inventory: Inventory, collectors: Mapping[str, Collector]) -> None:
        self.nodes: list[Node] = []
        self.kinds = {kind: made.kind for kind, made in collectors.items()}
        #: those that lead from one resource of ML to another
        self.leading = frozenset(
            kind for kind, made in collectors.items() if not made.opt_in and category(made.kind) == "lineage"
        )
        self._called: defaultdict[str, list[Node]] = defaultdict(list)
        self._follows = {kind: {one.kind for one in made.follows} for kind, made in collectors.items()}
        tails = {(kind.partition(".")[0], _tail(kind)) for kind in collectors}
        self._tails = sorted(tails, key=lambda entry: -len(entry[1]))
        self._meant: dict[tuple[str, str], str] = {}
        texts: list[tuple[Node, list[_Text]]] = []
        tags = Tags(inventory, collectors)
        for kind in (kind for kind in inventory.store.kinds() if kind not in tags.kinds):
            for resource in inventory.all(collectors[kind].kind):
                node = Node(resource, tags.of(resource))
                self.nodes.append(node)
                found = _texts(resource) if node.category == "lineage" else []
                self._call(node, resource, found)
                texts.append((node, found))
        for node, found in texts:
            self._join(node, found)

    def _call(self, node: Node, resource: Resource, texts: Iterable[_Text]) -> None:
        """Note what a resource is called by others."""
        for name in node.names:
            self._called[name].append(node)
        if node.category == "buckets":
            self._called[_bucket(node.provider, node.name)].append(node)
        elif node.category == "roles":
            own = {str(getattr(resource, field, "")).lower() for field in _CALLED} | {
                node.id.rpartition("/")[2].lower()
            }
            for name in own - set(node.names):
                if _PRINCIPAL.fullmatch(name):
                    self._called[name].append(node)
        elif node.category == "lineage":
            self._called[_named(node, _tail(node.kind), node.name)].append(node)
            if node.holds is Holds.TRAINING:
                for place in {text.place for text in texts if text.place and _is_written(text.member)}:
                    self._called[f"made:{place}"].append(node)
                    self._called[f"made:{place}/{node.name}"].append(node)

    def _join(self, node: Node, texts: Iterable[_Text]) -> None:
        """Look up what a resource names, and what it lies inside."""
        if node.category != "lineage":
            return  # what is shared by many leads nowhere: else all that one role may read would belong to a system
        seen: set[int] = set()
        for text in texts:
            for found in self._named_by(node, text):
                if id(found) not in seen:
                    seen.add(id(found))
                    node.joins.append((text.member, found))
                    self._note_part(node, found, text.member)
            made = self._made(text) if text.place else None
            if made and id(made) not in seen:
                seen.add(id(made))
                node.joins.append((text.member, made))
        inside = next(filter(None, map(self._above, node.names)), None)
        if inside:
            node.joins.append(("", inside))
            self._note_part(node, inside, "")

    def _note_part(self, node: Node, found: list[Node], member: str) -> None:
        for whole in found:
            if whole.category == "lineage" and whole.kind in self._follows.get(node.kind, ()):
                whole.parts.append((member, node))

    def _named_by(self, node: Node, named: _Text) -> Iterator[list[Node]]:
        """All lists of resources that a text may mean."""
        member, text, place = named
        last = _last(member)
        if place:
            yield from self._known(_bucket(node.provider, place.partition("/")[0]))
        elif "/" in text or ":" in text:
            full = text.lower().rstrip("/")
            yield from self._known(full) or self._known(full.partition("@")[0]) or self._container(full)
        if last.endswith(("bucket", "buckets")):
            yield from self._known(_bucket(node.provider, text))
        elif last.endswith("_name"):
            yield from self._known(_named(node, self._kind_of(node.provider, last), text))
        elif len(text) > _SHORT and _PRINCIPAL.fullmatch(text.lower()):
            yield from self._known(text.lower())

    def _kind_of(self, provider: str, member: str) -> str:
        """Which kind a member names: `endpoint_config_name`, or `base_inference_component_name`; empty if none."""
        if (provider, member) not in self._meant:
            stem = f"_{member.removesuffix('_name')}"
            found = (tail for of, tail in self._tails if of == provider and stem.endswith(f"_{tail}"))
            self._meant[provider, member] = next(found, "")
        return self._meant[provider, member]

    def _made(self, text: _Text) -> list[Node] | None:
        """The jobs that wrote what is read from an address: those that name the nearest place above it."""
        place = "" if _is_written(text.member) else text.place
        while "/" in place:
            if made := self._called.get(f"made:{place}"):
                return made
            place = place.rpartition("/")[0]
        return None

    def _container(self, name: str) -> tuple[list[Node], ...]:
        """What a thing that nothing collects lies inside: the workspace of a registered model."""
        found = self._above(name)
        return (found,) if found and found[0].category == "lineage" else ()

    def _above(self, name: str) -> list[Node] | None:
        """The nearest thing that a full name lies inside."""
        while "/" in name.strip("/"):
            name = name.rpartition("/")[0]
            if found := self._called.get(name):
                return found
        return None

    def _known(self, name: str) -> tuple[list[Node], ...]:
        found = self._called.get(name)
        return (found,) if found else ()


def _texts(resource: Resource) -> list[_Text]:
    """Each text below the fields of a resource that a type describes, with the names that lead to it.

    Documents of providers, such as policies, are not gone into: they name what may be reached, not what is used.
    """
    found: list[tuple[str, str]] = []
    for name in _fields(type(resource)):
        value = getattr(resource, name)
        if value is not None and value is not UNSET:
            _gather(name, value, found)
    return [_Text(member, text, _location(text)) for member, text in found]


def _gather(path: str, value: Any, found: list[tuple[str, str]]) -> None:
    """Add the texts in a value."""
    if isinstance(value, str):
        found.append((path, value))
    elif isinstance(value, tuple):
        for item in value:
            _gather(f"{path}[]", item, found)
    elif isinstance(value, Part):
        for name, version in _members(type(value)):
            inner = getattr(value, name)
            if inner is not None:  # as most members are
                number = getattr(value, version) if version else None
                _gather(f"{path}.{name}", f"{inner}@{number}" if number else inner, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            found.append((f"{path}{{}}", key))
            if isinstance(item, str | Part):
                _gather(f"{path}{{}}", item, found)


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a type, but for those that say which resource it is."""
    return tuple(name for name in kind.__struct_fields__ if name not in Resource.__struct_fields__)


@cache
def _members(part: type[Any]) -> tuple[tuple[str, str], ...]:
    """The members of a part, each with the one that says which version is meant: `model`, `model_version_id`."""
    names = part.__struct_fields__
    return tuple((name, version if (version := f"{name}_version_id") in names else "") for name in names)


def _spellings(id: str) -> Iterator[str]:
    """An id as others write it: without who saw it, and for Google Cloud also without the service."""
    name = id.partition("#")[0].lower()
    yield name
    if name.startswith("//"):
        yield name[2:].partition("/")[2]


@cache
def _tail(kind: str) -> str:
    """A kind, below its service, as members that end in `_name` spell it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.rpartition(".")[2])[1:]


@cache
def _last(member: str) -> str:
    """The last of the names that lead to a text."""
    return member.rpartition(".")[2].rstrip("[]{}")


def _named(node: Node, tail: str, name: str) -> str:
    return f"name:{node.provider}:{node.account}:{node.region}:{tail}:{name.lower()}"


def _bucket(provider: str, name: str) -> str:
    return f"bucket:{provider}:{name.lower()}"


@cache
def _is_written(member: str) -> bool:
    return any(word in member for word in _WRITTEN)


def _location(text: str) -> str:
    """`bucket/key` of an address in a bucket; empty for an address of anything else."""
    if not text.startswith(_SCHEMES) or not (found := _BUCKET.match(text)):
        return ""
    bucket, key = (part for part in found.groups() if part is not None)
    return f"{bucket}/{key.strip('/')}".rstrip("/")
