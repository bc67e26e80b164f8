"""Cloud Asset Inventory of the generated organisation: `assets.list`, `searchAllResources`, `searchAllIamPolicies`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from replaying.cloud import Refused
from replaying.gcp_documents import AIPLATFORM, IAM, NOTEBOOKS, PROJECTS, STORAGE, Project
from replaying.gcp_tree import ORGANIZATION, Tree

#: Asset type → collection of a project; the last two are one for a project, and the keys of an account.
TYPES = {
    f"{AIPLATFORM}/CustomJob": "customJobs",
    f"{AIPLATFORM}/Endpoint": "endpoints",
    f"{AIPLATFORM}/Model": "models",
    f"{NOTEBOOKS}/Instance": "instances",
    f"{STORAGE}/Bucket": "buckets",
    f"{IAM}/ServiceAccount": "serviceAccounts",
    f"{PROJECTS}/Project": "projects",
}
_VERSIONS = {AIPLATFORM: "v1", NOTEBOOKS: "v2", STORAGE: "v1", IAM: "v1", PROJECTS: "v3"}
_WITH_POLICY = ("buckets", "projects")


class Run(NamedTuple):
    """The assets of one type in one project."""

    project: Project
    kind: str
    many: int


class Assets:
    """Answers about assets below a scope. Raises Refused."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def list_(self, scope: str, query: dict[str, list[str]], start: int, size: int) -> tuple[list[Any], int]:
        """Items of one page of `assets.list`, and how many there are on all pages."""
        content = query.get("contentType", ["CONTENT_TYPE_UNSPECIFIED"])[0]
        if content not in ("CONTENT_TYPE_UNSPECIFIED", "RESOURCE", "IAM_POLICY"):
            raise Refused(400, "INVALID_ARGUMENT", f"The replay has no content of type {content}.")
        runs = self._runs(scope, query, policies=content == "IAM_POLICY")
        page = [self._asset(run, index, content) for run, index in _slice(runs, start, size)]
        return page, sum(run.many for run in runs)

    def search(self, scope: str, query: dict[str, list[str]], start: int, size: int) -> tuple[list[Any], int]:
        """The same for `searchAllResources`. A read mask may name whole members of results."""
        if query.get("query", [""])[0]:
            raise Refused(400, "INVALID_ARGUMENT", "The replay searches by assetTypes only.")
        runs = self._runs(scope, query, policies=False)
        found = [self._result(run, index) for run, index in _slice(runs, start, size)]
        mask = query.get("readMask", ["*"])[0]
        if mask != "*":
            wanted = set(mask.split(","))
            found = [{member: value for member, value in result.items() if member in wanted} for result in found]
        return found, sum(run.many for run in runs)

    def policies(self, scope: str, query: dict[str, list[str]], start: int, size: int) -> tuple[list[Any], int]:
        """The same for `searchAllIamPolicies`."""
        runs = self._runs(scope, query, policies=True)
        page = [
            {
                "resource": _name(run, index),
                "assetType": run.kind,
                "project": f"projects/{run.project.number}",
                "organization": ORGANIZATION,
                "policy": _policy(run, index),
            }
            for run, index in _slice(runs, start, size)
        ]
        return page, sum(run.many for run in runs)

    def _runs(self, scope: str, query: dict[str, list[str]], *, policies: bool) -> list[Run]:
        projects = self._tree.below(scope)
        if projects is None:
            raise Refused(403, "PERMISSION_DENIED", f"The caller does not have permission on {scope}.")
        # Each of the types may be a regular expression.
        patterns = [re.compile(wanted) for text in query.get("assetTypes", [".*"]) for wanted in text.split(",")]
        kinds = [kind for kind in TYPES if any(pattern.fullmatch(kind) for pattern in patterns)]
        if policies:
            kinds = [kind for kind in kinds if TYPES[kind] in _WITH_POLICY]
        return [Run(project, kind, project.counts.get(TYPES[kind], 1)) for project in projects for kind in kinds]

    def _asset(self, run: Run, index: int, content: str) -> dict[str, Any]:
        asset: dict[str, Any] = {
            "name": _name(run, index),
            "assetType": run.kind,
            "ancestors": self._tree.ancestors(run.project),
            "updateTime": _updated(run, index),
        }
        if content == "IAM_POLICY":
            return {**asset, "iamPolicy": _policy(run, index)}
        if content == "RESOURCE":
            host, _, noun = run.kind.partition("/")
            version = _VERSIONS[host]
            service = host.partition(".")[0]
            asset["resource"] = {
                "version": version,
                "discoveryDocumentUri": f"https://{host}/$discovery/rest?version={version}",
                "discoveryName": noun,
                "parent": self._parent(run),
                "location": _location(run, index),
                "data": self._data(run, index),
            }
            if service == "storage":
                asset["resource"]["discoveryDocumentUri"] = (
                    "https://www.googleapis.com/discovery/v1/apis/storage/v1/rest"
                )
        return asset

    def _result(self, run: Run, index: int) -> dict[str, Any]:
        above = self._tree.ancestors(run.project)
        return {
            "name": _name(run, index),
            "assetType": run.kind,
            "project": above[0],
            "folders": above[1:-1],
            "organization": above[-1],
            "displayName": _name(run, index).rpartition("/")[2],
            "location": _location(run, index),
            "createTime": _updated(run, index),
            "updateTime": _updated(run, index),
            "parentFullResourceName": self._parent(run),
            "parentAssetType": f"{PROJECTS}/{'Folder' if TYPES[run.kind] == 'projects' else 'Project'}",
        }

    def _parent(self, run: Run) -> str:
        above = self._tree.ancestors(run.project)
        return f"//{PROJECTS}/{above[1] if TYPES[run.kind] == 'projects' else above[0]}"

    def _data(self, run: Run, index: int) -> dict[str, Any]:
        collection = TYPES[run.kind]
        return self._tree.project(run.project) if collection == "projects" else run.project.make[collection](index)


def _slice(runs: Sequence[Run], start: int, size: int) -> list[tuple[Run, int]]:
    """Assets number `start` to `start + size` of all the runs together."""
    found: list[tuple[Run, int]] = []
    for run in runs:
        if start >= run.many:
            start -= run.many
            continue
        indices = range(start, min(run.many, start + size - len(found)))
        found += [(run, index) for index in indices]
        start = 0
        if len(found) == size:
            break
    return found


def _name(run: Run, index: int) -> str:
    collection = TYPES[run.kind]
    if collection == "projects":
        return f"//{PROJECTS}/projects/{run.project.number}"
    return run.project.full_name(collection, index)


def _policy(run: Run, index: int) -> dict[str, Any]:
    if TYPES[run.kind] == "projects":
        return run.project.policy()
    return {member: value for member, value in run.project.bucket_policy(index).items() if member != "kind"}


def _location(run: Run, index: int) -> str:
    collection = TYPES[run.kind]
    if collection == "instances":
        return f"{run.project.place(index)}-a"
    if collection == "buckets":
        return run.project.locations[0]
    return run.project.place(index) if collection in ("endpoints", "models", "customJobs") else "global"


def _updated(run: Run, index: int) -> str:
    collection = TYPES[run.kind]
    if collection in ("buckets", "serviceAccounts", "projects"):
        return "2025-02-04T09:00:00Z"
    return run.project.time(run.project.age(collection, index))
