"""What `mlposture explain --json` says: the same as its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scanner.cli.catalogue import every_check, frameworks, meant, needs_systems
from scanner.model.checks import Check

if TYPE_CHECKING:
    from scanner.frameworks import Catalogue, Control, Framework, Objective


def explained(name: str) -> dict[str, Any]:
    """A check, an objective, or the controls of this name. Raises InputError when nothing has it."""
    catalogue = frameworks()
    found = meant(name, catalogue)
    if isinstance(found, Check):
        return {"check": _check(found, catalogue)}
    if isinstance(found, list):
        return {"controls": [_control(framework, control, catalogue) for framework, control in found]}
    return {"objective": _objective(found, catalogue)}


def _check(check: Check, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": check.id,
        "slug": check.slug,
        "title": check.title,
        "severity": str(check.severity),
        "kind": check.kind.kind or "any",
        "joins": [kind.kind for kind in check.needs],
        "since": check.since,
        "why": check.section("Why it matters"),
        "remediation": check.section("How to fix"),
        "references": list(check.references),
        "recorded": check.recorded,
        "declared_systems": needs_systems(check),
        "blind_to": list(check.blind_to),
        "objective": _objective(catalogue.objectives[check.objective], catalogue),
    }


def _objective(objective: Objective, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": objective.id,
        "title": objective.title,
        "statement": objective.statement,
        "cannot_prove": objective.cannot_prove,
        "checks": list(_checks_of(objective.id)),
        "controls": [
            {"framework": one.framework, "id": one.control, "relationship": one.relationship, "reason": one.reason}
            for one in catalogue.controls_for(objective.id)
        ],
    }


def _control(framework: Framework, control: Control, catalogue: Catalogue) -> dict[str, Any]:
    bearing = {one.objective: one for one in framework.mappings if one.control == control.id}
    return {
        "framework": framework.id,
        "id": control.id,
        "title": control.title,
        "assessable": control.assessable,
        "roles": list(control.roles),
        "applies_from": {scope: str(day) for scope, day in control.applies_from.items()},
        "unmapped": control.unmapped,
        "objectives": [
            {
                "id": objective.id,
                "relationship": bearing[objective.id].relationship,
                "reason": bearing[objective.id].reason,
                "checks": list(_checks_of(objective.id)),
            }
            for objective in catalogue.objectives_for(framework.id, control.id)
        ],
    }


def _checks_of(objective: str) -> Iterator[str]:
    return (check.id for check in every_check().values() if check.objective == objective)
