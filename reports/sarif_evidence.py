"""Resources as files embedded in a SARIF run, and places in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.writing import clean, dump, without_secrets
from scanner.model.nouns import Resource, plain

_CONTEXT = 2
_IDENTITY = ("id", "name", "scope", "console_url")


class Evidence:
    """One artifact a resource: the observed configuration as JSON, at an invented path that is the resource's alone.

    Keeps the texts in memory: results come by severity and artifacts by id, so it has to have all before the first.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        found: dict[str, tuple[str, str, str]] = {}
        for resource in resources:
            kind = type(resource).kind
            if resource.id not in found or found[resource.id][0] != kind:
                found[resource.id] = (kind, uri(resource), document(resource))
        self._files = [found[id][1:] for id in sorted(found)]
        self._index = {id: index for index, id in enumerate(sorted(found))}

    def __contains__(self, id: str) -> bool:
        return id in self._index

    def artifacts(self) -> Iterator[dict[str, Any]]:
        """The files as a run embeds them."""
        for path, text in self._files:
            yield {"location": {"uri": path}, "mimeType": "application/json", "contents": {"text": text}}

    def line(self, resource_id: str, fields: Sequence[str]) -> int:
        """The line of the first of these fields that the snapshot has, outermost first; else 1."""
        _, text = self._files[self._index[resource_id]]
        lines = text.splitlines()
        for field in fields:
            found = [
                (len(line) - len(line.lstrip()), number)
                for number, line in enumerate(lines, start=1)
                if line.lstrip().startswith(f'"{field}":')
            ]
            if found:
                return min(found)[1]
        return 1

    def location(self, resource_id: str, name: str, line: int = 1, *, id: str = "") -> dict[str, Any]:
        """A SARIF location in the snapshot of `resource_id`, called `id` where that is another resource."""
        index = self._index[resource_id]
        path, content = self._files[index]
        lines = content.splitlines()
        first, last = max(1, line - _CONTEXT), min(len(lines), line + _CONTEXT)
        text = lines[line - 1]
        return {
            "physicalLocation": {
                "artifactLocation": {"uri": path, "index": index},
                "region": {
                    "startLine": line,
                    "startColumn": len(text) - len(text.lstrip()) + 1,
                    "endLine": line,
                    "endColumn": len(text) + 1,
                    "snippet": {"text": text.lstrip()},
                },
                "contextRegion": {
                    "startLine": first,
                    "endLine": last,
                    "snippet": {"text": "\n".join(lines[first - 1 : last])},
                },
            },
            "logicalLocations": [
                {"name": clean(name), "fullyQualifiedName": clean(id or resource_id), "kind": "resource"}
            ],
        }


def document(resource: Resource) -> str:
    """The observed fields as JSON. Identity is kept as it is: redacting it would leave nobody knowing what to fix."""
    observed = plain(resource)
    identity = {key: observed.pop(key) for key in _IDENTITY}
    observed.pop("read", None)  # which saved inventories have
    if cached := observed.pop("cached"):
        observed["cached"] = cached  # last, so that no line moves when the cache is warm
    return dump({"kind": type(resource).kind, **identity, **without_secrets(observed)}).decode()


def uri(resource: Resource) -> str:
    """A path of harmless characters, ending in a hash of the id.

    The hash keeps resources apart whose names look alike when made harmless, or are alike. It is always there, so that
    no resource's path depends on which others exist.
    """
    scope = resource.scope
    parts = (scope.provider, scope.account, scope.region, type(resource).kind, resource.name)
    *folders, name = (re.sub(r"[^A-Za-z0-9._-]+|^\.+", "_", part)[:80] or "_" for part in parts)
    digest = hashlib.sha256(resource.id.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return "/".join(["cloud", *folders, f"{name}-{digest}.json"])
