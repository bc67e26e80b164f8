"""Which files of a run are opened, and of which tables anything is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from factories.mlflow import noting, run

from checks.mlflow.records import Pair
from checks.mlflow.table_names import LARGEST, is_table
from checks.mlflow.tracking.resources import TableRow
from checks.mlflow.tracking.tables import TOO_LARGE, noted, taken

BY_SEX = {"columns": ["sex", "mae", "count"], "data": [["1", 41.0, 90], ["2", 39.5, 95]]}

ROWS = "it has no rows, more than 200, or one that does not fit its columns"


def content(**changed: Any) -> bytes:
    return json.dumps({**BY_SEX, **changed}).encode()


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("metrics_by_group.json", True),
        ("evaluation/mae_by_sex.json", True),
        ("Fairness.json", True),
        ("slices/recall.slices.json", True),
        ("by_group/answers.json", False),  # the folder says nothing of the file
        ("eval_results_table.json", False),
        ("eval_results_by_group.json", False),
        ("answers.json", False),
        ("hobby.json", False),
        ("metrics_by_group.parquet", False),
        ("../metrics_by_group.json", False),
        ("/metrics_by_group.json", False),
        ("a//metrics_by_group.json", False),
    ],
)
def test_files_are_opened_by_what_their_names_say(path: str, opened: bool) -> None:
    assert is_table(path) is opened


def test_of_what_a_run_notes_tables_count() -> None:
    image = Pair(
        key="mlflow.loggedArtifacts", value='[null, {"path": "mae_by_sex.json", "type": "image"}, {"type": "table"}]'
    )
    broken = Pair(key="mlflow.loggedArtifacts", value="[{")

    assert noted(run(pairs=noting("mae_by_sex.json", "answers.json", "mae_by_sex.json"))) == ("mae_by_sex.json",)
    assert noted(run(pairs=(image,))) == noted(run(pairs=(broken,))) == noted(run(pairs=None)) == noted(run()) == ()


def test_a_row_a_group_is_kept() -> None:
    assert taken(content()) == (
        ("sex", "mae", "count"), (TableRow(cells=("1", 41.0, 90.0)), TableRow(cells=("2", 39.5, 95.0))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"data": [["1", 41.0, 90], ["1", 39.5, 95]]}, "its rows are not each of a group of its own"),
        ({"data": [["1", 41.0, 90], ["2", "bad", 95]]}, "a column of it has both numbers and texts"),
        ({"data": [["1", 41.0, 90], ["2", 39.5]]}, ROWS),
        ({"data": []}, ROWS),
        ({"data": [[str(row), 1.0, 1] for row in range(201)]},
         ROWS),
        ({"columns": ["sex", "mae", "mae"]}, "it has a column twice, or more than 60"),
        ({"columns": ["prompt", "score", "tokens"]},
         "it has no column count with the number of items, so that its rows may be items"),
        ({"data": [["A long answer of somebody. " * 9, 41.0, 90]]}, "it has texts that are no names of groups"),
        ({"data": [["AKIAIOSFODNN7EXAMPLE", 41.0, 90]]}, "it has texts that are no names of groups"),
        ({"data": [[1, 41.0, 90], [2, 39.5, 95]]}, "no column of it has names of groups"),
        ({"data": [["1", True, 90]]}, "it is no table as log_table writes it"),
        ({"columns": "sex"}, "it is no table as log_table writes it"),
        ({"columns": ["sex", "model_id", "count"], "data": [["1", "a", 90], ["2", "b", 95]]},
         "model_id, dataset_digest, dataset_name: its rows are not all of one model and one data set"),
    ],
)  # fmt: skip
def test_of_others_nothing_is_kept(changed: dict[str, Any], why: str) -> None:
    assert taken(content(**changed)) == why


def test_what_is_large_or_no_text_is_not_kept() -> None:
    assert taken(b" " * (LARGEST + 1)) == TOO_LARGE
    assert taken(b"\xff\xfe") == taken(b"[" * 5000) == "it is no table as log_table writes it"
