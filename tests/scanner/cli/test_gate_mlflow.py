"""`mlposture gate` on an inventory of MLflow: the version that would get an alias, and what it records."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from commandline import mlposture
from factories.mlflow import HELD_OUT, TRAINED, data
from gating import evaluation, manifest
from support import inventory_of

from checks.mlflow import ids
from checks.mlflow.records import Metric
from checks.mlflow.registry.resources import ModelVersion
from checks.mlflow.tracking.resources import LoggedModel, Run
from scanner.model.nouns import Resource, Scope

SERVER = "https://mlflow.northwind.example"
HERE = Scope("mlflow", SERVER)
SEX = "{metric: mae, facet: sex, at_most: 60, smallest_group: 20, set_by: clinical lead, why: No sex is served worse}"


def version(number: int, **sexes: float) -> list[Resource]:
    """A version with its run, and a logged model that was evaluated by group."""
    name = f"progression/{number}"
    run, model = f"{number:032x}", f"m-{number:032x}"
    metrics = [
        Metric(key=f"{metric}/{facet}:{value[3:]}", value=measured, dataset_digest=HELD_OUT, timestamp=1793100000000)
        for facet in ("sex",)
        for value, error in sexes.items()
        for metric, measured in (("mae", error), ("mae_standard_error", 2.0), ("count", 100.0))
    ]
    trained = (data(TRAINED, "training"),)
    return [
        ModelVersion(id=ids.model_version(SERVER, "progression", str(number)), name=name, scope=HERE, run_id=run,
                     model_id=model, source=f"models:/{model}", pairs=None,
                     aliases=("staging",) if number == 1 else (), user="ana@northwind.example"),
        Run(id=ids.run(SERVER, run), name=run, scope=HERE, metrics=(), datasets=trained, user=None,
            status="FINISHED", lifecycle_stage="active"),
        LoggedModel(id=ids.logged_model(SERVER, model), name="model", scope=HERE, metrics=tuple(metrics), pairs=None),
    ]  # fmt: skip


GOOD, BAD = {"sex1": 45.0, "sex2": 46.0}, {"sex1": 45.0, "sex2": 75.0}


def gate(folder: Path, *arguments: str, **inventory: Any) -> CompletedProcess[str]:
    manifest(folder, SEX, model="progression")
    resources = [*version(1, **inventory.pop("first", GOOD)), *version(2, **inventory.pop("second", GOOD))]
    inventory_of(*resources, **inventory).save(folder / "mlflow.json")
    return mlposture("gate", "progression", "--inventory", "mlflow.json", *arguments, cwd=folder)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (GOOD, GOOD, 0),
        (BAD, GOOD, 0),  # what another version records is nothing to this one
        (GOOD, BAD, 1),
        (GOOD, {}, 4),
    ],
)
def test_the_newest_version_is_judged_before_an_alias(
    first: dict[str, float], second: dict[str, float], code: int, tmp_path: Path
) -> None:
    done = gate(tmp_path, "--before-alias", "champion", first=first, second=second)

    assert done.returncode == code, done.stdout + done.stderr
    assert "progression/2, before it gets the alias champion" in " ".join(done.stdout.split())


def test_that_a_version_has_the_alias_already_is_said(tmp_path: Path) -> None:
    done = gate(tmp_path, "--before-alias", "staging", "--model-version", "1")

    assert "progression/1, which has the alias staging already" in " ".join(done.stdout.split())


def test_the_result_has_the_digest_of_the_inventory(tmp_path: Path) -> None:
    used = json.loads(gate(tmp_path, "--before-alias", "champion", "-o", "-").stdout)["evaluation"]

    assert used["sha256"] == hashlib.sha256((tmp_path / "mlflow.json").read_bytes()).hexdigest()
    assert (used["model"], used["data_digest"], used["by"]) == (f"m-{2:032x}", HELD_OUT, "ana@northwind.example")


def test_another_version_may_be_named(tmp_path: Path) -> None:
    assert gate(tmp_path, "--model-version", "1", first=BAD).returncode == 1
    assert gate(tmp_path, "--model-id", f"m-{1:032x}", first=BAD).returncode == 1
    assert gate(tmp_path, "--model-id", f"m-{3:032x}", first=BAD).returncode == 4


def test_a_file_may_be_the_evaluation_of_a_registered_version(tmp_path: Path) -> None:
    evaluation(tmp_path, {"1": (45.0, 200), "2": (75.0, 190)}, model=f"m-{2:032x}", model_digest="")

    assert gate(tmp_path, "--before-alias", "champion", "--evaluation", "evaluation.json").returncode == 1


def test_what_was_not_seen_gives_no_answer(tmp_path: Path) -> None:
    done = gate(tmp_path, "--before-alias", "champion", "--model-version", "7")
    assert (done.returncode, "the inventory has no such version" in done.stderr) == (2, True)
    done = gate(tmp_path, "--before-alias", "champion", incomplete=(ModelVersion,))
    assert (done.returncode, "the newest is not known; say --model-version" in done.stderr) == (2, True)
    assert mlposture("gate", "progression", "--before-alias", "champion", cwd=tmp_path).returncode == 2


def test_the_model_is_named_once(tmp_path: Path) -> None:
    done = gate(tmp_path, "--before-alias", "champion", "--model-digest", "a" * 64)

    assert (done.returncode, "say which model is meant; leave one of them out" in done.stderr) == (2, True)


def test_a_name_that_two_servers_have_is_not_one_model(tmp_path: Path) -> None:
    manifest(tmp_path, SEX, model="progression")
    ours, theirs = (
        ModelVersion(id=ids.model_version(server, "progression", "1"), name="progression/1",
                     scope=Scope("mlflow", server), run_id=None, source="s3://northwind-example-models/1",
                     model_id=None, pairs=None, user=None)
        for server in (SERVER, "https://staging.northwind.example")
    )  # fmt: skip
    inventory_of(ours, theirs).save(tmp_path / "mlflow.json")
    done = mlposture("gate", "progression", "--inventory", "mlflow.json", "--model-id", "progression/1", cwd=tmp_path)

    assert done.returncode == 2
    assert "--model-id progression/1: is called so on several servers" in done.stderr


def test_of_a_system_without_a_registered_model_there_is_no_candidate(tmp_path: Path) -> None:
    gate(tmp_path, "--before-alias", "champion")
    manifest(tmp_path, SEX)
    done = mlposture("gate", "progression", "--inventory", "mlflow.json", "--before-alias", "champion", cwd=tmp_path)

    assert (done.returncode, "the inventory has no registered model of progression" in done.stderr) == (2, True)


def test_selectors_name_models_as_they_do_for_systems(tmp_path: Path) -> None:
    gate(tmp_path, "--before-alias", "champion")
    manifest(tmp_path, SEX, model="'Progress*'")
    done = mlposture("gate", "progression", "--inventory", "mlflow.json", "--before-alias", "champion", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
