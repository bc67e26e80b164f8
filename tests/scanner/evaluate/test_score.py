"""Scores show what they rest on and never hide ignorance."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from support import registered

from scanner.evaluate.score import finding_score, framework_scores, posture
from scanner.frameworks import Catalogue, Control, Edges, Framework, Objective
from scanner.model.nouns import CheckCount, Exposure, Holds, Listing, Severity

CHECK = next(c for c in registered()[0].values() if c.provider == "aws" and c.severity is Severity.CRITICAL)
LESSER = next(c for c in registered()[0].values() if c.kind is CHECK.kind and c.severity is Severity.LOW)


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


def catalogue_of(*objectives: str) -> Catalogue:
    """One framework with one control that these objectives speak to."""
    control = Control(id="C1", title="A control", level="control", parent=None, assessable="partial")
    words = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "")
    edges = dict.fromkeys(objectives, Edges(intersects_with=("C1",)))
    framework = Framework(id="f", controls=(control,), objectives=edges, **words)
    made = [
        Objective(id=id, title="", group="", statement="", cannot_prove="", evidence="observed") for id in objectives
    ]
    return Catalogue([framework], made)


def said(check=CHECK, *, objectives: tuple[str, ...] = (), complete: bool = True, known=(CHECK,), **count: int) -> str:
    found = framework_scores(
        catalogue_of(*(objectives or (check.objective,))),
        [check],
        {check.id: CheckCount(**count)},
        ["f"],
        known=known,
        listings=[listing(complete=complete)],
    )["f"]
    assert found.controls == len(found.supported) + len(found.contradicted) + found.not_assessed == 1
    return "supported" if found.supported else "contradicted" if found.contradicted else "not assessed"


def test_a_control_is_supported_only_where_nothing_about_it_is_open() -> None:
    assert said(passed=2) == "supported"
    assert said(passed=2, unknown=1) == "not assessed"
    assert said() == "not assessed"
    assert said(passed=2, complete=False) == "not assessed", "a listing that was refused hides what may fail"
    assert said(passed=2, objectives=(CHECK.objective, "another")) == "not assessed", "nobody looked at the other"


def test_a_check_that_was_not_chosen_leaves_the_control_open() -> None:
    sibling = next(
        check
        for check in registered()[0].values()
        if check.objective == CHECK.objective and check is not CHECK and check.provider == CHECK.provider
    )
    assert said(passed=2, known=(CHECK, sibling)) == "not assessed"
    assert said(failed=1, known=(CHECK, sibling)) == "not assessed"


def test_one_pass_of_little_weight_supports_nothing() -> None:
    assert said(LESSER, passed=100, known=(LESSER,)) == "not assessed"
    assert said(LESSER, failed=1, known=(LESSER,)) == "contradicted"


def test_a_failure_contradicts_whatever_else_is_open() -> None:
    assert said(failed=1, passed=2) == "contradicted"
    assert said(failed=1, unknown=1, complete=False, objectives=(CHECK.objective, "another")) == "contradicted"
