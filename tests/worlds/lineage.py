"""A simulated server of lineage: the HTTP API of Marquez as far as a scan reads it.

There is no Marquez to install from where Python packages come from, so this is how its sources (0.51) have it answer:
`/events/lineage` lists the events of runs alone, though its `totalCount` counts all, and those from 2030 on only where
`before` asks for them; jobs and data sets are listed below their namespaces, with the facets of all events merged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from worlds.base import Request, Response, World, WorldError
from worlds.leaves import Leaf

_API = "/api/v1"
#: What the server is called: it answers at the near end of a tunnel to it.
SERVER = "https://marquez.northwind.example"
KEY = "an-invented-key-0f-a-test"
EVENTS, NAMESPACES, JOBS, DATASETS = (f"lineage:List{what}" for what in ("Events", "Namespaces", "Jobs", "Datasets"))
#: Members of an event, of an item of a list, and of what a scan makes of the events of a run.
_EVENT = {"eventType", "eventTime", "producer", "schemaURL", "run", "job", "inputs", "outputs"}
_LISTED = {
    "namespace", "name", "description", "facets", "deleted", "sourceName", "inputs", "outputs", "type", "updatedAt",
}  # fmt: skip
_RUN = {
    "id", "jobNamespace", "jobName", "state", "startedAt", "endedAt", "role", "parentJob", "inputs", "outputs",
    "repeats",
}  # fmt: skip
_ENDS = ("COMPLETE", "FAIL", "ABORT")


class LineageWorld(World):
    """One server on loopback."""

    #: the most items of a page, whatever is asked for: so few that all is paged
    page_size = 3
    #: what it wants to be asked with
    key = KEY

    def prepare(self) -> None:
        problems = [
            f"events.{at}.{name}: no event has such a member"
            for at, event in enumerate(self.document.get("events") or ())
            for name in event.keys() - _EVENT
        ]
        problems += [
            f"{section}.{at}.{name}: Marquez lists no such member"
            for section in ("jobs", "datasets")
            for at, item in enumerate(self.document.get(section) or ())
            for name in item.keys() - _LISTED
        ]
        if problems:
            raise WorldError("\n".join(problems))
        self.events = sorted(self.document.get("events") or (), key=lambda event: str(event["eventTime"]))
        self.jobs = self._all("jobs", [event["job"] for event in self.events])
        used = [item for event in self.events for side in ("inputs", "outputs") for item in event.get(side) or ()]
        self.data_sets = self._all("datasets", used)

    def _all(self, section: str, named: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """What is listed of each namespace: the items of the document, and those that events name."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for item in (*(self.document.get(section) or ()), *named):
            key = item["namespace"], item["name"]
            known = found.setdefault(key, {"facets": {}, "description": None, "deleted": False})
            facets = {**known["facets"], **(item.get("facets") or {})}
            if section == "jobs":
                known |= {"inputs": [], "outputs": []} if "inputs" not in known else {}
            found[key] = {**known, **item, "facets": facets}
        listed: dict[str, list[dict[str, Any]]] = {}
        for (namespace, _), item in sorted(found.items()):
            listed.setdefault(namespace, []).append(item)
        return listed

    def leaves(self) -> Iterator[Leaf]:
        for at, event in enumerate(self.document.get("events") or ()):
            if event.get("eventType") in _ENDS:
                others = tuple(end for end in _ENDS if end != event["eventType"])
                id = str(event["run"]["runId"])
                yield Leaf(("events", at, "eventType"), (id,), ((EVENTS, "state"),), event["eventType"], others)
        for at, item in enumerate(self.document.get("datasets") or ()):
            if "deleted" in item:
                other = (not item["deleted"],)
                source = ((DATASETS, "deleted"),)
                named = "/".join(quote(item[part], safe=":.@-_~") for part in ("namespace", "name"))
                yield Leaf(("datasets", at, "deleted"), (named,), source, item["deleted"], other)

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        return bool(path) and path[0] in {EVENTS: _RUN, NAMESPACES: {"name"}}.get(operation, _LISTED)

    def env(self) -> dict[str, str]:
        return {"OPENLINEAGE_URL": SERVER, "OPENLINEAGE_API_KEY": self.key, "MLPOSTURE_LINEAGE_ENDPOINT": self.url}

    # -- reading the request ---------------------------------------------------------------------------------------

    def identify(self, request: Request) -> None:
        request.account, request.region, request.verb = SERVER, "global", "list"
        request.operation = "lineage:Unknown"
        match request.path.removeprefix(f"{_API}/").split("/"):
            case ["events", "lineage"]:
                request.operation = EVENTS
            case ["namespaces"]:
                request.operation = NAMESPACES
            case ["namespaces", namespace, ("jobs" | "datasets") as what]:
                request.operation = JOBS if what == "jobs" else DATASETS
                request.resource, request.verb = unquote(namespace), "get"

    # -- answering -------------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return self.say(request, 401, "", "no key")
        if request.method != "GET":
            return self.say(request, 405, "", "this server is read")
        if request.operation == EVENTS:
            before, after = request.query.get("before", "2030-01-01T00:00:00Z"), request.query.get("after", "1970")
            items = [event for event in self.events if after <= str(event["eventTime"]) < before]
            if request.query.get("sortDirection", "desc") == "desc":
                items.reverse()
            return self._page(request, "events", items, len(items) + 2)
        if request.operation == NAMESPACES:
            names = sorted({*self.jobs, *self.data_sets})
            return self._page(request, "namespaces", [{"name": name, "isHidden": False} for name in names])
        if request.operation == JOBS:
            return self._page(request, "jobs", self.jobs.get(request.resource, []))
        if request.operation == DATASETS:
            return self._page(request, "datasets", self.data_sets.get(request.resource, []))
        return self.gone(request)

    def _page(self, request: Request, member: str, items: list[Any], count: int | None = None) -> Response:
        start, size = int(request.query.get("offset", 0)), int(request.query.get("limit", 100))
        page = items[start : start + min(size, self.page_size)]
        body = {member: page, "totalCount": len(items) if count is None else count}
        return Response(200, json.dumps(body).encode(), dict(_JSON))

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def refuse(self, request: Request, kind: str) -> Response:
        if kind == "malformed":
            return Response(200, b'{"events": [', dict(_JSON))
        return self.say(request, {"deny": 403, "throttle": 429}.get(kind, 500), "", "something went wrong")

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        status = int(code) if code.isdecimal() else status  # this API has no other codes
        text = message if code.isdecimal() or not code else f"{code}: {message}"
        return Response(status, json.dumps({"code": status, "message": text}).encode(), dict(_JSON))

    def gone(self, request: Request) -> Response:
        return self.say(request, 404, "", "HTTP 404 Not Found")


_JSON = {"Content-Type": "application/json"}
