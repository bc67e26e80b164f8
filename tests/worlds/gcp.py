"""A simulated Google Cloud, routed and validated by Google's own discovery documents.

The API's host is the first segment of the path: `{url}/europe-west4-aiplatform.googleapis.com/v1/projects/…`.
It answers reads only. `readMask`, `fields` and simple filters are honoured; `orderBy` is accepted and ignored, as
lists are always in order of name.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from worlds import gcp_assets, gcp_leaves, gcp_logging, gcp_tables
from worlds import gcp_discovery as discovery
from worlds import gcp_replies as replies
from worlds.base import Request, Response, World, WorldError
from worlds.gcp_data_links import answer_links
from worlds.gcp_files import answer_file, list_files
from worlds.gcp_lineage import has_store, subgraph
from worlds.gcp_objects import Objects
from worlds.gcp_store import HOST, Resource, Store, public
from worlds.leaves import Leaf

_STORAGE = "/storage.googleapis.com"
_OBJECTS = re.compile(rf"{re.escape(_STORAGE)}/(?:(?:upload|download)/)?storage/v1/b/[^/]+/o\b")
#: services whose list methods take `-` for any location
ANY_LOCATION = ("logging", "notebooks")
#: services that are reached through one host for each region; the plain host is us-central1 and `global`
REGIONAL = ("aiplatform",)


@dataclass
class Call:
    """A request as the discovery documents read it. `path` is canonical: projects by id."""

    host: str
    service: str
    region: str = ""
    route: tuple[discovery.Api, discovery.Method] | None = None
    path: str = ""

    @property
    def api(self) -> discovery.Api:
        assert self.route is not None, "only a routed call has an API"
        return self.route[0]

    @property
    def method(self) -> discovery.Method:
        assert self.route is not None, "only a routed call has a method"
        return self.route[1]

    @property
    def key(self) -> str:
        """The API as the store spells it."""
        return f"{self.service}/{self.api.version}"

    @property
    def project(self) -> str:
        parts = self.path.split("/")
        return parts[1] if parts[0] == "projects" and len(parts) > 1 else ""

    @property
    def location(self) -> str:
        match = re.match(r"projects/[^/]+/locations/([^/]+)", self.path)
        return match[1] if match else ""

    @property
    def storage(self) -> str:
        """The service name where its errors have a form of their own."""
        return self.service if self.service == "storage" else ""


class GcpWorld(World):
    """One Google project (and a few more, if the world file has them) on loopback."""

    #: resources in a page when the client does not say, and at most
    page_size = 10
    max_page_size = 100
    #: where the objects of buckets are, if anywhere: the address of an emulator
    objects = ""
    survivors = ("token",)

    def prepare(self) -> None:
        self.store = Store(self.document)
        self.kept = Objects()
        self.token: replies.TokenEndpoint | None = None
        self.replies: dict[str, Any] = self.document.get("replies") or {}
        problems = gcp_tables.problems(self.document)
        problems += [
            problem for spelling, body in self.replies.items() for problem in self._judge_reply(spelling, body)
        ]
        if problems:
            raise WorldError("\n".join(problems))

    def _judge_reply(self, spelling: str, body: Any) -> list[str]:
        """A fixed reply has to fit its method's response, if the documents know the method and it is no error."""
        verb, _, path = spelling.partition(" ")
        if verb not in ("GET", "POST") or not path.partition("/")[0].endswith(".googleapis.com"):
            return [f"replies.{spelling}: expected GET or POST, a space, and host/path"]
        if not isinstance(body, dict):
            return [f"replies.{spelling}: expected a mapping, got {body!r}"]
        call = self._read(Request(method=verb, path=path, query={}, headers={}, body=b""))
        if call.route is None or body.get("x-status", 200) != 200:
            return []
        return call.api.problems(call.method.response, public(body), f"replies.{spelling}")

    def leaves(self) -> Iterator[Leaf]:
        return gcp_leaves.leaves(self.document, self.store)

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        return gcp_leaves.knows(operation, path, self.document)

    def start(self) -> World:
        super().start()
        self.token = replies.TokenEndpoint(self.url, self.store.main["projectId"])
        return self

    def close(self) -> None:
        super().close()
        if self.token is not None:
            self.token.close()
            self.token = None

    def env(self) -> dict[str, str]:
        assert self.token is not None, "the world is not running"
        return {
            "MLPOSTURE_GCP_ENDPOINT": self.url,
            "GOOGLE_CLOUD_PROJECT": self.store.main["projectId"],
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.token.key_file),
            # A folder without authorities. Reading the usual ones, which nobody asks here, is half of connecting.
            "REQUESTS_CA_BUNDLE": str(self.token.key_file.parent),
        }

    # -- reading the request ---------------------------------------------------------------------------------------

    def identify(self, request: Request) -> None:
        request.account, request.region, request.verb = self.store.main["projectId"], "global", "get"
        if request.path == "/token":
            request.operation = "oauth2.token"
            return
        call = self._read(request)
        request.params["call"] = call
        request.operation = f"{call.service}.unknown"
        if _OBJECTS.match(request.path):
            read = "list" if request.path.endswith("/o") else "get"
            request.operation = f"storage.objects.{read if request.method == 'GET' else 'create'}"
        if call.route is None:
            return
        request.operation = call.method.permission
        request.verb = "list" if call.method.lists else "get"
        request.region = call.location or "global"
        request.account = call.project or request.account
        asked = self._resource_path(unquote(request.path).lstrip("/").partition("/")[2], call.api, call.method)
        if call.storage:
            request.resource = asked.removeprefix("b").lstrip("/") or f"projects/{request.query.get('project', '')}"
        elif call.method.name in ("list", "search"):
            request.resource = request.query.get("parent") or asked.rpartition("/")[0]
        else:
            request.resource = asked

    def _read(self, request: Request) -> Call:
        host, _, quoted = request.path.lstrip("/").partition("/")
        host, path = unquote(host), unquote(quoted)
        match = HOST.fullmatch(host)
        service = (match["service"] or match["apart"]) if match else ""
        region = (match["region"] or match["multi"] or "") if match else ""
        if match is None or (region and service not in REGIONAL):
            return Call(host=host, service=host.partition(".")[0])
        call = Call(host=f"{service}.googleapis.com", service=service, region=region)
        version = next((part for part in path.split("/")[:2] if re.fullmatch(r"v\d+\w*", part)), "")
        api = discovery.load(service, version)
        # The name of a managed folder has slashes, which only stay apart from those of the path while they are quoted.
        method = (api.route(request.method, quoted) or api.route(request.method, path)) if api else None
        if api and method:
            call.route = (api, method)
            call.path = self.store.canonical(self._resource_path(path, api, method))
            if service == "iam" and call.path.startswith("projects/-/serviceAccounts/"):
                call.path = self._owner_filled_in(call.path)
        return call

    def _resource_path(self, path: str, api: discovery.Api, method: discovery.Method) -> str:
        """The resource a path speaks of: without the version, and without a custom verb."""
        path = path.removeprefix(api.prefix)
        if ":" in method.template[-1]:
            path = path.rpartition(":")[0]
        return path.removesuffix("/iam") if api.service == "storage" and method.name == "getIamPolicy" else path

    def _owner_filled_in(self, path: str) -> str:
        """IAM lets a service account be named without its project."""
        account = "/".join(path.split("/")[2:4])
        for known in self.store.resources["iam/v1"]:
            if known.endswith(f"/{account}"):
                return path.replace("projects/-", known.removesuffix(f"/{account}"), 1)
        return path

    # -- answering -------------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        assert self.token is not None, "the world is not running"
        if request.operation == "oauth2.token":
            return self.token.answer(request)
        call: Call = request.params["call"]
        if not self.document.get("anonymous") and not self.token.accepts(request):
            return replies.unauthenticated(call.storage)
        if request.operation == "storage.objects.get" and not self.objects:
            return answer_file(self.document, request)
        if request.operation == "storage.objects.list" and not self.objects:
            return list_files(self.document, request)
        if self.objects and request.operation.startswith("storage.objects."):
            path = request.path.removeprefix(_STORAGE)
            return self.kept.answer(request, self.objects, f"{self.url}{_STORAGE}", path)
        fixed = self.replies.get(f"{request.method} {request.path.lstrip('/')}")
        if fixed is not None:
            return replies.reply(public(fixed), fixed.get("x-status", 200))
        if call.route is None:
            return replies.no_such_page()
        return self._objection(request, call) or self._answer(request, call)

    def _objection(self, request: Request, call: Call) -> Response | None:
        """What Google finds wrong with a call before it looks at the resource."""
        unknown = sorted(request.query.keys() - call.method.query - call.api.common)
        if unknown:
            return replies.unknown_query(unknown, call.storage)
        if self.store.disabled(call.host):
            return self.refuse(request, "disabled")
        if call.service in REGIONAL and call.location:
            served = (call.region,) if call.region else ("global", "us-central1")
            if call.location not in served:
                host = f"{call.region}-{call.host}" if call.region else call.host
                return replies.failure(400, f"Location '{call.location}' is not served by the endpoint {host}.")
        project = call.project
        if call.storage and call.method.id == "storage.buckets.list":
            asked = request.query.get("project")
            if not asked:
                return replies.failure(400, "Required parameter: project", call.storage)
            project = self.store.numbers.get(asked, asked)
        if self._is_strange(request, call, project):
            return self.refuse(request, "deny")
        known = self.store.locations.get(call.service)
        anywhere = call.location == "-" and call.service in ANY_LOCATION and call.method.lists
        if known and call.location and not anywhere and call.location not in (*known, "global"):
            return replies.failure(404, f"Location projects/{project}/locations/{call.location} is not found.")
        if not anywhere and call.location in self._unreachable(call.service) and call.method.resource != "locations":
            return replies.failure(503, f"Location {call.location} is unavailable.")
        return None

    def _is_strange(self, request: Request, call: Call, project: str) -> bool:
        """Whether a call is about a project, a folder or an organisation that this world does not have."""
        if project:
            return project not in self.store.projects
        above = call.path if call.service == "cloudasset" else request.query.get("parent", "")
        known = self.store.get("cloudresourcemanager/v3", above)
        return call.service in ("cloudasset", "cloudresourcemanager") and bool(above) and known is None

    def _answer(self, request: Request, call: Call) -> Response:
        method = call.method
        try:
            if method.name == "getIamPolicy":
                response = self._policy(call)
            elif method.name in ("getEffectivePolicy", "getEffectiveOrgPolicy"):
                response = self._org_policy(request, call)
            elif method.name == "getAncestry":
                lineage = [name.split("/") for name in self.store.lineage(self.store.projects[call.project])]
                response = replies.reply(
                    {"ancestor": [{"resourceId": {"type": kind[:-1], "id": id_}} for kind, id_ in lineage]}
                )
            elif method.name == "testIamPermissions":
                response = self._tested(request)
            elif method.id == "logging.entries.list":
                response = gcp_logging.entries(self.document, request, self.max_page_size)
            else:
                response = self._kept(request, call)
        except ValueError as error:
            return replies.failure(400, str(error), call.storage)
        if response.status == 200 and "fields" in request.query:
            return replies.reply(discovery.masked(json.loads(response.body), request.query["fields"]))
        return response

    def _kept(self, request: Request, call: Call) -> Response:
        """What the store has of a call: a resource, a list, or what Vertex ML Metadata has around an artifact."""
        method = call.method
        if method.name == "queryArtifactLineageSubgraph":
            return subgraph(self.document, self.store, call.key, call.path, request.query)
        if call.service == "datalineage" and request.method == "POST":
            return answer_links(self.document, self.store, request, call.path, method.name)
        if method.resource == "artifacts" and not has_store(self.store, call.key, call.path):
            return self._missing(call.path.rpartition("/artifacts")[0], call)
        if method.id in gcp_tables.ANSWERED:
            return gcp_tables.answer(self.document, call.method.name, call.path, request)
        if method.lists:
            return self._list(request, call)
        if method.name == "get":
            return self._get(request, call)
        message = f"{method.id} is not simulated: this Google Cloud answers reads only."
        return replies.failure(501, message, call.storage)

    def _missing(self, request_path: str, call: Call) -> Response:
        if not call.storage:
            return replies.failure(404, f"{request_path} was not found.")
        bucket = self.store.foreign.get(request_path.removeprefix("b/"))
        if bucket is None:
            return replies.failure(404, "The specified bucket does not exist.", call.storage)
        if bucket["readable"] and call.method.name == "get":
            return replies.reply(
                {"kind": "storage#bucket", **{key: bucket[key] for key in bucket if key != "readable"}}
            )
        return replies.denied(call.method.permission, call.host, call.path, call.storage)

    def _get(self, request: Request, call: Call) -> Response:
        if call.method.resource == "locations":
            place = next((item for item in self._places(call) if item["locationId"] == call.location), None)
            return replies.reply(place) if place else self._missing(call.path, call)
        resource = self.store.get(call.key, call.path)
        return replies.reply(self._shown(request, call, resource)) if resource else self._missing(call.path, call)

    def _policy(self, call: Call) -> Response:
        resource = self.store.get(call.key, call.path)
        policy = self.store.policies.get(call.path) or (resource or {}).get("x-iamPolicy")
        if policy is None and resource is None:
            return self._missing(call.path, call)
        return replies.reply({"etag": "ACAB", "version": 1, **(policy or {})})

    def _tested(self, request: Request) -> Response:
        """Those of the permissions asked about that no fault denies."""
        asked = json.loads(request.body)["permissions"]
        held = [
            name
            for name in asked
            if not any(f.kind == "deny" and f.strikes(replace(request, operation=name)) for f in self.faults)
        ]
        return replies.reply({"permissions": held} if held else {})

    def _org_policy(self, request: Request, call: Call) -> Response:
        """What `org_policies` says of a boolean constraint and a project; unless it does, nothing is enforced."""
        if call.service == "orgpolicy":
            name = call.path.rpartition("/")[2]
            enforced = self._enforced(call.project, name)
            rules = [{"enforce": enforced}]
            return replies.reply({"name": call.path, "spec": {"rules": rules}})
        constraint = json.loads(request.body)["constraint"]
        enforced = self._enforced(call.project, constraint.removeprefix("constraints/"))
        return replies.reply({"constraint": constraint, "booleanPolicy": {"enforced": True} if enforced else {}})

    def _enforced(self, project: str, constraint: str) -> bool:
        return bool((self.document.get("org_policies") or {}).get(f"projects/{project}", {}).get(constraint))

    def _list(self, request: Request, call: Call) -> Response:
        found = [self._shown(request, call, resource) for resource in self._candidates(request, call)]
        text = request.query.get("filter") or request.query.get("query")
        if text:
            found = [resource for resource in found if discovery.keeps(resource, text)]
        body: dict[str, Any] = {"kind": f"storage#{call.method.resource}"} if call.storage else {}
        page, token = self._page(request, call, found)
        if mask := request.query.get("readMask"):
            page = discovery.masked(page, mask)
        if page:  # Google leaves empty lists out
            body[str(call.api.items_key(call.method))] = page
        if token:
            body["nextPageToken"] = token
        unreachable = self._unreachable(call.service)
        if call.location == "-" and unreachable:
            body["unreachable"] = [f"projects/{call.project}/locations/{place}" for place in unreachable]
        return replies.reply(body)

    def _candidates(self, request: Request, call: Call) -> list[Resource]:
        """What a list method chooses from, before filters."""
        if call.method.resource == "locations":
            return self._places(call)
        if call.method.name == "listVersions":
            model = self.store.get(call.key, call.path.partition("@")[0])
            return [model] if model else []
        if call.method.name == "searchAllResources":
            return gcp_assets.search(self.store, call.path, parse_qs(request.raw_query).get("assetTypes", []))
        found = self.store.children(call.key, call.path)
        if call.method.id == "storage.buckets.list":
            asked = self.store.canonical(f"projects/{request.query['project']}").removeprefix("projects/")
            prefix = request.query.get("prefix", "")
            return [
                bucket
                for bucket in found
                if self.store.numbers[bucket["projectNumber"]] == asked and bucket["name"].startswith(prefix)
            ]
        if call.service == "cloudresourcemanager" and "parent" in call.method.query:
            deleted = request.query.get("showDeleted") == "true"
            return [
                resource
                for resource in found
                if resource.get("parent") == request.query.get("parent")
                and (deleted or resource.get("state") == "ACTIVE")
            ]
        if types := request.query.get("keyTypes"):
            return [key for key in found if key.get("keyType") == types]
        if call.location == "-":
            cut_off = tuple(f"/locations/{place}/" for place in self._unreachable(call.service))
            return [resource for resource in found if not any(place in resource["name"] for place in cut_off)]
        return found

    def _places(self, call: Call) -> list[Resource]:
        return [
            {"name": f"projects/{call.project}/locations/{place}", "locationId": place}
            for place in sorted(self.store.locations.get(call.service, ()))
        ]

    def _unreachable(self, service: str) -> list[str]:
        places: list[str] = (self.document.get("unreachable") or {}).get(service, [])
        return places

    def _shown(self, request: Request, call: Call, resource: Resource) -> Resource:
        """A resource as this call shows it: some fields have to be asked for."""
        shown = public(resource)
        if call.storage and call.method.resource == "buckets":
            hidden = () if request.query.get("projection") == "full" else ("acl", "defaultObjectAcl", "owner")
            shown = {"kind": "storage#bucket", "id": shown["name"], **shown}
            return {key: value for key, value in shown.items() if key not in hidden}
        if call.method.resource == "sinks":
            return {**shown, "resourceName": shown["name"], "name": shown["name"].rpartition("/")[2]}
        if call.method.resource == "roles" and call.method.lists and request.query.get("view") != "FULL":
            shown.pop("includedPermissions", None)
        return shown

    def _page(self, request: Request, call: Call, found: list[Resource]) -> tuple[list[Resource], str]:
        parameter = next((name for name in ("pageSize", "maxResults") if name in call.method.query), None)
        if parameter is None:
            return found, ""
        asked = request.query.get(parameter, "0")
        if not asked.isdigit():
            raise ValueError(f"Invalid value at '{parameter}': {asked!r}")
        size = min(int(asked) or self.page_size, self.max_page_size)
        rest = [pair for pair in parse_qsl(request.raw_query) if pair[0] not in ("pageToken", parameter)]
        question = [call.path, sorted(rest)]
        start = 0
        if token := request.query.get("pageToken"):
            try:
                asked_before, start = json.loads(base64.urlsafe_b64decode(token))
            except (ValueError, TypeError):
                raise ValueError("The page token is invalid.") from None
            if asked_before != json.loads(json.dumps(question)):
                raise ValueError("The page token belongs to a request with other parameters.")
        more = start + size < len(found)
        following = json.dumps([question, start + size]).encode()
        return found[start : start + size], base64.urlsafe_b64encode(following).decode() if more else ""

    # -- refusing --------------------------------------------------------------------------------------------------

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        call: Call = request.params["call"]
        return replies.coded(status, code, message, call.host, call.storage)

    def gone(self, request: Request) -> Response:
        call: Call = request.params["call"]
        if call.storage:
            return replies.failure(404, "The specified bucket does not exist.", call.storage)
        return replies.failure(404, f"{call.path} was not found.")

    def refuse(self, request: Request, kind: str) -> Response:
        if kind == "malformed":
            response = self.respond(request)
            return Response(200, response.body[: max(1, len(response.body) // 2)], response.headers)
        if request.operation == "oauth2.token":
            assert self.token is not None
            statuses = {"throttle": 429, "error": 503}
            return self.token.refuse(statuses.get(kind, 400), "temporarily_unavailable" if kind in statuses else kind)
        call: Call = request.params["call"]
        if kind == "deny":
            denied = discovery.DENIED_AS.get(request.operation, request.operation)
            return replies.denied(denied, call.host, request.resource, call.storage)
        if kind == "disabled":
            project = self.store.projects.get(call.project, self.store.main)
            title = call.api.title if call.route else call.service
            return replies.disabled(title, call.host, project["projectNumber"], call.storage)
        if kind == "throttle":
            return replies.throttled(call.host, call.storage)
        if kind == "error":
            return replies.failure(503, "The service is currently unavailable.", call.storage)
        raise ValueError(f"{kind} is not a way in which the simulated Google Cloud refuses")
