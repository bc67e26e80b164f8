"""`mlposture bom`: what it writes, where to, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bills import EXAMPLE, saved
from commandline import mlposture


def bom(*arguments: str, cwd: Path):
    return mlposture("bom", saved()[0], *arguments, cwd=cwd)


def test_it_writes_a_bill_and_says_what_is_in_it(tmp_path: Path) -> None:
    done = bom("--systems", str(EXAMPLE), "--system", "ticket-sentiment", "-o", "bom.json", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    document = json.loads((tmp_path / "bom.json").read_bytes())
    assert document["specVersion"] == "1.6" and document["metadata"]["component"]["name"] == "Ticket sentiment"
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"mlposture: bom.json: {len(document['components']) + len(document['services'])} items; ")
    assert " present, " in said and " missing " in said


def test_it_takes_the_manifest_that_is_there_and_none_if_told_so(tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")

    names = [one["name"] for one in json.loads(bom(cwd=tmp_path).stdout)["components"]]
    assert {"Ticket sentiment", "Card fraud scoring", "Retinal diagnosis support"} <= set(names)
    assert "Ticket sentiment" not in bom("--systems", "none", cwd=tmp_path).stdout


def test_another_version_is_written_on_request(tmp_path: Path) -> None:
    assert json.loads(bom("--spec", "1.7", cwd=tmp_path).stdout)["specVersion"] == "1.7"


def test_elements_are_shown_or_written_as_markdown(tmp_path: Path) -> None:
    how = ("--systems", str(EXAMPLE), "--system", "ticket-sentiment", "--elements")

    assert "  Model hash value                  missing, 0 of 2 models" in bom(*how, cwd=tmp_path).stdout
    assert bom(*how, "-o", "elements.md", cwd=tmp_path).returncode == 0
    assert "| Models | Model hash value |" in (tmp_path / "elements.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--system", "fraud"], "--system fraud: there is no ./ai-systems.yaml; name a manifest with --systems"),
        (["--systems", "none", "--system", "fraud"], "--system fraud: there is no ./ai-systems.yaml; name a manifest"),
        (["--systems", str(EXAMPLE), "--system", "fraud"],
         "declares no system 'fraud'; it declares ticket-sentiment, fraud-scoring, retina-diagnosis"),
        (["--systems", "gone.yaml"], "gone.yaml: No such file or directory"),
        (["--elements", "-o", "elements.json"], "-o elements.json: --elements writes Markdown; name a file that ends"),
        (["-o", "no/such/folder.json"], "-o no/such/folder.json: "),
        (["--spec", "1.5"], "'1.5' is not one of"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = bom(*arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_an_inventory_is_needed_and_is_not_overwritten(tmp_path: Path) -> None:
    assert "Missing argument 'INVENTORY...'" in mlposture("bom", cwd=tmp_path).stderr
    done = bom("-o", saved()[0], cwd=tmp_path)
    assert done.returncode == 2 and json.loads(Path(saved()[0]).read_bytes())["schema"]
