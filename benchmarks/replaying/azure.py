"""The generated Azure tenant: Resource Manager over TLS, with login, management groups, Resource Graph and batches.

Operations are spelled as actions of role definitions; a batch counts as itself and each of its requests as its own.
"""

from __future__ import annotations

import re
import ssl
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import msgspec

from replaying import azure_graph, azure_login
from replaying.azure_documents import (
    ASSIGNMENT,
    KINDS,
    ROLES,
    STORAGE,
    TENANT,
    Kind,
    Subscription,
)
from replaying.cloud import Call, Cloud, Refused, Reply, Request, Size

LOCATIONS = ("westeurope", "northeurope", "eastus", "westus2", "swedencentral", "uksouth", "francecentral", "japaneast")
_JSON = b"application/json; charset=utf-8"
_PAGE = 100
_BATCH = 20
_IN_A_GROUP = 10
_SUBSCRIPTIONS = "Microsoft.Resources/subscriptions"
_GROUPS, _DESCENDANTS = "Microsoft.Management/managementGroups", "Microsoft.Management/managementGroups/descendants"
_DEFINITIONS, _BLOBS = "Microsoft.Authorization/roleDefinitions", "Microsoft.Storage/storageAccounts/blobServices"
_NAME_CHECK, _GRAPH = "Microsoft.Storage/checknameavailability", "Microsoft.ResourceGraph/resources"
_SPELLING = {
    name.lower(): name
    for name in (
        *(kind.type for kind in KINDS.values()),
        *(_SUBSCRIPTIONS, _GROUPS, _DESCENDANTS, _DEFINITIONS, _BLOBS, _NAME_CHECK, _GRAPH, ASSIGNMENT.type),
    )
}
_POSTED = (_NAME_CHECK, _GRAPH)


class ArmPath(NamedTuple):
    """A path of Resource Manager: the scope before the last provider, the type, and the names along it."""

    scope: str
    type: str
    names: list[str]
    is_list: bool


def read_path(path: str) -> ArmPath:
    """`/subscriptions/S/providers/N/a/b/c` → scope, `N/a/c`, names. Paths are compared without regard to case."""
    trimmed = path.rstrip("/")
    at = trimmed.lower().rfind("/providers/")
    if at < 0:
        parts = trimmed.strip("/").split("/")
        plain = parts[0].lower() == "subscriptions" and len(parts) <= 2
        return ArmPath("", _SUBSCRIPTIONS if plain else "", parts[1:], is_list=len(parts) == 1)
    namespace, *parts = trimmed[at + len("/providers/") :].split("/")
    kind = "/".join([namespace, *parts[0::2]])
    return ArmPath(trimmed[:at], _SPELLING.get(kind.lower(), kind), parts[1::2], is_list=len(parts) % 2 == 1)


class AzureCloud(Cloud):
    """A tenant of equal subscriptions below the management groups mg-root and mg-0, mg-1, ... of ten each."""

    kinds = ("workspaces", "computes", "endpoints", "deployments", "accounts", "buckets", "roles")
    default_regions = len(LOCATIONS)

    def __init__(self, size: Size) -> None:
        if not 1 <= size.regions <= len(LOCATIONS):
            raise ValueError(f"Azure has 1 to {len(LOCATIONS)} locations here")
        self._folder = tempfile.TemporaryDirectory(prefix="replay-")
        places = LOCATIONS[: size.populated]
        self._subscriptions = [Subscription(size, index, places) for index in range(size.accounts)]
        self._by_id = {subscription.id: subscription for subscription in self._subscriptions}
        self._answers: dict[str, Callable[[Request, Call], Any]] = {
            "oauth2.token": lambda request, _call: azure_login.token(_url(request)),
            "oauth2.discovery": lambda request, _call: azure_login.configuration(_url(request)),
            "batch": self._batch,
            _SUBSCRIPTIONS: self._list_subscriptions,
            _GROUPS: self._management_groups,
            _DESCENDANTS: self._descendants,
            _GRAPH: self._graph,
            _NAME_CHECK: self._name_check,
            _DEFINITIONS: self._definitions,
            _BLOBS: self._blobs,
            ASSIGNMENT.type: self._assignments,
        }

    def tls(self) -> ssl.SSLContext | None:
        return azure_login.tls_context(Path(self._folder.name))

    def env(self, url: str) -> dict[str, str]:
        return {
            "MLPOSTURE_AZURE_ENDPOINT": url,
            "AZURE_AUTHORITY_HOST": url,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": "00000000-0000-0000-0000-00000000c11e",
            "AZURE_CLIENT_SECRET": "invented-for-the-replay",
            "REQUESTS_CA_BUNDLE": str(Path(self._folder.name, "ca.pem")),
        }

    # -- which call it is ----------------------------------------------------------------------------------------------

    def identify(self, request: Request) -> Call:
        path = unquote(request.path)
        lowered = path.lower().rstrip("/")
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        token = next((value for name, value in query.items() if name.lower() == "$skiptoken"), "")
        if lowered.endswith("/oauth2/v2.0/token"):
            return Call("oauth2.token", TENANT, "global", "", {}, "oauth2.token")
        if lowered.endswith("/.well-known/openid-configuration"):
            return Call("oauth2.discovery", TENANT, "global", "", {}, "oauth2.discovery")
        if lowered == "/batch":
            return Call("Microsoft.Resources/batch/action", TENANT, "global", "", {}, "batch")
        found = read_path(path)
        known = lowered.split("/")
        account = known[2] if len(known) > 2 and known[1] == "subscriptions" else TENANT
        verb = "read" if request.method == "GET" or found.type in _POSTED else "action"
        params = {"path": found, "query": query, "start": int(token.removeprefix("from-") or 0)}
        resource = f"{path} {token}" if token else path
        if found.type == _GRAPH:
            resource = request.body.decode(errors="replace")
        return Call(f"{found.type or 'unknown'}/{verb}", account, "global", resource, params, found.type)

    # -- answers -------------------------------------------------------------------------------------------------------

    def answer(self, request: Request, call: Call) -> Reply:
        if not call.service.startswith("oauth2."):
            if not request.headers.get("authorization", "").lower().startswith("bearer "):
                raise Refused(401, "InvalidAuthenticationToken", "The access token is missing or invalid.")
            if "api-version=" not in request.query:
                raise Refused(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
            if request.method != ("POST" if call.service in (*_POSTED, "batch") else "GET"):
                raise Refused(405, "MethodNotAllowed", "The requested resource does not support this method.")
        answer = self._answers.get(call.service, self._resources)
        return Reply(msgspec.json.encode(answer(request, call)), _JSON)

    def _subscription(self, scope: str) -> Subscription:
        parts = scope.lower().split("/")
        name = parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""
        if name not in self._by_id:
            raise Refused(404, "SubscriptionNotFound", f"The subscription '{name}' could not be found.")
        return self._by_id[name]

    def _resources(self, request: Request, call: Call) -> Any:
        path: ArmPath = call.params["path"]
        kind = KINDS.get(path.type.lower())
        if kind is None:
            raise Refused(404, "InvalidResourceType", f"The resource type '{path.type}' could not be found.")
        subscription = self._subscription(path.scope)
        parent = _parent(subscription, kind, path.names if path.is_list else path.names[:-1])
        if path.is_list:
            count = subscription.counts[kind.type]
            indices = range(count) if parent is None else subscription.children(kind, parent)
            return _page(request, call, indices, lambda index: subscription.summary(kind, index))
        index = subscription.find(kind, path.names[-1])
        if index is None or (parent is not None and index not in subscription.children(kind, parent)):
            raise _not_found(path.names[-1])
        return subscription.document(kind, index)

    def _list_subscriptions(self, request: Request, call: Call) -> Any:
        def shown(subscription: Subscription) -> dict[str, Any]:
            name = f"Replay {subscription.index}"
            return {
                "id": subscription.root,
                "subscriptionId": subscription.id,
                "tenantId": TENANT,
                "displayName": name,
                "state": "Enabled",
            }

        path: ArmPath = call.params["path"]
        if path.is_list:
            return _page(request, call, self._subscriptions, shown)
        return shown(self._subscription(f"/subscriptions/{path.names[0]}"))

    def _blobs(self, _request: Request, call: Call) -> Any:
        path: ArmPath = call.params["path"]
        subscription = self._subscription(path.scope)
        index = subscription.find(STORAGE, path.names[0])
        if index is None:
            raise _not_found(path.names[0])
        blobs = subscription.blobs(index)
        return {"value": [blobs]} if path.is_list else blobs

    def _assignments(self, request: Request, call: Call) -> Any:
        path: ArmPath = call.params["path"]
        subscription = self._subscription(path.scope)
        if not path.is_list or path.scope.count("/") > 2:
            raise Refused(400, "BadRequest", "The replay lists assignments of whole subscriptions only.")
        indices: Sequence[int] = range(subscription.counts[ASSIGNMENT.type])
        if asked := call.params["query"].get("$filter"):
            # Nobody is in a group here, so that both filters give the same.
            named = re.fullmatch(r"(?:assignedTo\(|principalId eq )'([^']*)'\)?", asked, re.IGNORECASE)
            if named is None:
                raise Refused(400, "InvalidFilter", f"The filter '{asked}' is not supported.")
            indices = [index for index in indices if subscription.holder(index) == named[1].lower()]
        return _page(request, call, indices, subscription.assignment)

    def _definitions(self, request: Request, call: Call) -> Any:
        path: ArmPath = call.params["path"]
        subscription = self._subscription(path.scope) if path.scope else self._subscriptions[0]
        if path.is_list:
            return _page(request, call, list(ROLES), subscription.role)
        if path.names[0].lower() not in ROLES:
            raise Refused(404, "RoleDefinitionDoesNotExist", "The specified role definition does not exist.")
        return subscription.role(path.names[0].lower())

    def _name_check(self, request: Request, _call: Call) -> Any:
        name = msgspec.json.decode(request.body, type=dict[str, str]).get("name", "")
        if any(subscription.find(STORAGE, name) is not None for subscription in self._subscriptions):
            return {"nameAvailable": False, "reason": "AlreadyExists", "message": "The name is already taken."}
        return {"nameAvailable": True}

    # -- above subscriptions -------------------------------------------------------------------------------------------

    def _below(self, group: str) -> tuple[list[str], Sequence[Subscription]]:
        """The groups and the subscriptions anywhere below a management group."""
        number = -(-len(self._subscriptions) // _IN_A_GROUP)
        if group.lower() in ("mg-root", TENANT):
            return [f"mg-{index}" for index in range(number)], self._subscriptions
        digits = group.lower().removeprefix("mg-")
        if not digits.isdecimal() or int(digits) >= number:
            raise Refused(403, "AuthorizationFailed", f"The client has no access to management group '{group}'.")
        return [], self._subscriptions[int(digits) * _IN_A_GROUP :][:_IN_A_GROUP]

    def _management_groups(self, request: Request, call: Call) -> Any:
        def shown(name: str) -> dict[str, Any]:
            properties = {"tenantId": TENANT, "displayName": name}
            return {"id": f"/providers/{_GROUPS}/{name}", "type": _GROUPS, "name": name, "properties": properties}

        path: ArmPath = call.params["path"]
        if path.is_list:
            return _page(request, call, ["mg-root", *self._below("mg-root")[0]], shown)
        self._below(path.names[0])
        return shown(path.names[0])

    def _descendants(self, request: Request, call: Call) -> Any:
        groups, subscriptions = self._below(call.params["path"].names[0])

        def shown(item: str | Subscription) -> dict[str, Any]:
            group = isinstance(item, str)
            name = item if isinstance(item, str) else item.id
            parent = "mg-root" if isinstance(item, str) else f"mg-{item.index // _IN_A_GROUP}"
            return {
                "id": f"/providers/{_GROUPS}/{name}" if group else f"/subscriptions/{name}",
                "type": _GROUPS if group else "/subscriptions",
                "name": name,
                "properties": {"displayName": name, "parent": {"id": f"/providers/{_GROUPS}/{parent}"}},
            }

        return _page(request, call, [*groups, *subscriptions], shown)

    def _graph(self, request: Request, _call: Call) -> Any:
        asked = msgspec.json.decode(request.body, type=dict[str, Any])
        if "subscriptions" in asked:
            wanted = [self._subscription(f"/subscriptions/{name}") for name in asked["subscriptions"]]
        elif "managementGroups" in asked:
            wanted = [found for group in asked["managementGroups"] for found in self._below(group)[1]]
        else:
            wanted = self._subscriptions
        return azure_graph.answer(request.body, wanted)

    def _batch(self, request: Request, _call: Call) -> Any:
        requests = msgspec.json.decode(request.body, type=dict[str, list[dict[str, Any]]]).get("requests", [])
        if not 1 <= len(requests) <= _BATCH:
            raise Refused(400, "BadRequest", f"A batch has 1 to {_BATCH} requests.")
        return {"responses": [self._inner(request, inner) for inner in requests]}

    def _inner(self, outer: Request, inner: dict[str, Any]) -> dict[str, Any]:
        address = urlsplit(inner.get("relativeUrl") or inner["url"])
        if address.path.rstrip("/").lower() == "/batch":
            raise Refused(400, "BadRequest", "A batch holds no batches.")
        body = msgspec.json.encode(inner["content"]) if inner.get("content") is not None else b""
        target = f"{address.path}?{address.query}"
        reply = self.serve(Request(inner.get("httpMethod", "GET"), target, outer.headers, body))
        lines = [line.partition(": ") for line in reply.headers.decode().split("\r\n") if line]
        response = {
            "httpStatusCode": reply.status,
            "headers": {name: value for name, _, value in lines},
            "content": msgspec.Raw(reply.body),
            "contentLength": len(reply.body),
        }
        return {"name": inner["name"], **response} if "name" in inner else response

    # -- refusals ------------------------------------------------------------------------------------------------------

    def denied(self, call: Call) -> Refused:
        if call.service.startswith("oauth2."):
            return Refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        message = f"The client does not have authorization to perform action '{call.operation}'."
        return Refused(403, "AuthorizationFailed", message)

    def throttled(self, call: Call, seconds: float) -> Refused:
        headers = b"Retry-After: %d\r\n" % (int(seconds) + 1)
        if call.service == _GRAPH:
            quota = b"x-ms-user-quota-remaining: 0\r\nx-ms-user-quota-resets-after: 00:00:%02d\r\n"
            return Refused(429, "RateLimiting", "Please provide below info ...", headers + quota % (int(seconds) + 1))
        return Refused(429, "TooManyRequests", "The request is being throttled as the limit was reached.", headers)

    def refuse(self, request: Request, call: Call, refused: Refused) -> Reply:  # noqa: ARG002 (the protocol's)
        body: dict[str, Any] = {"error": {"code": refused.code, "message": str(refused)}}
        if call.service.startswith("oauth2."):
            body = {"error": refused.code, "error_description": str(refused), "error_codes": [7000215]}
        return Reply(msgspec.json.encode(body), _JSON, refused.status, refused.headers)


def _url(request: Request) -> str:
    return f"https://{request.headers.get('host', '127.0.0.1')}"


def _not_found(name: str) -> Refused:
    return Refused(404, "ResourceNotFound", f"The resource '{name}' was not found.")


def _parent(subscription: Subscription, kind: Kind, names: Sequence[str]) -> int | None:
    """The index of the resource that a child is inside; None for a kind that is inside none. Raises Refused."""
    if not kind.parent:
        return None
    above = KINDS[kind.parent.lower()]
    grand = _parent(subscription, above, names[:-1])
    index = subscription.find(above, names[-1])
    if index is None or (grand is not None and index not in subscription.children(above, grand)):
        raise _not_found(names[-1])
    return index


def _page(request: Request, call: Call, items: Sequence[Any], make: Callable[[Any], Any]) -> dict[str, Any]:
    start, query = call.params["start"], call.params["query"]
    size = min(int(query.get("$top") or _PAGE), _PAGE) if "$top" in query else _PAGE
    reply: dict[str, Any] = {"value": [make(item) for item in items[start : start + size]]}
    if start + size < len(items):
        rest = {name: value for name, value in query.items() if name.lower() != "$skiptoken"}
        following = urlencode({**rest, "$skiptoken": f"from-{start + size}"})
        reply["nextLink"] = f"{_url(request)}{request.path}?{following}"
    return reply
