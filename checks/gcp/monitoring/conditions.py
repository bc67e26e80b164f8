"""What endpoints of Vertex AI the conditions of an alert policy watch. Pure.

Filters that are a plain list of comparisons are understood, and queries that name endpoints. Of any other condition
that speaks of Vertex AI it is open which endpoints it watches.

Source: https://docs.cloud.google.com/monitoring/api/v3/filters
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from scanner.model.patterns import pattern

ENDPOINT = "aiplatform.googleapis.com/Endpoint"
_METRICS, _OF_POOLS = "aiplatform.googleapis.com/prediction/online/", "/deployment_resource_pool/"
#: Metrics that are counted in logs, which may be those of endpoints.
_COUNTED = "logging.googleapis.com/user/"
_OF_VERTEX = "aiplatform.googleapis.com/"
#: One comparison of a filter; or words, alone or in brackets, that entries of a log hold.
_TERM = pattern(
    r"""\s*(?:AND\s+)?(?:([A-Za-z_][\w.]*)\s*(!=|=~|!~|>=|<=|=|:|<|>)\s*("(?:[^"\\]|\\.)*"|[\w./:@-]+)(?![\w(])"""
    r"""|"(?:[^"\\]|\\.)*"|\((?:(?!resource)[^()])*\))\s*"""
)
#: How queries compare: PromQL with one sign, MQL and SQL in their own ways.
_NAMED = pattern(r"""endpoint_id\s*==?\s*['"]([\w-]+)['"]""")
_DENIED = pattern(r"!\s*[(\w]|\bnot\b", re.IGNORECASE)
#: What restricts a condition to some time series or entries of an endpoint, and not to some endpoints.
_PARTS = ("metric.label.", "metric.labels.", "severity", "log_name", "logname", "textpayload", "jsonpayload.")
_PLACES = ("resource.label.location", "resource.labels.location")
_OTHERS, _OURS, _MAYBE, _WITHIN, _UNCLEAR = "others", "ours", "maybe", "within", "unclear"
_ENDPOINT, _PLACE = "endpoint", "place"


class Watched(NamedTuple):
    """Ids of endpoints that something watches, and of those that it may."""

    surely: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


def watched(policy: Mapping[str, Any], endpoints: Iterable[str]) -> Watched:
    """Which of the endpoints of its project, by their ids, an alert policy watches."""
    ids = frozenset(endpoints)
    conditions = policy.get("conditions")
    if not isinstance(conditions, list) or not all(isinstance(one, Mapping) for one in conditions):
        return Watched(perhaps=ids)
    found = [each for condition in conditions for each in _of_condition(condition, ids)]
    surely = frozenset[str]().union(*(one.surely for one in found))
    return Watched(surely, frozenset[str]().union(*(one.perhaps for one in found)) - surely)


def _of_condition(condition: Mapping[str, Any], ids: frozenset[str]) -> Iterable[Watched]:
    for name, value in condition.items():
        if not name.startswith("condition"):
            continue
        member = value if isinstance(value, Mapping) else {}
        logs = name in ("conditionMatchedLog", "conditionSql")
        texts = [member[key] for key in ("filter", "denominatorFilter", "query") if key in member]
        if not texts or not all(isinstance(text, str) for text in texts):
            yield Watched(perhaps=ids)
            continue
        for text in texts:
            yield _of_query(text, ids, logs=logs) if "query" in member else _of_filter(text, ids, logs=logs)


def _of_query(query: str, ids: frozenset[str], *, logs: bool) -> Watched:
    numbers = {found[1] for found in _NAMED.finditer(query)}
    if numbers and not _DENIED.search(query):
        return Watched(frozenset(id for id in ids if _number(id) in numbers))
    return Watched(perhaps=ids if _may_be_on_endpoints(query, ids, logs=logs) else frozenset())


def _of_filter(text: str, ids: frozenset[str], *, logs: bool) -> Watched:
    terms = comparisons(text)
    if terms is None:
        return Watched(perhaps=ids if _may_be_on_endpoints(text, ids, logs=logs) else frozenset())
    meanings = {_meaning(*term): term[2] for term in terms}
    if _OTHERS in meanings:
        return Watched()
    if _ENDPOINT in meanings:
        ids = frozenset(id for id in ids if _number(id) == meanings[_ENDPOINT])
    if _PLACE in meanings:
        ids = frozenset(id for id in ids if f"/locations/{meanings[_PLACE]}/" in id)
    if _ENDPOINT in meanings or (_OURS in meanings and _UNCLEAR not in meanings):
        return Watched(ids)
    return Watched(perhaps=ids if logs or _OURS in meanings or _MAYBE in meanings else frozenset())


def _meaning(name: str, sign: str, value: str) -> str:
    """What a comparison says of the endpoints that a condition is on."""
    key = name.lower()
    if not name:
        return _WITHIN
    if sign == "=":
        if key == "resource.type":
            return _OURS if value == ENDPOINT else _OTHERS
        if key == "metric.type" and value.startswith(_METRICS):
            return _OTHERS if _OF_POOLS in value else _OURS
        if key == "metric.type":
            return _MAYBE if value.startswith((_COUNTED, _OF_VERTEX)) else _WITHIN
        if key.endswith(".endpoint_id"):
            return _ENDPOINT
        if key in _PLACES:
            return _PLACE
    if key.endswith((".endpoint_id", ".deployed_model_id")) or not key.startswith(_PARTS):
        return _UNCLEAR
    return _WITHIN


def comparisons(text: str) -> list[tuple[str, str, str]] | None:
    """The comparisons that a filter is made of, all of which hold, without a name for words; None for any other."""
    terms, at = [], 0
    while at < len(text):
        found = _TERM.match(text, at)
        if found is None:
            return None
        terms.append((found[1] or "", found[2] or "", (found[3] or "").strip('"')))
        at = found.end()
    return terms


def _may_be_on_endpoints(text: str, ids: Iterable[str], *, logs: bool) -> bool:
    """Whether a text that is not understood may speak of endpoints: of any, by its words, or of all logs there are."""
    if "aiplatform" in text or any(_number(id) in text for id in ids):
        return True
    return (logs or _COUNTED in text) and "resource.type" not in text


def _number(id: str) -> str:
    return id.rpartition("/")[2]
