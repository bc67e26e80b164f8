"""The mapping collection of OSCAL: how objectives bear on controls, and on which controls none does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.oscal.catalogs import OBJECTIVES, catalog_of, statement, tokens
from reports.oscal.documents import NS, Json, file, full, metadata, prop, prose, uid
from scanner.evidence.dossier_types import Cover
from scanner.frameworks import Catalogue, Framework

MAPPING = "mapping-collection.json"
#: Of relationships, OSCAL does not know the one of threats and weaknesses.
_OURS = frozenset({"addresses"})
_WHAT = (
    "How the objectives of mlposture bear on the controls of frameworks, statement by statement: the objective has "
    "this relationship to the control. What there is on an objective is evidence for people who judge the control."
)


def mapping_collection(cover: Cover, catalogue: Catalogue, frameworks: Sequence[Framework]) -> tuple[str, bytes]:
    """A mapping for each framework that objectives bear on."""
    body = {
        "metadata": metadata("Objectives of mlposture and the controls they bear on", cover, cover.tool),
        "provenance": {
            "method": "human",
            "matching-rationale": "semantic",
            "status": "draft",  # no auditor has gone through it
            "mapping-description": prose(_WHAT),
        },
        "mappings": [_mapping(one, catalogue) for one in frameworks if one.mappings],
    }
    return file(MAPPING, "mapping-collection", body)


def _mapping(framework: Framework, catalogue: Catalogue) -> Json:
    ids = tokens(framework)
    bears = {edge.objective for edge in framework.mappings}
    mapped = {edge.control for edge in framework.mappings}
    rows = [ids[row.id] for row in framework.controls if row.assessable is not None and row.id not in mapped]
    return full(
        uuid=uid("mapping", framework.id),
        source_resource={"type": "catalog", "href": OBJECTIVES},
        target_resource={"type": "catalog", "href": catalog_of(framework.id)},
        maps=list(_maps(framework, ids)),
        props=[prop("excused", why, of=objective) for objective, why in framework.excused.items()],
        source_gap_summary=_gap(framework, "source", [one for one in catalogue.objectives if one not in bears]),
        target_gap_summary=_gap(framework, "target", rows),
    )


def _maps(framework: Framework, ids: dict[str, str]) -> Iterator[Json]:
    for edge in framework.mappings:
        yield full(
            uuid=uid("map", framework.id, edge.objective, edge.relationship, edge.control),
            ns=NS if edge.relationship in _OURS else None,
            relationship=edge.relationship,
            sources=[{"type": "statement", "id-ref": statement(edge.objective)}],
            targets=[{"type": "statement", "id-ref": statement(ids[edge.control])}],
            remarks=prose(edge.reason),
        )


def _gap(framework: Framework, side: str, ids: list[str]) -> Json | None:
    """The controls of one side that are not mapped at all."""
    if not ids:
        return None
    return {"uuid": uid("gap", framework.id, side), "unmapped-controls": [{"with-ids": ids}]}
