"""The folders and the organisation above a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from checks.gcp.names import PROJECTS

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

ANCESTRY = "resourcemanager.projects.get"
_COLLECTIONS = {"project": "projects", "folder": "folders", "organization": "organizations"}


def above(api: GcpApi, project: str) -> tuple[str, ...]:
    """`folders/NUMBER` and `organizations/NUMBER`, from the bottom up. Raises CallFailed."""
    return tuple(name for name in lineage(api, project) if not name.startswith("projects/"))


def lineage(api: GcpApi, project: str) -> tuple[str, ...]:
    """`projects/ID` and what is above it. Raises CallFailed."""
    found = ancestry(api, project).get("ancestor")
    each = [item.get("resourceId") for item in found if isinstance(item, Mapping)] if isinstance(found, list) else ()
    return tuple(
        f"{_COLLECTIONS[str(one.get('type'))]}/{one.get('id')}"
        for one in each
        if isinstance(one, Mapping) and one.get("type") in _COLLECTIONS
    )


def ancestry(api: GcpApi, project: str) -> Mapping[str, Any]:
    """The reply that says so. Asked once in a scan. Raises CallFailed."""
    path = f"{PROJECTS}/v1/projects/{project}:getAncestry"
    return api.once(f"ancestry of {project}", lambda: api.fetch(ANCESTRY, path, body={}))
