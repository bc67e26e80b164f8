"""OSCAL files of several systems, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.evidence.dossier_types import ControlPage, Dossier

#: A file's content by its name.
Files = dict[str, bytes]


def body(files: Files, name: str) -> dict[str, Any]:
    """What is in a file."""
    [found] = json.loads(files[name]).values()
    return found  # type: ignore[no-any-return]


def results(rendered: Mapping[str, Files]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The results of every system and framework."""
    for system, files in rendered.items():
        for name in files:
            if name.startswith("assessment-results-"):
                [result] = body(files, name)["results"]
                yield system, name.removeprefix("assessment-results-").removesuffix(".json"), result


def pages(dossier: Dossier, framework: str) -> list[ControlPage]:
    """The controls of a framework."""
    [part] = [part for part in dossier.parts if part.framework == framework]
    return [page for section in part.sections for page in section.pages]


def props(of: Mapping[str, Any], name: str) -> list[str]:
    """The values of the properties of this name."""
    return [one["value"] for one in of.get("props", ()) if one["name"] == name]


def findings(result: Mapping[str, Any]) -> list[Any]:
    """The findings of a result, if it has any."""
    return list(result.get("findings", ()))


def related(of: Mapping[str, Any]) -> list[str]:
    """The observations that something rests on."""
    return [one["observation-uuid"] for one in of["related-observations"]]


def labelled(value: Any) -> Iterator[str]:
    """The labels of all groups and controls."""
    yield from props(value, "label")
    for each in (*value.get("groups", ()), *value.get("controls", ())):
        yield from labelled(each)
