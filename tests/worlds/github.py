"""A simulated GitHub: repositories with a branch, and code scanning as far as its documentation describes it.

What it is asked and what it answers is held against GitHub's own description, where that is installed; what breaks it
is in `violations`. Of how GitHub goes through SARIF, the documented limits and errors are here. What nobody documents
is assumed: a dismissed alert stays dismissed until somebody opens it, and only what is open can be dismissed.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from github_description import description, matches
from worlds.base import Request, Response, World

TOKEN = "ghs_northwindExampleTokenOfNobody00000001"
HEAD = "4b6472266afd7b471e86085a6659e8c7f2b119da"
REPOSITORY = "northwind-example/ml-platform"
DOCUMENT = {"repositories": {REPOSITORY: {"default": "main", "refs": {"heads/main": HEAD}}}}
NOW = "2026-11-22T12:00:00Z"

OPERATIONS = {
    "code-scanning/upload-sarif": ("post", "/repos/{owner}/{repo}/code-scanning/sarifs"),
    "code-scanning/get-sarif": ("get", "/repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}"),
    "code-scanning/list-alerts-for-repo": ("get", "/repos/{owner}/{repo}/code-scanning/alerts"),
    "code-scanning/update-alert": ("patch", "/repos/{owner}/{repo}/code-scanning/alerts/{alert_number}"),
    "repos/get": ("get", "/repos/{owner}/{repo}"),
    "git/get-ref": ("get", "/repos/{owner}/{repo}/git/ref/{ref}"),
}
_MOST = {"results": 25_000, "rules": 25_000}
_KEPT, _BYTES = 5_000, 10_000_000


class Unfit(Exception):
    """Why SARIF is refused, in GitHub's words."""


@dataclass
class Alert:
    """An alert of one repository and ref, told from others by category, rule, path and hash."""

    number: int
    rule: dict[str, Any]
    tool: str
    category: str
    state: str = "open"
    seen: bool = True
    path: str = ""
    line: int = 1
    text: str = ""
    commit: str = ""
    ref: str = ""
    dismissed: tuple[str, str | None] | None = None

    def shown(self, base: str) -> dict[str, Any]:
        url = f"{base}/code-scanning/alerts/{self.number}"
        reason, comment = self.dismissed or (None, None)
        instance = {
            "ref": self.ref,
            "analysis_key": "api",
            "category": self.category,
            "environment": "{}",
            "state": self.state if self.seen else "fixed",
            "commit_sha": self.commit,
            "message": {"text": self.text},
            "location": {"path": self.path, "start_line": self.line, "end_line": self.line},
            "classifications": [],
        }
        return {
            "number": self.number,
            "created_at": NOW,
            "url": url,
            "html_url": url,
            "instances_url": f"{url}/instances",
            "state": self.state,
            "fixed_at": NOW if self.state == "fixed" else None,
            "dismissed_by": None,
            "dismissed_at": NOW if self.dismissed else None,
            "dismissed_reason": reason,
            "dismissed_comment": comment,
            "rule": {"id": self.rule["id"], "name": self.rule.get("name", ""), "severity": "error",
                     "description": self.rule["shortDescription"]["text"]},
            "tool": {"name": self.tool, "guid": None, "version": "1"},
            "most_recent_instance": instance,
        }  # fmt: skip


@dataclass
class Repository:
    """What there is of one repository."""

    default: str
    refs: dict[str, str]
    enabled: bool = True
    visibility: str = "private"
    alerts: dict[tuple[str, ...], Alert] = field(default_factory=dict)
    #: id of an upload → how often it is pending still, its errors
    uploads: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    #: what was uploaded, as it was read
    files: list[dict[str, Any]] = field(default_factory=list)


class GitHubWorld(World):
    """GitHub's API, as far as the command line asks it. `pending` is how often an upload is not gone through yet."""

    pending = 1

    def prepare(self) -> None:
        made = self.document["repositories"].items()
        self.repositories = {name.lower(): Repository(**given) for name, given in made}
        self.violations: list[str] = []

    def env(self) -> dict[str, str]:
        return {"GITHUB_API_URL": self.url, "GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": REPOSITORY}

    def repository(self, name: str = REPOSITORY) -> Repository:
        return self.repositories[name]

    def states(self, name: str = REPOSITORY) -> Counter[str]:
        return Counter(alert.state for alert in self.repository(name).alerts.values())

    def identify(self, request: Request) -> None:
        for id, (method, template) in OPERATIONS.items():
            found = matches(template, unquote(request.path))
            if found is not None and method == request.method.lower():
                request.operation, request.params = id, found
                request.resource = f"{found['owner']}/{found['repo']}".lower()
                return

    def respond(self, request: Request) -> Response:
        if request.operation:
            self._judge(request)
        response = self._respond(request)
        judge = description()
        if judge is not None and request.operation:
            self.violations += judge.of_response(request.operation, response.status, response.body)
        return response

    def _judge(self, request: Request) -> None:
        judge = description()
        if judge is not None:
            self.violations += judge.of_request(request.operation, request.params, request.query, request.body)
        if not request.headers.get("user-agent"):
            self.violations.append("GitHub refuses requests without User-Agent")

    def _respond(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.say(request, 401, "", "Bad credentials")
        repository = self.repositories.get(request.resource)
        if repository is None:
            return self.say(request, 404, "", "Not Found")
        if request.operation.startswith("code-scanning") and not repository.enabled:
            return self.say(
                request, 403, "", "Advanced Security must be enabled for this repository to use code scanning."
            )
        match request.operation:
            case "repos/get":
                shown = {"default_branch": repository.default, "visibility": repository.visibility}
                return _json(200, {**_example(), **shown})
            case "git/get-ref":
                return self._ref(request, repository)
            case "code-scanning/upload-sarif":
                return self._upload(request, repository)
            case "code-scanning/get-sarif":
                return self._status(request, repository)
            case "code-scanning/list-alerts-for-repo":
                return self._list(request, repository)
        return self._update(request, repository)

    def _ref(self, request: Request, repository: Repository) -> Response:
        ref = request.params["ref"]
        if ref not in repository.refs:
            return self.say(request, 404, "", "Not Found")
        url = f"{self.url}{request.path}"
        target = {"type": "commit", "sha": repository.refs[ref], "url": url}
        return _json(200, {"ref": f"refs/{ref}", "node_id": "R", "url": url, "object": target})

    def _upload(self, request: Request, repository: Repository) -> Response:
        body = json.loads(request.body)
        ref = body["ref"].removeprefix("refs/")
        if repository.refs.get(ref) != body["commit_sha"]:
            return self.say(request, 422, "", "commit not found")
        try:
            content = base64.b64decode(body["sarif"], validate=True)
            if len(content) > _BYTES:
                return Response(413)
            document = json.loads(gzip.decompress(content))
        except (binascii.Error, OSError, ValueError):
            return self.say(request, 400, "", "sarif: is not gzip in base64")
        id = f"47177e22-0000-4000-8000-{len(repository.uploads):012}"
        errors: list[str] = []
        try:
            ingest(repository, document, body["ref"], body["commit_sha"])
            repository.files.append(document)
        except Unfit as unfit:
            errors.append(str(unfit))
        repository.uploads[id] = self.pending, errors
        return _json(202, {"id": id, "url": f"{self.url}{request.path}/{id}"})

    def _status(self, request: Request, repository: Repository) -> Response:
        id = request.params["sarif_id"]
        if id not in repository.uploads:
            return self.say(request, 404, "", "Not Found")
        left, errors = repository.uploads[id]
        repository.uploads[id] = max(0, left - 1), errors
        if left:
            return _json(200, {"processing_status": "pending"})
        made = {"processing_status": "failed" if errors else "complete", "errors": errors or None}
        return _json(200, {**made, "analyses_url": f"{self.url}{request.path}"})

    def _list(self, request: Request, repository: Repository) -> Response:
        asked = request.query
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 30))
        found = [
            alert.shown(f"{self.url}/repos/{request.resource}")
            for alert in repository.alerts.values()
            if asked.get("state") in (None, alert.state)
            and asked.get("tool_name") in (None, alert.tool)
            and asked.get("ref", f"refs/heads/{repository.default}") == alert.ref
        ]
        return _json(200, found[(page - 1) * size : page * size])

    def _update(self, request: Request, repository: Repository) -> Response:
        body = json.loads(request.body)
        number = int(request.params["alert_number"])
        alert = next((one for one in repository.alerts.values() if one.number == number), None)
        if alert is None:
            return self.say(request, 404, "", "Not Found")
        wanted = body["state"]
        if (alert.state, wanted) not in (("open", "dismissed"), ("dismissed", "open")):
            return self.say(request, 400, "", f"Alert is {alert.state}")
        if wanted == "dismissed" and not body.get("dismissed_reason"):
            return self.say(request, 400, "", "dismissed_reason is required")
        alert.state = wanted
        alert.dismissed = (body["dismissed_reason"], body.get("dismissed_comment")) if wanted == "dismissed" else None
        return _json(200, alert.shown(f"{self.url}/repos/{request.resource}"))

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        return _json(
            status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        )

    def refuse(self, request: Request, kind: str) -> Response:
        if kind == "throttle":
            return Response(429, b"{}", {"Retry-After": "1"})
        if kind == "malformed":
            return Response(200, b"<html>sign in</html>")
        status, message = {"deny": (403, "Resource not accessible by integration")}.get(
            kind, (503, "Service unavailable")
        )
        return self.say(request, status, "", message)


def ingest(repository: Repository, document: dict[str, Any], ref: str, commit: str) -> None:
    """Make alerts of a file: of each category, what is not in it any more is fixed. Raises Unfit."""
    runs = document["runs"]
    if len(runs) > 20:
        raise Unfit("rejecting SARIF, as there are more runs than allowed")
    names = [(run["tool"]["driver"]["name"], _category(run)) for run in runs]
    if len(set(names)) < len(names):
        raise Unfit("A delivery cannot contain multiple runs with the same category")
    for run in runs:
        _check(run)
    for run, (tool, category) in zip(runs, names, strict=True):
        _ingest_run(repository, run, Alert(0, {}, tool, category, commit=commit, ref=ref))


def _ingest_run(repository: Repository, run: dict[str, Any], like: Alert) -> None:
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    before = {key for key, one in repository.alerts.items() if (one.tool, one.category, one.ref) ==
              (like.tool, like.category, like.ref)}  # fmt: skip
    order = sorted(run["results"], key=lambda one: -float(_severity(rules[one["ruleId"]]) or 0))
    for result in order[:_KEPT]:  # whatever its kind, and suppressed or not
        place = result["locations"][0]["physicalLocation"]
        path = unquote(place["artifactLocation"]["uri"])
        key = (like.ref, like.tool, like.category, result["ruleId"], path,
               result.get("partialFingerprints", {}).get("primaryLocationLineHash", ""))  # fmt: skip
        alert = repository.alerts.get(key)
        if alert is None:
            number = len(repository.alerts) + 1
            alert = Alert(number, rules[result["ruleId"]], like.tool, like.category, ref=like.ref)
            repository.alerts[key] = alert
        alert.state = "open" if alert.state == "fixed" else alert.state
        alert.seen, alert.path, alert.line = True, path, place.get("region", {}).get("startLine", 1)
        alert.text, alert.commit = result["message"]["text"], like.commit
        before.discard(key)
    for key in before:
        alert = repository.alerts[key]
        alert.seen, alert.state = False, "fixed" if alert.state == "open" else alert.state


def _check(run: dict[str, Any]) -> None:
    rules = run["tool"]["driver"].get("rules", [])
    if any(not one.get("executionSuccessful", True) for one in run.get("invocations", [])):
        raise Unfit("unsuccessful execution")
    for what, number in (("results", len(run["results"])), ("rules", len(rules))):
        if number > _MOST[what]:
            raise Unfit(f"rejecting SARIF, as there are more {what} per run than allowed ({number} > {_MOST[what]})")
    for rule in rules:
        if len(rule.get("properties", {}).get("tags", [])) > 20:
            raise Unfit("rejecting SARIF, as there are more tags per rule than allowed")
        severity = _severity(rule)
        if severity is not None and not severity.replace(".", "", 1).isdecimal():
            raise Unfit("could not convert rules: invalid security severity value, is not a number")
    for result in run["results"]:
        _check_place(result)


def _check_place(result: dict[str, Any]) -> None:
    if not result.get("locations"):
        raise Unfit("locationFromSarifResult: expected at least one location")
    if "physicalLocation" not in result["locations"][0]:
        raise Unfit("locationFromSarifResult: expected a physical location")
    uri = result["locations"][0]["physicalLocation"].get("artifactLocation", {}).get("uri", "")
    if not uri or uri.startswith("arn:"):
        raise Unfit("an invalid URI was provided as a SARIF location")


def _severity(rule: dict[str, Any]) -> str | None:
    return rule.get("properties", {}).get("security-severity")  # type: ignore[no-any-return]


def _category(run: dict[str, Any]) -> str:
    return str(run.get("automationDetails", {}).get("id", "")).rpartition("/")[0]


def _example() -> dict[str, Any]:
    """A repository as GitHub shows one, with what its own example forgets."""
    judge = description()
    shown = judge.example("full-repository-default-response") if judge else {}
    forks = ("source", "parent", "template_repository")
    return {**{name: value for name, value in shown.items() if name not in forks}, "language": "Python"}


def _json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def violations(world: GitHubWorld) -> Iterator[str]:
    """What GitHub's description does not allow, each once."""
    yield from dict.fromkeys(world.violations)
