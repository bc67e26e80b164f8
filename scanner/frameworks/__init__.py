"""Control frameworks and the objectives that tie checks to their controls.

The YAML files beside this module are what people edit and review. `scripts/build_frameworks.py` has them validated by
`source` and writes `data/`, a file for each framework, so that a command reads no more of them than it shows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Annotated, Literal

import msgspec

__all__ = ["HEADLINE", "Catalogue", "Control", "Framework", "Head", "Mapping", "Objective", "known", "load"]

#: What reports show where nobody names a framework.
HEADLINE = ("nist-ai-rmf-1.0", "iso-42001", "eu-ai-act", "soc2")

Text = Annotated[str, msgspec.Meta(min_length=1)]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="a date in quotes, such as '2026-08-02'")]
Scope = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?:all|annex_iii|annex_i|placed_before_\d{4}-\d\d-\d\d)$",
        description="whom a date is for (all, annex_iii, annex_i, or placed_before_ and a date)",
    ),
]


class Control(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a framework: a requirement, a threat or the like, or a heading when `assessable` is None."""

    id: Text
    title: Text
    level: Text
    parent: Text | None
    assessable: Literal["automated", "partial", "manual"] | None
    #: where the id is no token of OSCAL
    oscal_id: Annotated[
        str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9._-]*$", description="a token of OSCAL, such as govern-1.1")
    ] = ""
    #: whom it binds (EU AI Act)
    roles: tuple[Literal["provider", "deployer", "gpai-provider", "third-party"], ...] = ()
    #: which systems it binds (EU AI Act): all, those that may have to be classified, the prohibited, the high-risk,
    #: those with duties of transparency, general-purpose models, those of them with systemic risk
    regime: Literal["", "all", "class", "proh", "hr", "tr", "gpai", "gpai-sr"] = ""
    #: since when it holds (EU AI Act), for all systems, for those of a route to high risk, or for those on the market
    #: before; a route without a date is not bound. And the dates before the Act was amended, where they were others.
    applies_from: dict[Scope, Date] = {}
    applied_from: dict[Scope, Date] = {}
    #: of the trust services criteria (SOC 2)
    category: Literal["", "security", "availability", "confidentiality", "processing-integrity", "privacy"] = ""
    #: of a row of a benchmark: the checks that ask exactly what it asks
    checks: tuple[Text, ...] = ()
    #: why no objective maps to it, although a scan could say something
    unmapped: str = ""


class Mapping(msgspec.Struct, frozen=True, array_like=True):
    """One edge, read as "the objective <relationship> the control"."""

    framework: str
    objective: str
    control: str
    relationship: str
    reason: str = ""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a framework as a whole. Rows of a `benchmark` may pass or fail, by the checks that they name."""

    id: Annotated[
        str,
        msgspec.Meta(
            pattern="^[a-z0-9][a-z0-9.-]{0,62}$",
            description="an id: lower-case letters, digits, hyphens, dots",
        ),
    ]
    name: Text
    version: Text
    published: Text
    publisher: Text
    url: Text
    text_policy: Text
    note: Text
    benchmark: bool = False


class Framework(Head, frozen=True, kw_only=True):
    """One published framework with its controls in authored order; `excused` says why an objective has no edge."""

    controls: tuple[Control, ...]
    mappings: tuple[Mapping, ...] = ()
    excused: dict[str, str] = {}

    @property
    def mapped(self) -> frozenset[str]:
        """The controls that an objective maps to, or that name checks of their own."""
        return frozenset({edge.control for edge in self.mappings} | {row.id for row in self.controls if row.checks})


class Objective(msgspec.Struct, frozen=True):
    """One thing posture checks look for.

    `evidence`: whether a scan observes it, people declare it, or its presence is observed and its content declared.
    """

    id: Text
    title: Text
    group: Text
    statement: Text
    cannot_prove: Text
    evidence: Literal["observed", "declared", "mixed"]


class Catalogue:
    """Frameworks and objectives by id, in order, and the edges between them from both ends."""

    def __init__(self, frameworks: Iterable[Framework], objectives: Iterable[Objective]) -> None:
        self.frameworks = {framework.id: framework for framework in frameworks}
        self.objectives = {objective.id: objective for objective in objectives}
        self._of_objective: dict[str, list[Mapping]] = {id: [] for id in self.objectives}
        self._of_control: dict[tuple[str, str], set[str]] = {}
        for framework in self.frameworks.values():
            for control in framework.controls:
                self._of_control[framework.id, control.id] = set()
            for edge in framework.mappings:
                self._of_objective[edge.objective].append(edge)
                self._of_control[framework.id, edge.control].add(edge.objective)

    def controls_for(self, objective_id: str) -> tuple[Mapping, ...]:
        """Return the edges of an objective. Raises KeyError for an unknown objective."""
        return tuple(self._of_objective[objective_id])

    def objectives_for(self, framework_id: str, control_id: str) -> tuple[Objective, ...]:
        """Return the objectives mapped to a control. Raises KeyError for an unknown framework or control."""
        mapped = self._of_control[framework_id, control_id]
        return tuple(objective for objective in self.objectives.values() if objective.id in mapped)


#: Judging begins in one thread and ends in another. msgspec shows the second what it has half found out about a type
#: that is new to it, and crashes.
_READING = threading.Lock()


@cache
def known() -> tuple[str, ...]:
    """The ids of all frameworks that are shipped, the headline ones first. None of them is read."""
    from pathlib import Path  # slow to import, and only needed here

    stems = {path.stem for path in Path(__file__).with_name("data").glob("*.json")}
    return (*HEADLINE, *sorted(stems - {*HEADLINE, "objectives"}))


def load(ids: Sequence[str] | None = None, own: Sequence[Framework] = ()) -> Catalogue:
    """Return a catalogue of the frameworks of these ids, or of the headline ones, and of the user's `own`.

    Each file is read once per process. Raises InputError for an id that no framework has.
    """
    wanted = HEADLINE if ids is None else tuple(dict.fromkeys(ids))
    with _READING:
        return Catalogue([*map(_framework, wanted), *own], _objectives()) if own else _shipped(wanted)


@cache
def _shipped(ids: tuple[str, ...]) -> Catalogue:
    return Catalogue(map(_framework, ids), _objectives())


@cache
def _framework(id: str) -> Framework:
    if id not in known():
        from scanner.model.errors import InputError
        from scanner.model.selection import guess

        raise InputError(f"no framework is called {id!r}; {guess(id, known(), '`mlposture list frameworks` has them')}")
    return msgspec.json.decode(_content(id), type=Framework)


@cache
def _objectives() -> tuple[Objective, ...]:
    return msgspec.json.decode(_content("objectives"), type=tuple[Objective, ...])


def _content(name: str) -> bytes:
    from pathlib import Path  # as above

    return Path(__file__).with_name("data").joinpath(f"{name}.json").read_bytes()
