"""GitHub's own description of its API, as the judge of what is asked and of what the simulated GitHub answers.

Needs @octokit/openapi: `npm install --prefix tests/npm` and MLPOSTURE_GITHUB_API, or node_modules in the root.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from support import ROOT, TESTS

PACKAGE = "node_modules/@octokit/openapi/generated/api.github.com.json"
#: What is asked of GitHub: the rest of thirteen megabytes is left alone.
ASKED = (
    "code-scanning/upload-sarif",
    "code-scanning/get-sarif",
    "code-scanning/list-alerts-for-repo",
    "code-scanning/update-alert",
    "repos/get",
    "git/get-ref",
)
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


def where() -> Path | None:
    """The file, if this machine has it."""
    named = os.environ.get("MLPOSTURE_GITHUB_API")
    found = [Path(named)] if named else [folder / PACKAGE for folder in (ROOT, TESTS / "npm")]
    return next((path for path in found if path.is_file()), None)


class Description:
    """What is said of some operations, by their id."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_bytes())
        self._components = document["components"]
        self.operations = {
            operation["operationId"]: (method, template, operation)
            for template, methods in document["paths"].items()
            for method, operation in methods.items()
            if operation["operationId"] in ASKED
        }
        self._judges: dict[tuple[str, ...], Draft202012Validator | None] = {}

    def of_request(self, id: str, resource: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Iterator[str]:
        """What is wrong with a request: its query, its path and its body."""
        _, _, operation = self.operations[id]
        known = {one["name"]: one for one in map(self._resolved, operation["parameters"])}
        for name, value in (*query.items(), *resource.items()):
            if name not in known:
                yield f"no parameter {name}"
                continue
            schema = known[name]["schema"]
            typed = int(value) if self._type(schema) == "integer" and value.isdecimal() else value
            yield from self._problems(("parameter", id, name), schema, typed)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            yield from self._problems(("body", id), content["schema"], json.loads(body or b"null"))
        elif body:
            yield "a body where none belongs"

    def of_response(self, id: str, status: int, body: bytes) -> Iterator[str]:
        """What is wrong with a response."""
        responses = self.operations[id][2]["responses"]
        if str(status) not in responses:
            yield from () if status in (401, 403, 422, 429) or status >= 500 else [f"never answers {status}"]
            return
        content = self._resolved(responses[str(status)]).get("content", {}).get("application/json")
        if content is not None:
            yield from self._problems(("response", id, str(status)), content["schema"], json.loads(body))

    def example(self, name: str) -> Any:
        return self._components["examples"][name]["value"]

    def longest(self, schema: str) -> int:
        """Characters that a text may have."""
        return int(self._components["schemas"][schema]["maxLength"])

    def _problems(self, key: tuple[str, ...], schema: Any, value: Any) -> Iterator[str]:
        if key not in self._judges:
            needed: dict[str, Any] = {}
            plain = self._plain(schema, needed)
            self._judges[key] = Draft202012Validator({**plain, "$defs": needed}, format_checker=_FORMATS)
        for error in self._judges[key].iter_errors(value):
            yield f"{'/'.join(key)}: {error.json_path}: {error.message[:200]}"

    def _plain(self, value: Any, needed: dict[str, Any]) -> Any:
        """A schema of OpenAPI 3.0 as one of JSON Schema, with those that it refers to put into `needed`."""
        if isinstance(value, list):
            return [self._plain(one, needed) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            name = value["$ref"].rpartition("/")[2]
            if name not in needed:
                needed[name] = {}
                needed[name] = self._plain(self._components["schemas"][name], needed)
            return {"$ref": f"#/$defs/{name}"}
        made = {key: self._plain(one, needed) for key, one in value.items() if key not in ("nullable", "example")}
        return {"anyOf": [made, {"type": "null"}]} if value.get("nullable") is True else made

    def _resolved(self, value: Any) -> Any:
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        return self._components[kind][name]

    def _type(self, schema: Any) -> str:
        while "$ref" in schema:
            schema = self._resolved(schema)
        return str(schema.get("type"))


@cache
def description() -> Description | None:
    """What GitHub says of its API, once a session; None where it is not installed."""
    path = where()
    return Description(path) if path else None


def matches(template: str, path: str) -> dict[str, str] | None:
    """The parameters of a path, None where it is another one."""
    last = template.endswith("/{ref}")  # the one parameter that may have slashes
    form = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.removesuffix("/{ref}")) + ("/(?P<ref>.+)" if last else "")
    found = re.fullmatch(form, path)
    return found.groupdict() if found else None
