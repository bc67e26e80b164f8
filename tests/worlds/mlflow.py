"""A simulated MLflow server: its REST API as far as a scan reads it, in the form that the real one answers in.

It wants credentials, unless the document says that it is open, and answers reads only. What replies may have is in
`mlflow_members.py`, from MLflow's own protocol.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from worlds import mlflow_members as model
from worlds.base import Request, Response, World, WorldError
from worlds.leaves import Leaf, walk

from checks.mlflow.permissions import USER
from checks.mlflow.tracking.resources import ARTIFACT

_API = "/api/2.0/mlflow/"
#: Path below the API: operation, what lists it in the document, and the member of the reply.
_LISTS = {
    "experiments/search": ("mlflow:SearchExperiments", "experiments"),
    "registered-models/search": ("mlflow:SearchRegisteredModels", "registered_models"),
    "model-versions/search": ("mlflow:SearchModelVersions", "model_versions"),
}
_ERRORS = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    429: "REQUEST_LIMIT_EXCEEDED",
}
LOGIN, PASSWORD = "scanner", "an-invented-Passw0rd-of-a-test"
#: What the server is called: it answers at the near end of a tunnel to it.
SERVER = "https://mlflow.northwind.example"
UNAUTHENTICATED = "You are not authenticated. Please see the documentation on how to authenticate."


class MlflowWorld(World):
    """One tracking server on loopback."""

    #: items in a page, whatever the client asks for: smaller than any client would, so that all is paged
    page_size = 3
    password = PASSWORD

    def prepare(self) -> None:
        self.server: dict[str, Any] = self.document.get("server") or {}
        problems = list(model.problems(self.document))
        if problems:
            raise WorldError("\n".join(problems))
        self._runs = {run["info"]["run_id"]: run for run in self.document.get("runs") or ()}
        self._logged = {one["info"]["model_id"]: one for one in self.document.get("logged_models") or ()}

    def leaves(self) -> Iterator[Leaf]:
        for section, (operation, shape, names) in model.SECTIONS.items():
            for number, item in enumerate(self.document.get(section) or ()):
                for found in walk(item, shape, model.inside, model.choices):
                    sources = ((operation, found.member),)
                    path = (section, number, *found.path)
                    yield Leaf(path, names(item), sources, found.value, found.alternatives)

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        return model.knows(operation, path)

    def env(self) -> dict[str, str]:
        own = {"MLFLOW_TRACKING_URI": SERVER, "MLPOSTURE_MLFLOW_ENDPOINT": self.url}
        if self.server.get("open"):
            return own
        return {**own, "MLFLOW_TRACKING_USERNAME": LOGIN, "MLFLOW_TRACKING_PASSWORD": self.password}

    # -- reading the request ---------------------------------------------------------------------------------------

    def identify(self, request: Request) -> None:
        request.account, request.region, request.verb = SERVER, "global", "get"
        request.operation = "mlflow:Unknown"
        path = request.path.removeprefix(_API)
        if request.path == "/version":
            request.operation = "mlflow:GetVersion"
        elif request.path.startswith(_API) and path in _LISTS:
            request.operation, request.verb = _LISTS[path][0], "list"
        elif request.path == f"{_API}runs/get":
            request.operation, request.resource = "mlflow:GetRun", request.query.get("run_id", "")
        elif path == "users/get":
            request.operation, request.resource = USER, request.query.get("username", "")
        elif path.startswith("logged-models/"):
            request.operation, request.resource = "mlflow:GetLoggedModel", unquote(path.partition("/")[2])
        elif request.path == "/get-artifact":
            request.operation = ARTIFACT
            request.resource = f"{request.query.get('run_uuid', '')}/{request.query.get('path', '')}"

    # -- answering -------------------------------------------------------------------------------------------------

    def respond(self, request: Request) -> Response:
        response = self._respond(request)
        origin = request.headers.get("origin")
        if origin and (allowed := self.server.get("cors")):
            response.headers["Access-Control-Allow-Origin"] = origin if allowed == "echo" else allowed
            if allowed == "echo":
                response.headers["Access-Control-Allow-Credentials"] = "true"
        return response

    def _respond(self, request: Request) -> Response:
        if not self.server.get("open") and not self._knows(request):
            return Response(401, UNAUTHENTICATED.encode(), {"WWW-Authenticate": 'Basic realm="mlflow"', **_HTML})
        if request.method != "GET":
            return self.say(request, 405, "BAD_REQUEST", "this server is read")
        if request.operation == "mlflow:GetVersion":
            return Response(200, str(self.server["version"]).encode(), _HTML)
        if request.operation == "mlflow:GetRun":
            return self._one(request, "run", self._runs.get(request.resource))
        if request.operation == "mlflow:GetLoggedModel":
            return self._one(request, "model", self._logged.get(request.resource))
        if request.operation == USER:
            return self._user(request)
        if request.operation == ARTIFACT:
            return self._artifact(request)
        path = request.path.removeprefix(_API)
        return self._page(request, _LISTS[path][1]) if path in _LISTS else self.gone(request)

    def _knows(self, request: Request) -> bool:
        sent = base64.b64encode(f"{LOGIN}:{self.password}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {sent}"

    def _one(self, request: Request, member: str, item: dict[str, Any] | None) -> Response:
        return self.gone(request) if item is None else _json({member: item})

    def _artifact(self, request: Request) -> Response:
        """A file of a run, which the real server sends as an attachment of no type that browsers would show."""
        run, _, path = request.resource.partition("/")
        files = self.document.get("artifacts", {}).get(run, {})
        return Response(200, files[path].encode(), dict(_FILE)) if path in files else self.gone(request)

    def _user(self, request: Request) -> Response:
        """Only a server with users of its own has this. Of others than itself, a user who is no administrator learns
        nothing.
        """
        if self.server.get("open"):
            return Response(404, b"<h1>Not Found</h1>", _HTML)
        return _json({"user": {"id": 7, "username": request.resource, "is_admin": not self.server.get("reader")}})

    def _page(self, request: Request, section: str) -> Response:
        items = self.document.get(section) or []
        start = int(base64.b64decode(request.query.get("page_token", "")) or b"0")
        size = min(self.page_size, int(request.query.get("max_results", self.page_size)))
        page = {section: items[start : start + size]} if items[start : start + size] else {}
        if start + size < len(items):
            page["next_page_token"] = base64.b64encode(str(start + size).encode()).decode()
        return _json(page)

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def refuse(self, request: Request, kind: str) -> Response:
        if kind == "deny":
            return Response(403, b"Permission denied", _HTML)
        if kind == "malformed":
            return Response(200, b'{"experiments": [', _JSON)
        if kind == "throttle":
            return Response(429, b'{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "too many"}', _JSON)
        return self.say(request, 500, "INTERNAL_ERROR", "something went wrong")

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        code = code or _ERRORS.get(status, "INTERNAL_ERROR")
        error = {"error_code": code, "message": message, "sqlstate": "KAM00", "error_class": code}
        return Response(status, json.dumps(error).encode(), _JSON)

    def gone(self, request: Request) -> Response:
        return self.say(request, 404, "RESOURCE_DOES_NOT_EXIST", f"There is no {request.resource or request.path}")


_JSON = {"Content-Type": "application/json"}
_FILE = {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _json(body: Any) -> Response:
    return Response(200, json.dumps(body).encode(), dict(_JSON))
