"""Terraform's language as blocks that know their lines, by way of tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.model.errors import CannotScan, InputError, how_to_install
from scanner.source.nodes import Node, merged

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

#: What stands around an object, or several, that an attribute is made of.
_AROUND = frozenset(
    ("expression", "collection_value", "function_call", "function_arguments", "tuple", "operation", "conditional")
)
_EXPONENT = re.compile(rb"\b\d+(?:\.\d+)?[eE][+-]?\d+")


class Block(Struct, frozen=True):
    """A block at the top of a file: `resource "aws_iam_role" "this"`."""

    type: str
    labels: tuple[str, ...]
    node: Node
    #: of a module: where it comes from, if a plain text says so
    source: str = ""


@cache
def parser() -> Parser:
    """What parses HCL. Raises CannotScan where it is not installed."""
    try:
        import tree_sitter_hcl
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise CannotScan(
            f"--tfstate: what reads Terraform's language is not installed ({error}); {how_to_install('source')}"
        ) from error
    return Parser(Language(tree_sitter_hcl.language()))


def parse(content: bytes, shown: str) -> list[Block]:
    """The blocks of a file. Raises InputError with the line where it is no HCL."""
    root = parser().parse(content).root_node
    if root.has_error:  # also of numbers such as 2e3, which the grammar does not know
        root = parser().parse(_EXPONENT.sub(lambda found: b"0" * len(found[0]), content)).root_node
    if root.has_error:
        line = _first_error(root).start_point[0] + 1
        raise InputError(f"{shown}:{line}: is no HCL here; `terraform validate` says what is wrong with it")
    lines = content.split(b"\n")
    try:
        return [_block(one, lines) for body in _named(root, "body") for one in _each(body) if one.type == "block"]
    except RecursionError as error:
        raise InputError(f"{shown}: is nested too deeply to be read; split what is in it") from error


def _each(syntax: Syntax) -> Iterator[Syntax]:
    """What is in a node, one by one: a node that is held holds all that was looked at below it."""
    cursor = syntax.walk()
    more = cursor.goto_first_child()
    while more:
        if cursor.node is not None:
            yield cursor.node
        more = cursor.goto_next_sibling()


def _first_error(node: Syntax) -> Syntax:
    """The place that the parser did not understand, as near as it says."""
    inner = next((child for child in node.children if child.has_error or child.is_missing), None)
    return node if inner is None or node.is_error else _first_error(inner)


def _block(syntax: Syntax, lines: list[bytes]) -> Block:
    type_, *labels = _head(syntax)
    node = _node(syntax, lines)
    return Block(type_, tuple(labels), node, _literal(syntax, "source") if type_ == "module" else "")


def _head(block: Syntax) -> list[str]:
    """The type of a block, and its labels."""
    return [_text(one).strip('"') for one in block.children if one.type in ("identifier", "string_lit")]


def _node(syntax: Syntax, lines: list[bytes]) -> Node:
    row, column = syntax.start_point
    shown = lines[row].decode(errors="replace").strip()
    before = lines[row][:column].decode(errors="replace")
    return Node(row + 1, len(before) + 1, shown, syntax.end_point[0] + 1, merged(_inside(syntax, lines)))


def _inside(syntax: Syntax, lines: list[bytes]) -> Iterator[tuple[str, Node]]:
    """What is in a block or an attribute."""
    for body in _named(syntax, "body"):
        for one in body.children:
            if one.type == "attribute":
                yield _text(one.children[0]), _node(one, lines)
            elif one.type == "block":
                yield from _nested(one, lines)
    if syntax.type in ("attribute", "object_elem"):
        yield from _elements(syntax.children[-1], lines)


def _nested(block: Syntax, lines: list[bytes]) -> Iterator[tuple[str, Node]]:
    """A block in another. A dynamic one stands for blocks that are called like its label, with its content."""
    name, *labels = _head(block)
    if name != "dynamic" or not labels:
        yield name, _node(block, lines)
        return
    made = _node(block, lines)
    content = [node for each in made.inside.get("content", ()) for node in each.inside.items()]
    yield labels[0], Node(made.line, made.column, made.text, made.end, dict(content))


def _elements(expression: Syntax, lines: list[bytes]) -> Iterator[tuple[str, Node]]:
    """The members of the objects that an expression is made of, such as that in `jsonencode({…})`."""
    for child in expression.children if expression.type in _AROUND else ():
        if child.type == "object":
            for element in _named(child, "object_elem"):
                yield _text(element.children[0]).strip('"()'), _node(element, lines)
        else:
            yield from _elements(child, lines)


def _literal(block: Syntax, name: str) -> str:
    """An attribute that is a plain text; empty if it is anything else."""
    for body in _named(block, "body"):
        for one in _named(body, "attribute"):
            text = _text(one.children[-1])
            if _text(one.children[0]) == name and text[:1] == text[-1:] == '"' and "${" not in text:
                return text[1:-1]
    return ""


def _named(syntax: Syntax, type_: str) -> list[Syntax]:
    return [child for child in syntax.children if child.type == type_]


def _text(syntax: Syntax) -> str:
    return (syntax.text or b"").decode(errors="replace")
