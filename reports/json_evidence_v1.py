"""The part of the JSON report, version 1, about AI systems and controls. Its types are in `json_types_v1`."""

from __future__ import annotations

from collections.abc import Iterator

from reports.json_types_v1 import (
    ClaimV1,
    ControlInfoV1,
    ControlStateV1,
    EvidenceItemV1,
    FrameworkScoreV1,
    FrameworkStateV1,
    PostureV1,
    RequirementV1,
    ScoresV1,
    SeverityCountsV1,
    SystemScoreV1,
    SystemV1,
)
from reports.writing import Pieces, redact
from scanner.model.claims import (
    STATEMENT,
    Assessment,
    Claim,
    ControlState,
    Evidence,
    FrameworkState,
    Posture,
    Requirement,
    SystemState,
)
from scanner.model.reported import Report


def evidence(assessment: Assessment) -> Pieces:
    """`EvidenceV1`, a system at a time: there may be hundreds of them, with hundreds of controls each."""
    return Pieces(
        statement=STATEMENT,
        as_of=assessment.as_of,
        manifest=redact(assessment.manifest),
        unclaimed=assessment.unclaimed,
        warnings=[redact(warning) for warning in assessment.warnings],
        controls=_controls(assessment),
        systems=map(_system, assessment),
    )


def scores(report: Report) -> ScoresV1:
    """The numbers alone."""
    overall: dict[str, FrameworkScoreV1] = {}
    systems: dict[str, SystemScoreV1] = {}
    for system in report.assessment:
        frameworks = {one.id: _framework_score(one) for one in system.frameworks}
        if system.id:
            systems[system.id] = SystemScoreV1(*_shares(system.score), frameworks)
        else:
            overall = frameworks
    return ScoresV1(*_shares(report.score), overall, systems)


def _shares(score: Posture) -> tuple[float | None, float, float, float]:
    return score.posture, score.coverage, score.lower, score.upper


def _framework_score(one: FrameworkState) -> FrameworkScoreV1:
    words, readiness = ({word.value: count for word, count in sorted(of.items())} for of in (one.words, one.readiness))
    return FrameworkScoreV1(
        *_shares(one.score), len(one.controls), one.applicable, one.manual, one.unchecked, one.empty, words, readiness
    )


def _controls(assessment: Assessment) -> Iterator[ControlInfoV1]:
    """What is the same for every system, from the first, which is all that was scanned."""
    first = next(iter(assessment), None)
    for framework in first.frameworks if first else ():
        for one in framework.controls:
            yield ControlInfoV1(framework.id, one.id, one.title, one.assessable, dict(one.claims), list(one.core))


def _system(system: SystemState) -> SystemV1:
    return SystemV1(
        id=system.id or None,
        name=redact(system.name),
        declared={name: redact(value) for name, value in system.declared.items()},
        rests_on=_item(system.rests_on),
        resources=system.resources,
        shared=system.shared,
        failures=SeverityCountsV1(**system.failures),
        claims=[_claim(claim) for claim in system.claims.values()],
        frameworks=[
            FrameworkStateV1(one.id, [_control(control, system) for control in one.controls])
            for one in system.frameworks
        ],
        rollout=[_requirement(one) for one in system.rollout],
        hidden=system.hidden,
        suppressed=system.suppressed,
    )


def _requirement(one: Requirement) -> RequirementV1:
    why, objectives = redact(one.why), list(one.objectives)
    return RequirementV1(one.name, one.stage, one.word.value, why, objectives, _items(one.other), one.ahead)


def _claim(claim: Claim) -> ClaimV1:
    return ClaimV1(
        objective=claim.objective,
        checks=list(claim.checks),
        supporting=claim.supporting,
        against=claim.against,
        unknown=claim.unknown,
        excepted=claim.excepted,
        coverage=claim.coverage,
        complete=claim.complete,
        why=claim.why,
        kinds=[kind.value for kind in claim.kinds],
        other=_items(claim.other),
        suppressed=claim.suppressed,
    )


def _control(control: ControlState, system: SystemState) -> ControlStateV1:
    return ControlStateV1(
        id=control.id,
        word=control.word.value,
        why=redact(control.why),
        readiness=control.readiness,
        applies_from=control.applies_from,
        score=PostureV1(*_shares(control.score)) if control.score else None,
        rests_on=_item(control.rests_on) if control.rests_on != system.rests_on else None,
        documents=_items(control.other),
    )


def _items(items: tuple[Evidence, ...]) -> list[EvidenceItemV1]:
    return [made for made in map(_item, items) if made is not None]


def _item(item: Evidence | None) -> EvidenceItemV1 | None:
    if item is None:
        return None
    return EvidenceItemV1(
        item.kind.value, redact(item.text), redact(item.by), item.on, item.until, redact(item.source), item.sha256
    )
