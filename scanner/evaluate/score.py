"""Scores that never hide ignorance: posture of what was assessed, coverage of what could have been, and the bounds.

A finding's score is severity weight x exposure x what the resource holds; the arithmetic is printed in its evidence.
Posture is the mean over checks, weighted by severity, of the share of resources that pass: a thousand tidy buckets do
not outweigh one check that fails.
"""

from collections.abc import Iterable, Mapping

from scanner.model.checks import Check
from scanner.model.claims import Posture
from scanner.model.nouns import Exposure, Holds, Listing, Severity
from scanner.model.reported import CheckCount

WEIGHT = {
    Severity.CRITICAL: 100.0,
    Severity.HIGH: 75.0,
    Severity.MEDIUM: 50.0,
    Severity.LOW: 25.0,
    Severity.INFORMATIONAL: 5.0,
}
#: Share of what could have been assessed from which on the posture of what was is worth a number.
MEANT = 0.25
_NOTHING = CheckCount()
EXPOSURE = {Exposure.INTERNET: 1.0, Exposure.CROSS_ACCOUNT: 0.9, Exposure.INTERNAL: 0.75}
HOLDS = {Holds.SERVING: 1.0, Holds.ARTIFACT: 1.0, Holds.TRAINING: 0.9, Holds.IDENTITY: 0.9, Holds.WORKBENCH: 0.8}


def finding_score(severity: Severity, exposure: Exposure, holds: Holds) -> tuple[float, str]:
    """0–100 and the arithmetic: (60.0, "75 (high) x 1.0 (internet) x 0.8 (workbench) = 60.0")."""
    weight, reach, worth = WEIGHT[severity], EXPOSURE[exposure], HOLDS[holds]
    score = round(weight * reach * worth, 1)
    return score, f"{weight:g} ({severity}) x {reach} ({exposure}) x {worth} ({holds}) = {score}"


def posture(checks: Iterable[Check], counts: Mapping[str, CheckCount], seen: Mapping[str, float]) -> Posture | None:
    """Shares in percent over the checks that had something to judge, or could not see whether they had; else None.

    `seen` is the share of the scopes in which the kind of each check was read in full: 0 where it was never asked for.
    What is recorded was assessed by nobody, and does not count.
    """
    total = assessed = passing = upper = 0.0
    for check in (check for check in checks if not check.recorded):
        count = counts.get(check.id, _NOTHING)
        judged = count.passed + count.failed
        share_seen = seen.get(check.kind.kind, 0.0)
        if judged + count.unknown == 0 and share_seen == 1.0:
            continue
        weight = WEIGHT[check.severity]
        covered = share_seen * judged / (judged + count.unknown) if judged else 0.0
        share = count.passed / judged if judged else 0.0
        total += weight
        assessed += weight * covered
        passing += weight * covered * share
        upper += weight * (covered * share + 1 - covered)
    if total == 0:
        return None
    return Posture(
        posture=round(100 * passing / assessed, 1) if assessed >= total * MEANT else None,
        coverage=round(100 * assessed / total, 1),
        lower=round(100 * passing / total, 1),
        upper=round(100 * upper / total, 1),
    )


def overall(posture: Posture | None, *, asked: bool) -> Posture:
    """The posture of a scan or a system, also where there was nothing to judge. `asked`: anything was listed at all."""
    return posture or Posture(posture=None, coverage=100.0 if asked else 0.0, lower=0.0, upper=100.0)


def seen_kinds(listings: Iterable[Listing]) -> dict[str, float]:
    """Of each kind that was asked for, the share of the scopes in which it was read in full."""
    of_kind: dict[str, list[bool]] = {}
    for listing in listings:
        of_kind.setdefault(listing.kind, []).append(listing.complete)
    return {kind: sum(complete) / len(complete) for kind, complete in of_kind.items()}
