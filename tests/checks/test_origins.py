"""What names of variables, tags and labels say of MLflow, and of which nothing is kept."""

from __future__ import annotations

import pytest

from checks.origins import Origin, kept, origins

RUN, MODEL, DIGEST = "f" * 32, f"m-{'0' * 32}", "5" * 64


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ({"MODEL_URI": "models:/fraud-scorer/7"}, [("version", "fraud-scorer/7")]),
        ({"MLFLOW_MODEL_URI": "models:/main.risk.scorer@champion"}, [("alias", "main.risk.scorer@champion")]),
        ({"MODEL_URI": "models:/fraud-scorer/Production"}, [("stage", "fraud-scorer/Production")]),
        ({"MODEL_URI": "models:/fraud-scorer/latest"}, [("stage", "fraud-scorer/latest")]),
        ({"anything": f"models:/{MODEL}"}, [("logged model", MODEL)]),
        ({"SourceUri": f"runs:/{RUN}/model"}, [("run", RUN)]),
        ({"mlflow-run-id": RUN}, [("run", RUN)]),
        ({"mlflow.model_id": MODEL}, [("logged model", MODEL)]),
        ({"mlflow_model_name": "fraud-scorer", "mlflow_model_version": "7"}, [("version", "fraud-scorer/7")]),
        ({"artifact.sha256": f"sha256:{DIGEST.upper()}".replace("SHA", "sha")}, [("digest", DIGEST)]),
        ({"mlflow_model_version": "7"}, []),
        ({"mlflow_version": "3.17.0", "run_id": RUN, "image_digest": DIGEST, "model_id": "m-1"}, []),
        ({"MODEL_URI": "s3://northwind-example-models/1", "MLFLOW_RUN_ID": "a b", "x": "models:/"}, []),
    ],
)
def test_names_and_addresses_say_what_is_meant(pairs: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert [(one.what, one.name) for one in origins(pairs)] == found


def test_a_server_that_is_named_beside_goes_with_it() -> None:
    pairs = {"MODEL_URI": "models:/fraud-scorer/7", "MLFLOW_TRACKING_URI": "https://mlflow.northwind.example/"}

    assert origins(pairs) == (
        Origin("version", "fraud-scorer/7", "MODEL_URI", "https://mlflow.northwind.example"),
    )  # fmt: skip


def test_nothing_else_is_kept() -> None:
    secret = {
        "MLFLOW_TRACKING_URI": "https://ana:an-invented-password@mlflow.northwind.example",
        "MLFLOW_TRACKING_TOKEN": "an-invented-token",
        "MLFLOW_RUN_ID": "an invented sentence",
        "DIGEST_KEY": "k" * 64,
    }
    assert kept(secret) == kept(None) == kept(["x"]) == kept({"MODEL_URI": 7}) == {}
    assert kept({"MODEL_URI": "models:/a/1", **secret}) == {"MODEL_URI": "models:/a/1"}
