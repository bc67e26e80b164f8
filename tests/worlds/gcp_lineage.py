"""Vertex ML Metadata of a Google world: artifacts and executions, which are collections, and its events.

These are `[executions/801, artifacts/clean]` where an execution made an artifact, and the other way round where it read
one. Names are those in the default store of a location: `metadata_events: {europe-west4: [...]}`.
"""

from __future__ import annotations

from typing import Any

from worlds import gcp_replies as replies
from worlds.base import Response
from worlds.gcp_store import Store, public

#: Of each of artifacts, executions and events a reply has no more.
MOST = 1000


def has_store(store: Store, key: str, path: str) -> bool:
    """Whether the metadata store that a path lies in is there."""
    return store.get(key, "/".join(path.split("/")[:6])) is not None


def subgraph(document: dict[str, Any], store: Store, key: str, path: str, query: dict[str, str]) -> Response:
    """What lies around an artifact, as far as `maxHops`, in both directions."""
    if store.get(key, path) is None:
        return replies.failure(404, f"{path} was not found.")
    events = document.get("metadata_events") or {}
    home = "/".join(path.split("/")[:6])
    ends = [tuple(f"{home}/{end}" for end in pair) for pair in events.get(path.split("/")[3], ())]
    seen = {path}
    for _ in range(int(query.get("maxHops", len(ends)))):
        seen |= {end for pair in ends if seen.intersection(pair) for end in pair}
    kept = [pair for pair in ends if seen.issuperset(pair)]
    found = [public(one) for one in (store.get(key, name) for name in sorted(seen)) if one is not None]
    sides = {side: [one for one in found if f"/{side}/" in one["name"]] for side in ("artifacts", "executions")}
    if max(len(kept), *map(len, sides.values())) > MOST:
        error = {"code": 400, "status": "FAILED_PRECONDITION", "message": "The lineage subgraph is too large."}
        return replies.reply({"error": error}, 400)
    return replies.reply({**sides, "events": [_event(store, key, *pair) for pair in kept]})


def _event(store: Store, key: str, first: str, second: str) -> dict[str, str]:
    made = "/artifacts/" in second
    artifact, execution = (second, first) if made else (first, second)
    names = {"artifact": store.get(key, artifact), "execution": store.get(key, execution)}
    return {**{end: one["name"] for end, one in names.items() if one}, "type": "OUTPUT" if made else "INPUT"}
