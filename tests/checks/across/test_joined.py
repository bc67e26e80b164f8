"""What the demo organisation's MLflow server records, joined to what its three clouds serve, over saved inventories."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from scanning import calm

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
