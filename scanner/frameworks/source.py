"""The YAML of a framework, one of ours or the user's own: how it is read, and what its types cannot hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from scanner.frameworks import HEADLINE, Control, Edges, Framework, Objective, known
from scanner.frameworks.yaml_types import FrameworkSource, ObjectivesSource
from scanner.model.errors import InputError
from scanner.model.fitting import fit, said
from scanner.model.sanitize import map_strings, redact
from scanner.model.selection import guess
from scanner.model.yaml_text import Document, Problem, brief, parse
from scanner.model.yaml_text import Path as Place

#: Problems that one message names.
_MOST = 20

#: A path, and what is wrong there.
Found = Iterator[tuple[Place, str]]


class SourceError(InputError):
    """A file of a framework that cannot be used: a line for each problem, in the order of the file."""

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(str(self).splitlines())


def read_objectives(path: Path) -> tuple[Objective, ...]:
    """Read and check the objectives. Raises SourceError, or InputError if the file cannot be read."""
    document = _read(path, path.name, ObjectivesSource, "objectives")
    objectives = msgspec.convert(document.value["objectives"], tuple[Objective, ...])
    found: list[tuple[Place, str]] = []
    seen: set[str] = set()
    for number, objective in enumerate(objectives):
        here: Place = ("objectives", number)
        texts = (("statement", objective.statement), ("cannot_prove", objective.cannot_prove))
        found += [((*here, name), _SENTENCE) for name, text in texts if not _is_sentence(text)]
        if objective.id in seen:
            found.append(((*here, "id"), _TWICE))
        seen.add(objective.id)
    if found:
        raise _refusal(path.name, _located(document, found, "objectives"))
    return objectives


def read_framework(
    path: Path, objectives: Collection[Objective], checks: Collection[str], shown: str = "", *, shipped: bool = False
) -> Framework:
    """Read and check a framework: one that is `shipped`, or the user's own, which may not take the id of such a one.

    `checks` are the ids of all checks, and `shown` is what the file is called in messages, where that is not its name.
    Raises SourceError, or InputError if the file cannot be read.
    """
    name = shown or path.name
    document = _read(path, name, FrameworkSource, "controls")
    value = map_strings(_without_nulls(document.value), redact)  # reports show what it says
    framework = msgspec.convert({**value.pop("framework"), **value}, Framework)
    headline = shipped and framework.id in HEADLINE
    rules = _Rules(framework, {objective.id: objective for objective in objectives}, checks, headline=headline)
    found = [*rules.found()]
    if shipped and framework.id != path.stem:
        found.append((("framework", "id"), f"must be the name of the file, {path.stem}"))
    elif not shipped and framework.id in known():
        found.append((("framework", "id"), "is that of a framework that is shipped; give yours another"))
    if found:
        raise _refusal(name, _located(document, found, "controls"))
    return framework


def _read(path: Path, name: str, type: type[msgspec.Struct], entries: str) -> Document:
    """A file of this type. Raises SourceError, or InputError if it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    document = parse(content, "docs/guides/frameworks.md shows one")
    problems = document.problems or fit(document, type, entries)
    if problems:
        raise _refusal(name, problems)
    return document


def _without_nulls(value: Any) -> Any:
    """What a file says. A null says nothing: it stands for what is left out."""
    match value:
        case dict():
            return {key: _without_nulls(item) for key, item in value.items() if item is not None}
        case list():
            return [_without_nulls(item) for item in value]
    return value


def _refusal(path: str, problems: list[Problem]) -> SourceError:
    lines = [f"{path}:{line}:{column}: {text}" for line, column, text in sorted(problems)]
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return SourceError("\n".join([*lines[:_MOST], *more]))


def _located(document: Document, found: list[tuple[Place, str]], entries: str) -> list[Problem]:
    """Problems with their places, each begun with what it is about."""
    made = []
    for path, text in found:
        words = said(document.value, path, entries).removesuffix(": ")
        made.append(document.problem(path, f"{words}: {text}", key=path[:1] == ("objectives",) and len(path) == 2))
    return made


_SENTENCE = "is no sentence; begin it with a capital, and end it with a full stop"
_TWICE = "stands here twice; remove one"


def _is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith(".")


class _Rules:
    """What types cannot hold."""

    def __init__(
        self, framework: Framework, objectives: dict[str, Objective], checks: Collection[str], *, headline: bool
    ) -> None:
        self._framework = framework
        self._headline = headline
        self._controls = {control.id: control for control in framework.controls}
        self._objectives = objectives
        self._checks = checks
        self._mapped = {edge.control for edge in framework.mappings}

    def found(self) -> Found:
        """All that is wrong."""
        above: set[str] = set()
        for number, control in enumerate(self._framework.controls):
            yield from (
                (("controls", number, *path), text) for path, text in (*self._row(control, above), *self._said(control))
            )
            above.add(control.id)
        for name, edges in self._framework.objectives.items():
            yield from ((("objectives", name, *path), text) for path, text in self._edges(name, edges))
        unsaid = [name for name in self._objectives if name not in self._framework.objectives] if self._headline else []
        if unsaid:
            advice = "map each to a control, or say in excused why not"
            yield ("objectives",), f"nothing is said of {', '.join(unsaid)}; {advice}"

    def _row(self, control: Control, above: set[str]) -> Found:
        """What is wrong with a row as such."""
        if control.id in above:
            yield ("id",), _TWICE
        if control.parent is not None and control.parent not in above:
            yield ("parent",), f"{brief(control.parent)} is no control listed above it; correct it, or list it before"
        for name in ("applies_from", "applied_from"):
            for route, text in getattr(control, name).items():
                if not _is_date(text):
                    yield (name, route), f"there is no such date as {text}; correct it"
        for number, check in enumerate(control.checks):
            if check not in self._checks:
                yield ("checks", number), f"no check has the id {brief(check)}; {guess(check, self._checks, _CHECKS)}"

    def _said(self, control: Control) -> Found:
        """What is wrong with how far a scan can assess a row."""
        automated = control.assessable == "automated"
        mapped = control.id in self._mapped
        if control.checks and not (automated and self._framework.benchmark):
            yield ("checks",), "only automated rows of a benchmark name checks; map objectives to it instead"
        if control.unmapped and not _is_sentence(control.unmapped):
            yield ("unmapped",), _SENTENCE
        elif control.unmapped and (mapped or control.checks):
            yield ("unmapped",), "an objective maps to it, or it names checks; remove unmapped"
        elif control.assessable in ("automated", "partial") and not (mapped or control.checks or control.unmapped):
            advice = "map one, say in unmapped why not, or call it manual"
            yield (), f"is {control.assessable}, and no objective maps to it; {advice}"

    def _edges(self, name: str, edges: Edges) -> Found:
        """What is wrong with what is said of an objective."""
        objective = self._objectives.get(name)
        if objective is None:
            yield (), f"no objective is called so; {guess(name, self._objectives, _OBJECTIVES)}"
        controls = [control for _, _, control in edges.each()]
        if bool(controls) == bool(edges.excused):
            yield (), "must name controls, or say in excused why there are none; do one of both"
        for key, text in (("reason", edges.reason), ("excused", edges.excused)):
            if text and not _is_sentence(text):
                yield (key,), _SENTENCE
        if controls and not edges.reason and self._headline:
            yield (), "has no reason; add one"
        seen: set[str] = set()
        for relationship, number, control in edges.each():
            yield from (((relationship, number), text) for text in self._edge(objective, control, seen))
            seen.add(control)

    def _edge(self, objective: Objective | None, control: str, seen: set[str]) -> Iterator[str]:
        row = self._controls.get(control)
        if control in seen:
            yield f"{brief(control)} {_TWICE}"
        if row is None:
            yield f"no control has the id {brief(control)}; {guess(control, self._controls, 'add it to controls')}"
        elif row.assessable == "manual" and objective and objective.evidence == "observed":
            yield f"{control} is manual, and a scan observes this objective; call it partial, or remove it here"


_CHECKS = "`mlposture list checks` lists all"
_OBJECTIVES = "`mlposture list objectives` lists all"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
