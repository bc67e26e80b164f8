"""Which evaluation counts: of this model, on other data than it was trained on, not too old; the latest of these."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from scanner.gate.admission import Wanted, admit
from scanner.model.evaluations import EvaluatedOn, Evaluation, Measured

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MODEL = "a" * 64
WANTED = Wanted(models=(MODEL,), now=NOW, max_age_days=90)
ONE = Evaluation(
    source="one.json",
    values=(),
    model_digest=MODEL,
    data=EvaluatedOn(digest="test"),
    trained_on=("train",),
    at=NOW - timedelta(days=30),
    by="ci",
)


@pytest.mark.parametrize(
    ("one", "wanted", "why"),
    [
        (ONE, WANTED, ""),
        (replace(ONE, model_digest=f"sha256:{MODEL.upper()}"), WANTED, ""),
        (replace(ONE, model_digest="b" * 64), WANTED, "is of another model (bbb"),
        (
            replace(ONE, model_digest="b" * 64, model="m-1"),
            replace(WANTED, models=(MODEL, "m-1")),
            "is of another model",
        ),
        (replace(ONE, model_digest="", model="m-1"), replace(WANTED, models=(MODEL, "m-1")), ""),
        (replace(ONE, model_digest="", model="m-1"), WANTED, "names m-1, and not the model to be deployed"),
        (
            replace(ONE, model_digest="", model="M-1"),
            replace(WANTED, models=("m-1",)),
            "names M-1, and not the model to be deployed",
        ),
        (replace(ONE, model_digest=""), WANTED, "does not say which model it is of"),
        (replace(ONE, data=EvaluatedOn(name="test set")), WANTED, "does not say on which data, by its digest"),
        (replace(ONE, data=EvaluatedOn(digest="sha256:TRAIN")), WANTED, "is on the data that the model was trained on"),
        (replace(ONE, data=EvaluatedOn(digest=" ")), WANTED, "does not say on which data, by its digest"),
        (replace(ONE, data=EvaluatedOn(digest="sha256:")), WANTED, "does not say on which data, by its digest"),
        (
            replace(ONE, data=EvaluatedOn(digest="SHA-256:Train")),
            WANTED,
            "is on the data that the model was trained on",
        ),
        (replace(ONE, model_digest="sha256:"), replace(WANTED, models=("sha256:",)), "does not say which model it is"),
        (replace(ONE, model_digest=" ", model=" "), replace(WANTED, models=(" ",)), "does not say which model it is"),
        (ONE, replace(WANTED, trained_on=("test",)), "is on the data that the model was trained on"),
        (ONE, replace(WANTED, data="other"), "is on other data (test)"),
        (replace(ONE, at=None), WANTED, "does not say when it was made, and may be older than 90 days"),
        (replace(ONE, at=None), replace(WANTED, max_age_days=None), ""),
        (replace(ONE, at=NOW - timedelta(days=90)), WANTED, ""),
        (replace(ONE, at=NOW - timedelta(days=91)), WANTED, "is 91 days old, and may be 90 at most"),
        (replace(ONE, at=NOW + timedelta(hours=12)), WANTED, ""),
        (replace(ONE, at=NOW + timedelta(days=2)), WANTED, "is dated 2026-12-01, a day that has not come"),
    ],
)
def test_an_evaluation_counts_or_says_why_not(one: Evaluation, wanted: Wanted, why: str) -> None:
    found = admit([one], wanted)

    assert (found.evaluation is one) is (why == "")
    assert why in "".join(found.set_aside)


def test_the_latest_of_those_that_count_is_used() -> None:
    newer = replace(ONE, source="newer.json", at=NOW - timedelta(days=1))
    another = replace(ONE, source="another.json", at=NOW, model_digest="b" * 64)
    undated = replace(ONE, source="undated.json", at=None)

    found = admit([ONE, another, newer, undated], replace(WANTED, max_age_days=None))

    assert found.evaluation is newer
    assert found.set_aside == (f"another.json: is of another model ({'b' * 64})",)


def measured(metric: str, value: float, **group: str) -> Measured:
    return Measured(metric=metric, value=value, group=group, items=100, standard_error=1.0)


def test_those_of_one_time_and_data_are_one_evaluation() -> None:
    """As tables are that fairlearn makes, one a facet; the total stands in each of them."""
    total = measured("mae", 41.0)
    sexes = replace(ONE, source="b.csv", values=(total, measured("mae", 40.0, sex="f")), by="ana")
    ages = replace(ONE, source="a.csv", values=(total, measured("mae", 42.0, age="80+")), by="ben")

    found = admit([sexes, ages], WANTED)

    assert found.evaluation is not None
    assert found.evaluation.values == (total, measured("mae", 42.0, age="80+"), measured("mae", 40.0, sex="f"))
    assert (found.evaluation.source, found.evaluation.by) == ("a.csv, b.csv", "ben, ana")
    assert (found.sources, found.set_aside) == (("a.csv", "b.csv"), ())


@pytest.mark.parametrize(("first", "second"), [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_a_group_of_which_two_say_other_things_has_no_value(first: str, second: str) -> None:
    """Whatever the files are called, and in whatever order they are given."""
    good = replace(ONE, source=first, values=(measured("mae", 40.0, sex="m"),))
    bad = replace(ONE, source=second, values=(measured("mae", 75.0, sex="m"),))

    for given in ([good, bad], [bad, good]):
        found = admit(given, WANTED).evaluation
        assert found is not None
        assert [one.value for one in found.values] == [None]


def test_of_those_of_one_time_on_two_data_sets_none_is_the_latest() -> None:
    other = replace(ONE, source="two.json", data=EvaluatedOn(digest="other"))

    found = admit([ONE, other], WANTED)

    assert (found.evaluation, found.sources) == (None, ())
    assert found.set_aside == (
        "two.json: is as late as one.json, on other data; say with --evaluation-data which one counts",
    )
    assert admit([ONE, other], replace(WANTED, data="other")).evaluation == other


def test_training_data_is_known_where_all_parts_name_it() -> None:
    parts = [replace(ONE, source=name, trained_on=trained) for name, trained in (("a", ("x",)), ("b", ("y", "x")))]
    found = admit(parts, WANTED).evaluation
    unsaid = admit([*parts, replace(ONE, source="c", trained_on=None)], WANTED)

    assert found is not None and found.trained_on == ("x", "y")
    assert "nobody recorded the digest of the training data" in unsaid.notes[0]


def test_what_nobody_recorded_is_said() -> None:
    found = admit([replace(ONE, trained_on=None, by="")], replace(WANTED, max_age_days=None))

    assert [note.partition(",")[0] for note in found.notes] == [
        "nobody recorded the digest of the training data",
        "how old an evaluation may be",
        "who evaluated",
        "its values are recorded: somebody wrote them down",
    ]
    assert len(admit([ONE], WANTED).notes) == 1
