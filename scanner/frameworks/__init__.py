"""Control frameworks and the objectives that tie checks to their controls.

The YAML files beside this module are what people edit and review. `scripts/build_frameworks.py` has them validated by
`source` and writes `data/`, a file for each framework, so that a command reads no more of them than it shows.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import msgspec

__all__ = [
    "HEADLINE",
    "RELATIONSHIPS",
    "Catalogue",
    "Control",
    "Edges",
    "Framework",
    "Mapping",
    "Objective",
    "known",
    "load",
]

#: What reports show where nobody names a framework.
HEADLINE = ("nist-ai-rmf-1.0", "iso-42001", "eu-ai-act", "soc2")
#: How an objective may bear on a control, the strongest first. The last is for threats and weaknesses.
RELATIONSHIPS = ("equivalent-to", "subset-of", "superset-of", "intersects-with", "addresses")

# Two things keep loading short: annotations are no text, which msgspec would compile, and the collector of garbage does
# not look at rows (gc=False), in which nothing can point back.


class Control(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One row of a framework: a requirement, a threat or the like, or a heading when `assessable` is None.

    `yaml_types` says which words each field may hold.
    """

    id: str
    title: str
    level: str
    parent: str | None = None
    assessable: str | None = None
    #: where the id is no token of OSCAL
    oscal_id: str = ""
    #: whom it binds (EU AI Act)
    roles: tuple[str, ...] = ()
    #: which systems it binds (EU AI Act)
    regime: str = ""
    #: since when it holds (EU AI Act), for all systems, for those of a route to high risk, or for those on the market
    #: before; a route without a date is not bound. And the dates before the Act was amended, where they were others.
    applies_from: dict[str, str] = {}
    applied_from: dict[str, str] = {}
    #: of the trust services criteria (SOC 2)
    category: str = ""
    #: of a row of a benchmark: the checks that ask exactly what it asks
    checks: tuple[str, ...] = ()
    #: why no objective maps to it, although a scan could say something
    unmapped: str = ""


class Mapping(msgspec.Struct, frozen=True):
    """One edge, read as "the objective <relationship> the control"."""

    framework: str
    objective: str
    control: str
    relationship: str
    reason: str = ""


class Edges(msgspec.Struct, frozen=True, rename="kebab", omit_defaults=True, gc=False):
    """What an objective says about the controls of a framework: edges by relationship, or why there are none."""

    reason: str = ""
    equivalent_to: tuple[str, ...] = ()
    subset_of: tuple[str, ...] = ()
    superset_of: tuple[str, ...] = ()
    intersects_with: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    excused: str = ""

    def each(self) -> Iterator[tuple[str, int, str]]:
        """Every edge: relationship, number in its list, control."""
        lists = (self.equivalent_to, self.subset_of, self.superset_of, self.intersects_with, self.addresses)
        for relationship, controls in zip(RELATIONSHIPS, lists, strict=True):
            for number, control in enumerate(controls):
                yield relationship, number, control


class Framework(msgspec.Struct, frozen=True, omit_defaults=True):
    """One published framework with its controls in authored order, and what objectives say about them.

    Rows of a `benchmark` may pass or fail, by the checks that they name. One about a `cloud` says nothing of others.
    """

    id: str
    name: str
    version: str
    published: str
    publisher: str
    url: str
    text_policy: str
    note: str
    controls: tuple[Control, ...]
    objectives: dict[str, Edges] = {}
    benchmark: bool = False
    cloud: str = ""

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """Every edge."""
        return tuple(edge for objective in self.objectives for edge in self.mappings_of(objective))

    @property
    def mapped(self) -> frozenset[str]:
        """The controls that an objective maps to, or that name checks of their own."""
        return frozenset({edge.control for edge in self.mappings} | {row.id for row in self.controls if row.checks})

    @property
    def excused(self) -> dict[str, str]:
        """Why these objectives have no edge."""
        return {objective: edges.excused for objective, edges in self.objectives.items() if edges.excused}

    def mappings_of(self, objective: str) -> tuple[Mapping, ...]:
        """The edges of one objective."""
        edges = self.objectives.get(objective, Edges())
        return tuple(
            Mapping(self.id, objective, control, relationship, edges.reason)
            for relationship, _, control in edges.each()
        )


class Objective(msgspec.Struct, frozen=True):
    """One thing posture checks look for.

    `evidence`: whether a scan observes it, people declare it, or its presence is observed and its content declared.
    """

    id: str
    title: str
    group: str
    statement: str
    cannot_prove: str
    evidence: str


class Catalogue:
    """Frameworks and objectives by id, in order, and the edges between them from both ends."""

    def __init__(self, frameworks: Iterable[Framework], objectives: Iterable[Objective]) -> None:
        self.frameworks = {framework.id: framework for framework in frameworks}
        self.objectives = {objective.id: objective for objective in objectives}
        self._speaking: dict[str, dict[str, set[str]]] = {}

    def controls_for(self, objective_id: str) -> tuple[Mapping, ...]:
        """Return the edges of an objective. Raises KeyError for an unknown objective."""
        name = self.objectives[objective_id].id
        return tuple(edge for framework in self.frameworks.values() for edge in framework.mappings_of(name))

    def objectives_for(self, framework_id: str, control_id: str) -> tuple[Objective, ...]:
        """Return the objectives mapped to a control. Raises KeyError for an unknown framework or control."""
        if framework_id not in self._speaking:
            framework = self.frameworks[framework_id]
            speaking: dict[str, set[str]] = {control.id: set() for control in framework.controls}
            for edge in framework.mappings:
                speaking[edge.control].add(edge.objective)
            self._speaking[framework_id] = speaking
        mapped = self._speaking[framework_id][control_id]
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
    if id not in HEADLINE and id not in known():
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
