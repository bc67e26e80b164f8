"""Evaluations from files of every shape that is read, and what is wrong with those that are not."""

from __future__ import annotations

import copy
import functools
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.gate.companions import folded
from scanner.gate.deciding import decide
from scanner.gate.reading_evaluations import Stated, read_evaluation, with_sizes
from scanner.model.errors import InputError
from scanner.model.evaluations import Interval, Measured
from scanner.systems.manifest import Threshold

#: As fairlearn 0.15 and pandas 3.0 write `by_group` of two metrics, by one facet and by two.
BY_SEX = "sex,mae,count\n1,0.5,120.0\n2,0.75,80.0\n"
BY_BOTH = "sex,age_band,mae,count\n1,a,0.0,2.0\n1,b,,0.0\n"
TABLE = {
    "schema": {
        "fields": [{"name": "sex", "type": "integer"}, {"name": "mae", "type": "number"}],
        "primaryKey": ["sex"],
        "pandas_version": "1.4.0",
    },
    "data": [{"sex": 1, "mae": 0.5, "count": 120.0}, {"sex": 2, "mae": 0.75, "count": 80.0}],
}
#: As SageMaker Clarify writes analysis.json; the list below a facet is what smclarify 0.5 gives.
CLARIFY = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "Target",
        "label_value_or_threshold": "1",
        "facets": {
            "Sex": [
                {
                    "value_or_threshold": "0",
                    "metrics": [
                        {"name": "AD", "description": "Accuracy Difference (AD)", "value": -0.04},
                        {"name": "DI", "description": "Disparate Impact (DI)", "value": "Infinity"},
                        {"name": "CDDPL", "description": "…", "value": None, "error": "Group variable is empty"},
                    ],
                }
            ]
        },
    },
}
#: As `projects.locations.models.evaluations.slices.list` of Vertex AI replies.
SLICE = "projects/1/locations/europe-west4/models/42/evaluations/7/slices/9"
VERTEX: dict[str, Any] = {
    "modelEvaluationSlices": [
        {
            "name": SLICE,
            "slice": {
                "dimension": "slice",
                "sliceSpec": {"configs": {"instance.country": {"value": {"stringValue": "DE"}}}},
            },
            "metrics": {
                "auRoc": 0.91,
                "confidenceMetrics": [
                    {"confidenceThreshold": 0.5, "recall": 0.8, "falsePositiveRate": 0.1,
                     "truePositiveCount": "80", "falseNegativeCount": "20",
                     "falsePositiveCount": "10", "trueNegativeCount": "90"},
                ],
            },
            "createTime": "2026-11-01T10:00:00.123456Z",
        },
        {
            "name": SLICE,
            "slice": {"dimension": "slice", "sliceSpec": {"configs": {"age": {"range": {"low": 60.0, "high": 70.0}}}}},
            "metrics": {"meanAbsoluteError": 4.5},
        },
        {"name": SLICE, "slice": {"dimension": "annotationSpec", "value": "cat"}, "metrics": {"auRoc": 0.7}},
    ]
}  # fmt: skip
#: As fairlearn's dashboard dictionary for Azure ML is.
AZURE: dict[str, Any] = {
    "schemaType": "dashboardDictionary",
    "schemaVersion": 0,
    "predictionType": "regression",
    "trueY": [1.0, 2.0, 3.0],
    "predictedY": [[1.0, 2.5, 3.0]],
    "precomputedFeatureBins": [{"featureBinName": "sex", "binLabels": ["1", "2"], "binVector": [0, 1, 0]}],
    "precomputedMetrics": [[{"mean_absolute_error": {"global": 0.17, "bins": [0.0, 0.5]}}]],
    "modelNames": ["model"],
}


def read(document: Any, *facets: str, **stated: Any) -> tuple[Measured, ...]:
    content = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    return read_evaluation(content, "e", facets, Stated(**stated)).values


def m(metric: str, value: float | None, **more: Any) -> Measured:
    return Measured(metric=metric, value=value, **more)


@pytest.mark.parametrize(
    ("document", "facets", "values"),
    [
        (BY_SEX, ["sex"], [m("mae", 0.5, group={"sex": "1"}, items=120), m("mae", 0.75, group={"sex": "2"}, items=80)]),
        (TABLE, [], [m("mae", 0.5, group={"sex": "1"}, items=120), m("mae", 0.75, group={"sex": "2"}, items=80)]),
        ("sex,mae,count\n,1,20\n1,1,20\n", ["sex"], [m("mae", 1, items=20), m("mae", 1, group={"sex": "1"}, items=20)]),
        ("\ufeff" + json.dumps({"mae": {"1": 0.5}}), ["sex"], [m("mae", 0.5, group={"sex": "1"})]),
        (TABLE["data"], ["sex"],
         [m("mae", 0.5, group={"sex": "1"}, items=120), m("mae", 0.75, group={"sex": "2"}, items=80)]),
        ({"columns": ["sex", "mae"], "data": [[1.0, 0.5]]}, ["sex"], [m("mae", 0.5, group={"sex": "1"})]),
        ({"mae": {"1": 0.5}, "count": {"1": 9}}, ["sex"], [m("mae", 0.5, group={"sex": "1"}, items=9)]),
        (BY_BOTH, ["sex", "age_band"],
         [m("mae", 0.0, group={"sex": "1", "age_band": "a"}, items=2),
          m("mae", None, group={"sex": "1", "age_band": "b"}, items=0)]),
        ("metric,value,sex,items,of,low,high,level,standard_error\n"
         "recall,0.9,,100,40,,,,\nrecall,0.8,1,50,20,0.7,0.9,0.95,\nmae,4,2,50,,,,,0.5\n", [],
         [m("recall", 0.9, items=100, of=40),
          m("recall", 0.8, group={"sex": "1"}, items=50, of=20, interval=Interval(low=0.7, high=0.9, level=0.95)),
          m("mae", 4.0, group={"sex": "2"}, items=50, standard_error=0.5)]),
        (CLARIFY, [],
         [m("AD", -0.04, group={"Sex": "0"}), m("DI", None, group={"Sex": "0"}), m("CDDPL", None, group={"Sex": "0"})]),
        (CLARIFY["post_training_bias_metrics"]["facets"]["Sex"], ["Sex"],  # type: ignore[index]
         [m("AD", -0.04, group={"Sex": "0"}), m("DI", None, group={"Sex": "0"}), m("CDDPL", None, group={"Sex": "0"})]),
        (VERTEX, [],
         [m("auRoc", 0.91, group={"country": "DE"}, items=100),
          m("recall@0.5", 0.8, group={"country": "DE"}, items=100, of=100),
          m("falsePositiveRate@0.5", 0.1, group={"country": "DE"}, items=100),
          m("meanAbsoluteError", 4.5, group={"age": "60-70"}),
          m("auRoc", 0.7, group={"annotationSpec": "cat"})]),
        ({"name": SLICE.partition("/slices")[0], "metrics": {"auRoc": 0.9}}, [], [m("auRoc", 0.9)]),
        (AZURE, [],
         [m("mean_absolute_error", 0.17, items=3), m("mean_absolute_error", 0.0, group={"sex": "1"}, items=2),
          m("mean_absolute_error", 0.5, group={"sex": "2"}, items=1)]),
    ],
)  # fmt: skip
def test_each_shape_gives_its_values(document: Any, facets: list[str], values: list[Measured]) -> None:
    assert list(read(document, *facets)) == values


OWN: dict[str, Any] = {"schema": "mlposture/evaluation/v1", "values": [{"metric": "mae", "value": 1.5}]}


def test_our_own_shape_says_all_there_is_to_say() -> None:
    more = {
        "model": "m-1", "model_digest": "aa", "data": {"digest": "bb", "name": "test"}, "trained_on": ["cc"],
        "at": "2026-11-01T12:00:00+02:00", "by": "ci",
    }  # fmt: skip
    found = read_evaluation(json.dumps(OWN | more).encode(), "e", (), Stated(model_digest="zz", data_digest="zz"))

    assert (found.model, found.model_digest, found.data.digest, found.trained_on) == ("m-1", "aa", "bb", ("cc",))
    assert (found.at, found.by) == (datetime(2026, 11, 1, 10, tzinfo=UTC), "ci")


def test_what_a_file_does_not_say_may_be_stated() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    stated = Stated(model_digest="aa", data_digest="bb", trained_on=("cc",), at=at)
    found = read_evaluation(BY_SEX.encode(), "e", ("sex",), stated)

    assert (found.model_digest, found.data.digest, found.trained_on, found.at) == ("aa", "bb", ("cc",), at)


def test_vertex_says_which_model_it_is_and_sizes_may_be_added() -> None:
    found = read_evaluation(json.dumps(VERTEX).encode(), "e", (), Stated())
    sizes = read_evaluation(b"annotationSpec,count\ncat,30\n", "sizes", ("annotationSpec",), Stated()).values

    assert found.model == "projects/1/locations/europe-west4/models/42"
    assert found.at == datetime(2026, 11, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert [one.items for one in with_sizes(found, sizes).values] == [100, 100, 100, None, 30]


#: As a reply of `models.evaluations.get` has it: what is 0 is left out, as the threshold and the false negatives are.
SPARSE = {
    "recall": 1.0, "precision": 0.5, "falsePositiveRate": 1.0, "truePositiveCount": "415", "falsePositiveCount": "415",
}  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "of"),
    [
        (SPARSE, [415, None, None]),  # each item was given both labels, and so is twice among the 830
        (SPARSE | {"precision": 0.83, "falsePositiveCount": "85", "falseNegativeCount": "200", "recall": 0.6748},
         [615, 500, None]),
        (SPARSE | {"recall": 0.8}, [None, 830, None]),  # the counts do not say of which share
        (SPARSE | {"truePositiveCount": "many"}, [None, None, None]),
        (SPARSE | {"truePositiveCount": "-415"}, [None, None, None]),
        ({"recall": 1.0, "precision": 0.5, "falsePositiveRate": 1.0}, [None, None, None]),
    ],
)  # fmt: skip
def test_counts_of_vertex_are_believed_where_the_rate_confirms_them(
    entry: dict[str, Any], of: list[int | None]
) -> None:
    found = read({"name": SLICE.partition("/slices")[0], "metrics": {"confidenceMetrics": [entry]}})

    assert [one.metric for one in found] == ["recall@0", "precision@0", "falsePositiveRate@0"]
    assert [one.of for one in found] == of


def test_the_deepest_and_the_strangest_documents_are_one_sentence() -> None:
    for content in (
        b"[" * 100_000,
        b"{",
        b"[1]",
        b"[]",
        b"{}",
        b'{"a": 1}',
        b"\xff\xfe",
        b"",
        b"nonsense",
        b"a,b\n1\n",
    ):
        with pytest.raises(InputError, match=r"\Ae: "):
            read_evaluation(content, "e", ("sex",), Stated())


@pytest.mark.parametrize(
    ("document", "facets", "why"),
    [
        (OWN | {"schema": "mlposture/evaluation/v2"}, [], "its schema is 'mlposture/evaluation/v2'"),
        (OWN | {"at": "0001-01-01T00:00:00+14:00"}, [], "there is no such time"),
        (OWN | {"vals": []}, [], "unknown field `vals`"),
        (OWN | {"values": [{"metric": "mae", "value": "x"}]}, [], r"values\[0\].value"),
        (OWN | {"values": OWN["values"] * 2}, [], "mae of all items stands there twice"),
        (OWN | {"values": [{"metric": "mae", "value": 1, "interval": {"low": 2, "high": 1, "level": 0.9}}]}, [],
         "an interval of mae ends before it begins"),
        (OWN | {"values": [{"metric": "mae", "value": 1, "interval": {"low": 2, "high": 3, "level": 0.9}}]}, [],
         "lies outside its own interval"),
        (OWN | {"values": [{"metric": "m", "value": 1, "group": {str(n): "x" for n in range(11)}}]}, [],
         "a group of m has more than 10 facets"),
        (BY_SEX, [], "no column is a facet"),
        (BY_BOTH, ["sex"], "age_band is no number but 'a'; if it is a facet, say so with --facet"),
        ("sex,camera,mae\n1,1,2\n1,2,3\n", ["sex"], "camera of sex=1 stands there twice; is a facet missing"),
        ("sex,mae,count\n,99,50\n1,1,50\n2,1,50\n", ["sex"], "a row without a sex has fewer items than the others"),
        ("sex,mae,mae\n1,1,2\n", ["sex"], "a column stands there twice"),
        ("sex,mae\n1,1,2\n", ["sex"], "a row has more or fewer fields"),
        ("sex,mae,count\n1,1,-2\n", ["sex"], "is no number of items"),
        ("metric,value,low\nmae,1,0\n", [], "row 2: an interval has low, high and a level"),
        ("metric,value,standard_error\nmae,1,-1\n", [], "row 2: a standard error is a number from 0 on"),
        ("metric,value\n,1\n", [], "row 2: names no metric"),
        ({"mae": {"(1, 'a')": 0.5}}, ["sex"], "does not say which facets its groups are of"),
        ({"columns": ["mae"], "index": [1], "data": [[0.5]]}, ["sex"], "does not say which value is of which facet"),
        ({"schema": {"primaryKey": ["index"]}, "data": []}, [], "the index of the table has no name"),
        ({"pre_training_bias_metrics": {}}, [], "has no metrics of a model by facet"),
        (AZURE | {"precomputedMetrics": [[{}, {}]]}, [], "compares several models"),
        (AZURE | {"precomputedMetrics": []}, [], "do not have the same facets"),
        ({"modelEvaluationSlices": [{"slice": {}, "metrics": {}}]}, [], "does not say of what it is"),
        (VERTEX | {"nextPageToken": "x"}, [], "other groups are on the next"),
        ({"modelEvaluationSlices": [VERTEX["modelEvaluationSlices"][2], {"slice": {}, "name": "a"}]}, [],
         "slices of several evaluations"),
        (AZURE | {"precomputedFeatureBins": [{"featureBinName": "sex", "binLabels": ["1", "1"], "binVector": [0]}]}, [],
         "mean_absolute_error of sex=1 stands there twice"),
        ('{"mae": {"1": 0.5, "1": 99}}', ["sex"], "an object has a member twice"),
        (OWN | {"values": [{"metric": "mae", "value": 1, "group": {"sex": sex}} for sex in ("1", "1 ")]}, [],
         "mae of sex=1 stands there twice"),
        (OWN | {"values": [{"metric": "mae", "value": 1, "items": 5, "of": 6}]}, [], "a share of more items than"),
        (f'{{"schema": "{OWN["schema"]}", "values": [{{"metric": "mae", "value": 1, "standard_error": 1e400}}]}}', [],
         "a standard error of mae is no number from 0 on"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(document: Any, facets: list[str], why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(document, *facets)


def test_numbers_that_are_none_say_nothing() -> None:
    values = '{"metric": "a", "value": NaN}, {"metric": "b", "value": 1e999}'

    assert [one.value for one in read(f'{{"schema": "{OWN["schema"]}", "values": [{values}]}}')] == [None, None]


#: What a member may be instead of what it should.
ODD = (0, -1, 1e308, 10**400, True, None, "x", "", [], {}, 1e-320, 0.9999999999999999, 2**63, "5" * 5000, "\ud800")
FULL = OWN | {
    "values": [
        {"metric": "accuracy", "value": 0.9, "group": {"sex": sex}, "items": 100, "of": 100, "standard_error": 0.1,
         "interval": {"low": 0.8, "high": 0.95, "level": 0.95}}
        for sex in "12"
    ]
}  # fmt: skip
ASKED = [
    Threshold(metric="accuracy", facet="sex", at_least=0.8, largest_gap=0.1, smallest_group=20, point=True),
    Threshold(metric="recall@0.5", facet="country", at_most=0.9, smallest_group=20),
    Threshold(metric="mean_absolute_error", facet="sex", at_most=3, largest_gap=1, smallest_group=1),
]


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each member of a document, and to each of its parts."""
    yield at
    if isinstance(document, dict | list):
        for key, value in document.items() if isinstance(document, dict) else enumerate(document):
            yield from places(value, (*at, key))


@pytest.mark.parametrize("document", [FULL, TABLE, TABLE["data"], CLARIFY, VERTEX, AZURE])
def test_whatever_a_member_is_there_is_an_answer_in_numbers_or_one_sentence(document: Any) -> None:
    answered = 0
    for at in filter(None, places(document)):
        for odd in ODD:
            changed = copy.deepcopy(document)
            part = functools.reduce(lambda one, key: one[key], at[:-1], changed)
            part[at[-1]] = odd
            try:
                found = decide(ASKED, folded(read(changed, "sex")))
            except InputError:
                continue
            answered += 1
            shown = [number for one in found for shown in one.shown for number in (shown.low, shown.high)]
            assert all(number is None or math.isfinite(number) for number in shown), (at, odd)
    assert answered
