"""Cloud Logging of a Google world: the Admin Activity log of each project, on loopback, for the filters that we write.

In the world file: `audit_log: {PROJECT: [{timestamp: ..., insertId: ..., protoPayload: {...}}]}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from worlds import gcp_replies as replies
from worlds.base import Request, Response

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_LOG = re.compile(r'logName="projects/([^/]+)/logs/cloudaudit\.googleapis\.com%2Factivity"')
_TIME = re.compile(rf"timestamp(>=|<=){_TEXT}")
_FIELD = re.compile(
    rf"protoPayload\.(resourceName|response\.name|methodName)([:=])(\({_TEXT}(?: OR {_TEXT})*\)|{_TEXT})"
)


def entries(document: Mapping[str, Any], request: Request, most: int) -> Response:
    """A page of entries, the newest first. Raises ValueError for a filter that is none of ours."""
    asked = json.loads(request.body)
    log, times, which = asked["filter"].split(" AND ")[0], asked["filter"].split(" AND ")[1:3], asked["filter"]
    named = _LOG.fullmatch(log)
    if named is None or asked["resourceNames"] != [f"projects/{named[1]}"] or asked["orderBy"] != "timestamp desc":
        raise ValueError(f"Unparseable filter: {which}")
    found = [
        entry
        for entry in (document.get("audit_log") or {}).get(named[1], ())
        if all(_at(entry, time) for time in times) and _matches(entry, which)
    ]
    found.sort(key=lambda entry: str(entry["timestamp"]), reverse=True)
    start, size = int(asked.get("pageToken") or 0), min(most, int(asked["pageSize"]))
    body: dict[str, Any] = {"entries": found[start : start + size]} if found[start:] else {}
    if start + size < len(found):
        body["nextPageToken"] = str(start + size)
    return replies.reply(body)


def _at(entry: Mapping[str, Any], clause: str) -> bool:
    found = _TIME.fullmatch(clause)
    if found is None:
        raise ValueError(f"Unparseable filter: {clause}")
    at = str(entry["timestamp"])
    return at >= found[2] if found[1] == ">=" else at <= found[2]


def _matches(entry: Mapping[str, Any], text: str) -> bool:
    """Whether one of the clauses about members of the payload holds; all of ours are alternatives."""
    clauses = list(_FIELD.finditer(text))
    if not clauses:
        raise ValueError(f"Unparseable filter: {text}")
    for clause in clauses:
        value: Any = entry["protoPayload"]
        for member in clause[1].split("."):
            value = value.get(member, "") if isinstance(value, dict) else ""
        wanted = [re.sub(r"\\(.)", r"\1", one) for one in re.findall(_TEXT, clause[3])]
        if any(one in value if clause[2] == ":" else one == value for one in wanted):
            return True
    return False
