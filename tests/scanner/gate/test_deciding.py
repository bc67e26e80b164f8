"""What an evaluation says of thresholds: against, met, too few to say, missing."""

from __future__ import annotations

import pytest

from scanner.gate.deciding import decide
from scanner.gate.gate_types import Answer, ThresholdAnswer
from scanner.model.errors import InputError
from scanner.model.evaluations import Interval, Measured
from scanner.systems.manifest import Threshold


def threshold(**asked: object) -> Threshold:
    return Threshold(**{"metric": "mae", "set_by": "lead", "why": "x", **asked})  # type: ignore[arg-type]


def mae(value: float | None, error: float | None = 1.0, items: int | None = 100, **group: str) -> Measured:
    return Measured(metric="mae", value=value, standard_error=error, items=items, group=group)


def only(asked: Threshold, *values: Measured) -> ThresholdAnswer:
    [answer] = decide([asked], values)
    return answer


def by(facet: str, **asked: object) -> Threshold:
    return threshold(facet=facet, at_most=60, smallest_group=20, **asked)


SEXES = by("sex")


@pytest.mark.parametrize(
    ("asked", "values", "answer"),
    [
        (threshold(at_most=60), [mae(50)], Answer.MET),
        (threshold(at_most=60), [mae(59)], Answer.TOO_FEW),  # 57.04 to 60.96
        (threshold(at_most=60), [mae(61)], Answer.TOO_FEW),
        (threshold(at_most=60), [mae(63)], Answer.AGAINST),
        (threshold(at_least=60), [mae(63)], Answer.MET),
        (threshold(at_least=60), [mae(50)], Answer.AGAINST),
        (threshold(at_least=40, at_most=60), [mae(50)], Answer.MET),
        (threshold(at_least=40, at_most=60), [mae(41)], Answer.TOO_FEW),
        (threshold(at_most=60), [mae(50, sex="1")], Answer.MISSING),  # of a group, and not of all
        (threshold(at_most=60), [], Answer.MISSING),
        (threshold(at_most=60), [mae(None)], Answer.MISSING),
        (threshold(at_most=60), [mae(50, None)], Answer.TOO_FEW),  # a point
        (threshold(at_most=60, point=True), [mae(50, None)], Answer.MET),
        (threshold(at_most=60, point=True), [mae(61, None)], Answer.AGAINST),
        (threshold(at_most=60, point=True), [mae(59)], Answer.TOO_FEW),  # where there is an interval, it counts
        (SEXES, [mae(50, sex="1"), mae(50, sex="2")], Answer.MET),
        (SEXES, [mae(50, sex="1"), mae(64, sex="2")], Answer.AGAINST),
        (SEXES, [mae(50, sex="1"), mae(62.1, sex="2")], Answer.TOO_FEW),  # against alone, and not beside another
        (SEXES, [mae(50, sex="1"), mae(50, items=7, sex="2")], Answer.TOO_FEW),
        (SEXES, [mae(50, sex="1"), mae(99, items=7, sex="2")], Answer.TOO_FEW),
        (SEXES, [mae(50, sex="1"), mae(50, items=None, sex="2")], Answer.TOO_FEW),
        (SEXES, [mae(64, sex="1"), mae(50, items=7, sex="2")], Answer.AGAINST),
        (SEXES, [mae(50, sex="1"), mae(None, sex="2")], Answer.MISSING),
        (SEXES, [mae(50), mae(50, age="60")], Answer.MISSING),
        (SEXES, [mae(50, sex="1", age="60")], Answer.MISSING),  # crossed with another facet
        (threshold(facet="sex", at_most=60), [mae(50, sex="1")], Answer.TOO_FEW),  # no smallest group is declared
        (by("sex", group="2"), [mae(99, sex="1"), mae(50, sex="2")], Answer.MET),
        (by("sex", group="3"), [mae(99, sex="1")], Answer.MISSING),
        (by("sex, age"), [mae(50, sex="1", age="60"), mae(50, sex="2", age="60")], Answer.MET),
        (SEXES, [mae(50, sex="1")], Answer.TOO_FEW),  # nobody evaluated the others
        (SEXES, [mae(50, items=200), mae(50, sex="1"), mae(50, sex="2")], Answer.MET),
        (SEXES, [mae(50, items=230), mae(50, sex="1"), mae(50, sex="2")], Answer.TOO_FEW),  # 30 are of neither
        (threshold(at_most=60), [mae(50, 0.0)], Answer.TOO_FEW),  # nothing varied, which is no certainty
        (by("sex,age", group="1,60"), [mae(50, sex="1", age="60")], Answer.MET),
        (by("age,sex", group="60,1"), [mae(50, sex="1", age="60")], Answer.MET),
    ],
)  # fmt: skip
def test_the_interval_decides(asked: Threshold, values: list[Measured], answer: Answer) -> None:
    assert only(asked, *values).answer is answer


def accuracy(value: float, of: int | None = None, **more: object) -> Measured:
    return Measured(metric="accuracy", value=value, of=of, items=1000, **more)  # type: ignore[arg-type]


EXACT = Interval(low=1.0, high=1.0, level=0.95)


@pytest.mark.parametrize(
    ("asked", "value", "answer"),
    [
        ({"at_least": 0.9}, accuracy(0.95), Answer.MET),
        ({"at_least": 0.9}, accuracy(95, interval=Interval(low=94, high=96, level=0.95)), Answer.MISSING),
        ({"at_least": 0.9, "point": True}, accuracy(95), Answer.MISSING),
        ({"at_most": 5}, accuracy(0.95), Answer.MISSING),
        ({"at_least": 90, "point": True}, accuracy(95), Answer.MET),  # both in percent
        ({"at_least": 0.9}, accuracy(1.0, of=20, interval=EXACT), Answer.TOO_FEW),  # Wilson's from 0.84 on
        ({"at_least": 0.9}, accuracy(1.0, of=20, standard_error=0.0), Answer.TOO_FEW),
        ({"at_least": 0.999}, accuracy(1.0, of=10**9), Answer.TOO_FEW),  # a share of more items than there are
    ],
)
def test_a_share_is_held_to_what_shares_can_be(asked: dict[str, float], value: Measured, answer: Answer) -> None:
    assert only(threshold(metric="accuracy", **asked), value).answer is answer


def test_a_gap_in_percent_is_not_met_by_shares() -> None:
    asked = threshold(metric="accuracy", facet="sex", largest_gap=5, smallest_group=20)

    assert only(asked, accuracy(0.9, group={"sex": "1"}), accuracy(0.4, group={"sex": "2"})).answer is Answer.MISSING


GAP = threshold(facet="sex", largest_gap=10, smallest_group=20)


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ([mae(50, sex="1"), mae(52, sex="2")], Answer.MET),
        ([mae(50, sex="1"), mae(65, sex="2")], Answer.AGAINST),
        ([mae(50, sex="1"), mae(61, sex="2")], Answer.TOO_FEW),
        ([mae(50, sex="1")], Answer.TOO_FEW),
        ([mae(50, sex="1"), mae(52, sex="2"), mae(70, items=7, sex="3")], Answer.TOO_FEW),
        ([mae(50, sex="1"), mae(65, sex="2"), mae(70, items=7, sex="3")], Answer.AGAINST),
        ([mae(50, sex="1"), mae(52, None, sex="2")], Answer.TOO_FEW),
        ([mae(50, sex="1"), mae(None, sex="2")], Answer.MISSING),
    ],
)
def test_a_gap_is_judged_by_the_interval_of_the_difference(values: list[Measured], answer: Answer) -> None:
    assert only(GAP, *values).answer is answer


def test_where_no_interval_is_known_none_is_spoken_of() -> None:
    asked = by("sex", largest_gap=10)
    found = only(asked, mae(50, None, sex="1"), mae(52, None, sex="2"))

    assert found.gap
    assert (found.gap.value, found.gap.low, found.gap.high) == (2, None, None)
    [wanted, apart] = found.why
    assert wanted.startswith("a value alone says nothing: record its standard error (mae_standard_error in MLflow")
    assert apart == "groups may be further apart than 10, or not"
    assert only(threshold(at_most=60), mae(50, None)).why == (wanted,)


def test_a_gap_names_the_pair_that_decides() -> None:
    found = only(GAP, mae(50, sex="1"), mae(52, sex="2"), mae(70, sex="3")).gap

    assert found
    assert (found.answer, found.comparisons) == (Answer.AGAINST, 3)
    assert (found.between, found.value) == (({"sex": "3"}, {"sex": "1"}), 20)
    assert found.low is not None
    assert found.low > 10


def test_the_number_of_groups_is_corrected_for_and_said() -> None:
    found = only(SEXES, *(mae(50, sex=str(number)) for number in range(5)))

    assert (found.comparisons, found.level) == (5, pytest.approx(0.99))
    assert {one.interval for one in found.shown} == {"standard error, at 0.99"}


def test_a_rate_of_few_positive_items_says_little() -> None:
    asked = threshold(metric="recall", facet="sex", at_least=0.5, smallest_group=20)
    values = [
        Measured(metric="recall", value=1.0, of=of, items=1000, group={"sex": sex})
        for sex, of in (("1", 500), ("2", 5))
    ]

    found = only(asked, *values)

    assert (found.answer, found.shown) == (Answer.TOO_FEW, ())


def test_who_set_a_threshold_is_said_and_that_nobody_did() -> None:
    nobody = only(Threshold(metric="mae", at_most=60), mae(50))

    assert nobody.notes == ("the manifest does not say who set this threshold, and why",)
    assert (only(threshold(at_most=60), mae(50)).asked.set_by, only(threshold(at_most=60), mae(50)).notes) == (
        "lead",
        (),
    )


@pytest.mark.parametrize(
    ("facet", "special"),
    [("ethnicity", True), ("self_reported_race", True), ("Disability-status", True), ("sex", False),
     ("age_band", False), ("trace", False), ("healthcare_site", False)],
)  # fmt: skip
def test_what_may_be_a_special_category_points_to_the_article(facet: str, *, special: bool) -> None:
    found = only(by(facet), mae(50, **{facet: "1"}))

    assert any("Art. 4a of the EU AI Act (new in 2026)" in one for one in found.notes) is special


def test_what_there_is_instead_is_named() -> None:
    values = [Measured(metric=name, value=1.0, group={"sex": "1"}) for name in "abcdefg"]

    assert only(SEXES, *values).why == ("no value of mae by sex is recorded; there is a, b, c, d, e and 2 more",)
    assert only(SEXES, mae(50)).why == ("no value of mae by sex is recorded",)


def test_more_groups_than_anybody_compares_are_refused() -> None:
    values = [mae(50, person=str(number)) for number in range(1001)]

    with pytest.raises(InputError, match="person: has more than 1000 groups; put values together into bands"):
        only(threshold(facet="person", at_most=60, smallest_group=1), *values)
