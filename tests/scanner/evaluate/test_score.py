"""Scores show what they rest on and never hide ignorance."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from support import registered

from scanner.evaluate.score import finding_score, overall, posture, seen_kinds
from scanner.model.nouns import Exposure, Holds, Listing, Severity
from scanner.model.reported import CheckCount

CHECK = next(c for c in registered()[0].values() if c.provider == "aws" and c.severity is Severity.CRITICAL)


def listing(*, complete: bool) -> Listing:
    return Listing(kind=CHECK.kind.kind, scope=HERE, complete=complete)


def test_a_finding_score_prints_its_arithmetic() -> None:
    score, arithmetic = finding_score(Severity.HIGH, Exposure.INTERNET, Holds.WORKBENCH)

    assert (score, arithmetic) == (60.0, "75 (high) x 1.0 (internet) x 0.8 (workbench) = 60.0")


@pytest.mark.parametrize(
    ("count", "complete", "expected"),
    [
        (CheckCount(passed=3, failed=1), True, (75.0, 100.0, 75.0, 75.0)),
        (CheckCount(passed=1, failed=1, unknown=2), True, (50.0, 50.0, 25.0, 75.0)),
        (CheckCount(unknown=4), True, (None, 0.0, 0.0, 100.0)),
        (CheckCount(passed=1, unknown=3), True, (100.0, 25.0, 25.0, 100.0)),
        (CheckCount(passed=1, unknown=4), True, (None, 20.0, 20.0, 100.0)),
        (CheckCount(), False, (None, 0.0, 0.0, 100.0)),
        (CheckCount(), True, (None, 100.0, 0.0, 100.0)),
        (CheckCount(not_applicable=5), True, (None, 100.0, 0.0, 100.0)),
    ],
)
def test_posture_coverage_and_bounds(
    count: CheckCount, complete: bool, expected: tuple[float | None, float, float, float]
) -> None:
    seen = seen_kinds([listing(complete=complete)])
    score = overall(posture([CHECK], {CHECK.id: count}, seen), asked=True)

    assert (score.posture, score.coverage, score.lower, score.upper) == expected


def test_a_kind_that_was_never_asked_for_is_not_covered() -> None:
    assert overall(posture([CHECK], {}, {}), asked=False).coverage == 0.0


def test_a_kind_is_seen_as_far_as_it_was_listed_in_full() -> None:
    assert seen_kinds([listing(complete=True), listing(complete=False)]) == {CHECK.kind.kind: 0.5}


def test_volume_does_not_hide_a_failing_check() -> None:
    first, second = list(registered()[0].values())[:2]
    counts = {first.id: CheckCount(passed=1000), second.id: CheckCount(failed=1)}
    score = posture([first, second], counts, {first.kind.kind: 1.0, second.kind.kind: 1.0})

    assert score is not None
    assert score.posture is not None
    assert score.posture < 70
