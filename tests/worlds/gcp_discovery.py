"""Google's discovery documents as a router, a schema judge and a reader of masks and filters."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import functools
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

#: discovery method id -> IAM permission, where joining the last resource and the method name gives another word
PERMISSIONS = {
    "aiplatform.projects.locations.models.evaluations.list": "aiplatform.modelEvaluations.list",
    "aiplatform.projects.locations.models.evaluations.slices.list": "aiplatform.modelEvaluationSlices.list",
    "aiplatform.projects.locations.models.listVersions": "aiplatform.modelVersions.list",
    "cloudasset.searchAllResources": "cloudasset.assets.searchAllResources",
    "cloudresourcemanager.folders.search": "resourcemanager.folders.get",
    "cloudresourcemanager.organizations.search": "resourcemanager.organizations.get",
    "cloudresourcemanager.projects.getAncestry": "resourcemanager.projects.get",
    "cloudresourcemanager.projects.getEffectiveOrgPolicy": "orgpolicy.policy.get",
    "cloudresourcemanager.projects.getOrgPolicy": "orgpolicy.policy.get",
    "cloudresourcemanager.projects.search": "resourcemanager.projects.get",
    "iam.projects.serviceAccounts.keys.get": "iam.serviceAccountKeys.get",
    "iam.projects.serviceAccounts.keys.list": "iam.serviceAccountKeys.list",
    "logging.entries.list": "logging.logEntries.list",
    "orgpolicy.projects.policies.getEffectivePolicy": "orgpolicy.policy.get",
}
#: what is denied by another name: Google has no such permission
DENIED_AS = {
    "aiplatform.artifacts.queryArtifactLineageSubgraph": "aiplatform.artifacts.get",
    "aiplatform.modelVersions.list": "aiplatform.models.list",
    "datalineage.locations.batchSearchLinkProcesses": "datalineage.events.get",
    "dataplex.locations.lookupEntry": "bigquery.tables.get",
    "dlp.discoveryConfigs.list": "dlp.jobTriggers.list",
}
_LISTS = ("list", "search", "searchAllResources", "listVersions", "searchLinks", "batchSearchLinkProcesses")
#: v1 lists the projects the caller may get; v3 lists the children of one parent
PERMISSIONS_V1 = {"cloudresourcemanager.projects.list": "resourcemanager.projects.get"}


@dataclass(frozen=True)
class Method:
    """One method of an API: what it is called, where it is, which query parameters it takes."""

    id: str
    http: str
    template: tuple[str, ...]
    query: frozenset[str]
    response: str
    permission: str

    @property
    def name(self) -> str:
        return self.id.rsplit(".", 1)[1]

    @property
    def resource(self) -> str:
        """The resource the method belongs to: `endpoints` for aiplatform.projects.locations.endpoints.list."""
        return self.id.split(".")[-2]

    @property
    def lists(self) -> bool:
        return self.name in _LISTS

    def fits(self, segments: list[str]) -> bool:
        for want, got in zip(self.template, segments, strict=True):
            if "{" not in want:
                if want != got:
                    return False
                continue
            name, _, custom = got.partition(":")
            if not name or custom != want.partition(":")[2]:
                return False
        return True


@dataclass
class Api:
    """One version of one API, read from its discovery document."""

    service: str
    version: str
    title: str
    prefix: str
    schemas: dict[str, Any]
    common: frozenset[str]
    routes: dict[tuple[str, int], list[Method]] = field(default_factory=dict)

    def route(self, http: str, path: str) -> Method | None:
        """The method that answers this path (without the host and a leading slash)."""
        segments = path.split("/")
        candidates = self.routes.get((http, len(segments)), ())
        return next((method for method in candidates if method.fits(segments)), None)

    def getter(self, resource_path: str) -> Method | None:
        """The `get` method for a resource's own path, such as projects/p/locations/l/endpoints/1."""
        method = self.route("GET", self.prefix + resource_path)
        return method if method is not None and method.name == "get" else None

    def items_key(self, method: Method) -> str | None:
        """The property that carries the resources in a list response."""
        for name, schema in self.schemas[method.response]["properties"].items():
            if schema.get("type") == "array" and "$ref" in schema["items"]:
                return str(name)
        return None

    def problems(self, schema_name: str, value: Any, where: str) -> list[str]:
        return list(self._judge({"$ref": schema_name}, value, where))

    def _judge(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "any")
        if kind == "object":
            yield from self._judge_object(schema, value, where)
        elif kind == "array":
            if not isinstance(value, list):
                yield f"{where}: expected a list, got {value!r}"
                return
            for number, item in enumerate(value):
                yield from self._judge(schema["items"], item, f"{where}[{number}]")
        elif kind != "any":
            wrong = misfit(schema, value)
            if wrong:
                yield f"{where}: {wrong}, got {value!r}"

    def _judge_object(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: expected a mapping, got {value!r}"
            return
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            if inner is None:
                yield f"{where}.{key}: unknown key"
            elif not isinstance(key, str):
                yield f"{where}.{key}: expected a string as the key"
            else:
                yield from self._judge(inner, item, f"{where}.{key}")


def misfit(schema: dict[str, Any], value: Any) -> str:
    """What a scalar should have been, or "" when it fits its schema."""
    kind, form = schema["type"], schema.get("format", "")
    if kind == "boolean":
        return "" if isinstance(value, bool) else "expected true or false"
    if kind in ("integer", "number"):
        fits = (int,) if kind == "integer" else (int, float)
        return "" if isinstance(value, fits) and not isinstance(value, bool) else f"expected {kind} ({form})"
    if not isinstance(value, str):
        return f"expected a string{f' ({form})' if form else ''}"
    if "enum" in schema and value not in schema["enum"]:
        return "not one of the enum's values"
    if form in ("int64", "uint64") and not re.fullmatch(r"-?\d+" if form == "int64" else r"\d+", value):
        return f"expected digits ({form})"
    if form in ("google-datetime", "date-time") and instant(value) is None:
        return "expected an RFC 3339 time"
    if form == "google-duration" and not re.fullmatch(r"-?\d+(\.\d{1,9})?s", value):
        return "expected seconds such as 600s"
    if form == "byte":
        try:
            base64.b64decode(value, altchars=b"-_", validate=True)
        except binascii.Error:
            return "expected base64"
    return ""


def documents() -> Path:
    """The folder of discovery documents, found without importing the client library."""
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("google-api-python-client is not installed; the simulated Google Cloud is built from it")
    return Path(spec.submodule_search_locations[0], "discovery_cache", "documents")


@functools.cache
def load(service: str, version: str) -> Api | None:
    """The API as its discovery document describes it; None when there is no such document."""
    file = documents() / f"{service}.{version}.json"
    if not re.fullmatch(r"[a-z0-9]+", service) or not re.fullmatch(r"v\d+\w*", version) or not file.is_file():
        return None
    document = json.loads(file.read_text(encoding="utf-8"))
    base = document["servicePath"]
    api = Api(
        service=service,
        version=version,
        title=document["title"],
        prefix=base or f"{version}/",
        schemas=document["schemas"],
        common=frozenset(document.get("parameters", {})) | {"$alt"},
    )
    for raw in methods(document):
        template = base + raw.get("flatPath", raw["path"])
        if "{+" in template:
            continue
        id_ = raw["id"]
        method = Method(
            id=id_,
            http=raw["httpMethod"],
            template=tuple(template.split("/")),
            query=frozenset(name for name, spec in raw.get("parameters", {}).items() if spec["location"] == "query"),
            response=raw.get("response", {}).get("$ref", ""),
            permission=permission(id_, version),
        )
        api.routes.setdefault((method.http, len(method.template)), []).append(method)
    for routes in api.routes.values():  # the most literal first: endpoints/openapi/responses before endpoints/{id}/…
        routes.sort(key=lambda method: sum("{" in segment for segment in method.template))
    return api


def methods(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from node.get("methods", {}).values()
    for child in node.get("resources", {}).values():
        yield from methods(child)


def permission(id_: str, version: str) -> str:
    special = PERMISSIONS_V1.get(id_) if version == "v1" else None
    if special or id_ in PERMISSIONS:
        return special or PERMISSIONS[id_]
    parts = id_.split(".")
    service = "resourcemanager" if parts[0] == "cloudresourcemanager" else parts[0]
    return ".".join([service, *parts[-2:]])


def instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


def masked(value: Any, mask: str) -> Any:
    """Only what a `fields` or `readMask` parameter asks for: `nextPageToken,items(name,iamConfiguration/…)`."""
    root: dict[str, Any] = {}
    stack = [root]
    scope = last = root
    for token in re.findall(r"[^,()/.\s]+|[,()/.]", mask):
        if token == "(":
            stack.append(last)
            scope = last
        elif token == ")":
            stack.pop()
            scope = stack[-1]
        elif token == ",":
            scope = stack[-1]
        elif token in "/.":
            scope = last
        else:
            last = scope.setdefault(camel(token), {})
    return _select(value, root)


def _select(value: Any, tree: dict[str, Any]) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_select(item, tree) for item in value]
    if isinstance(value, dict):
        return {key: _select(item, tree[key]) for key, item in value.items() if key in tree}
    return value


COMPARISON = re.compile(r'\s*([\w.]+)\s*(!=|>=|<=|=|>|<|:)\s*("[^"]*"|\S+)\s*')


def keeps(resource: dict[str, Any], text: str) -> bool:
    """Whether a resource passes a filter: comparisons joined by AND, and these by OR. ValueError for what is richer."""
    ways = [[_compare(resource, term) for term in re.split(r"\s+AND\s+", way)] for way in re.split(r"\s+OR\s+", text)]
    return any(map(all, ways))


def _compare(resource: dict[str, Any], term: str) -> bool:
    match = COMPARISON.fullmatch(term)
    if match is None:
        raise ValueError(f"filter term {term!r} is not understood")
    path, operator, right = match[1], match[2], match[3].strip('"')
    value: Any = resource
    for step in path.split("."):
        value = value.get(step, value.get(camel(step))) if isinstance(value, dict) else None
    left = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    if operator == ":":
        return value is not None and fnmatch.fnmatchcase(left.lower(), f"*{right.lower()}*")
    if operator in ("=", "!="):
        return (left == right) == (operator == "=")
    a, b = instant(left), instant(right)
    order = (a > b) - (a < b) if a and b else (left > right) - (left < right)
    return order in {">": (1,), ">=": (0, 1), "<": (-1,), "<=": (-1, 0)}[operator]
