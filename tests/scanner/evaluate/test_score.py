"""Scores show what they rest on and never hide ignorance."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from support import registered

from scanner.evaluate.score import finding_score, framework_scores, posture
from scanner.frameworks import load
from scanner.model.nouns import CheckCount, Exposure, Holds, Listing, Severity

CHECK = registered()[0]["MLP-1001"]


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
        (CheckCount(), False, (None, 0.0, 0.0, 100.0)),
        (CheckCount(), True, (None, 100.0, 0.0, 100.0)),
        (CheckCount(not_applicable=5), True, (None, 100.0, 0.0, 100.0)),
    ],
)
def test_posture_coverage_and_bounds(
    count: CheckCount, complete: bool, expected: tuple[float | None, float, float, float]
) -> None:
    score = posture([CHECK], {CHECK.id: count}, [listing(complete=complete)])

    assert (score.posture, score.coverage, score.lower, score.upper) == expected


def test_a_kind_that_was_never_asked_for_is_not_covered() -> None:
    assert posture([CHECK], {}, []).coverage == 0.0


def test_volume_does_not_hide_a_failing_check() -> None:
    first, second = list(registered()[0].values())[:2]
    score = posture(
        [first, second], {first.id: CheckCount(passed=1000), second.id: CheckCount(failed=1)}, [listing(complete=True)]
    )

    assert score.posture is not None
    assert score.posture < 70


def test_controls_are_contradicted_supported_or_not_assessed() -> None:
    catalogue = load()
    controls = {m.control for m in catalogue.controls_for(CHECK.objective) if m.framework == "soc2"}

    def scores(**count: int) -> tuple[set[str], set[str]]:
        found = framework_scores(catalogue, [CHECK], {CHECK.id: CheckCount(**count)}, ["soc2"])["soc2"]
        assert found.controls == len(found.supported) + len(found.contradicted) + found.not_assessed
        return set(found.supported), set(found.contradicted)

    assert scores(passed=2) == (controls, set())
    assert scores(passed=2, failed=1) == (set(), controls)
    assert scores(passed=2, unknown=1) == (set(), set())
    assert scores() == (set(), set())
