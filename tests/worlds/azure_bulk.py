"""What the Azure world answers for many resources or subscriptions at once: Resource Graph, batches, groups."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from worlds.base import Request, Response

BATCH, BATCH_PATH = "batch", "/batch"
GRAPH = "Microsoft.ResourceGraph/resources"
PERMISSIONS = "Microsoft.Authorization/permissions"
DESCENDANTS = "Microsoft.Management/managementGroups/descendants"
GROUP = "/providers/Microsoft.Management/managementGroups"
#: types without items of their own
TYPES = (GRAPH, PERMISSIONS, DESCENDANTS)
#: a header that tells requests inside a batch from others in the log
INNER = "x-inside-a-batch"
_MOST = 20
#: The only form of query that this world understands: rows of some types, and of the subscriptions.
_QUERY = re.compile(
    r"resources \| where type in~ \(('[\w./]+'(?:, '[\w./]+')*)\) \| project id, type"
    r" \| union \(resourcecontainers \| where type =~ 'microsoft\.resources/subscriptions' \| project id, type\)"
    r" \| order by id asc"
)


PERIMETER = "microsoft.network/networksecurityperimeters"
_KEYS = {"subscriptionId", "displayName", "state", "reader"}


class Refusal(Exception):
    """Code and message of a request that is wrong in itself."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def problems(document: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with the subscriptions and groups of a world file."""
    for index, one in enumerate(document.get("more_subscriptions", [])):
        if not {"subscriptionId"} <= set(one) <= _KEYS:
            yield f"more_subscriptions[{index}]: takes {', '.join(sorted(_KEYS))}, subscriptionId always"
    tree = document.get("management_groups", {})
    for group in tree:
        pending, above = [group], set()
        while pending:
            above.add(name := pending.pop())
            pending += [child for child in tree[name] if child in tree and child not in above]
            if group in tree[name]:
                yield f"management_groups.{group}: is below itself"


def graph(
    body: bytes, items: Iterable[Mapping[str, Any]], subscriptions: Mapping[str, bool], most: int
) -> dict[str, Any]:
    """The page of rows that a query asks for. `subscriptions` are those seen, and whether what they hold may be read.

    As in Azure, types are lower case, what may not be read is left out without a word, and a page may be shorter than
    asked for: it has at most `most` rows.
    """
    asked = _parsed(body, {"query", "subscriptions", "managementGroups", "options"})
    matched = _QUERY.fullmatch(str(asked.get("query")))
    options = asked.get("options", {})
    if not matched or not set(options) <= {"$top", "$skip", "$skipToken", "resultFormat"}:
        raise Refusal("InvalidQuery", "Query is invalid. Please refer to the documentation for the query language.")
    named = asked.get("subscriptions", list(subscriptions))
    if len(named) > 1000:
        raise Refusal("BadRequest", "At most 1000 subscriptions can be named.")
    readable = {f"/subscriptions/{name}" for name in named if subscriptions.get(name)}
    types = set(re.findall(r"'([^']+)'", matched[1]))
    known = list(items)
    rows = [
        {"id": item["id"], "type": item["type"].lower()}
        for item in [*known, *perimeters(known)]
        if item["type"].lower() in types and "/".join(item["id"].lower().split("/")[:3]) in readable
    ]
    rows += [
        {"id": f"/subscriptions/{name}", "type": "microsoft.resources/subscriptions"}
        for name in named
        if name in subscriptions
    ]
    rows.sort(key=lambda row: row["id"])
    start, size = int(options.get("$skipToken", 0)), min(most, int(options.get("$top", 100)))
    page = rows[start : start + size]
    found = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": [], "resultTruncated": "false"}
    return found | ({"$skipToken": str(start + size)} if start + size < len(rows) else {})


def perimeters(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The network security perimeters that resources are in, which are no items of a world's own."""
    properties = [item.get("properties") or {} for item in items if item["type"].endswith("PerimeterConfigurations")]
    named = {str((each.get("networkSecurityPerimeter") or {}).get("id", "")) for each in properties}
    return [{"id": name, "type": PERIMETER} for name in sorted(named - {""})]


def permissions(reader: bool) -> dict[str, Any]:
    """What the credential may do at a scope: as Reader, or as somebody who only sees costs."""
    actions = ["*/read"] if reader else ["Microsoft.Consumption/*/read", "Microsoft.Resources/subscriptions/read"]
    return {"value": [{"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}]}


def descendants(group: str, tree: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Everything below a management group. `tree` has the children of each; a child that is no group is a subscription.

    Raises KeyError for a group that there is not.
    """
    found: list[dict[str, Any]] = []
    for child in tree[group]:
        inner = child in tree
        found.append(
            {
                "id": f"{GROUP}/{child}" if inner else f"/subscriptions/{child}",
                "type": "Microsoft.Management/managementGroups" if inner else "/subscriptions",
                "name": child,
                "properties": {"displayName": child, "parent": {"id": f"{GROUP}/{group}"}},
            }
        )
        found += descendants(child, tree) if inner else []
    return found


def batch(request: Request, handle: Callable[[Request], Response | None]) -> dict[str, Any] | None:
    """Each inner request's answer, in another order than asked; None if one of them drops the connection."""
    inner = _parsed(request.body, {"requests"}).get("requests")
    if not isinstance(inner, list) or not 0 < len(inner) <= _MOST:
        raise Refusal("InvalidBatchRequest", f"A batch takes between 1 and {_MOST} requests.")
    answers = []
    for one in inner:
        if not {"httpMethod", "url"} <= set(one) <= {"httpMethod", "url", "name", "content", "requestHeaderDetails"}:
            raise Refusal("InvalidBatchRequest", "A request of the batch has unknown members or lacks some.")
        split = urlsplit(one["url"])
        content = json.dumps(one["content"]).encode() if "content" in one else b""
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        answer = handle(Request(one["httpMethod"], split.path, query, {**request.headers, INNER: "1"}, content))
        if answer is None:
            return None
        answers.append(_answer(one, answer))
    return {"responses": answers[::-1]}


def _answer(one: Mapping[str, Any], answer: Response) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = answer.body.decode()
    found = {"httpStatusCode": answer.status, "headers": answer.headers, "content": content}
    return {"name": one.get("name"), **found, "contentLength": len(answer.body)}


def _parsed(body: bytes, known: set[str]) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not set(found) <= known:
        raise Refusal("InvalidRequestContent", "The request content was invalid and could not be deserialized.")
    return found
