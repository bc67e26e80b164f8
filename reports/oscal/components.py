"""The component definition of OSCAL: for each kind of cloud resource, which objectives checks ask about."""

from __future__ import annotations

from collections.abc import Iterable

from reports.oscal.catalogs import OBJECTIVES, statement
from reports.oscal.documents import Json, file, metadata, prop, prose, uid
from scanner.evidence.dossier_types import Cover
from scanner.frameworks import Catalogue, Objective
from scanner.model.checks import CHECKS, Check

COMPONENTS = "component-definition.json"
_ABOUT = (
    "Which of its settings speak for and against an objective, as read-only APIs show them. Whether an objective, or a "
    "control that it bears on, is implemented is for people to judge."
)


def component_definition(cover: Cover, catalogue: Catalogue) -> tuple[str, bytes]:
    """A component for each kind of the clouds that the dossier is about."""
    providers = {scope.provider for scope in cover.scopes}
    kinds: dict[str, list[Check]] = {}
    for check in sorted(CHECKS.values(), key=lambda one: (one.kind.kind, one.id)):
        if check.provider in providers and check.objective in catalogue.objectives:
            kinds.setdefault(check.kind.kind, []).append(check)
    body = {
        "metadata": metadata("What mlposture reads of cloud services, by objective", cover, cover.tool),
        "components": [_component(kind, checks, catalogue) for kind, checks in kinds.items()],
    }
    return file(COMPONENTS, "component-definition", body)


def _component(kind: str, checks: list[Check], catalogue: Catalogue) -> Json:
    title = prose(checks[0].kind.title)
    by_objective: dict[str, list[Check]] = {}
    for check in checks:
        by_objective.setdefault(check.objective, []).append(check)
    return {
        "uuid": uid("component", kind),
        "type": "service",
        "title": title,
        "description": f"{title}, a kind of resource that is read through APIs of its cloud.",
        "props": [prop("kind", kind)],
        "control-implementations": [
            {
                "uuid": uid("implementation", kind),
                "source": OBJECTIVES,
                "description": _ABOUT,
                "implemented-requirements": [
                    _requirement(kind, catalogue.objectives[objective], own) for objective, own in by_objective.items()
                ],
            }
        ],
    }


def _requirement(kind: str, objective: Objective, checks: Iterable[Check]) -> Json:
    text = prose(f"Checks that ask: {objective.title}?")
    return {
        "uuid": uid("requirement", kind, objective.id),
        "control-id": objective.id,
        "description": text,
        "statements": [
            {
                "statement-id": statement(objective.id),
                "uuid": uid("requirement-statement", kind, objective.id),
                "description": text,
                "props": [prop("check", check.id, check.title, of=str(check.severity)) for check in checks],
            }
        ],
    }
