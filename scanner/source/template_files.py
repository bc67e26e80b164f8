"""Templates of CloudFormation and of Azure Resource Manager, in YAML or JSON, as resources that know their lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scanner.source.nodes import Made, Node, merged

if TYPE_CHECKING:
    import yaml

#: Levels of nesting that are gone into, and values that are. No template of these services may be as large.
_DEEPEST, _MOST = 50, 500_000


def resources(content: bytes) -> list[Made]:
    """The resources of a template, by logical id or, of Azure, by literal name; none of what is no template.

    A short form of CloudFormation, such as `!Ref`, is a value like any other.
    """
    import yaml  # here, because start-up must not pay for it

    try:
        # A tab can stand in JSON between values alone, where YAML wants blanks.
        text = content.decode("utf-8-sig").replace("\t", " ")
        reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        if not _is_shallow(yaml.parse(text, Loader=reader)):
            return []
        top = yaml.compose(text, Loader=reader)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return []
    lines, members = text.split("\n"), _members(top)
    schema = members.get("$schema")
    if schema is not None and "deploymenttemplate.json" in str(schema[1].value).lower():
        return list(_of_azure(members.get("resources"), lines, "", ""))
    return list(_of_aws(members.get("Resources"), lines))


def _is_shallow(events: Iterator[Any]) -> bool:
    """Whether a file can be made a tree: the C that does so calls itself, and crashes where it is nested too deeply."""
    depth = 0
    for number, event in enumerate(events):
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > _DEEPEST or number > _MOST:
            return False
    return True


def _members(node: Any) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping, by the text of the key."""
    if getattr(node, "id", "") != "mapping":
        return {}
    return {str(key.value): (key, value) for key, value in node.value if key.id == "scalar"}


def _of_aws(entry: tuple[yaml.Node, yaml.Node] | None, lines: list[str]) -> Iterator[Made]:
    for name, (key, value) in _members(entry[1] if entry else None).items():
        members = _members(value)
        type_ = _scalar(members.get("Type"))
        if type_.startswith("AWS::"):
            properties = members.get("Properties")
            yield Made(type_, name, _node(key, value, lines, properties[1] if properties else None))


def _of_azure(entry: tuple[yaml.Node, yaml.Node] | None, lines: list[str], outer: str, above: str) -> Iterator[Made]:
    """Resources with literal names, also those within others, which are called by both names."""
    if entry is None or entry[1].id not in ("sequence", "mapping"):  # type: ignore[attr-defined]  # as in yaml_text
        return
    inner = entry[1].value
    for value in inner if entry[1].id == "sequence" else [value for _, value in inner]:  # type: ignore[attr-defined]
        members = _members(value)
        type_, name = _scalar(members.get("type")), _scalar(members.get("name"))
        if type_ and name and not name.startswith("["):
            type_, name = f"{outer}/{type_}".strip("/"), f"{above}/{name}".strip("/")
            yield Made(type_, name, _node(value, value, lines, value))
            yield from _of_azure(members.get("resources"), lines, type_, name)


def _scalar(entry: tuple[yaml.Node, yaml.Node] | None) -> str:
    return str(entry[1].value) if entry and entry[1].id == "scalar" else ""  # type: ignore[attr-defined]


def _node(place: yaml.Node, value: yaml.Node, lines: list[str], content: Any) -> Node:
    """What stands at a place, with what is in `content`."""
    line, column = place.start_mark.line, place.start_mark.column
    return Node(line + 1, column + 1, lines[line].strip(), value.end_mark.line + 1, merged(_inside(content, lines)))


def _inside(content: Any, lines: list[str]) -> Iterator[tuple[str, Node]]:
    """The members of a mapping, or of the mappings of a list."""
    for name, (key, value) in _members(content).items():
        yield name, _node(key, value, lines, value)
    if getattr(content, "id", "") == "sequence":
        for item in content.value:
            yield from _inside(item, lines)
