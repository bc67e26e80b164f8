"""The Activity Log of an Azure world: events of the subscription, on loopback, for the filters that Azure takes.

In the world file: `activity_log: [{eventTimestamp: ..., resourceId: ..., operationName: {value: ...}, ...}]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from worlds.azure_ids import within

_FILTER = re.compile(
    r"eventTimestamp ge '([^']+)' and eventTimestamp le '([^']+)'"
    r"(?: and (resourceGroupName|resourceUri|resourceProvider) eq '((?:[^']|'')*)')?"
)


def events(log: Iterable[Mapping[str, Any]], root: str, query: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Events as the query wants them, the newest first; None for a filter that Azure refuses."""
    matched = _FILTER.fullmatch(query.get("$filter", ""))
    if matched is None:
        return None
    since, until, member, value = matched.groups()
    wanted = query["$select"].split(",") if "$select" in query else None
    found = [
        event for event in log if since <= str(event["eventTimestamp"]) <= until and _is(event, root, member, value)
    ]
    found.sort(key=lambda event: str(event["eventTimestamp"]), reverse=True)
    return [{name: event[name] for name in wanted or event if name in event} for event in found]


def _is(event: Mapping[str, Any], root: str, member: str | None, value: str | None) -> bool:
    if member is None or value is None:
        return True
    value, id = value.replace("''", "'"), str(event["resourceId"])
    if member == "resourceProvider":
        return str(event["operationName"]["value"]).lower().startswith(f"{value}/".lower())
    return within(id, value if member == "resourceUri" else f"{root}/resourceGroups/{value}")
