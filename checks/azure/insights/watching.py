"""Which online endpoints a rule of alerts watches. Pure.

Metrics are those of what a rule is scoped to. A query over logs may be about anything that its scopes hold.

Source: https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-types
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from checks.azure.ids import arm_id
from scanner.model.patterns import pattern

_TYPE = "microsoft.machinelearningservices/workspaces/onlineendpoints"
#: Tables that endpoints log to, and the words of a query over all tables there are.
_TABLES = pattern(r"amlonlineendpoint|azuremetrics|\bunion\s+\*|^\s*search\b")
#: What makes an address in a query one that is left out.
_NEGATED = pattern(r"!=|!~|!in\b|!has|!contains|!startswith|\bnot\b")


class Watched(NamedTuple):
    """Ids of endpoints that a rule watches, and of those that it may."""

    surely: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


def watched_by_metrics(item: Mapping[str, Any], endpoints: Iterable[str]) -> Watched | None:
    """By a rule of metric alerts; None where it does not say what it is scoped to."""
    properties = item.get("properties")
    scopes = _texts(properties.get("scopes")) if isinstance(properties, Mapping) else None
    if scopes is None:
        return None
    kind = str(properties.get("targetResourceType", "")).lower() if isinstance(properties, Mapping) else ""
    all_in_scope = kind.startswith(_TYPE)
    return Watched(tuple(sorted(id for id in endpoints if _is_on(id, scopes, everything=all_in_scope))))


def watched_by_query(item: Mapping[str, Any], endpoints: Iterable[str]) -> Watched | None:
    """By a rule of log search alerts; None where it does not say what it is scoped to, or what it asks."""
    properties = item.get("properties")
    if not isinstance(properties, Mapping):
        return None
    scopes, queries = _texts(properties.get("scopes")), _queries(properties.get("criteria"))
    if scopes is None or queries is None:
        return None
    kinds = properties.get("targetResourceTypes")
    everything = any(str(kind).lower().startswith(_TYPE) for kind in kinds) if isinstance(kinds, list) else False
    ids = sorted(endpoints)
    named = {id for query in queries for id in ids if id in query and re.search(rf"{re.escape(id)}(?![\w-])", query)}
    plain = not any(_NEGATED.search(query) for query in queries)
    surely = tuple(id for id in ids if _is_on(id, scopes, everything=everything) or (plain and id in named))
    speaks = named or any(_TABLES.search(query) for query in queries)
    return Watched(surely, tuple(id for id in ids if id not in surely) if speaks and not surely else ())


def _is_on(id: str, scopes: Iterable[str], *, everything: bool) -> bool:
    """Whether one of the scopes is an endpoint or inside it; with `everything` also what the endpoint is inside."""
    return any(
        f"{scope}/".startswith(f"{id}/") or (everything and id.startswith(f"{scope}/")) for scope in map(arm_id, scopes)
    )


def _queries(criteria: Any) -> list[str] | None:
    """The queries of a rule, in lower case."""
    parts = criteria.get("allOf") if isinstance(criteria, Mapping) else None
    if not isinstance(parts, list) or not all(isinstance(each, Mapping) for each in parts):
        return None
    found = _texts([each.get("query") for each in parts])
    return None if found is None else [text.lower() for text in found]


def _texts(value: Any) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None
