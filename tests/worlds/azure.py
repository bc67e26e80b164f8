"""A simulated Azure Resource Manager, with the login endpoint its clients need, over TLS on loopback.

The world file holds full resources; every list, page and reference follows from their ids. Nothing can be changed
through it.
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

from worlds import azure_bulk, azure_entra, azure_files, azure_leaves, azure_log, azure_models
from worlds.azure_entra import CLIENT_ID, CLIENT_SECRET, OBJECT_ID, Entra, reply
from worlds.azure_ids import ACTIVITY_LOG, GROUP, NAME_CHECK, PROVIDER, SPELLING, SUBSCRIPTION, TENANT, split, within
from worlds.base import Request, Response, World, WorldError
from worlds.leaves import Leaf

_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
_DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
_NAMESPACES = {name.partition("/")[0].lower() for name in SPELLING}
#: asked for with POST, though they only read
_POSTED = {NAME_CHECK, azure_bulk.GRAPH, azure_bulk.BATCH}
_VERBS = {"GET": "read", "HEAD": "read", "POST": "action", "DELETE": "delete"}
_KEYS = {
    "activity_log",
    "tenant",
    "subscription",
    "resources",
    "role_assignments",
    "role_definitions",
    "diagnostic_settings",
    "files",
    "foreign_storage",
    "group_members",
    "management_groups",
    "more_subscriptions",
    "unregistered",
}


def error(status: int, code: str, message: str, **headers: str) -> Response:
    """An error in Azure Resource Manager's form."""
    return reply(status, {"error": {"code": code, "message": message}}, **headers)


class AzureWorld(World):
    """One tenant with one subscription that holds things; `more_subscriptions` hold what is said to be in them.

    One of those with `reader: false` can be seen, and nothing in it can be read.
    """

    #: items on a page; small, so that every client has to follow nextLink
    page_size = 3
    #: whether resources are checked against the models of Microsoft's SDKs, which take a while to import
    checked: ClassVar[bool] = True
    #: ids (lower case) that Resource Graph has not heard of yet
    unindexed: frozenset[str] = frozenset()
    survivors = ("entra", "_directory")

    def prepare(self) -> None:
        document = copy.deepcopy(self.document)
        found = [f"{key}: unknown key" for key in document if key not in _KEYS]
        found += [f"{key}: missing" for key in ("tenant", "subscription") if key not in document]
        if found:
            raise WorldError("\n".join(found))
        self.tenant: str = document["tenant"]
        self.subscription: str = document["subscription"]["subscriptionId"]
        self.root = f"/subscriptions/{self.subscription}"
        self.more = {one.get("subscriptionId", ""): one for one in document.get("more_subscriptions", [])}
        self.groups: dict[str, list[str]] = document.get("management_groups", {})
        self.unregistered = {name.lower() for name in document.get("unregistered", [])}
        self.foreign = {name.lower() for name in document.get("foreign_storage", [])}
        self.entra = Entra(self.tenant, lambda: self.url)
        self._directory: Path | None = None
        #: everything with an id, by lower-case id
        self.items: dict[str, dict[str, Any]] = {}
        for index, resource in enumerate(document.get("resources", [])):
            found += self._add(resource, resource.get("type", ""), f"resources[{index}]")
        for section, kind in (("role_definitions", _DEFINITIONS), ("role_assignments", _ASSIGNMENTS)):
            for index, item in enumerate(document.get(section, [])):
                found += self._add(item, kind, f"{section}[{index}]")
        for owner, settings in document.get("diagnostic_settings", {}).items():
            for setting in settings:
                setting.setdefault("id", f"{owner}/providers/{_DIAGNOSTICS}/{setting.get('name')}")
                found += self._add(setting, _DIAGNOSTICS, "diagnostic_settings")
        found += [*self._broken_references(), *azure_bulk.problems(document)]
        if found:
            raise WorldError("\n".join(found))

    def _add(self, item: dict[str, Any], kind: str, section: str) -> list[str]:
        """Index one item under its id and fill in what follows from the id; returns what is wrong with it."""
        if not isinstance(item.get("id"), str):
            return [f"{section}: no id"]
        identifier = item["id"]
        _, named, name = split(identifier)
        where = f"{section} {identifier}"
        if not name or named.lower() != kind.lower():
            return [f"{where}: the id is not that of a {kind or 'resource with a type'}"]
        if kind not in azure_models.TYPES:
            return [f"{where}: no model for the type {kind}"]
        if identifier.lower() in self.items:
            return [f"{where}: there are two of it"]
        item.setdefault("name", name)
        item.setdefault("type", kind)
        self.items[identifier.lower()] = item
        return list(azure_models.problems(azure_models.TYPES[kind], item, where)) if self.checked else []

    def _broken_references(self) -> Iterable[str]:
        for identifier, item in self.items.items():
            parent, kind, _ = split(item["id"])
            properties = item.get("properties") or {}
            if kind == _DEFINITIONS:
                continue
            if kind == _ASSIGNMENTS:
                if str(properties.get("scope")).lower().rstrip("/") != parent.lower():
                    yield f"{item['id']}: properties.scope is not the scope of the id"
                if self._definition(str(properties.get("roleDefinitionId"))) is None:
                    yield f"{item['id']}: no such role definition"
                continue
            if not any(within(identifier, f"/subscriptions/{name}") for name in self._names()):
                yield f"{item['id']}: outside the subscriptions"
            if (kind.count("/") > 1 or kind == _DIAGNOSTICS) and parent.lower() not in self.items:
                yield f"{item['id']}: what it belongs to does not exist"
            if kind.partition("/")[0].lower() in self.unregistered:
                yield f"{item['id']}: its provider is unregistered"

    def leaves(self) -> Iterator[Leaf]:
        return azure_leaves.leaves(self.document)

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        return azure_leaves.knows(operation, path)

    # -- running ---------------------------------------------------------------------------------------------------

    @property
    def ca_path(self) -> str:
        """The certificate authority to trust, as a PEM file; there is one while the world runs."""
        assert self._directory is not None, "the world is not running"
        return str(self._directory / "ca.pem")

    def sent(self) -> list[Request]:
        """The requests that travelled on their own; the log also has those inside batches."""
        return [request for request in self.log if azure_bulk.INNER not in request.headers]

    def start(self) -> World:
        self._directory = Path(tempfile.mkdtemp(prefix="azure-world-"))
        self.tls = azure_entra.tls_context(self._directory)
        return super().start()

    def close(self) -> None:
        super().close()
        if self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def env(self) -> dict[str, str]:
        return {
            "MLPOSTURE_AZURE_ENDPOINT": self.url,
            "MLPOSTURE_AZURE_BLOB_ENDPOINT": self.url + azure_files.PREFIX.rstrip("/"),
            "AZURE_AUTHORITY_HOST": self.url,
            "AZURE_TENANT_ID": self.tenant,
            "AZURE_CLIENT_ID": CLIENT_ID,
            "AZURE_CLIENT_SECRET": CLIENT_SECRET,
            "REQUESTS_CA_BUNDLE": self.ca_path,
        }

    # -- answering -------------------------------------------------------------------------------------------------

    def identify(self, request: Request) -> None:
        request.region = "global"
        request.resource = request.path
        request.operation = Entra.operation(request.path)
        if request.operation:
            request.verb, request.account = "get", self.tenant
            return
        request.account = self.subscription
        if request.path.startswith(azure_files.PREFIX):
            request.operation, request.verb = azure_files.READ, "get"
            request.resource = request.path.removeprefix(azure_files.PREFIX)
            request.params = {"parent": "", "kind": "", "name": "", "scope": ""}
            return
        parent, kind, name = split(request.path)
        if request.path == azure_bulk.BATCH_PATH:
            request.operation, request.verb = azure_bulk.BATCH, "batch"
            request.params = {"parent": "", "kind": azure_bulk.BATCH, "name": "", "scope": ""}
            return
        is_list = not name and kind not in ("", NAME_CHECK)
        request.verb = "list" if is_list else "get"
        access = "read" if kind in _POSTED else _VERBS.get(request.method, "write")
        request.operation = f"{kind or 'unknown'}/{access}"
        request.params = {"parent": parent, "kind": kind, "name": name, "scope": parent if is_list else request.path}

    def respond(self, request: Request) -> Response:
        if request.operation in (azure_entra.TOKEN, azure_entra.DISCOVERY):
            return self.entra.respond(request)
        if request.operation == azure_files.READ:
            return azure_files.answer(self.document, request, self.entra.issued)
        return self._turned_away(request) or self._answer(request)

    def _turned_away(self, request: Request) -> Response | None:
        """What Azure checks before it looks at the resource."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self.entra.issued:
            challenge = f'Bearer authorization_uri="{self.url}/{self.tenant}", error="invalid_token"'
            message = "The access token is missing or invalid."
            return error(401, "InvalidAuthenticationToken", message, WWW_Authenticate=challenge)
        version = request.query.get("api-version")
        if not version:
            message = "The api-version query parameter (?api-version=) is required for all requests."
            return error(400, "MissingApiVersionParameter", message)
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(-preview)?", version):
            return error(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
        if request.path.lower().startswith("/subscriptions/") and (refusal := self._turned_away_from(request)):
            return refusal
        if request.method != ("POST" if request.params["kind"] in _POSTED else "GET"):
            message = f"The requested resource does not support http method '{request.method}'."
            return error(405, "MethodNotAllowed", message)
        return None

    def _turned_away_from(self, request: Request) -> Response | None:
        """The same for the subscription that is asked."""
        asked = request.path.split("/")[2]
        if within(request.path, self.root):
            return None
        if asked not in self.more:
            return error(404, "SubscriptionNotFound", f"The subscription '{asked}' could not be found.")
        free = self.more[asked].get("reader", True) or request.params["kind"] in (SUBSCRIPTION, azure_bulk.PERMISSIONS)
        return None if free else self.refuse(request, "deny")

    def handle(self, request: Request) -> Response | None:
        answer = super().handle(request)
        return answer if answer is None or answer.status else None

    def _answer(self, request: Request) -> Response:
        kind, parent, name = (request.params[key] for key in ("kind", "parent", "name"))
        if kind in (azure_bulk.BATCH, *azure_bulk.TYPES):
            try:
                return self._bulk(request, kind, parent)
            except azure_bulk.Refusal as refusal:
                return error(400, refusal.code, refusal.message)
        if (made := self._of_the_subscription(request, kind, name)) is not None:
            return made
        if (listed := self._listed_elsewhere(request, kind, parent)) is not None:
            return listed
        missing = self._no_such_type(kind)
        if missing:
            return missing
        if kind == _DEFINITIONS:
            return self._definitions(request, name)
        if name:
            item = self.items.get(request.path.lower().rstrip("/"))
            return reply(200, item) if item else self._not_found(request.path)
        if kind == _ASSIGNMENTS:
            return self._assignments(request, parent)
        return self._resources(request, kind, parent)

    def _listed_elsewhere(self, request: Request, kind: str, parent: str) -> Response | None:
        """What no item of this world stands for as it is answered."""
        if kind == NAME_CHECK:
            return self._name_check(request)
        if kind == ACTIVITY_LOG:
            found = azure_log.events(self.document.get("activity_log", ()), self.root, request.query)
            refused = error(400, "BadRequest", "The filter is not supported.")
            return refused if found is None else self._page(request, found)
        if kind.lower() == azure_bulk.PERIMETER:
            listed = azure_bulk.perimeters(self.items.values())
            return self._page(request, [each for each in listed if within(each["id"], parent)])
        return None

    def _of_the_subscription(self, request: Request, kind: str, name: str) -> Response | None:
        """What Resource Manager itself knows: subscriptions, tenants, providers and groups."""
        if kind == SUBSCRIPTION:
            return reply(200, self._subscription()) if name else self._page(request, self._subscriptions())
        if kind == TENANT:
            return self._page(request, [{"id": f"/tenants/{self.tenant}", "tenantId": self.tenant}])
        if kind == PROVIDER and name.lower() not in _NAMESPACES:
            return error(404, "InvalidResourceNamespace", f"The resource namespace '{name}' is invalid.")
        if kind == PROVIDER:
            state = "NotRegistered" if name.lower() in self.unregistered else "Registered"
            return reply(200, {"id": request.path, "namespace": name, "registrationState": state})
        if kind == GROUP:
            return self._group(name) if name else self._page(request, list(self._groups().values()))
        return None

    def _bulk(self, request: Request, kind: str, scope: str) -> Response:
        if kind == azure_bulk.BATCH:
            answers = azure_bulk.batch(request, self.handle)
            return reply(200, answers) if answers else Response(0)  # an inner connection broke, and so does this one
        readers = {self.subscription: True, **{name: one.get("reader", True) for name, one in self.more.items()}}
        if kind == azure_bulk.GRAPH:
            known = [item for key, item in self.items.items() if key not in self.unindexed]
            return reply(200, azure_bulk.graph(request.body, known, readers, self.page_size))
        name = scope.rpartition("/")[2]
        if kind == azure_bulk.PERMISSIONS and scope.lower().startswith("/subscriptions/"):
            return reply(200, azure_bulk.permissions(readers[name]))
        if name not in self.groups:
            return self.refuse(request, "deny")
        if kind == azure_bulk.PERMISSIONS:
            return reply(200, azure_bulk.permissions(True))
        return self._page(request, azure_bulk.descendants(name, self.groups))

    def _resources(self, request: Request, kind: str, parent: str) -> Response:
        owned = kind.count("/") > 1 or kind == _DIAGNOSTICS
        if owned and parent.lower() not in self.items:
            return self._not_found(parent)
        group = re.fullmatch(rf"{self.root}/resourcegroups/([^/]+)", parent.lower())
        if group and group[1] not in self._groups():
            return self._group(parent.rsplit("/", 1)[1])
        if not owned and not group and parent.split("/")[1:] not in (["subscriptions", n] for n in self._names()):
            return self._not_found(parent)
        listed = [item for item in self._of_type(kind) if within(item["id"], parent)]
        if kind.endswith("/schedules") and request.query.get("listViewType", "EnabledOnly") == "EnabledOnly":
            listed = [item for item in listed if item["properties"].get("isEnabled") is not False]
        return self._page(request, listed)

    def _of_type(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.items.values() if split(item["id"])[1].lower() == kind.lower()]

    def _page(self, request: Request, values: list[dict[str, Any]]) -> Response:
        token = request.query.get("$skiptoken", "")
        try:
            start = int(base64.urlsafe_b64decode(token)) if token else 0
        except (binascii.Error, ValueError):
            return error(400, "InvalidSkipToken", f"The provided skip token '{token}' is invalid.")
        body: dict[str, Any] = {"value": values[start : start + self.page_size]}
        if start + self.page_size < len(values):
            following = base64.urlsafe_b64encode(str(start + self.page_size).encode()).decode()
            body["nextLink"] = f"{self.url}{request.path}?{urlencode({**request.query, '$skiptoken': following})}"
        return reply(200, body)

    def _subscription(self) -> dict[str, Any]:
        return {"id": self.root, "tenantId": self.tenant, "state": "Enabled", **self.document["subscription"]}

    def _subscriptions(self) -> list[dict[str, Any]]:
        more = [{key: value for key, value in one.items() if key != "reader"} for one in self.more.values()]
        made = [{"id": f"/subscriptions/{one['subscriptionId']}", "state": "Enabled", **one} for one in more]
        return [self._subscription(), *made]

    def _names(self) -> list[str]:
        return [self.subscription, *self.more]

    def _groups(self) -> dict[str, dict[str, Any]]:
        """Resource groups by lower-case name, as the ids of the resources name them."""
        groups: dict[str, dict[str, Any]] = {}
        for item in self.items.values():
            parts = item["id"].split("/")
            if len(parts) > 4 and parts[3].lower() == "resourcegroups":
                group = {"id": f"{self.root}/resourceGroups/{parts[4]}", "name": parts[4], "type": GROUP}
                group |= {"location": item.get("location", ""), "properties": {"provisioningState": "Succeeded"}}
                groups.setdefault(parts[4].lower(), group)
        return groups

    def _group(self, name: str) -> Response:
        group = self._groups().get(name.lower())
        missing = f"Resource group '{name}' could not be found."
        return reply(200, group) if group else error(404, "ResourceGroupNotFound", missing)

    def _assignments(self, request: Request, scope: str) -> Response:
        asked = request.query.get("$filter", "").strip()
        matched = re.fullmatch(
            r"(atScope\(\))?(?: and )?(?:principalId eq '([^']*)'|assignedTo\('([^']*)'\))?", asked, re.IGNORECASE
        )
        # A world that says nothing of who is in its groups does not answer for one who may be.
        if not matched or (matched[3] and "group_members" not in self.document):
            return error(400, "InvalidFilter", f"The filter '{asked}' is not supported.")
        at_scope, principal, member = matched.groups()
        holders = self._with_groups(member) if member else {principal.lower()} if principal is not None else None
        listed = []
        for item in self._of_type(_ASSIGNMENTS):
            granted = item["properties"]["scope"]
            if (within(scope, granted) or (not at_scope and within(granted, scope))) and (
                holders is None or item["properties"]["principalId"].lower() in holders
            ):
                listed.append(item)
        return self._page(request, listed)

    def _with_groups(self, member: str) -> set[str]:
        """Somebody and all groups that they are in, also through others."""
        found, pending = set(), [member.lower()]
        while pending:
            found.add(name := pending.pop())
            for group, members in self.document["group_members"].items():
                if name in {one.lower() for one in members} and group.lower() not in found:
                    pending.append(group.lower())
        return found

    def _definition(self, identifier: str) -> dict[str, Any] | None:
        """A role definition by id: the same one at every scope, so its name decides."""
        wanted = identifier.lower().rpartition("/")[2]
        return next((item for item in self._of_type(_DEFINITIONS) if item["name"].lower() == wanted), None)

    def _definitions(self, request: Request, name: str) -> Response:
        if name:
            item = self._definition(name)
            message = f"The specified role definition with ID '{name}' does not exist."
            return reply(200, item) if item else error(404, "RoleDefinitionDoesNotExist", message)
        asked = request.query.get("$filter", "")
        matched = re.fullmatch(r"(?:type eq '(\w+)')?", asked)
        if not matched:
            return error(400, "InvalidFilter", f"The filter '{asked}' is not supported.")
        return self._page(
            request, [i for i in self._of_type(_DEFINITIONS) if matched[1] in (None, i["properties"].get("type"))]
        )

    def _name_check(self, request: Request) -> Response:
        if "microsoft.storage" in self.unregistered:
            return self.refuse(request, "disabled")
        try:
            asked = json.loads(request.body)
            name, kind = asked["name"], asked["type"]
        except (ValueError, KeyError, TypeError):
            return error(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.")
        if not isinstance(name, str) or kind != "Microsoft.Storage/storageAccounts":
            return error(400, "InvalidResourceType", f"The resource type '{kind}' cannot be checked.")
        if not re.fullmatch(r"[a-z0-9]{3,24}", name):
            problem = {"reason": "AccountNameInvalid", "message": f"{name} is not a valid storage account name."}
        elif name in self.foreign or name in {i["name"] for i in self._of_type("Microsoft.Storage/storageAccounts")}:
            problem = {"reason": "AlreadyExists", "message": f"The storage account named {name} is already taken."}
        else:
            return reply(200, {"nameAvailable": True})
        return reply(200, {"nameAvailable": False, **problem})

    # -- refusing --------------------------------------------------------------------------------------------------

    @staticmethod
    def _no_such_type(kind: str) -> Response | None:
        namespace, _, rest = kind.partition("/")
        if namespace.lower() not in _NAMESPACES:
            return error(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
        if kind not in azure_models.TYPES:
            message = f"The resource type '{rest}' could not be found in the namespace '{namespace}'."
            return error(404, "InvalidResourceType", message)
        return None

    def _not_found(self, path: str) -> Response:
        _, kind, name = split(path)
        group = re.match(rf"{self.root}/resourcegroups/([^/]+)", path.lower())
        if group and group[1] not in self._groups():
            return self._group(path.split("/")[4])
        under = f" under resource group '{path.split('/')[4]}'" if group else ""
        return error(404, "ResourceNotFound", f"The Resource '{kind}/{name}'{under} was not found.")

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        if request.operation in (azure_entra.TOKEN, azure_entra.DISCOVERY):
            number = int(code.removeprefix("AADSTS"))
            return self.entra.error(status, "invalid_grant", number, message)
        if request.operation == azure_files.READ:
            return azure_files.failure(status, code, message)
        return error(status, code, message)

    def gone(self, request: Request) -> Response:
        """What is asked about is deleted with all that is inside of it; a blob service is its account's."""
        if request.operation == azure_files.READ:
            return azure_files.failure(404, "BlobNotFound", "The specified blob does not exist.")
        if request.params["kind"] == _DEFINITIONS:
            return error(404, "RoleDefinitionDoesNotExist", "The specified role definition does not exist.")
        owner = (
            request.path.removesuffix("/blobServices/default") if request.params["name"] else request.params["parent"]
        )
        self.items = {key: item for key, item in self.items.items() if not within(key, owner)}
        return self._not_found(owner)

    def refuse(self, request: Request, kind: str) -> Response:
        if request.operation in (azure_entra.TOKEN, azure_entra.DISCOVERY):
            return self.entra.refuse(kind)
        if request.operation == azure_files.READ:
            return azure_files.refuse(kind)
        if kind == "throttle":
            message = "The request is being throttled as the limit has been reached."
            return error(429, "TooManyRequests", message, Retry_After="1")
        if kind == "error":
            return error(500, "InternalServerError", "Encountered internal server error.")
        if kind == "disabled":
            namespace = request.operation.partition("/")[0]
            message = (
                f"The subscription is not registered to use namespace '{namespace}'. "
                "See https://aka.ms/rps-not-found for how to register subscriptions."
            )
            return error(409, "MissingSubscriptionRegistration", message)
        if kind == "malformed":
            body = self.respond(request).body
            return Response(200, body[: len(body) // 2], {"Content-Type": "application/json; charset=utf-8"})
        message = (
            f"The client '{CLIENT_ID}' with object id '{OBJECT_ID}' does not have authorization to perform action "
            f"'{request.operation}' over scope '{request.params['scope'] or '/'}' or the scope is invalid. "
            "If access was recently granted, please refresh your credentials."
        )
        return error(403, "AuthorizationFailed", message)
