"""Evaluations of a registered version: of which model, on which data, when, and what is believed of them."""

from __future__ import annotations

from typing import Any

import pytest
from factories.mlflow import HELD_OUT, MODEL, TRAINED, data, logged, run, used
from msgspec import UNSET
from support import inventory_of

from checks.mlflow.records import Metric, Pair
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.recorded_evaluations import NEEDS, evaluations_of, names_of
from checks.mlflow.tracking.resources import LoggedModel, Run
from scanner.model.evaluations import Evaluation
from scanner.model.nouns import Resource
from scanner.store.inventory import InventoryView

RUN = run(metrics=(), datasets=(data(TRAINED, "training"), data(HELD_OUT, "evaluation")), user="ana@northwind.example")


def metric(
    key: str, value: float | str | None = 40.0, digest: str | None = HELD_OUT, at: int = 1000, **more: Any
) -> Metric:
    return Metric(key=key, value=value, dataset_digest=digest, dataset_name="held out", timestamp=at, **more)


def found(
    *others: Resource, version: ModelVersion | None = None, without: tuple[type[Resource], ...] = ()
) -> tuple[Evaluation, ...] | str:
    subject = version or used()
    view = InventoryView(inventory_of(subject, *others, incomplete=without), NEEDS)
    return evaluations_of(subject, view, ("sex",))


def only(*others: Resource) -> Evaluation:
    evaluations = found(*others)
    assert not isinstance(evaluations, str)
    [one] = evaluations
    return one


def test_metrics_of_a_logged_model_are_an_evaluation_of_its_data() -> None:
    one = only(
        RUN, logged(metrics=(metric("mae"), metric("mae/sex:1", 41.0), metric("count/sex:1", 120.0)), pairs=None)
    )

    assert [(each.metric, each.value, each.group) for each in one.values] == [
        ("mae", 40.0, {}), ("mae", 41.0, {"sex": "1"}), ("count", 120.0, {"sex": "1"}),
    ]  # fmt: skip
    assert (one.model, one.data.digest, one.data.name, one.trained_on) == (MODEL, HELD_OUT, "held out", (TRAINED,))
    assert one.by == "ana@northwind.example"


def test_it_is_as_old_as_its_oldest_value_and_has_the_last_of_each() -> None:
    metrics = (metric("mae", 40.0, at=5000), metric("mae", 50.0, at=4000), metric("rmse", 60.0, at=3000))
    one = only(RUN, logged(metrics=metrics, pairs=None))

    assert [each.value for each in one.values] == [60.0, 40.0]
    assert one.at is not None
    assert one.at.timestamp() == 3


def test_each_data_set_is_an_evaluation_of_its_own() -> None:
    evaluations = found(RUN, logged(metrics=(metric("mae"), metric("mae", 30.0, TRAINED)), pairs=None))

    assert [one.data.digest for one in evaluations if not isinstance(one, str)] == [TRAINED, HELD_OUT]


@pytest.mark.parametrize(
    ("value", "of_run", "believed"),
    [
        (0.0, "NaN", None),  # as MLflow writes the same in both
        (0.0, None, None),
        (0.0, 0.0, 0.0),
        ("NaN", None, None),
        (1.7976931348623157e308, None, None),  # infinite
        (float("nan"), None, None),
        (3.0, None, 3.0),
    ],
)
def test_what_may_be_no_number_is_not_believed(
    value: float | str, of_run: float | str | None, believed: float | None
) -> None:
    metrics = () if of_run is None else (metric("mae", of_run, None),)
    one = only(run(metrics=metrics, datasets=()), logged(metrics=(metric("mae", value),), pairs=None))

    assert [each.value for each in one.values] == [believed]


def test_metrics_of_a_run_alone_name_no_data() -> None:
    version = used(model_id=None, source="s3://northwind-example-models/1", pairs=None)
    metrics = (metric("mae", digest=None), metric("x", model_id="m-other"))
    [one] = found(run(metrics=metrics, datasets=()), version=version)

    assert isinstance(one, Evaluation)
    assert (one.model, one.data.digest, one.trained_on, len(one.values)) == ("fraud-scorer/7", "", None, 1)


@pytest.mark.parametrize(
    ("others", "without"),
    [
        ([RUN, logged(metrics=UNSET)], ()),
        ([run(metrics=UNSET, datasets=()), logged(metrics=())], ()),
        ([run(metrics=(), datasets=UNSET), logged(metrics=())], ()),
        ([RUN], (LoggedModel,)),
        ([logged(metrics=())], (Run,)),
    ],
)
def test_what_was_not_seen_is_no_evaluation(others: list[Resource], without: tuple[type[Resource], ...]) -> None:
    said = found(*others, without=without)

    assert isinstance(said, str)
    assert said.startswith("not observed: ")


def test_a_tag_may_say_the_digest_and_two_say_none() -> None:
    one, two = (Pair(key="artifact.sha256", value=letter * 64) for letter in "ab")
    pairs = (one, Pair(key="digest", value="short"), Pair(key="note", value="c" * 64))

    assert names_of(used(pairs=pairs)) == (MODEL, "fraud-scorer/7", "a" * 64)
    assert names_of(used(pairs=(one, two))) == (MODEL, "fraud-scorer/7")
    assert only(RUN, logged(metrics=(metric("mae"),), pairs=(two,))).model_digest == "b" * 64


@pytest.mark.parametrize("end", [{"status": "FAILED"}, {"status": "KILLED"}, {"lifecycle_stage": "deleted"}])
def test_what_a_run_recorded_that_failed_or_is_gone_does_not_count(end: dict[str, str]) -> None:
    ended = run(metrics=(metric("mae"),), datasets=(), user=None, **end)
    said = "its run failed, was stopped or is deleted, so that what it recorded does not count"

    assert found(ended, logged(metrics=(metric("mae", run_id=RUN.id.rpartition("/")[2]),), pairs=None)) == said
    assert only(ended, logged(metrics=(metric("mae", run_id="b" * 32),), pairs=None)).values


def test_two_spellings_of_a_group_that_differ_say_nothing() -> None:
    metrics = (
        metric("mae/sex:1", 10.0),
        metric("mae__sex__1", 99.0),
        metric("mae/sex:2", 5.0),
        metric("mae.sex=2", 5.0),
    )
    one = only(RUN, logged(metrics=metrics, pairs=None))

    assert [(each.value, each.group) for each in one.values] == [(None, {"sex": "1"}), (5.0, {"sex": "2"})]
