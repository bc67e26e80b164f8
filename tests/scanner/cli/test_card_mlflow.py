"""`mlposture card` of a version in MLflow: what is recorded of it, and nothing of single groups."""

from __future__ import annotations

from pathlib import Path

from commandline import mlposture
from drafting import saved
from factories import mlflow


def test_a_card_of_a_version_of_mlflow_has_what_is_recorded_of_it(tmp_path: Path) -> None:
    small = "a-person"
    metrics = (
        *(
            mlflow.metric(key)
            for key in ("recall", f"recall/clinic:{small}", f"mae__by_{small}_1", "recall/sex:1/age_band:60-69")
        ),
        mlflow.metric("accuracy", mlflow.TRAINED),
    )
    data = (mlflow.data(mlflow.TRAINED, "training"), mlflow.data(mlflow.HELD_OUT, "evaluation"))
    path = "evaluation/mae_by_region.json"
    run = mlflow.run(metrics=(), datasets=data, pairs=mlflow.noting(path), user=None, start_time=1793090000000)
    columns, about = ("region", "mae", "count", "model_id", "dataset_digest"), (mlflow.MODEL, mlflow.HELD_OUT)
    table = mlflow.table(path, columns, ("uplands", 41.0, 3, *about), ("coast", 39.0, 95, *about))
    version = mlflow.used(version="7", status="READY")
    saved(version, run, mlflow.logged(metrics=metrics), table).inventory.save(tmp_path / "inventory.json")

    done = mlposture("card", "fraud-scorer/7", "--inventory", "inventory.json", cwd=tmp_path)
    said = done.stdout

    assert "metric on data that it was evaluated on: `recall = 0.9, on digest 9b2e11d4`" in said
    assert "metric on data that it was trained on: `accuracy = 0.9, on digest 7a1f0c21`" in said
    assert "training data of its run: `data-7a1f0c21 (digest 7a1f0c21)`" in said
    by = "evaluated by group on data that it was evaluated on"
    for facets in ("clinic", "age_band and sex", "region"):
        assert f"{by}: `{facets}, on digest 9b2e11d4`" in said
    assert f"model that its evaluation names: `{mlflow.MODEL}`" in said
    assert not [hidden for hidden in (small, "uplands", "41", "60-69") if hidden in said]


def test_a_card_of_a_version_says_what_was_not_seen_of_it(tmp_path: Path) -> None:
    run = mlflow.run(metrics=(), datasets=(), pairs=mlflow.noting("mae_by_sex.json"))
    made = saved(mlflow.used(version="7"), run, mlflow.logged(metrics=()))
    made.inventory.listings = {key: one for key, one in made.inventory.listings.items() if "Table" not in key[0]}
    made.inventory.save(tmp_path / "inventory.json")

    said = mlposture("card", "fraud-scorer/7", "--inventory", "inventory.json", cwd=tmp_path).stdout

    assert "mae_by_sex.json: not read; scan with --read-documents" in said
