"""Resources whose tags or names say where they were made: by yor, by CloudFormation, by templates of Azure.

Files are looked for below the root of the sources, when the first resource asks. Whoever may tag writes tags, so they
lead to nothing outside of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from scanner.model.errors import CannotScan, InputError
from scanner.model.notes import Source
from scanner.model.nouns import Resource
from scanner.model.patterns import pattern
from scanner.source import bicep, hcl, template_files
from scanner.source.instances import arm_name, arm_type
from scanner.source.nodes import Made, descend, paths_of
from scanner.source.terraform import PASSED_OVER, SUFFIXES
from scanner.source.terraform_types import types

log = logging.getLogger("mlposture")

#: Files that may be templates, that are looked into, bytes of one, and files that are kept as they were read.
_TEMPLATES = (".json", ".yaml", ".yml", ".template", ".bicep")
_MOST, _LARGEST, _KEPT = 50_000, 4 << 20, 32
#: What a file says that is a template, in some capitals.
_IS_TEMPLATE = pattern(r"(?im)AWS::|deploymentTemplate\.json|^\s*resource\s")
_TRACE = pattern(r"yor_trace\W+(?:Value\W+)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
STACK, LOGICAL_ID, TRACE = "aws:cloudformation:stack-name", "aws:cloudformation:logical-id", "yor_trace"


class Templates:
    """The files below a folder, by the traces in them and by the resources that they declare."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._read = lru_cache(_KEPT)(self._parsed)
        self._traces: dict[str, tuple[str, int]] = {}

    def of(self, resource: Resource, evidence: Mapping[str, Any], tags: Mapping[str, str]) -> Source | None:
        """The line to change in what made a resource, as far as its tags or its name lead there."""
        made: tuple[str, Made] | None = None
        if tags.get(TRACE):
            made = self._traced(tags[TRACE].lower())
        elif tags.get(LOGICAL_ID):
            made = self._named(_type_of_aws(resource), tags[LOGICAL_ID], tags.get(STACK, ""))
        elif resource.scope.provider == "azure":
            made = self._named(arm_type(resource.id), arm_name(resource.id))
        return _source(*made, resource, evidence) if made else None

    def _traced(self, trace: str) -> tuple[str, Made] | None:
        """What yor tagged: its trace stands in the block."""
        self._declared  # noqa: B018 - finding what is declared finds the traces
        uri, line = self._traces.get(trace, ("", 0))
        around = (one for one in self._read(uri) if one.node.line <= line <= one.node.end) if uri else ()
        return next(((uri, one) for one in around), None)

    def _named(self, type_: str, name: str, stack: str = "") -> tuple[str, Made] | None:
        """What one file declares; of several, that which is called like the stack."""
        key = (type_.lower(), name.lower())
        uris = self._declared.get(key, [])
        if len(uris) > 1:
            uris = [uri for uri in uris if Path(uri).name.partition(".")[0].lower() in stack.lower()]
        if len(uris) != 1:
            return None
        return next(
            ((uris[0], one) for one in self._read(uris[0]) if (one.type.lower(), one.name.lower()) == key), None
        )

    @cached_property
    def _declared(self) -> Mapping[tuple[str, str], list[str]]:
        """Where each resource of a template is declared, by type and name, in small letters."""
        found: dict[tuple[str, str], list[str]] = {}
        for path in self._files():
            uri = path.relative_to(self._root).as_posix()
            text = path.read_bytes().decode(errors="replace")
            for trace in _TRACE.finditer(text):
                self._traces[trace[1]] = uri, text.count("\n", 0, trace.start()) + 1
            if path.suffix in _TEMPLATES and _IS_TEMPLATE.search(text):
                for key in {(made.type.lower(), made.name.lower()) for made in self._read(uri)}:
                    found.setdefault(key, []).append(uri)
        return found

    def _files(self) -> Iterator[Path]:
        seen = 0
        for folder, inner, names in os.walk(self._root):
            inner[:] = sorted(name for name in inner if name not in PASSED_OVER)
            for path in (Path(folder, name) for name in sorted(names) if name.endswith((*_TEMPLATES, *SUFFIXES))):
                if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST:
                    yield path
                    seen += 1
            if seen > _MOST:
                log.warning("%s: has more than %d files; the others are not looked into", self._root, _MOST)
                return

    def _parsed(self, uri: str) -> Sequence[Made]:
        """The resources that a file declares; none of one that cannot be read: nobody said that it is a template."""
        content = (self._root / uri).read_bytes()
        if uri.endswith(".bicep"):
            return bicep.resources(content)
        if not uri.endswith(SUFFIXES):
            return template_files.resources(content)
        try:
            blocks = hcl.parse(content, uri)
        except (InputError, CannotScan) as problem:
            log.warning("%s", problem)
            return ()
        return [
            Made(*block.labels, block.node) for block in blocks if block.type == "resource" and len(block.labels) == 2
        ]


def _source(uri: str, made: Made, resource: Resource, evidence: Mapping[str, Any]) -> Source:
    """The first field of evidence that is there, else the block."""
    is_terraform = uri.endswith(SUFFIXES)
    node, there = made.node, 0
    attribute: Sequence[str] = ()
    for field in evidence:
        if is_terraform:
            paths: list[Sequence[str]] = [*types()[made.type].paths(field)] if made.type in types() else []
        else:
            paths = [path[start:] for path in paths_of(resource, field) for start in range(len(path))]
        for path in paths if not there else ():
            found, depth = descend(made.node, path)
            if depth > there:
                node, there, attribute = found, depth, path[:depth]
    return Source(
        uri=uri, line=node.line, column=node.column, block=(made.node.line, made.node.end), text=node.text,
        attribute=".".join(attribute),
        address=f"{made.type}.{made.name}" if is_terraform else made.name,
    )  # fmt: skip


def _type_of_aws(resource: Resource) -> str:
    """What CloudFormation calls a kind: `AWS::SageMaker::NotebookInstance`, in some capitals."""
    _, service, kind = type(resource).kind.split(".", 2)
    return f"AWS::{service}::{kind}"
