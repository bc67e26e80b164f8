"""Booleans and enums of a Google world, from the discovery documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from worlds import gcp_discovery as discovery
from worlds.gcp_store import HOST, Store
from worlds.leaves import Leaf, Path, walk

#: enums that the discovery documents describe in prose only
_IN_PROSE = {("storage", "iamConfiguration.publicAccessPrevention"): ("enforced", "inherited")}


def leaves(document: dict[str, Any], store: Store) -> Iterator[Leaf]:
    for spelling, kinds in (document.get("collections") or {}).items():
        host, _, version = spelling.partition("/")
        match = HOST.fullmatch(host)
        assert match is not None, host
        api = _api(match["service"], version)
        for kind, resources in (kinds or {}).items():
            for number, resource in enumerate(resources or ()):
                yield from _of_resource(api, kind, resource, ("collections", spelling, kind, number), store)
    api = _api("cloudresourcemanager", "v3")
    for name, policy in (document.get("iam_policies") or {}).items():
        source = "resourcemanager.projects.getIamPolicy"
        yield from _below(api, "Policy", policy, ("iam_policies", name), (store.canonical(name),), (source,))


def _api(service: str, version: str) -> discovery.Api:
    api = discovery.load(service, version)
    assert api is not None, (service, version)
    return api


def _of_resource(api: discovery.Api, kind: str, resource: dict[str, Any], path: Path, store: Store) -> Iterator[Leaf]:
    name = resource["name"]
    names = tuple(dict.fromkeys((name, store.canonical(name), resource.get("email", name))))
    method = api.getter(store.canonical(f"b/{name}" if api.service == "storage" else name))
    assert method is not None, name
    shown = (method.permission, f"{method.permission.rpartition('.')[0]}.list")
    own = {key: value for key, value in resource.items() if not key.startswith("x-")}
    yield from _below(api, method.response, own, path, names, shown)
    if "x-iamPolicy" in resource:
        schema = next(name for name in ("Policy", "GoogleIamV1Policy") if name in api.schemas)
        source = (f"{method.permission.rpartition('.')[0]}.getIamPolicy",)
        yield from _below(api, schema, resource["x-iamPolicy"], (*path, "x-iamPolicy"), names, source)
    for number, key in enumerate(resource.get("x-keys") or ()):
        for leaf in _of_resource(api, "keys", key, (*path, "x-keys", number), store):
            yield Leaf(leaf.path, (*leaf.resources, *names), leaf.sources, leaf.value, leaf.alternatives)


def _below(
    api: discovery.Api, schema: str, value: Any, path: Path, names: tuple[str, ...], operations: tuple[str, ...]
) -> Iterator[Leaf]:
    def inside(shape: Any, holder: Any, key: str | None) -> Any:
        shape = api.schemas[shape["$ref"]] if shape and "$ref" in shape else shape or {}
        if key is None:
            return shape.get("items")
        found = shape.get("properties", {}).get(key) or shape.get("additionalProperties")
        prose = next((enum for (service, dotted), enum in _IN_PROSE.items() if _is(api, service, dotted, key)), None)
        return {**(found or {}), "enum": prose} if prose else found

    def choices(shape: Any) -> tuple[str, ...]:
        return tuple((shape or {}).get("enum", ()))

    for found in walk(value, {"$ref": schema}, inside, choices):
        sources = tuple((operation, found.member) for operation in operations)
        yield Leaf((*path, *found.path), names, sources, found.value, found.alternatives)


def _is(api: discovery.Api, service: str, dotted: str, key: str) -> bool:
    return api.service == service and dotted.rpartition(".")[2] == key
