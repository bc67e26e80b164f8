"""Links of data in a Google world: `data_links: {europe-west4: [[source, target, process]]}`, by fully qualified names.

Processes are in the collection of that name, and are given here by the last part of theirs.
"""

from __future__ import annotations

import json
from typing import Any

from worlds import gcp_replies as replies
from worlds.base import Request, Response
from worlds.gcp_store import Store

#: items of a page, whatever is asked for
PAGE = 100


def answer_links(document: dict[str, Any], store: Store, request: Request, path: str, name: str) -> Response:
    """What leads to a target, or which processes made some links."""
    asked = json.loads(request.body)
    _, project, _, location = path.split("/")
    home = f"projects/{store.projects[project]['projectNumber']}/locations/{location}"
    known = (document.get("data_links") or {}).get(location, ())
    links = [(f"{home}/links/{number}", *one) for number, one in enumerate(known)]
    if name == "searchLinks":
        wanted = asked["target"]["fullyQualifiedName"]
        found = [_link(one, source, target) for one, source, target, _ in links if target == wanted]
        return _page("links", found, asked)
    made: dict[str, list[dict[str, str]]] = {}
    for one, _, _, process in links:
        if one in asked["links"]:
            made.setdefault(f"{home}/processes/{process}", []).append({"link": one})
    items = [{"process": process, "links": own} for process, own in sorted(made.items())]
    return _page("processLinks", items, asked)


def _link(name: str, source: str, target: str) -> dict[str, Any]:
    ends = {"source": source, "target": target}
    return {"name": name, **{end: {"fullyQualifiedName": text} for end, text in ends.items()}}


def _page(member: str, found: list[dict[str, Any]], asked: dict[str, Any]) -> Response:
    start, size = int(asked.get("pageToken") or 0), min(int(asked.get("pageSize") or 10), PAGE)
    more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
    page = {member: found[start : start + size]} if found else {}
    return replies.reply({**page, **more})
