"""The generated Google Cloud. The host of the API is the first part of the path, as `MLPOSTURE_GCP_ENDPOINT` has it.

Operations are spelled as IAM permissions. Filters other than that on the creation time of jobs are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import msgspec

from replaying.cloud import Call, Cloud, Refused, Reply, Request, Size
from replaying.gcp_assets import Assets
from replaying.gcp_documents import ROLES, Project
from replaying.gcp_tree import ORGANIZATION, Tree

# fmt: off
LOCATIONS = (
    "us-central1", "europe-west4", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3",
    "us-west4", "europe-west1", "europe-west12", "europe-west2", "europe-west3", "europe-west6", "europe-west8",
    "europe-west9", "europe-central2", "europe-north1", "europe-southwest1", "africa-south1", "asia-east1",
    "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-southeast1",
    "asia-southeast2", "australia-southeast1", "australia-southeast2", "me-central1", "me-central2", "me-west1",
    "northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1",
)
# fmt: on
_HOST = re.compile(r"(?:(?P<region>[a-z]+-[a-z]+\d+)-)?(?P<service>[a-z]+)\.googleapis\.com")
_STATE = re.compile(r'state(=)"(\w+)"')
_CREATED = re.compile(r'create_?time\s*(>=|>|<=|<)\s*"([^"]+)"', re.IGNORECASE)
_JSON = b"application/json; charset=UTF-8"
_STORAGE_REASONS = {400: "invalid", 403: "forbidden", 404: "notFound", 429: "rateLimitExceeded"}
#: Most items of a page, and how many come unless the request says.
_SIZES = {"cloudasset.assets.search": (500, 100), "cloudasset": (1000, 100), "storage": (1000, 1000)}


class Route(NamedTuple):
    """A method of an API: which path it has, its permission, the part of the path that is asked about, its handler."""

    verb: str
    service: str
    path: re.Pattern[str]
    operation: str
    handler: str


def _route(verb: str, service: str, path: str, operation: str, handler: str) -> Route:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/:]+)", path).replace("{+", "(?P<").replace("+}", r">.+?)")
    return Route(verb, service, re.compile(pattern), operation, handler)


_REGIONAL = "v1/projects/{project}/locations/{location}"
_REGIONAL_V2 = _REGIONAL.replace("v1/", "v2/")
ROUTES = (
    _route("GET", "aiplatform", "v1/projects/{project}/locations", "aiplatform.locations.list", "locations"),
    _route("GET", "aiplatform", _REGIONAL + "/{collection}", "aiplatform.{collection}.list", "regional"),
    _route("GET", "aiplatform", _REGIONAL + "/{collection}/{name}", "aiplatform.{collection}.get", "one"),
    _route(
        "GET",
        "aiplatform",
        _REGIONAL + "/{collection}/{name}/evaluations",
        "aiplatform.modelEvaluations.list",
        "evaluations",
    ),
    _route("GET", "notebooks", _REGIONAL_V2 + "/{collection}", "notebooks.{collection}.list", "regional"),
    _route("GET", "notebooks", _REGIONAL_V2 + "/{collection}/{name}", "notebooks.{collection}.get", "one"),
    _route("GET", "storage", "storage/v1/b", "storage.buckets.list", "buckets"),
    _route("GET", "storage", "storage/v1/b/{bucket}", "storage.buckets.get", "bucket"),
    _route("GET", "storage", "storage/v1/b/{bucket}/iam", "storage.buckets.getIamPolicy", "bucket_policy"),
    _route("GET", "storage", "storage/v1/b/{bucket}/managedFolders", "storage.managedFolders.list", "managed_folders"),
    _route("GET", "compute", "compute/v1/projects/{project}", "compute.projects.get", "compute_project"),
    _route(
        "GET",
        "orgpolicy",
        "v2/projects/{project}/policies/{policy}:getEffectivePolicy",
        "orgpolicy.policy.get",
        "effective_policy",
    ),
    _route("GET", "iam", "v1/projects/{project}/serviceAccounts", "iam.serviceAccounts.list", "accounts"),
    _route("GET", "iam", "v1/projects/{project}/serviceAccounts/{email}", "iam.serviceAccounts.get", "account"),
    _route("GET", "iam", "v1/projects/{project}/serviceAccounts/{email}/keys", "iam.serviceAccountKeys.list", "keys"),
    _route("GET", "iam", "v1/{+role+}", "iam.roles.get", "role"),
    _route("GET", "cloudresourcemanager", "v3/projects", "resourcemanager.projects.list", "projects"),
    _route("GET", "cloudresourcemanager", "v3/projects:search", "resourcemanager.projects.search", "projects"),
    _route("GET", "cloudresourcemanager", "v3/folders", "resourcemanager.folders.list", "folders"),
    _route("GET", "cloudresourcemanager", "v3/folders:search", "resourcemanager.folders.search", "folders"),
    _route("GET", "cloudresourcemanager", "v3/projects/{project}", "resourcemanager.projects.get", "project"),
    _route("GET", "cloudresourcemanager", "v3/folders/{folder}", "resourcemanager.folders.get", "folder"),
    _route(
        "GET",
        "cloudresourcemanager",
        "v3/organizations/{organization}",
        "resourcemanager.organizations.get",
        "organization",
    ),
    _route(
        "POST",
        "cloudresourcemanager",
        "v3/projects/{project}:getIamPolicy",
        "resourcemanager.projects.getIamPolicy",
        "policy",
    ),
    _route(
        "POST",
        "cloudresourcemanager",
        "v3/folders/{folder}:getIamPolicy",
        "resourcemanager.folders.getIamPolicy",
        "policy_above",
    ),
    _route(
        "POST",
        "cloudresourcemanager",
        "v3/organizations/{organization}:getIamPolicy",
        "resourcemanager.organizations.getIamPolicy",
        "policy_above",
    ),
    _route(
        "POST",
        "cloudresourcemanager",
        "v1/projects/{project}:getAncestry",
        "resourcemanager.projects.get",
        "ancestry",
    ),
    _route("GET", "cloudasset", "v1/{+scope+}/assets", "cloudasset.assets.list{content}", "assets"),
    _route("GET", "cloudasset", "v1/{+scope+}:searchAllResources", "cloudasset.assets.searchAllResources", "search"),
    _route(
        "GET",
        "cloudasset",
        "v1/{+scope+}:searchAllIamPolicies",
        "cloudasset.assets.searchAllIamPolicies",
        "search_policies",
    ),
)


class GcpCloud(Cloud):
    """An organisation of equal projects; the caller may read them all, without credentials."""

    kinds = ("endpoints", "models", "custom-jobs", "instances", "buckets", "roles")
    default_regions = len(LOCATIONS)

    def __init__(self, size: Size) -> None:
        if not 1 <= size.regions <= len(LOCATIONS):
            raise ValueError(f"Google Cloud has 1 to {len(LOCATIONS)} locations here")
        self._size = size
        self._locations = LOCATIONS[: size.regions]
        self._projects = [Project(size, index, self._locations) for index in range(size.accounts)]
        self._by_name = {name: project for project in self._projects for name in (project.id, project.number)}
        self._tree = Tree(self._projects)
        self._assets = Assets(self._tree)
        self._buckets = {p.bucket_name(index): (p, index) for p in self._projects for index in range(size.buckets)}
        self._emails = {p.email(index): (p, index) for p in self._projects for index in range(size.roles)}

    def env(self, url: str) -> dict[str, str]:
        return {
            "MLPOSTURE_GCP_ENDPOINT": url,
            "GOOGLE_CLOUD_PROJECT": self._projects[0].id,
            "GOOGLE_APPLICATION_CREDENTIALS": "",
            "CLOUDSDK_CONFIG": "/nonexistent",
        }

    # -- which call it is ----------------------------------------------------------------------------------------------

    def identify(self, request: Request) -> Call:
        host, _, path = unquote(request.path).lstrip("/").partition("/")
        query = parse_qs(request.query, keep_blank_values=True)
        found = _HOST.fullmatch(host)
        service = found["service"] if found else host
        params: dict[str, Any] = {"query": query, "host": host}
        for route in ROUTES:
            if route.service != service or route.verb != request.method:
                continue
            match = route.path.fullmatch(path)
            if match is None:
                continue
            parts = match.groupdict()
            content = {"RESOURCE": "Resource", "IAM_POLICY": "IamPolicy"}.get(query.get("contentType", [""])[0], "")
            operation = route.operation.format(content=content, **parts)
            params |= {"route": route, **parts}
            return Call(operation, self._account(parts, query), _region(parts), _asked(path, query), params, service)
        return Call(f"{service}.unknown", self._projects[0].id, "global", path, params, service)

    def _account(self, parts: dict[str, str], query: dict[str, list[str]]) -> str:
        if "bucket" in parts and parts["bucket"] in self._buckets:
            return self._buckets[parts["bucket"]][0].id
        if "email" in parts and parts["email"] in self._emails:
            return self._emails[parts["email"]][0].id
        scope = parts.get("scope", parts.get("role", ""))
        named = scope.removeprefix("projects/").partition("/")[0] if scope.startswith("projects/") else scope
        name = parts.get("project") or query.get("project", [""])[0] or named
        return self._by_name[name].id if name in self._by_name else name

    # -- answers -------------------------------------------------------------------------------------------------------

    def answer(self, request: Request, call: Call) -> Reply:  # noqa: ARG002 (the protocol's signature)
        route = call.params.get("route")
        if route is None:
            raise Refused(404, "NOT_FOUND", "The requested URL was not found.")
        handler: Callable[[Call], Any] = getattr(self, f"_answer_{route.handler}")
        return Reply(msgspec.json.encode(handler(call)), _JSON)

    def _project_of(self, call: Call) -> Project:
        project = self._by_name.get(call.params.get("project", ""))
        if project is None:
            raise self.denied(call)
        return project

    def _answer_locations(self, call: Call) -> Any:
        project = self._project_of(call)
        places = [{"name": f"projects/{project.id}/locations/{p}", "locationId": p} for p in self._locations]
        return _page(call, "locations", places)

    def _answer_regional(self, call: Call) -> Any:
        project, collection, location = self._project_of(call), call.params["collection"], call.params["location"]
        self._check_place(call)
        known = collection in project.counts and (collection == "instances") == (call.service == "notebooks")
        if not known:
            return {}  # Google leaves empty lists out
        indices: Sequence[int]
        if location == "-":
            indices = range(project.counts[collection])
        else:
            indices = project.indices(
                collection, location.removesuffix("-a") if call.service == "notebooks" else location
            )
        text = call.params["query"].get("filter", [""])[0]
        if text:
            ways = [_conditions(way) for way in re.split(r"\s+OR\s+", text)]
            indices = [i for i in indices if any(_meets(project, collection, i, way) for way in ways)]
        return _page(call, collection, indices, project.make[collection])

    def _check_place(self, call: Call) -> None:
        """Vertex AI has one host for each region; the plain one serves us-central1."""
        location = call.params["location"]
        region = call.params["host"].removesuffix("aiplatform.googleapis.com").rstrip("-") or "us-central1"
        if call.service == "aiplatform" and location not in (region, "global"):
            raise Refused(400, "INVALID_ARGUMENT", f"Location '{location}' is not served by this endpoint.")
        zone = location.removesuffix("-a") if call.service == "notebooks" else location
        if zone not in (*self._locations, "global", "-"):
            raise Refused(404, "NOT_FOUND", f"Location {location} is not found.")

    def _answer_one(self, call: Call) -> Any:
        project, collection = self._project_of(call), call.params["collection"]
        self._check_place(call)
        name, _, version = call.params["name"].partition("@")
        index = project.find(collection, name) if collection in project.counts else None
        if index is None or version not in ("", "1", "default"):
            raise Refused(404, "NOT_FOUND", f"{call.resource} was not found.")
        document = project.make[collection](index)
        if f"/locations/{call.params['location']}/" not in document["name"]:
            raise Refused(404, "NOT_FOUND", f"{call.resource} was not found.")
        return document

    def _answer_evaluations(self, call: Call) -> Any:
        self._answer_one(call)
        return {}  # nobody evaluates here

    # -- Cloud Storage -------------------------------------------------------------------------------------------------

    def _answer_buckets(self, call: Call) -> Any:
        project = self._by_name.get(call.params["query"].get("project", [""])[0])
        if project is None:
            raise self.denied(call)
        return {"kind": "storage#buckets", **_page(call, "items", range(self._size.buckets), project.bucket)}

    def _found_bucket(self, call: Call) -> tuple[Project, int]:
        if call.params["bucket"] not in self._buckets:
            raise Refused(404, "NOT_FOUND", "The specified bucket does not exist.")
        return self._buckets[call.params["bucket"]]

    def _answer_bucket(self, call: Call) -> Any:
        project, index = self._found_bucket(call)
        return project.bucket(index)

    def _answer_bucket_policy(self, call: Call) -> Any:
        project, index = self._found_bucket(call)
        return project.bucket_policy(index)

    def _answer_managed_folders(self, call: Call) -> Any:
        self._found_bucket(call)
        return {"kind": "storage#managedFolders"}  # Google leaves empty lists out

    def _answer_effective_policy(self, call: Call) -> Any:
        project, policy = self._project_of(call), call.params["policy"]
        return {"name": f"projects/{project.id}/policies/{policy}", "spec": {"rules": [{"enforce": False}]}}

    def _answer_policy_above(self, call: Call) -> Any:  # noqa: ARG002 - all of them are alike
        return {
            "etag": "BwXX",
            "version": 1,
            "bindings": [{"role": "roles/viewer", "members": ["user:eve@example.com"]}],
        }

    def _answer_ancestry(self, call: Call) -> Any:
        lineage = [name.split("/") for name in self._tree.ancestors(self._project_of(call))]
        return {"ancestor": [{"resourceId": {"type": kind.removesuffix("s"), "id": id}} for kind, id in lineage]}

    # -- Compute Engine ------------------------------------------------------------------------------------------------

    def _answer_compute_project(self, call: Call) -> Any:
        return {"name": self._project_of(call).id, "commonInstanceMetadata": {}}

    # -- IAM -----------------------------------------------------------------------------------------------------------

    def _answer_accounts(self, call: Call) -> Any:
        return _page(call, "accounts", range(self._size.roles), self._project_of(call).service_account)

    def _found_account(self, call: Call) -> tuple[Project, int]:
        email, project = call.params["email"], call.params["project"]
        if email not in self._emails or project not in ("-", self._emails[email][0].id, self._emails[email][0].number):
            raise Refused(404, "NOT_FOUND", f"Service account {email} does not exist.")
        return self._emails[email]

    def _answer_account(self, call: Call) -> Any:
        project, index = self._found_account(call)
        return project.service_account(index)

    def _answer_keys(self, call: Call) -> Any:
        project, index = self._found_account(call)
        wanted = call.params["query"].get("keyTypes", ["SYSTEM_MANAGED", "USER_MANAGED"])
        keys = [key for key in project.keys(index) if key["keyType"] in wanted]
        return {"keys": keys} if keys else {}

    def _answer_role(self, call: Call) -> Any:
        name = call.params["role"]
        if name in ROLES:
            return {"name": name, "title": name.partition("/")[2], "stage": "GA", "includedPermissions": ROLES[name]}
        project = self._by_name.get(name.removeprefix("projects/").partition("/")[0])
        if project is None or name != project.custom_role()["name"]:
            raise Refused(404, "NOT_FOUND", f"The role named {name} was not found.")
        return project.custom_role()

    # -- Resource Manager ----------------------------------------------------------------------------------------------

    def _answer_project(self, call: Call) -> Any:
        return self._tree.project(self._project_of(call))

    def _answer_policy(self, call: Call) -> Any:
        return self._project_of(call).policy()

    def _answer_projects(self, call: Call) -> Any:
        parent = _parent(call)
        projects = [p for p in self._projects if parent in ("", self._tree.parent(p))]
        return _page(call, "projects", projects, self._tree.project)

    def _answer_folders(self, call: Call) -> Any:
        parent = _parent(call)
        names = [name for name, above in self._tree.parents.items() if parent in ("", above)]
        return _page(call, "folders", names, self._tree.folder)

    def _answer_folder(self, call: Call) -> Any:
        name = f"folders/{call.params['folder']}"
        if name not in self._tree.parents:
            raise self.denied(call)
        return self._tree.folder(name)

    def _answer_organization(self, call: Call) -> Any:
        if f"organizations/{call.params['organization']}" != ORGANIZATION:
            raise self.denied(call)
        return {"name": ORGANIZATION, "displayName": "example.com", "state": "ACTIVE"}

    # -- Cloud Asset Inventory -----------------------------------------------------------------------------------------

    def _answer_assets(self, call: Call) -> Any:
        return {"readTime": datetime.now(UTC).isoformat(), **self._found(call, "assets", self._assets.list_)}

    def _answer_search(self, call: Call) -> Any:
        return self._found(call, "results", self._assets.search)

    def _answer_search_policies(self, call: Call) -> Any:
        return self._found(call, "results", self._assets.policies)

    @staticmethod
    def _found(call: Call, member: str, answer: Callable[..., tuple[list[Any], int]]) -> dict[str, Any]:
        start, size = _window(call)
        page, total = answer(call.params["scope"], call.params["query"], start, size)
        return _reply(member, page, start + size, total)

    # -- refusals ------------------------------------------------------------------------------------------------------

    def denied(self, call: Call) -> Refused:
        return Refused(
            403, "PERMISSION_DENIED", f"Permission '{call.operation}' denied on resource (or it may not exist)."
        )

    def throttled(self, call: Call, seconds: float) -> Refused:  # noqa: ARG002 (the protocol's signature)
        headers = b"Retry-After: %d\r\n" % (int(seconds) + 1) if self._size.retry_after else b""
        return Refused(429, "RESOURCE_EXHAUSTED", "Quota exceeded for requests per minute.", headers)

    def refuse(self, request: Request, call: Call, refused: Refused) -> Reply:  # noqa: ARG002 (as above)
        error: dict[str, Any] = {"code": refused.status, "message": str(refused)}
        reason = {429: "RATE_LIMIT_EXCEEDED", 403: "IAM_PERMISSION_DENIED"}.get(refused.status)
        if call.service == "storage":
            why = _STORAGE_REASONS.get(refused.status, "backendError")
            error["errors"] = [{"message": str(refused), "domain": "global", "reason": why}]
        else:
            error["status"] = refused.code
            if reason:
                metadata = {"permission": call.operation} if refused.status == 403 else {}
                kind = "type.googleapis.com/google.rpc.ErrorInfo"
                error["details"] = [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": metadata}]
        return Reply(msgspec.json.encode({"error": error}), _JSON, refused.status, refused.headers)


def _region(parts: dict[str, str]) -> str:
    location = parts.get("location", "")
    return location if location not in ("", "-") else "global"


def _asked(path: str, query: dict[str, list[str]]) -> str:
    told = [
        f"{name}={','.join(query[name])}" for name in ("assetTypes", "project", "parent", "pageToken") if name in query
    ]
    return " ".join([path.partition("/")[2], *told])


def _parent(call: Call) -> str:
    """The parent asked for; of a search, what its query says of it."""
    query = call.params["query"]
    parent: str = query.get("parent", [""])[0]
    text = query.get("query", [""])[0]
    if text:
        found = re.fullmatch(r"parent[:=]((?:folders|organizations)/\d+)|state[:=]ACTIVE", text)
        if found is None:
            raise Refused(400, "INVALID_ARGUMENT", f"The replay does not search by {text!r}.")
        parent = found[1] or ""
    elif not parent and not call.operation.endswith(".search"):
        raise Refused(400, "INVALID_ARGUMENT", "A parent is required.")
    return parent


def _conditions(text: str) -> list[tuple[str, str]]:
    pieces = [_CREATED.fullmatch(piece.strip()) or _STATE.fullmatch(piece.strip()) for piece in text.split(" AND ")]
    found = [(piece[1], piece[2]) for piece in pieces if piece]
    if len(found) != len(pieces):
        raise Refused(400, "INVALID_ARGUMENT", f"The replay does not filter by {text!r}.")
    return found


def _meets(project: Project, collection: str, index: int, conditions: list[tuple[str, str]]) -> bool:
    made = datetime.fromisoformat(project.time(project.age(collection, index)))
    tests = {">=": made.__ge__, ">": made.__gt__, "<=": made.__le__, "<": made.__lt__}
    return all(
        project.make[collection](index).get("state") == value
        if how == "="
        else tests[how](datetime.fromisoformat(value))
        for how, value in conditions
    )


def _window(call: Call) -> tuple[int, int]:
    """Where the page asked for begins, and how many items it may have."""
    query = call.params["query"]
    sizes = next((found for prefix, found in _SIZES.items() if call.operation.startswith(prefix)), (100, 100))
    try:
        asked = int(query.get("pageSize", query.get("maxResults", ["0"]))[0])
        start = int(query.get("pageToken", ["from-0"])[0].removeprefix("from-"))
    except ValueError as error:
        raise Refused(400, "INVALID_ARGUMENT", "The page size or token is invalid.") from error
    return start, min(asked or sizes[1], sizes[0])


def _page(
    call: Call, member: str, items: Sequence[Any], make: Callable[[Any], Any] = lambda item: item
) -> dict[str, Any]:
    start, size = _window(call)
    return _reply(member, [make(item) for item in items[start : start + size]], start + size, len(items))


def _reply(member: str, page: list[Any], end: int, total: int) -> dict[str, Any]:
    reply: dict[str, Any] = {member: page} if page else {}
    return {**reply, "nextPageToken": f"from-{end}"} if end < total else reply
