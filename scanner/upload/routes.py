"""Which repository a finding goes to: a file of rules, of which the first that fits decides."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from scanner.model.errors import InputError
from scanner.model.fitting import fit
from scanner.model.patterns import pattern
from scanner.model.yaml_text import Problem, parse

_REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"
_NAME = pattern(_REPOSITORY)
#: Problems that are listed of a file.
_MOST = 50

Repository = Annotated[str, Meta(pattern=_REPOSITORY, description="a repository as OWNER/NAME")]
Glob = Annotated[str, Meta(min_length=1)]


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """Findings whose place is at a path, in sources of a repository, or both, go `to` a repository."""

    to: Repository
    path: Glob | None = None
    sources: Glob | None = None


class Routes(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules, and where all goes that none of them fits."""

    default: Repository
    routes: tuple[Route, ...] = ()

    @property
    def repositories(self) -> tuple[str, ...]:
        """All there are, each once: one without a finding gets an empty run, which closes its alerts."""
        return tuple({name.lower(): name for name in (self.default, *(route.to for route in self.routes))}.values())

    def repository(self, path: str, sources: str) -> str:
        """Where a finding goes; `sources` is the address of the repository that its line is in, empty if unknown."""
        for route in self.routes:
            by_path = route.path is None or _fits(path, route.path)
            if by_path and (route.sources is None or _fits(_bare(sources), route.sources)):
                return route.to
        return self.default


class RoutesError(InputError):
    """A file of routes that cannot be used: a line for each problem, in the order of the file."""

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(str(self).splitlines())


def read_routes(path: Path, shown: str) -> Routes:
    """Read and check a file of routes. Raises RoutesError, or InputError if it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror}") from error
    document = parse(content, "docs/guides/code-scanning.md shows one")
    problems = document.problems or fit(document, Routes, "routes")
    if not problems:
        for number, route in enumerate(document.value.get("routes") or ()):
            if "path" not in route and "sources" not in route:
                text = f"route {number + 1} fits everything; add path or sources, or make its repository the default"
                problems.append(document.problem(("routes", number), text))
    if problems:
        raise RoutesError("\n".join(_line(shown, problem) for problem in sorted(problems)[:_MOST]))
    return msgspec.convert(document.value, Routes)


def checked_repository(option: str, name: str) -> str:
    """OWNER/NAME. Raises InputError for anything else."""
    if not _NAME.fullmatch(name) or name.rpartition("/")[2] in (".", ".."):
        raise InputError(f"{option} {name}: is no repository; give OWNER/NAME")
    return name


def _line(shown: str, problem: Problem) -> str:
    return f"{shown}:{problem.line}:{problem.column}: {problem.text}"


def _bare(address: str) -> str:
    """The host and name of a repository, of whatever form its address is."""
    text = address.partition("://")[2] or address.replace(":", "/", 1)
    return text.rpartition("@")[2].removesuffix("/").removesuffix(".git")


def _fits(text: str, glob: str) -> bool:
    """`*` is any text within a folder, `**` across folders, `?` one character; all of the text has to fit.

    Keeps the places that each part of the glob may end at: a regular expression could take for ever.
    """
    ends = {0}
    for part in _parts(glob):
        if part in ("*", "**", "**/"):
            ends = _spread(text, ends, part)
        elif part == "?":
            ends = {end + 1 for end in ends if text[end : end + 1] not in ("", "/")}
        else:
            ends = {end + len(part) for end in ends if text.startswith(part, end)}
        if not ends:
            return False
    return len(text) in ends


def _spread(text: str, ends: set[int], part: str) -> set[int]:
    """The places to which text of any length leads from some places."""
    first = min(ends)
    if part == "**":
        return set(range(first, len(text) + 1))
    if part == "**/":
        return ends | {end + 1 for end in range(first, len(text)) if text[end] == "/"}
    found, inside = set(), False
    for end in range(first, len(text) + 1):
        inside = (inside and text[end - 1] != "/") or end in ends
        if inside:
            found.add(end)
    return found


@lru_cache(maxsize=1024)
def _parts(glob: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"(\*\*/|\*\*|\*|\?)", glob)))
