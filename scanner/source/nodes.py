"""What stands in a file of sources: blocks and attributes, each with its line, whatever the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from scanner.model.decode import plans
from scanner.model.nouns import Resource


class Node(Struct, frozen=True):
    """A block, or an attribute, and what is in it by name. Of some names there are several, as blocks may be repeated.

    Lines and columns count from 1. `text` is the line, without the blanks around it.
    """

    line: int
    column: int
    text: str
    #: the line that it ends in
    end: int
    inside: Mapping[str, Sequence[Node]] = {}


class Made(Struct, frozen=True):
    """A resource that a file declares: its type, what it is called there, and the block."""

    type: str
    name: str
    node: Node


def descend(node: Node, path: Sequence[str]) -> tuple[Node, int]:
    """What a path of names leads to, and how many of them were there: the last that is, where it breaks off."""
    best, deepest = node, 0
    if path:
        for inner in node.inside.get(path[0], ()):
            found, depth = descend(inner, path[1:])
            if depth + 1 > deepest:
                best, deepest = found, depth + 1
    return best, deepest


def merged(entries: Iterable[tuple[str, Node]]) -> dict[str, list[Node]]:
    """Nodes by their names."""
    found: dict[str, list[Node]] = {}
    for name, node in entries:
        found.setdefault(name, []).append(node)
    return found


def paths_of(resource: Resource, field: str) -> list[tuple[str, ...]]:
    """Where a field of evidence is in the provider's own names, which templates and bodies have, too."""
    return [plan.path for plan in plans(type(resource)) if plan.name == field and plan.path]
