"""Booleans and enums of a Google world, from the discovery documents."""

from __future__ import annotations

import itertools
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
    shown: tuple[str, ...] = (method.permission, f"{method.permission.rpartition('.')[0]}.list")
    if kind in ("artifacts", "executions"):  # of Vertex ML Metadata, which are seen where lineage is asked for
        shown = (*shown, "aiplatform.artifacts.queryArtifactLineageSubgraph")
    own = {key: value for key, value in resource.items() if not key.startswith("x-")}
    yield from _below(api, method.response, own, path, names, shown)
    if "x-iamPolicy" in resource:
        schema = next(name for name in ("Policy", "GoogleIamV1Policy") if name in api.schemas)
        source = (f"{method.permission.rpartition('.')[0]}.getIamPolicy",)
        yield from _below(api, schema, resource["x-iamPolicy"], (*path, "x-iamPolicy"), names, source)
    for number, key in enumerate(resource.get("x-keys") or ()):
        for leaf in _of_resource(api, "keys", key, (*path, "x-keys", number), store):
            # Keys have no snapshots of their own: the account's holds the whole list.
            sources = (*leaf.sources, ("iam.serviceAccountKeys.list", f"keys.{leaf.member}"))
            yield Leaf(leaf.path, (*leaf.resources, *names), sources, leaf.value, leaf.alternatives)


def knows(operation: str, path: tuple[str, ...], document: dict[str, Any]) -> bool:
    known = {spelling.partition("/")[0].partition(".")[0]: spelling for spelling in document.get("collections") or {}}
    known |= {"bigquery": "bigquery.googleapis.com/v2"} if document.get("bigquery_tables") else {}
    spelling = known.get(operation.partition(".")[0], "cloudresourcemanager.googleapis.com/v3")
    api = _api(spelling.partition(".")[0], spelling.partition("/")[2])
    for method in itertools.chain.from_iterable(api.routes.values()):
        if method.permission != operation or not method.response:
            continue
        replies: list[Any] = [{"$ref": method.response}]
        if method.lists and (items := api.items_key(method)):
            replies.append(api.schemas[method.response]["properties"][items]["items"])
        if any(_leads_somewhere(api, reply, path) for reply in replies):
            return True
    return False


def _leads_somewhere(api: discovery.Api, shape: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        shape = _resolved(api, shape)
        while "items" in shape:
            shape = _resolved(api, shape["items"])
        shape = shape.get("properties", {}).get(step) or shape.get("additionalProperties")
        if shape is None:
            return False
    return True


def _resolved(api: discovery.Api, shape: Any) -> Any:
    return api.schemas[shape["$ref"]] if "$ref" in shape else shape


def _below(
    api: discovery.Api, schema: str, value: Any, path: Path, names: tuple[str, ...], operations: tuple[str, ...]
) -> Iterator[Leaf]:
    def inside(shape: Any, holder: Any, key: str | None) -> Any:
        shape = _resolved(api, shape or {})
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
