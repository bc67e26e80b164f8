"""Cloud Asset Inventory over a Google world: every resource that the other APIs serve, found by type below a scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from worlds.gcp_store import Resource, Store

#: asset type -> the API that serves it and the collection in the resource's path
TYPES = {
    "aiplatform.googleapis.com/CustomJob": ("aiplatform/v1", "customJobs"),
    "aiplatform.googleapis.com/Endpoint": ("aiplatform/v1", "endpoints"),
    "aiplatform.googleapis.com/Model": ("aiplatform/v1", "models"),
    "cloudresourcemanager.googleapis.com/Project": ("cloudresourcemanager/v3", "projects"),
    "iam.googleapis.com/ServiceAccount": ("iam/v1", "serviceAccounts"),
    "notebooks.googleapis.com/Instance": ("notebooks/v2", "instances"),
    "storage.googleapis.com/Bucket": ("storage/v1", "b"),
}


def search(store: Store, scope: str, wanted: list[str]) -> list[Resource]:
    """ResourceSearchResults sorted by name; `wanted` are types or regular expressions of types, none for all.

    Raises ValueError for one that fits no type.
    """
    for expression in wanted:
        if not any(re.fullmatch(expression, type) for type in TYPES):
            raise ValueError(f"{expression!r} is no supported asset type.")
    kinds = [type for type in TYPES if not wanted or any(re.fullmatch(expression, type) for expression in wanted)]
    found = [result for type in kinds for result in _of_type(store, scope, type)]
    return sorted(found, key=lambda result: str(result["name"]))


def _of_type(store: Store, scope: str, type: str) -> Iterator[Resource]:
    api, collection = TYPES[type]
    host = f"{api.partition('/')[0]}.googleapis.com"
    for path, resource in store.resources[api].items():
        parts = path.split("/")
        project = store.projects.get(store.numbers.get(str(resource.get("projectNumber")), parts[1]))
        if parts[-2] != collection or path in store.not_inventoried or project is None:
            continue
        if store.below(project, scope):
            yield _result(f"//{host}/{_spelled(parts, project)}", type, project, resource)


def _spelled(parts: list[str], project: Resource) -> str:
    """The name as the inventory spells it: Vertex AI's with the project's number, buckets' without their collection."""
    if parts[0] == "b":
        return parts[1]
    return "/".join([parts[0], project["projectNumber"], *parts[2:]]) if "locations" in parts else "/".join(parts)


def _result(name: str, type: str, project: Resource, resource: Resource) -> Resource:
    place = re.search(r"/locations/([^/]+)/", name)
    result: dict[str, Any] = {
        "name": name,
        "assetType": type,
        "project": f"projects/{project['projectNumber']}",
        "displayName": resource.get("displayName", name.rpartition("/")[2]),
        "location": place[1] if place else str(resource.get("location", "global")).lower(),
    }
    return result | {key: resource[key] for key in ("createTime", "updateTime") if key in resource}
