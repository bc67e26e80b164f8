"""What people declared, as observations of OSCAL: listed, with who declared it, and not read."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from reports.oscal.catalogs import OBJECTIVES, statement
from reports.oscal.documents import Json, at, full, link, prop, prose, resource, title, uid
from reports.oscal.plan import system_uuid
from reports.oscal.reviewed import Reviewed
from scanner.model.claims import Evidence


class Declared(Struct, frozen=True):
    """Observations, and the parties and resources that they name."""

    observations: list[Json]
    parties: list[Json]
    resources: list[Json]


def declared(reviewed: Reviewed) -> Declared:
    """Each declaration of a part once, with the controls and objectives that it is about."""
    about: dict[Evidence, list[Json]] = {}
    for page in reviewed.pages:
        for one in page.state.other:
            about.setdefault(one, []).extend(reviewed.targets([page]))
        for question in page.questions:
            for one in question.claim.other:
                about.setdefault(one, []).append(link(f"{OBJECTIVES}#{statement(question.objective)}", "target"))
        if page.state.rests_on:  # of every control that it decides on, which are many
            about.setdefault(page.state.rests_on, [])
    people = dict.fromkeys(one.by for one in about if one.by)
    return Declared(
        observations=[_observation(reviewed, one, links) for one, links in about.items()],
        parties=[full(uuid=party_uuid(by), type="person", name=title(by)) for by in people],
        resources=[_document(one) for one in about if one.source or one.sha256],
    )


def party_uuid(name: str) -> str:
    """The party that is a person, or a role that a person holds, as declared."""
    return uid("party", name)


def _observation(reviewed: Reviewed, one: Evidence, links: list[Json]) -> Json:
    cover = reviewed.dossier.cover
    return full(
        uuid=reviewed.uid("declaration", *_name(one)),
        title=one.kind.capitalize(),
        description=prose(f"{one.kind.capitalize()}, and not observed: {one.text}"),
        props=[prop("kind", str(one.kind))],
        links=[each for number, each in enumerate(links) if each not in links[:number]],
        methods=["EXAMINE"],
        types=["control-objective"],
        origins=[{"actors": [{"type": "party", "actor-uuid": party_uuid(one.by)}]}] if one.by else None,
        subjects=[{"subject-uuid": system_uuid(cover), "type": "component"}],
        relevant_evidence=[*_evidence(one)],
        collected=at(one.on or cover.as_of),
        expires=at(one.until) if one.until else None,
        remarks="" if one.by else "Nobody is named who declared it.",
    )


def _evidence(one: Evidence) -> Iterator[Json]:
    if one.source or one.sha256:
        yield {"href": f"#{_document_uuid(one)}", "description": "Named by the manifest; the scan did not read it."}


def _document(one: Evidence) -> Json:
    what = "Declared with this digest." if one.sha256 else "Declared without a digest."
    return resource(_document_uuid(one), one.text, what, sha256=one.sha256, source=one.source)


def _document_uuid(one: Evidence) -> str:
    return uid("document", *_name(one))


def _name(one: Evidence) -> tuple[str, ...]:
    return one.kind, one.text, one.by, str(one.on), str(one.until), one.source, one.sha256
