"""Control frameworks and the objectives that tie checks to their controls.

The YAML files beside this module are what people edit and review. `scripts/build_frameworks.py` validates them and
writes `catalogue.json`, the only file read at run time.
"""

from __future__ import annotations

import threading
from functools import cache

import msgspec

__all__ = ["Catalogue", "Control", "Framework", "Mapping", "Objective", "load"]


class Control(msgspec.Struct, frozen=True):
    """One row of a framework: a requirement, or a heading when `assessable` is None."""

    id: str
    title: str
    level: str
    parent: str | None
    assessable: str | None


class Framework(msgspec.Struct, frozen=True):
    """One published framework with its controls in authored order."""

    id: str
    name: str
    version: str
    published: str
    publisher: str
    url: str
    text_policy: str
    note: str
    controls: tuple[Control, ...]


class Mapping(msgspec.Struct, frozen=True):
    """One edge, read as "the objective <relationship> the control"."""

    framework: str
    control: str
    relationship: str
    reason: str


class Objective(msgspec.Struct, frozen=True):
    """One thing posture checks look for; `excused` says why a framework has no edge to it."""

    id: str
    title: str
    group: str
    statement: str
    cannot_prove: str
    mappings: tuple[Mapping, ...]
    excused: dict[str, str]


class Catalogue(msgspec.Struct, frozen=True):
    """All frameworks and objectives by id, in authored order."""

    frameworks: dict[str, Framework]
    objectives: dict[str, Objective]

    def controls_for(self, objective_id: str) -> tuple[Mapping, ...]:
        """Return the edges of an objective. Raises KeyError for an unknown objective."""
        return self.objectives[objective_id].mappings

    def objectives_for(self, framework_id: str, control_id: str) -> tuple[Objective, ...]:
        """Return the objectives mapped to a control. Raises KeyError for an unknown framework or control."""
        if all(control.id != control_id for control in self.frameworks[framework_id].controls):
            raise KeyError(f"{framework_id} has no control {control_id!r}")
        return tuple(
            objective
            for objective in self.objectives.values()
            if any(edge.framework == framework_id and edge.control == control_id for edge in objective.mappings)
        )


#: Judging begins in one thread and ends in another. msgspec shows the second what it has half found out about a type
#: that is new to it, and crashes.
_READING = threading.Lock()


def load() -> Catalogue:
    """Return the catalogue, read once per process."""
    with _READING:
        return _read()


@cache
def _read() -> Catalogue:
    from pathlib import Path  # slow to import, and only needed here

    return msgspec.json.decode(Path(__file__).with_name("catalogue.json").read_bytes(), type=Catalogue)
