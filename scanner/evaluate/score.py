"""Scores that never hide ignorance: posture of what was assessed, coverage of what could have been, and the bounds.

A finding's score is severity weight x exposure x what the resource holds; the arithmetic is printed in its evidence.
Posture is the mean over checks, weighted by severity, of the share of resources that pass: a thousand tidy buckets do
not outweigh one check that fails.
"""

from collections.abc import Iterable, Mapping, Sequence

from scanner.frameworks import Catalogue
from scanner.model.checks import Check
from scanner.model.nouns import CheckCount, Exposure, FrameworkScore, Holds, Listing, Posture, Severity

WEIGHT = {
    Severity.CRITICAL: 100.0,
    Severity.HIGH: 75.0,
    Severity.MEDIUM: 50.0,
    Severity.LOW: 25.0,
    Severity.INFORMATIONAL: 5.0,
}
#: Share of what could have been assessed from which on the posture of what was is worth a number.
_MEANT = 0.25
#: Weight of the passed checks that an objective takes to be met: of one critical check, or of several lesser ones.
_ENOUGH = 100.0
EXPOSURE = {Exposure.INTERNET: 1.0, Exposure.CROSS_ACCOUNT: 0.9, Exposure.INTERNAL: 0.75}
HOLDS = {Holds.SERVING: 1.0, Holds.ARTIFACT: 1.0, Holds.TRAINING: 0.9, Holds.IDENTITY: 0.9, Holds.WORKBENCH: 0.8}


def finding_score(severity: Severity, exposure: Exposure, holds: Holds) -> tuple[float, str]:
    """0–100 and the arithmetic: (60.0, "75 (high) x 1.0 (internet) x 0.8 (workbench) = 60.0")."""
    weight, reach, worth = WEIGHT[severity], EXPOSURE[exposure], HOLDS[holds]
    score = round(weight * reach * worth, 1)
    return score, f"{weight:g} ({severity}) x {reach} ({exposure}) x {worth} ({holds}) = {score}"


def posture(checks: Sequence[Check], counts: Mapping[str, CheckCount], listings: Sequence[Listing]) -> Posture:
    """Shares in percent over the checks that had something to judge, or could not see whether they had."""
    total = assessed = passing = upper = 0.0
    for check in checks:
        count = counts.get(check.id, CheckCount())
        judged = count.passed + count.failed
        seen = _seen(check, listings)
        if judged + count.unknown == 0 and seen == 1.0:
            continue
        weight = WEIGHT[check.severity]
        covered = seen * judged / (judged + count.unknown) if judged else 0.0
        share = count.passed / judged if judged else 0.0
        total += weight
        assessed += weight * covered
        passing += weight * covered * share
        upper += weight * (covered * share + 1 - covered)
    if total == 0:
        return Posture(posture=None, coverage=100.0 if listings else 0.0, lower=0.0, upper=100.0)
    return Posture(
        posture=round(100 * passing / assessed, 1) if assessed >= total * _MEANT else None,
        coverage=round(100 * assessed / total, 1),
        lower=round(100 * passing / total, 1),
        upper=round(100 * upper / total, 1),
    )


def _seen(check: Check, listings: Sequence[Listing]) -> float:
    """Share of the scopes asked for this check's kind that were read in full; 0 if the kind was never asked for."""
    own = [listing.complete for listing in listings if listing.kind == check.kind.kind]
    return sum(own) / len(own) if own else 0.0


def framework_scores(
    catalogue: Catalogue,
    checks: Sequence[Check],
    counts: Mapping[str, CheckCount],
    frameworks: Sequence[str],
    *,
    known: Iterable[Check],
    listings: Sequence[Listing],
) -> dict[str, FrameworkScore]:
    """For each framework, the controls that the evidence supports or contradicts; the rest is not assessed.

    Nothing is said of a control where a check that is `known` for it was chosen away. A failure contradicts. Support
    takes more than a pass: every objective that speaks to the control was judged by all of them on listings read in
    full, with a pass and no open verdict.
    """
    known = tuple(known)
    chosen = {check.id for check in checks}
    narrowed = {check.objective for check in known if check.id not in chosen}
    met = _met_objectives(catalogue, checks, counts, known, listings)
    failing = {check.objective for check in checks if counts.get(check.id, CheckCount()).failed}
    scores = {}
    for name in frameworks:
        supported, contradicted, total = [], [], 0
        for control in catalogue.frameworks[name].controls:
            if control.assessable is None:
                continue
            total += 1
            objectives = {objective.id for objective in catalogue.objectives_for(name, control.id)}
            if objectives & narrowed:
                continue
            if objectives & failing:
                contradicted.append(control.id)
            elif objectives and objectives <= met:
                supported.append(control.id)
        scores[name] = FrameworkScore(
            controls=total,
            supported=tuple(supported),
            contradicted=tuple(contradicted),
            not_assessed=total - len(supported) - len(contradicted),
        )
    return scores


def _met_objectives(
    catalogue: Catalogue,
    checks: Sequence[Check],
    counts: Mapping[str, CheckCount],
    known: Iterable[Check],
    listings: Sequence[Listing],
) -> set[str]:
    """Objectives about which enough passed, and nothing failed, is unknown or was not looked at."""
    chosen = {check.id for check in checks}
    open_: set[str] = set()
    passed: dict[str, float] = {}
    for check in {check.id: check for check in (*known, *checks)}.values():
        count = counts.get(check.id, CheckCount())
        if check.id not in chosen or count.failed or count.unknown or _seen(check, listings) < 1.0:
            open_.add(check.objective)
        elif count.passed:
            passed[check.objective] = passed.get(check.objective, 0.0) + WEIGHT[check.severity]
    enough = {objective for objective, weight in passed.items() if weight >= _ENOUGH}
    return (enough - open_) & catalogue.objectives.keys()
