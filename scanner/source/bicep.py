"""Files of Bicep as resources that know their lines, as far as lines alone tell: a resource, and members of objects."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.patterns import pattern
from scanner.source.nodes import Made, Node, merged

_RESOURCE = pattern(r"^\s*resource\s+(\w+)\s+'([^'@]+)@[^']*'\s*(?:existing\s*)?=")
_MEMBER = pattern(r"^\s*'?([\w.-]+)'?\s*:\s*(.*?)\s*$")
_NAME = pattern(r"'([^'$]+)'")
_STRING = pattern(r"'(?:[^'\\]|\\.)*'|//.*")


def resources(content: bytes) -> list[Made]:
    """The resources of a file whose names are literal; those with a parent are called by both names."""
    lines = content.decode(errors="replace").splitlines()
    found: list[Made] = []
    symbols: dict[str, str] = {}
    for number, line in enumerate(lines):
        if (declared := _RESOURCE.match(line)) is None or "existing" in declared[0]:
            continue
        symbol, type_ = declared[1], declared[2]
        node, values = _object(lines, number)
        named = _NAME.fullmatch(values.get("name", ""))
        above = symbols.get(values["parent"]) if "parent" in values else ""
        if named and above is not None:
            symbols[symbol] = f"{above}/{named[1]}".strip("/")
            found.append(Made(type_, symbols[symbol], node))
    return found


def _object(lines: list[str], start: int) -> tuple[Node, dict[str, str]]:
    """What begins in a line and goes on to its last bracket, and the texts of its own members."""
    end = _end(lines, start)
    children = list(_inside(lines, start + 1, end))
    values = {name: _written(lines[node.line - 1]) for name, node in children}
    return _node(lines, start, end, children), values


def _inside(lines: list[str], number: int, end: int) -> Iterator[tuple[str, Node]]:
    while number < end:
        last = _end(lines, number)
        if member := _MEMBER.match(lines[number]):
            yield member[1], _node(lines, number, last, list(_inside(lines, number + 1, last)))
        number = last + 1


def _node(lines: list[str], start: int, end: int, children: list[tuple[str, Node]]) -> Node:
    line = lines[start]
    return Node(start + 1, len(line) - len(line.lstrip()) + 1, line.strip(), end + 1, merged(children))


def _end(lines: list[str], start: int) -> int:
    """The line in which the brackets are closed that a line opens; itself where it opens none."""
    depth = 0
    for number in range(start, len(lines)):
        bare = _STRING.sub("", lines[number])
        depth += sum(map(bare.count, "{[(")) - sum(map(bare.count, "}])"))
        if depth <= 0:
            return number
    return len(lines) - 1


def _written(line: str) -> str:
    found = _MEMBER.match(line)
    return found[2] if found else ""
