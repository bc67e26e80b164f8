"""Scores that never hide ignorance: posture of what was assessed, coverage of what could have been, and the bounds.

A finding's score is severity weight x exposure x what the resource holds; the arithmetic is printed in its evidence.
Posture is the mean over checks, weighted by severity, of the share of resources that pass: a thousand tidy buckets do
not outweigh one check that fails.
"""

from collections.abc import Mapping, Sequence

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
        posture=round(100 * passing / assessed, 1) if assessed else None,
        coverage=round(100 * assessed / total, 1),
        lower=round(100 * passing / total, 1),
        upper=round(100 * upper / total, 1),
    )


def _seen(check: Check, listings: Sequence[Listing]) -> float:
    """Share of the scopes asked for this check's kind that were read in full; 0 if the kind was never asked for."""
    own = [listing.complete for listing in listings if listing.kind == check.kind.kind]
    return sum(own) / len(own) if own else 0.0


def framework_scores(
    catalogue: Catalogue, checks: Sequence[Check], counts: Mapping[str, CheckCount], frameworks: Sequence[str]
) -> dict[str, FrameworkScore]:
    """For each framework, the controls that the evidence supports or contradicts; the rest is not assessed."""
    by_control: dict[tuple[str, str], list[CheckCount]] = {}
    for check in checks:
        for mapping in catalogue.controls_for(check.objective):
            count = counts.get(check.id, CheckCount())
            by_control.setdefault((mapping.framework, mapping.control), []).append(count)
    scores = {}
    for name in frameworks:
        supported, contradicted, total = [], [], 0
        for control in catalogue.frameworks[name].controls:
            if control.assessable is None:
                continue
            total += 1
            mapped = by_control.get((name, control.id), [])
            if any(count.failed for count in mapped):
                contradicted.append(control.id)
            elif any(count.passed for count in mapped) and not any(count.unknown for count in mapped):
                supported.append(control.id)
        scores[name] = FrameworkScore(
            controls=total,
            supported=tuple(supported),
            contradicted=tuple(contradicted),
            not_assessed=total - len(supported) - len(contradicted),
        )
    return scores
