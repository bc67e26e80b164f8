"""Which controls of a framework a scan has results on, and which results these are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reports.oscal.catalogs import catalog_of, statement, tokens
from reports.oscal.documents import Json, at, link, uid
from scanner.evidence.dossier_types import ControlPage, Dossier, Observation, Part
from scanner.frameworks import Catalogue
from scanner.model.claims import Claim, Word

#: A control that does not bind the system, or of which nobody decided whether it does, is not reviewed.
_LEFT_OUT = frozenset({Word.NOT_APPLICABLE, Word.UNDECIDED})


class Reviewed:
    """A part of a dossier, with the observations on each control that say something: those for and against."""

    def __init__(self, dossier: Dossier, part: Part, catalogue: Catalogue) -> None:
        framework = catalogue.frameworks[part.framework]
        self.dossier, self.part, self.framework = dossier, part, framework
        self.objectives = catalogue.objectives
        cover = dossier.cover
        self._scan = uid("scan", cover.organisation, cover.system, at(cover.taken_at), *cover.inventories)
        self.pages = tuple(page for section in part.sections for page in section.pages)
        self._tokens = tokens(framework)
        self._rows = {row.id: row for row in framework.controls}
        by_objective: defaultdict[str, list[Observation]] = defaultdict(list)
        by_check: defaultdict[str, list[Observation]] = defaultdict(list)
        for one in dossier.observations:
            if one.bears in ("for", "against"):
                by_objective[one.objective].append(one)
                by_check[one.check].append(one)
        self._observed = {page.state.id: tuple(self._bearing(page, by_objective, by_check)) for page in self.pages}
        self.controls = tuple(page for page in self.pages if self._observed[page.state.id])

    def _bearing(
        self,
        page: ControlPage,
        by_objective: dict[str, list[Observation]],
        by_check: dict[str, list[Observation]],
    ) -> Iterator[Observation]:
        row = self._rows[page.state.id]
        if page.state.word in _LEFT_OUT or row.assessable == "manual":
            return
        if self.framework.benchmark and row.checks:  # its checks decide it, and no objective
            for check in row.checks:
                yield from by_check.get(check, ())
            return
        for question in page.questions:
            yield from by_objective.get(question.objective, ())

    def uid(self, *names: str) -> str:
        """The UUID of something that belongs to this scan and this framework."""
        return uid(self._scan, self.framework.id, *names)

    def observed(self, page: ControlPage) -> tuple[Observation, ...]:
        """The observations on a control."""
        return self._observed[page.state.id]

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All of them, each once, in the order of the controls."""
        found = {one.claim: one for page in self.controls for one in self._observed[page.state.id]}
        return tuple(found.values())

    @property
    def unreviewed(self) -> tuple[ControlPage, ...]:
        """The controls that there is no result on."""
        return tuple(page for page in self.pages if not self._observed[page.state.id])

    @property
    def claims(self) -> dict[str, Claim]:
        """What there is on the objectives that bear on its controls."""
        questions = (each for page in self.pages for each in page.questions)
        return {each.objective: each.claim for each in questions}

    def control(self, page: ControlPage) -> str:
        """The id of a control in the catalogue of the framework."""
        return self._tokens[page.state.id]

    def targets(self, pages: Iterable[ControlPage]) -> list[Json]:
        """Links to the statements of these controls."""
        catalog = catalog_of(self.framework.id)
        return [link(f"{catalog}#{statement(self.control(page))}", "target") for page in pages]

    def selection(self, description: str) -> Json:
        """`reviewed-controls`: those with a result, and no others."""
        chosen: Json = {"include-controls": [{"control-id": self.control(page)} for page in self.controls]}
        if not self.controls:  # OSCAL has no other word for none
            everything = [{"control-id": self.control(page)} for page in self.pages]
            chosen = {"include-all": {}, "exclude-controls": everything}
        links = [link(catalog_of(self.framework.id), "catalog")]
        return {"control-selections": [{"description": description, "links": links, **chosen}]}
