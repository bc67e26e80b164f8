"""What is recorded of training data: that it is named, where it comes from, whether it is still there."""

from __future__ import annotations

from factories.lineage import MODELS, at, data, data_set, job, loading, model, run, trained_with, training
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.lineage.openlineage.resources import LineageRun
from scanner.lineage.run_parts import Name

NAMED = (Name(namespace="s3://northwind-claims", name="train.csv"),)
WRITER = loading("train.csv")
LATER = loading("train.csv", ended_at=at(3))
TABLE = ("arn:aws:glue:eu-west-1:111122223333", "table/claims/train")
LINK = Name(namespace=TABLE[0], name=TABLE[1])
DESCRIBED = trained_with("train.csv", described=("ownership",))

#: What the runs name, as a server lists it.
LISTED = (job(), job("claims.load"), data_set(), data_set("churn-7", MODELS))

CASES = {
    "lineage_training_job_names_no_data": [
        Case("it names what it read", PASS, job(), training()),
        Case("the job is said to read it", PASS, job(inputs=NAMED), training(inputs=())),
        Case("it names none", FAIL, job(), training(inputs=())),
        Case("it names a model alone", FAIL, job(), training(inputs=(model("base/1"),))),
        Case("its last run names none", FAIL, job(), training(1), training(2, inputs=(), ended_at=at(2))),
        Case("a run before named none", PASS, job(), training(1, inputs=()), training(2, ended_at=at(2))),
        Case("a failed run names none", PASS, job(), training(1), training(2, inputs=(), ended_at=at(2), state="FAIL")),
        Case("no run was completed", NOT_APPLICABLE, job(), training(state="FAIL")),
        Case("it trains nothing", NOT_APPLICABLE, job(), run()),
        Case("no run of it", NOT_APPLICABLE, job("other"), training()),
        Case("not all runs were read", UNKNOWN, job(), training(inputs=()), incomplete=(LineageRun,)),
        Case("jobs were not listed", UNKNOWN, job(inputs=UNSET), training(inputs=())),
        Case("inputs were not understood", UNKNOWN, job(), training(inputs=UNSET)),
    ],
    "lineage_training_data_of_unknown_origin": [
        Case("a run made it", PASS, data_set(), training(), WRITER),
        Case("the server has a description", PASS, data_set(description="claims of 2026"), training()),
        Case("it was deleted", NOT_APPLICABLE, data_set(deleted=True), training()),
        Case("it is described", PASS, data_set(described=("ownership",)), training()),
        Case("a run describes it", PASS, data_set(), training(inputs=(DESCRIBED,))),
        Case(
            "a run made it under another name",
            PASS,
            data_set(),
            training(inputs=(trained_with("train.csv", alias=(LINK,)),)),
            loading(TABLE[1], TABLE[0]),
        ),
        Case("another name of it was made", PASS, data_set(alias=(LINK,)), training(), loading(TABLE[1], TABLE[0])),
        Case("nobody made it", FAIL, data_set(), training()),
        Case("who made it failed", FAIL, data_set(), training(), loading("train.csv", state="FAIL")),
        Case("who makes it is not done", UNKNOWN, data_set(), training(), loading("train.csv", state="START")),
        Case("a run wrote the bucket", UNKNOWN, data_set(), training(), loading("")),
        Case("a run wrote something else", FAIL, data_set(), training(), loading("test.csv")),
        Case("nothing trains with it", NOT_APPLICABLE, data_set(), run(inputs=(data("train.csv"),))),
        Case("it is a model", NOT_APPLICABLE, data_set(model=True), training()),
        Case("not all runs were read", UNKNOWN, data_set(), training(), incomplete=(LineageRun,)),
        Case("data sets were not listed", UNKNOWN, data_set(described=UNSET), training()),
    ],
    "lineage_training_data_rewritten_since": [
        Case("written before", PASS, training(ended_at=at(2)), WRITER),
        Case("written before, all listed", PASS, training(ended_at=at(2)), WRITER, *LISTED),
        Case("written since, all listed", FAIL, training(), LATER, *LISTED),
        Case("the folder written since, all listed", UNKNOWN, training(), loading("", ended_at=at(3)), *LISTED),
        Case("written by nobody", PASS, training()),
        Case("it has a version", PASS, training(inputs=(trained_with("train.csv", version="41"),)), LATER),
        Case("written since", FAIL, training(), LATER),
        Case("one of two written since", FAIL, training(inputs=(trained_with("a"), trained_with("train.csv"))), LATER),
        Case("something else written since", PASS, training(), loading("test.csv", ended_at=at(3))),
        Case("the folder written since", UNKNOWN, training(), loading("", ended_at=at(3))),
        Case("the folder written before", PASS, training(ended_at=at(2)), loading("")),
        Case("writing failed", PASS, training(), loading("train.csv", ended_at=at(3), state="FAIL")),
        Case("no time of writing", UNKNOWN, training(), loading("train.csv", ended_at=None)),
        Case("no time of training", UNKNOWN, training(ended_at=None), LATER),
        Case("trained again", NOT_APPLICABLE, training(), training(3, ended_at=at(4)), LATER),
        Case("it failed", NOT_APPLICABLE, training(state="FAIL"), LATER),
        Case("it trained nothing", NOT_APPLICABLE, run(inputs=(data("train.csv"),)), LATER),
        Case("it names no data", NOT_APPLICABLE, training(inputs=()), LATER),
        Case("not all runs were read", UNKNOWN, training(), incomplete=(LineageRun,)),
        Case("inputs were not understood", UNKNOWN, training(inputs=UNSET), LATER),
    ],
}  # fmt: skip
