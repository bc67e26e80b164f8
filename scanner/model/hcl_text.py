"""Texts of Terraform's language: quoted strings and lists with a comment an item."""

from collections.abc import Iterable

from scanner.model.needs import Need


def quoted(text: str) -> str:
    """A text as a literal of HCL, in which nothing is a template."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def listed(needs: Iterable[Need], indent: int) -> str:
    """Permissions as a list, each with what it is for; the closing bracket stands `indent` columns in."""
    inside = " " * (indent + 2)
    lines = [f"{inside}{quoted(need.permission)}, # {need.note}" for need in needs]
    return "\n".join(["[", *lines, " " * indent + "]"])


def variable(name: str, description: str) -> str:
    """A variable that whoever applies the configuration gives."""
    return f'variable "{name}" {{\n  type        = string\n  description = {quoted(description)}\n}}'
