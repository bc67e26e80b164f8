"""A scan with --read-documents, from the command line to the report and the saved inventory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from declaring import VALID
from dossiers import MANIFEST
from scanning import all_running, document, running
from worlds.azure_files import READ
from worlds.base import Fault

GET = "s3:GetObject"
CHECKS = ("--check", "MLP-5301", "--check", "MLP-5302", "--fail-on", "never", "--no-cache", "--no-progress")
BUCKET = "sagemaker-eu-west-1-111122223333"
README = "sentiment/3/README.md"
SECRET = "hunter2-of-nobody"


def report(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def undescribed(text: str | None) -> dict[str, Any]:
    """The demo organisation without cards, and with this file beside the artifact of the package that serves."""
    made = document("aws")
    kinds = made["regions"]["eu-west-1"]["sagemaker"]
    kinds.pop("ModelCard")
    for package in kinds["ModelPackage"]:
        package.pop("ModelCard", None)
    bucket = next(one for one in made["buckets"] if one["name"] == BUCKET)
    bucket["objects"] = {} if text is None else {README: text}
    return made


def findings(path: Path, check: str = "MLP-5301") -> list[tuple[str, str]]:
    """Outcome and message of what a check says of the package that serves."""
    return [
        (one["verdict"], one["message"])
        for one in report(path)["findings"]
        if one["check"]["id"] == check and "sentiment/3" in one["resource"]["id"]
    ]


def scanned(own: Path, world: dict[str, Any], *options: str, faults: tuple[Fault, ...] = ()) -> Path:
    path = own / "scan.json"
    with running("aws", world) as running_world:
        running_world.faults.extend(faults)
        saved = ("-o", str(path), "--save-inventory", str(own / "inventory.json"), "--verdicts", "all")
        done = mlposture("scan", "aws", *CHECKS, *options, *saved)
        asked = GET in running_world.operations()
    assert done.returncode == 0, done.stderr
    assert asked is ("--read-documents" in options)
    return path


def test_what_is_said_without_the_option_is_said_of_the_registry(own: Path) -> None:
    [(status, message)] = findings(scanned(own, undescribed("# Licence\nMIT")))

    assert (status, message) == ("fail", "no model card in the registry is of it")


def test_a_document_counts_and_its_text_is_nowhere(own: Path) -> None:
    text = f"# Licence\nMIT\n# Limitations\nNot for {SECRET}.\n"
    path = scanned(own, undescribed(text), "--read-documents", "--keep-replies")

    [(status, message)] = findings(path)
    assert status == "pass"
    assert message.startswith("a document beside its artifact was recorded; recorded, not verified")
    assert findings(path, "MLP-5302")[0][0] == "fail"
    assert "read_documents=True" in report(path)["scan"]["arguments"]
    assert "ModelFolder.documents" in {name for one in report(path)["findings"] for name in one["evidence"]}
    assert all(SECRET not in file.read_text(errors="replace") for file in own.rglob("*") if file.is_file())


def test_a_saved_inventory_is_judged_again_alike(own: Path) -> None:
    path, again = scanned(own, undescribed("# Licence\nMIT"), "--read-documents"), own / "again.json"
    options = ("--verdicts", "all", "-o", str(again), "--fail-on", "never")
    assert mlposture("evaluate", str(own / "inventory.json"), *CHECKS[:4], *options).returncode == 0

    assert findings(again) == findings(path) != []


def test_a_refusal_is_unknown_and_a_gap(own: Path) -> None:
    path = scanned(own, undescribed(None), "--read-documents", faults=(Fault(GET, "deny"),))

    assert [status for status, _ in findings(path)] == ["unknown"]
    assert {gap["permission"] for gap in report(path)["gaps"]} == {GET}


def test_no_file_is_no_card(own: Path) -> None:
    assert [status for status, _ in findings(scanned(own, undescribed(None), "--read-documents"))] == ["fail"]


def azure_scan(own: Path, text: str, *options: str) -> tuple[Path, list[str]]:
    """A scan of Azure ML, and the files that it asked for; the model says nothing of itself in the registry."""
    manifest, path = own / "ai-systems.yaml", own / "scan.json"
    manifest.write_text(
        VALID.replace('provider: aws, accounts: ["111122223333"]', "provider: azure, resource_groups: [rg-retina]")
    )
    made = document("azure")
    for one in made["resources"]:
        if one["type"].split("/workspaces/")[-1] in ("models", "models/versions"):
            one["properties"] |= {"description": "", "tags": {}}
    made["files"] = {"azureml-blobstore-0000": {"retina/7/README.md": text}}
    with running("azure", made) as world:
        checks = ("--check", "MLP-5331", "--verdicts", "all", "--fail-on", "never", "--no-cache", "--no-progress")
        saved = ("-o", str(path), "--save-inventory", str(own / "inventory.json"))
        done = mlposture("scan", "azure", *checks, "--systems", str(manifest), *options, *saved)
        asked = [one.resource for one in world.log if one.operation == READ]
    assert done.returncode == 0, done.stderr
    return path, asked


def test_a_document_in_blob_storage_counts_and_its_text_is_nowhere(own: Path) -> None:
    path, asked = azure_scan(own, f"# Licence\nMIT\n# Limitations\nNot for {SECRET}.\n", "--read-documents")

    [(status, message)] = [
        (one["verdict"], one["message"])
        for one in report(path)["findings"]
        if one["resource"]["id"].endswith("ws-retina-prod/models/retina/versions/7")
    ]
    assert (status, len(asked)) == ("pass", 5)
    assert message.startswith("a document beside its artifact was recorded; recorded, not verified")
    assert all(SECRET not in file.read_text(errors="replace") for file in own.rglob("*") if file.is_file())


def test_no_file_in_blob_storage_is_opened_without_the_option(own: Path) -> None:
    path, asked = azure_scan(own, "# Licence\nMIT")

    assert asked == []
    assert "no description and no tag says what it is for" in {one["message"] for one in report(path)["findings"]}


def test_in_azure_files_are_read_of_declared_systems_alone(own: Path) -> None:
    with running("azure"):
        done = mlposture("scan", "azure", "--read-documents", "-o", str(own / "x.json"))

    assert done.returncode == 2
    assert done.stderr == "mlposture: --read-documents reads files of azure where --systems declares any\n"


def test_a_scan_of_several_clouds_says_whose_files_are_not_read(own: Path) -> None:
    config = own / "mlposture.toml"
    config.write_text('read-documents = true\n[aws]\nregions = ["eu-west-1"]\n[azure]\n', encoding="utf-8")
    with all_running() as worlds:
        options = ("--check", "MLP-5301", "--check", "MLP-3001", "--fail-on", "never", "--no-progress")
        done = mlposture("scan", "--config", str(config), *options, "-o", str(own / "x.json"))
        asked = GET in worlds["aws"].operations()

    assert asked
    assert "--read-documents: no files are read of azure without --systems" in done.stderr


@pytest.mark.parametrize(("options", "verdict"), [((), "fail"), (("--read-documents",), "pass")])
def test_a_data_sheet_beside_training_data_counts_where_it_was_to_be_read(
    own: Path, options: tuple[str, ...], verdict: str
) -> None:
    path, world = own / "sheets.json", document("aws") | {"glue_tables": {}}
    with running("aws", world) as running_world:
        kept = ("--keep-replies", "--save-inventory", str(own / "inventory.json"))
        shown = ("--verdicts", "all", "--systems", str(MANIFEST), "-o", str(path), *kept)
        done = mlposture("scan", "aws", "--check", "MLP-5306", *CHECKS[4:], *options, *shown)
        asked = GET in running_world.operations()

    assert done.returncode == 0, done.stderr
    assert asked is bool(options)
    assert {one["verdict"] for one in report(path)["findings"]} == {verdict, "not_applicable"}
    assert all("removes names" not in file.read_text(errors="replace") for file in own.rglob("*") if file.is_file())
