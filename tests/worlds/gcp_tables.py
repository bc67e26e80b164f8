"""The tables of a Google world in BigQuery, and their entries in Dataplex Universal Catalog.

In the world file: `bigquery_tables: {project.dataset.table: {location: EU, description: …, x-entry: {aspects: …}}}`.
A table without `x-entry` has none. Aspects of Google's own types are required ones, but for overview, contacts and what
a scan found: their data is in every view but BASIC, and that of others where it is asked for by type.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from worlds import gcp_discovery as discovery
from worlds import gcp_replies as replies
from worlds.base import Request, Response
from worlds.gcp_store import public

#: Methods that are answered here.
ANSWERED = ("bigquery.tables.get", "dataplex.projects.locations.lookupEntry")
_ADDED = ("overview", "contacts")


def problems(document: dict[str, Any]) -> list[str]:
    """What does not fit Google's own description of tables and entries."""
    found: list[str] = []
    for name, table in (document.get("bigquery_tables") or {}).items():
        bigquery, dataplex = discovery.load("bigquery", "v2"), discovery.load("dataplex", "v1")
        assert bigquery and dataplex
        found += bigquery.problems("Table", public(table), f"bigquery_tables.{name}")
        entry = table.get("x-entry", {})
        found += dataplex.problems("GoogleCloudDataplexV1Entry", entry, f"bigquery_tables.{name}.x-entry")
    return found


def answer(document: dict[str, Any], method: str, path: str, request: Request) -> Response:
    """A table, or the entry of one where it lies."""
    parts = request.query["entry"].split("/") if method == "lookupEntry" else path.split("/")
    steps = parts[-6:]
    name = ".".join(steps[1::2])
    table = (document.get("bigquery_tables") or {}).get(name)
    if table is None:
        return replies.failure(404, f"Not found: Table {name}")
    if method == "get":
        return replies.reply({"kind": "bigquery#table", **public(table)})
    lies = parts[3] == str(table.get("location", "")).lower() and path.endswith(f"/locations/{parts[3]}")
    if not lies or "x-entry" not in table:
        return replies.failure(404, f"Resource {request.query['entry']} was not found.")
    asked = parse_qs(request.raw_query).get("aspectTypes", []) if request.query.get("view") == "CUSTOM" else None
    aspects = {key: one for key, one in table["x-entry"].get("aspects", {}).items() if _is_shown(key, asked)}
    shown = {key: one if asked is not None or _is_required(key) else {} for key, one in aspects.items()}
    return replies.reply({**table["x-entry"], "name": request.query["entry"], "aspects": shown})


def _is_required(key: str) -> bool:
    return key.startswith("655216118709.") and key.rpartition(".")[2] not in (*_ADDED, "data-profile")


def _is_shown(key: str, asked: list[str] | None) -> bool:
    if asked is None:
        return True
    project, location, type = key.partition("@")[0].split(".")
    return f"projects/{project}/locations/{location}/aspectTypes/{type}" in asked
