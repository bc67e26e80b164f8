"""Risks of OSCAL: what speaks against the objectives of controls that no check decides alone, accepted or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.oscal.catalogs import OBJECTIVES, statement
from reports.oscal.documents import Json, at, full, link, prop, prose, title
from reports.oscal.plan import by_tool
from reports.oscal.reviewed import Reviewed
from scanner.evidence.dossier_types import ControlPage, Observation
from scanner.model.nouns import Severity
from scanner.systems.manifest import Exemption


def risks(reviewed: Reviewed, pages: Iterable[ControlPage]) -> Iterator[Json]:
    """A risk for each objective that something speaks against, and one for each exception in force to it."""
    against: defaultdict[str, dict[str, Observation]] = defaultdict(dict)
    about: defaultdict[str, dict[str, ControlPage]] = defaultdict(dict)
    for page in pages:
        for one in reviewed.observed(page):
            if one.bears == "against":
                against[one.objective][one.claim] = one
                about[one.objective][page.state.id] = page
    for objective, found in against.items():
        targets = reviewed.targets(about[objective].values())
        open_ = [one for one in found.values() if not one.excepted]
        if open_:
            yield _risk(reviewed, objective, targets, open_, "open")
        for each in reviewed.dossier.declared.exceptions:
            covered = [one for one in found.values() if each.objective == objective and one.excepted == each.reason]
            if covered:
                yield _accepted(reviewed, each, targets, covered)


def _accepted(reviewed: Reviewed, one: Exemption, targets: list[Json], covered: Sequence[Observation]) -> Json:
    acceptance = {
        "uuid": reviewed.uid("acceptance", one.objective, one.resource, one.reason),
        "lifecycle": "planned",
        "title": "Accepted by the manifest",
        "description": prose(one.reason),
        "props": [
            prop("type", "accept", ns=""),
            prop("approved-by", one.approved_by),
            prop("resource", one.resource),
        ],
    }
    terms = {"deadline": at(one.expires), "remediations": [acceptance]}
    return _risk(reviewed, one.objective, targets, covered, "deviation-approved", one.resource, one.reason, **terms)


def _risk(
    reviewed: Reviewed,
    objective: str,
    targets: list[Json],
    against: Sequence[Observation],
    status: str,
    *names: str,
    **terms: Any,
) -> Json:
    asked = reviewed.objectives[objective]
    worst = min((Severity(one.severity) for one in against), key=lambda severity: severity.rank)
    origin = by_tool(reviewed.dossier.cover)
    facet = {"name": "severity", "system": "http://csrc.nist.gov/ns/oscal", "value": str(worst)}
    return full(
        uuid=reviewed.uid("risk", objective, status, *names),
        title=title(f"Speaks against: {asked.title}"),
        description=f"{len(against)} of its verdicts speak against this objective.",
        statement="They speak against this: " + prose(asked.statement),
        links=[link(f"{OBJECTIVES}#{statement(objective)}", "objective"), *targets],
        status=status,
        origins=[origin],
        characterizations=[{"origin": origin, "facets": [facet]}],
        related_observations=[{"observation-uuid": reviewed.uid("observation", one.claim)} for one in against],
        **terms,
    )
