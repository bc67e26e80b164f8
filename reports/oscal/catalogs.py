"""Catalogues of OSCAL: the objectives, and each framework as ids with labels in our words, never in its own text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.oscal.documents import Json, file, full, metadata, prop, prose, title, token
from scanner.evidence.dossier_types import Cover
from scanner.frameworks import Catalogue, Control, Framework, Objective

OBJECTIVES = "catalog-objectives.json"


def catalog_of(framework: str) -> str:
    """The file of a framework's catalogue."""
    return f"catalog-{framework}.json"


def statement(control: str) -> str:
    """The id of the statement of a control, which findings and mappings aim at."""
    return f"{control}_smt"


def tokens(framework: Framework) -> dict[str, str]:
    """Each row's id as a token of OSCAL. A user's framework may have ids that come out alike: they are numbered."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    for row in framework.controls:
        wanted = found = row.oscal_id or token(row.id)
        number = 2
        while found in taken:
            found, number = f"{wanted}.{number}", number + 1
        taken.add(found)
        made[row.id] = found
    return made


def objectives_catalog(cover: Cover, catalogue: Catalogue) -> tuple[str, bytes]:
    """What is looked for, with what a scan cannot prove of it."""
    groups: dict[str, list[Json]] = {}
    for one in catalogue.objectives.values():
        groups.setdefault(one.group, []).append(_objective(one))
    body = {
        "metadata": metadata("Objectives of mlposture", cover, cover.tool),
        "groups": [
            {"id": f"group-{token(group)}", "title": title(group), "controls": controls}
            for group, controls in groups.items()
        ],
    }
    return file(OBJECTIVES, "catalog", body)


def _objective(one: Objective) -> Json:
    return {
        "id": one.id,
        "title": title(one.title),
        "props": [prop("evidence", one.evidence)],
        "parts": [
            {"id": statement(one.id), "name": "statement", "prose": prose(one.statement)},
            {
                "id": f"{one.id}_gdn",
                "name": "guidance",
                "prose": "What a scan cannot prove: " + prose(one.cannot_prove),
            },
        ],
    }


def framework_catalog(cover: Cover, framework: Framework) -> tuple[str, bytes]:
    """The rows of a framework."""
    name = f"{framework.name}: ids, with labels in words of our own"
    props = [prop("framework", framework.id), prop("text-policy", framework.text_policy)]
    body = {
        "metadata": metadata(name, cover, framework.version),
        **_Rows(framework).below(None),
    }
    body["metadata"]["props"] += props
    return file(catalog_of(framework.id), "catalog", body)


class _Rows:
    """The rows of a framework as OSCAL nests them: a group holds groups or controls, and a control holds controls.

    Headings are groups, but for those that an objective bears on: nothing can aim at a group.
    """

    def __init__(self, framework: Framework) -> None:
        self._aimed_at = framework.mapped
        self._tokens = tokens(framework)
        self._rows = {row.id: row for row in framework.controls}
        self._below: dict[str | None, list[Control]] = {}
        for row in framework.controls:
            self._below.setdefault(self._parent(row), []).append(row)

    def _parent(self, row: Control) -> str | None:
        """The row that this one stands in. Groups stand in groups alone."""
        parent = self._rows.get(row.parent or "")
        if self._is_group(row):
            while parent and not self._is_group(parent):
                parent = self._rows.get(parent.parent or "")
        return parent.id if parent else None

    def _is_group(self, row: Control) -> bool:
        return row.assessable is None and row.id not in self._aimed_at

    def below(self, id: str | None) -> Json:
        """What stands in a group, or at the top."""
        rows = self._below.get(id, ())
        groups = [self._group(row) for row in rows if self._is_group(row)]
        controls = [self._control(row) for row in rows if not self._is_group(row)]
        if id is not None and groups and controls:  # not both: the controls of the heading itself get a group
            own = {"id": f"{self._tokens[id]}_own", "title": title(self._rows[id].title), "controls": controls}
            return {"groups": [own, *groups]}
        return full(groups=groups, controls=controls)

    def _group(self, row: Control) -> Json:
        return {
            "id": self._tokens[row.id],
            "class": token(row.level),
            "title": title(row.title),
            "props": [prop("label", row.id, ns="")],
            **self.below(row.id),
        }

    def _control(self, row: Control) -> Json:
        id = self._tokens[row.id]
        return full(
            id=id,
            **{"class": token(row.level)},
            title=title(row.title),
            props=[prop("label", row.id, ns=""), *_props(row)],
            parts=[{"id": statement(id), "name": "statement", "prose": title(row.title)}],
            controls=[self._control(each) for each in self._below.get(row.id, ())],
        )


def _props(row: Control) -> Iterator[Json]:
    """What else is known of a row."""
    yield prop("assessable", row.assessable or "heading")
    yield from _each("role", row.roles)
    yield from _each("regime", filter(None, (row.regime,)))
    yield from _each("category", filter(None, (row.category,)))
    yield from (prop("applies-from", day, of=whom) for whom, day in row.applies_from.items())
    yield from _each("check", row.checks)
    yield from _each("not-mapped", filter(None, (row.unmapped,)))


def _each(name: str, values: Iterable[str]) -> Iterator[Json]:
    return (prop(name, value) for value in values)
