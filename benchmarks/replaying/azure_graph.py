"""Azure Resource Graph: enough of its query language to list resources of some types.

Understood: a table (`resources`, `authorizationresources`), `where type in~ (...)` or `type =~ '...'` (also `==`, `in`,
and several joined by `or`), `project` of plain columns, `order by` (rows always come in order of type and index).
Anything else is refused rather than ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from replaying.azure_documents import (
    ACCOUNT,
    ASSIGNMENT,
    DEPLOYMENT,
    ENDPOINT,
    ROLES,
    STORAGE,
    TENANT,
    WORKSPACE,
    Kind,
    Subscription,
)
from replaying.cloud import Refused

#: What Resource Graph knows of; computes, for one, it does not.
_RESOURCES = {kind.type.lower(): kind for kind in (WORKSPACE, ENDPOINT, DEPLOYMENT, ACCOUNT, STORAGE)}
_ASSIGNMENTS, _DEFINITIONS = ASSIGNMENT.type.lower(), "microsoft.authorization/roledefinitions"
# fmt: off
_COLUMNS = (
    "id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy", "sku", "plan",
    "properties", "tags", "identity",
)
# fmt: on
_TYPE_TEST = re.compile(r"\s*type\s*(?:(?:=~|==)\s*('[^']*'|\"[^\"]*\")|in~?\s*\(([^)]*)\))\s*", re.IGNORECASE)
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
Row = dict[str, Any]
#: How many rows of a type a subscription has, and one of them by index.
Source = tuple[int, Callable[[int], Row]]


class Query(msgspec.Struct):
    """A parsed query: lower-case types in the order of the table, and the columns wanted (None is all)."""

    types: Sequence[str]
    columns: Sequence[str] | None = None


def parse(text: str) -> Query:
    """Raises Refused for what the replay does not understand."""
    first, *steps = [step.strip() for step in text.strip().split("|")]
    table = first.lower()
    if table not in ("resources", "authorizationresources"):
        steps, table = [first, *steps], "resources"
    known = tuple(_RESOURCES) if table == "resources" else (_ASSIGNMENTS, _DEFINITIONS)
    query = Query(known)
    for step in steps:
        verb, _, rest = step.partition(" ")
        if verb.lower() == "where":
            wanted = _types(rest)
            query.types = [kind for kind in query.types if kind in wanted]
        elif verb.lower() == "project":
            query.columns = [column.strip() for column in rest.split(",")]
            if not set(query.columns) <= set(_COLUMNS):
                raise _not_understood(step)
        elif not re.match(r"(?:order|sort)\s+by\s", step, re.IGNORECASE):
            raise _not_understood(step)
    return query


def _types(condition: str) -> set[str]:
    wanted: set[str] = set()
    for part in re.split(r"\bor\b", condition):
        test = _TYPE_TEST.fullmatch(part)
        if test is None:
            raise _not_understood(condition)
        found = _LITERAL.findall(test[1] or test[2])
        wanted |= {(single or double).lower() for single, double in found}
    return wanted


def _not_understood(step: str) -> Refused:
    return Refused(400, "BadRequest", f"The replay does not understand the query at: {step}")


def answer(body: bytes, subscriptions: Sequence[Subscription]) -> Row:
    """The reply to one query over the subscriptions, a page of at most a thousand rows."""
    asked = msgspec.json.decode(body, type=dict[str, Any])
    query, options = parse(str(asked.get("query", ""))), asked.get("options") or {}
    if options.get("resultFormat", "objectArray") != "objectArray":
        raise Refused(400, "BadRequest", "The replay answers in the format objectArray.")
    size = min(int(options.get("$top") or 1000), 1000)
    start = int(options.get("$skipToken") or options.get("$skip") or 0)
    sources = [_source(subscription, kind) for kind in query.types for subscription in subscriptions]
    rows = list(_slice(sources, start, size))
    if query.columns is not None:
        rows = [{column: row.get(column) for column in query.columns} for row in rows]
    total = sum(number for number, _ in sources)
    reply = {"totalRecords": total, "count": len(rows), "data": rows, "facets": [], "resultTruncated": "false"}
    return {**reply, "$skipToken": str(start + size)} if start + size < total else reply


def _slice(sources: Sequence[Source], start: int, size: int) -> Iterator[Row]:
    for number, make in sources:
        indices = range(start, min(number, start + size))
        yield from map(make, indices)
        size -= len(indices)
        start = max(0, start - number)
        if size <= 0:
            return


def _source(subscription: Subscription, kind: str) -> Source:
    if kind == _ASSIGNMENTS:
        count = subscription.counts[ASSIGNMENT.type]
        return count, lambda index: _row(subscription, subscription.assignment(index))
    if kind == _DEFINITIONS:
        # Built-in roles belong to no subscription; the first one of the tenant shows them.
        names = list(ROLES) if subscription.index == 0 else []
        return len(names), lambda index: _row(subscription, subscription.role(names[index]))
    found: Kind = _RESOURCES[kind]
    return subscription.counts[found.type], lambda index: _row(subscription, subscription.document(found, index))


def _row(subscription: Subscription, document: Row) -> Row:
    group = re.search(r"/resourcegroups/([^/]+)", document["id"], re.IGNORECASE)
    row = {column: document.get(column) for column in _COLUMNS}
    row["type"] = document["type"].lower()
    row["kind"], row["location"] = document.get("kind", ""), document.get("location", "")
    row |= {"tenantId": TENANT, "subscriptionId": subscription.id, "managedBy": ""}
    return {**row, "resourceGroup": group[1].lower() if group else ""}
