"""Whether a model was evaluated on what it was trained with, as far as names and versions tell."""

from __future__ import annotations

from typing import Any

import pytest
from factories.lineage import MODELS, data, data_set, evaluated_on, job, model, run, trained_with, training
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.lineage.openlineage.resources import LineageRun
from scanner.lineage.run_parts import Data, Name


def evaluation(*inputs: Data, **fields: Any) -> LineageRun:
    return run(5, "churn.evaluate", inputs=(model(), *inputs), role="evaluation", **fields)


A = trained_with("a", version="1")
LINK = Name(namespace="s3://northwind-claims", name="claims")
TRAINED = training(inputs=(trained_with("claims", version="41"),))

#: What the runs name, as a server lists it.
DATA = (data_set(), data_set("test.csv"), data_set("claims"), data_set("churn-7", MODELS))
LISTED = (job(), job("churn.evaluate"), *DATA)

CASES = {
    "lineage_evaluation_on_training_data": [
        Case("other data", PASS, evaluation(evaluated_on("test.csv")), training()),
        Case("the same version", FAIL, evaluation(evaluated_on("claims", version="41")), TRAINED),
        Case("other data, all listed", PASS, evaluation(evaluated_on("test.csv")), training(), *LISTED),
        Case("the same version, all listed", FAIL, evaluation(evaluated_on("claims", version="41")), TRAINED, *LISTED),
        Case("no version, all listed", UNKNOWN, evaluation(evaluated_on("claims")), TRAINED, *LISTED),
        Case("one of two the same", FAIL, evaluation(evaluated_on("x"), evaluated_on("claims", version="41")), TRAINED),
        Case(
            "the same by a symlink",
            FAIL,
            evaluation(data("table/c", "arn:aws:glue:eu:1", role="evaluation", version="41", alias=(LINK,))),
            TRAINED,
        ),
        Case("in the same run", FAIL, run(inputs=(A, evaluated_on("a", version="1")))),
        Case("apart in the same run", PASS, run(inputs=(A, evaluated_on("b", version="1")))),
        Case("another version", UNKNOWN, evaluation(evaluated_on("claims", version="42")), TRAINED),
        Case("no version", UNKNOWN, evaluation(evaluated_on("claims")), TRAINED),
        Case("a part", UNKNOWN, evaluation(evaluated_on("claims", version="41", part=True)), TRAINED),
        Case("a folder in it", UNKNOWN, evaluation(evaluated_on("claims/test")), TRAINED),
        Case("nobody made the model", UNKNOWN, evaluation(evaluated_on("test.csv"))),
        Case("who made it failed", UNKNOWN, evaluation(evaluated_on("test.csv")), training(state="FAIL")),
        Case("it failed", NOT_APPLICABLE, evaluation(evaluated_on("claims"), state="FAIL"), TRAINED),
        Case("it evaluated nothing", NOT_APPLICABLE, training(), TRAINED),
        Case("not all runs were read", UNKNOWN, evaluation(evaluated_on("x")), training(), incomplete=(LineageRun,)),
        Case("inputs were not understood", UNKNOWN, evaluation(evaluated_on("x")), training(inputs=UNSET)),
    ]
}  # fmt: skip


@pytest.mark.parametrize("spelling", ["s3a://northwind-claims", "s3n://northwind-claims"])
def test_spellings_of_one_store_are_one(spelling: str) -> None:
    tested = evaluation(data("/claims/", spelling, role="evaluation", version="41"))

    assert judged("lineage_evaluation_on_training_data", tested, TRAINED).status is FAIL
