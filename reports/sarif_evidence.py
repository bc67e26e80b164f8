"""Resources as files embedded in a SARIF run, and places in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.sarif_text import last
from reports.writing import clean, dump, redact, without_secrets
from scanner.model.history import Identity
from scanner.model.nouns import Resource, Scope, plain

_CONTEXT = 2
_IDENTITY = ("id", "name", "scope", "console_url")


class Evidence:
    """One artifact a resource: the observed configuration as JSON, at an invented path that is the resource's alone.

    Keeps the texts in memory: results come by severity and artifacts by id, so it has to have all before the first.
    Of a resource that was not observed there is what identifies it. `places` are further artifacts: id, path, content.
    `base` is what paths are said to be relative to, where a run says that of any.
    """

    def __init__(
        self, resources: Iterable[Resource | Identity], places: Iterable[tuple[str, str, Any]] = (), base: str = ""
    ) -> None:
        found: dict[str, tuple[str, str, str]] = {}
        for resource in resources:
            kind = resource.kind
            if isinstance(resource, Identity):
                if resource.id not in found:
                    found[resource.id] = ("", uri(resource), document(resource))
            elif resource.id not in found or found[resource.id][0] != kind:
                found[resource.id] = (kind, uri(resource), document(resource))
        found |= {id: ("", path, dump(shown).decode()) for id, path, shown in places}
        self._files = [found[id][1:] for id in sorted(found)]
        self._base = {"uriBaseId": base} if base else {}
        self._index = {id: index for index, id in enumerate(sorted(found))}

    def __contains__(self, id: str) -> bool:
        return id in self._index

    def artifacts(self) -> Iterator[dict[str, Any]]:
        """The files as a run embeds them."""
        for path, text in self._files:
            yield {"location": {"uri": path, **self._base}, "mimeType": "application/json", "contents": {"text": text}}

    def line(self, resource_id: str, fields: Sequence[str]) -> int:
        """The line of the first of these fields that the snapshot has, outermost first; else 1."""
        _, text = self._files[self._index[resource_id]]
        for field in fields:
            if (at := text.find(f'\n "{field}":')) >= 0:  # outermost, as most are
                return text.count("\n", 0, at) + 2
            found = [
                (len(line) - len(line.lstrip()), number)
                for number, line in enumerate(text.splitlines(), start=1)
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
                "artifactLocation": {"uri": path, **self._base, "index": index},
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


def document(resource: Resource | Identity) -> str:
    """The observed fields as JSON. Identity is kept as it is: redacting it would leave nobody knowing what to fix."""
    observed = plain(resource)
    identity = {key: observed.pop(key) for key in _IDENTITY}
    observed.pop("read", None)  # which saved inventories have
    for name in ("kind", "title"):  # which the identity of what was not observed has
        observed.pop(name, None) if isinstance(resource, Identity) else None
    if cached := observed.pop("cached", None):
        observed["cached"] = cached  # last, so that no line moves when the cache is warm
    return dump({"kind": resource.kind, **identity, **without_secrets(observed)}).decode()


def uri(resource: Resource | Identity) -> str:
    """A path of harmless characters, ending in a hash of the id.

    The hash keeps resources apart whose names look alike when made harmless, or are alike. It is always there, so that
    no resource's path depends on which others exist. The name is that in the id: another, which a provider shows, may
    be changed, and the alert would close.
    """
    scope = resource.scope
    parts = (scope.provider, scope.account, scope.region, resource.kind, redact(last(resource.id)))
    *folders, name = map(_harmless, parts)
    digest = hashlib.sha256(resource.id.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return "/".join(["cloud", *folders, f"{name}-{digest}.json"])


def check_uri(scope: Scope, check_id: str) -> str:
    """The path of a check in an account, beside those of its resources."""
    return "/".join(["cloud", _harmless(scope.provider), _harmless(scope.account), f"{_harmless(check_id)}.json"])


def _harmless(part: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+|^\.+", "_", part)[:80] or "_"
