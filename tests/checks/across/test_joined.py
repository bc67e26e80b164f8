"""What the demo organisation's MLflow server records, joined to what its three clouds serve, over saved inventories."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from scanning import calm, document, running, take_inventory
from support import registered

from scanner.cli.judging import load_saved
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Status

PASS, FAIL = Status.PASS, Status.FAIL


@cache
def saved(provider: str) -> bytes:
    """The inventory of a provider, as it is saved."""
    return b"".join(calm(provider)[0].pieces())


def paths(folder: Path, *providers: str) -> list[str]:
    for provider in providers:
        (folder / f"{provider}.json").write_bytes(saved(provider))
    return [str(folder / f"{provider}.json") for provider in providers]


def test_versions_that_serve_are_found_by_where_their_files_are(tmp_path: Path) -> None:
    inventory, checks, _ = load_saved(paths(tmp_path, "aws", "gcp", "azure", "mlflow"))
    across = [check for check in checks if "mlflow" in check.providers and len(check.providers) > 1]
    found = {
        (one.check.id, one.resource.name): (one.verdict.status, one.verdict.message.rpartition("found by ")[2])
        for one in evaluate(inventory, across)
        if one.verdict.status in (PASS, FAIL) and one.check.id[-1] in "123"
    }

    files, source = "the artifacts of its logged model", "the source of the version"
    assert found == {
        **{(id, "fraud-scorer/7"): (PASS, files) for id in ("MLP-5131", "MLP-5132", "MLP-5133")},
        ("MLP-5141", "retina-diagnosis/7"): (FAIL, source),
        **{(id, "retina-diagnosis/7"): (PASS, source) for id in ("MLP-5142", "MLP-5143")},
        **{
            (id, f"ticket-sentiment/{number}"): (FAIL, source)
            for id in ("MLP-5121", "MLP-5122", "MLP-5123")
            for number in (1, 3)
        },
    }


@pytest.mark.parametrize(
    ("providers", "families"),
    [
        (("aws", "gcp", "azure"), set()),
        (("mlflow",), set()),
        (("aws", "mlflow"), {"512"}),
        (("gcp", "azure", "mlflow"), {"513", "514"}),
    ],
)
def test_what_joins_providers_is_asked_where_all_of_them_are(
    providers: tuple[str, ...], families: set[str], tmp_path: Path
) -> None:
    _, checks, _ = load_saved(paths(tmp_path, *providers))

    assert {check.id[4:7] for check in checks if len(check.providers) > 1 and check.id < "MLP-5150"} == families


def test_what_a_container_and_a_package_say_is_read_and_nothing_else_of_them(tmp_path: Path) -> None:
    changed = document("aws")
    kinds = changed["regions"]["eu-west-1"]["sagemaker"]
    [model] = [one for one in kinds["Model"] if one["ModelName"] == "sentiment-good"]
    model["PrimaryContainer"]["Environment"] = {"MODEL_URI": "models:/experimental/1", "GREETING": "an invented text"}
    [package] = [one for one in kinds["ModelPackage"] if one["ModelPackageName"] == "sentiment/3"]
    package["CustomerMetadataProperties"] = {"mlflow.run_id": "f" + "0" * 29 + "21", "note": "an invented note"}
    with running("aws", changed):
        take_inventory("aws", [registered()[0]["MLP-5122"]]).save(tmp_path / "changed.json")
    inventory, checks, _ = load_saved([str(tmp_path / "changed.json"), *paths(tmp_path, "mlflow")])
    found = {
        one.resource.name: (one.verdict.status, one.verdict.message)
        for one in evaluate(inventory, [check for check in checks if check.id == "MLP-5122"])
    }

    unknown = "not observed: whether {} serves it: {} leads to it, and {}".format
    place, named = "the source of the version", "MODEL_URI of sentiment-good"
    assert found["experimental/1"] == (
        Status.UNKNOWN, unknown("chat-components", named, "its files are those of ticket-sentiment/1"),
    )  # fmt: skip
    assert found["ticket-sentiment/1"] == (
        Status.UNKNOWN, unknown("chat-components", place, f"{named} names the version experimental/1"),
    )  # fmt: skip
    run = "mlflow.run_id of from-registry names the run f0000000000000000000000000000021"
    assert found["ticket-sentiment/3"] == (Status.UNKNOWN, unknown("registry-serverless", place, run))
    assert "an invented" not in (tmp_path / "changed.json").read_text(encoding="utf-8")
