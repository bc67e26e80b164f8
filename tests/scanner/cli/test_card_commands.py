"""`mlposture card` and `mlposture datasheet`: what they write, where to, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import mlposture
from drafting import DATA, PACKAGE, organisation, saved
from factories import azure
from factories.aws import data_folder, feature_group, job, s3_source, table
from factories.gcp import bigquery_table, dataset, evaluation, pipeline, vertex_id
from factories.gcp import model as vertex_model

from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import Channel
from scanner.cards.card import Entry
from scanner.cards.sheet import Sheet
from scanner.cards.sheet_files import SheetFile


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("saved") / "inventory.json"
    organisation().inventory.save(path)
    return str(path)


def test_a_card_goes_to_its_file_and_how_far_it_is_is_said(inventory: str, tmp_path: Path) -> None:
    done = mlposture("card", "sentiment/3", "--inventory", inventory, "-o", "README.md", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "mlposture: README.md: 3 of 30 answered from what was seen; 27 are open\n"
    assert (tmp_path / "README.md").read_text(encoding="utf-8").startswith("---\nmodel_name: ")


@pytest.mark.parametrize("how", ["sagemaker", "cyclonedx"])
def test_a_card_is_written_as_json(inventory: str, how: str, tmp_path: Path) -> None:
    assert json.loads(mlposture("card", PACKAGE, "--inventory", inventory, "--format", how, cwd=tmp_path).stdout)


def test_a_data_sheet_is_written(inventory: str, tmp_path: Path) -> None:
    done = mlposture("datasheet", DATA, "--inventory", inventory, cwd=tmp_path)
    croissant = mlposture("datasheet", DATA, "--inventory", inventory, "--format", "croissant", cwd=tmp_path)

    assert done.stdout.startswith("# Data sheet of ")
    assert json.loads(croissant.stdout)["url"] == DATA


def test_a_data_sheet_says_which_tables_are_over_the_data(tmp_path: Path) -> None:
    over = DATA.replace("s3://", "s3a://").rstrip("/").rpartition("/")[0]
    tables = (table(over, "support.all"), table(f"{DATA}2026/", "support.part", description="empty"))
    reads = job(inputs=(Channel(channel_name="train", data_source=s3_source(DATA)),))
    saved(reads, *tables).inventory.save(tmp_path / "inventory.json")

    said = mlposture("datasheet", DATA, "--inventory", "inventory.json", cwd=tmp_path).stdout

    assert "table over it: `arn:aws:glue:eu-west-1:111122223333:table/support/all`" in said
    assert "columns of it with a comment: `2 of 3`" in said
    assert "support/part" not in said


def test_a_data_sheet_says_which_feature_groups_keep_the_data(tmp_path: Path) -> None:
    reads = job(inputs=(Channel(channel_name="train", data_source=s3_source(f"{DATA}2026/")),))
    groups = (feature_group("tickets", DATA, description="placeholder"), feature_group("other", f"{DATA}2026/11/"))
    saved(reads, *groups).inventory.save(tmp_path / "inventory.json")

    said = mlposture("datasheet", f"{DATA}2026/", "--inventory", "inventory.json", cwd=tmp_path).stdout
    own = mlposture("datasheet", "tickets", "--inventory", "inventory.json", cwd=tmp_path).stdout

    assert "feature group over it: `arn:aws:sagemaker:eu-west-1:111122223333:feature-group/tickets`" in said
    assert "description of the feature group: `placeholder`" in said
    assert "feature-group/other" not in said
    assert "- recorded: description: `placeholder`" in own


def test_a_data_set_of_a_registry_has_a_sheet_by_its_id_or_its_name(tmp_path: Path) -> None:
    photographs = azure.data_version(data_uri="azureml://datastores/blob/paths/photographs/4/")
    saved(
        pipeline(),
        dataset(description="empty", sources=("gs://b/1.csv", "gs://b/2.csv")),
        photographs,
        azure.job("train", photographs.id),
    ).inventory.save(tmp_path / "inventory.json")

    def sheet(name: str, *more: str) -> str:
        return mlposture("datasheet", name, "--inventory", "inventory.json", *more, cwd=tmp_path).stdout

    vertex = vertex_id("datasets", "700")
    assert sheet(vertex) == sheet(vertex[2:].partition("/")[2]) == sheet("700") != ""
    assert "description: `empty`" in sheet("700")
    assert f"read by: `{vertex_id('trainingPipelines', '600')}`" in sheet("700")
    assert sheet(photographs.id) == sheet(photographs.id.upper()) == sheet("photographs/4") != ""
    assert sheet("azureml:photographs:4") == sheet("photographs/4")
    assert f"- observed: address: `{photographs.data_uri}`" in sheet("photographs/4")
    assert "- observed: address: `gs://b/1.csv`\n- observed: address: `gs://b/2.csv`\n" in sheet("700")
    assert f"read by: `{azure.job().id}`" in sheet("photographs/4")
    assert json.loads(sheet("photographs/4", "--format", "croissant"))["url"] == photographs.id


def test_a_name_that_a_bucket_and_a_data_set_have_is_asked_for_again(inventory: str, tmp_path: Path) -> None:
    bucket = DATA.split("/")[2]
    called = saved(*organisation().inventory.of(Bucket), dataset(bucket)).inventory
    called.save(tmp_path / "inventory.json")

    done = mlposture("datasheet", bucket, "--inventory", "inventory.json", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{bucket}: 2 are called so; name one of arn:aws:s3:::{bucket}, //aiplatform" in done.stderr


def test_a_bucket_is_named_by_its_address_as_well(inventory: str, tmp_path: Path) -> None:
    bucket = DATA.split("/")[2]
    sheets = [
        mlposture("datasheet", f"{start}{bucket}", "--inventory", inventory, cwd=tmp_path) for start in ("", "s3://")
    ]

    assert sheets[0].stdout == sheets[1].stdout != ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("card", "nothing"), f"nothing: the inventory has no model that is called so; there are {PACKAGE}, "),
        (("card", "sentim"), "sentim: the inventory has no model that is called so; there are arn:aws:sagemaker"),
        (("datasheet", "nothing"), "nothing: the inventory has no data set that is called so; there are "),
        (("card", "sentiment/3", "-o", "missing/README.md"), "-o missing/README.md: the folder missing does not exist"),
    ],
)
def test_what_cannot_be_written_is_said(arguments: tuple[str, ...], said: str, inventory: str, tmp_path: Path) -> None:
    done = mlposture(*arguments, "--inventory", inventory, cwd=tmp_path)

    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_inventory_is_overwritten(inventory: str, tmp_path: Path) -> None:
    done = mlposture("card", "sentiment/3", "--inventory", inventory, "-o", inventory, cwd=tmp_path)

    assert done.returncode == 2
    assert Path(inventory).read_bytes().startswith(b"{")


def test_evaluations_that_a_registry_keeps_of_the_version_are_recorded(tmp_path: Path) -> None:
    name, path = vertex_id("models", "5"), tmp_path / "inventory.json"
    made = (
        vertex_model("5", version="7"),
        evaluation("5@7", "61", groups=(("age", "sex"), ("region",))),
        evaluation("5@7", "62", groups=()),
        evaluation("5@6", "63", groups=(("city",),)),
    )
    saved(*made).inventory.save(path)
    done = mlposture("card", name, "--inventory", str(path), cwd=tmp_path)

    lines = [line for line in done.stdout.splitlines() if "evaluated by" in line or "evaluation of" in line]
    assert lines == [
        f"- recorded: evaluation of this version: `{name}@7/evaluations/61`",
        f"- recorded: evaluation of this version: `{name}@7/evaluations/62`",
        "- recorded: evaluated by group: `region`",
        "- recorded: evaluated by group: `age and sex`",
    ]


CROISSANT = {
    "@type": "sc:Dataset",
    "dct:conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
    "name": "tickets",
    "version": "1.2.0",
    "description": "Tickets of our help desk, without a word of what is in them here.",
    "license": "TODO",
    "rai:dataBiases": "Callers alone.",
}


def test_the_open_questions_of_croissant_are_shown_and_none_of_its_text(tmp_path: Path) -> None:
    (tmp_path / "croissant.json").write_text(json.dumps(CROISSANT), encoding="utf-8")

    done = mlposture("datasheet", "--from", "croissant.json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "croissant.json: Croissant 1.1 and RAI 1.0, data set tickets, version 1.2.0, "
        "its description says what the data is\n\nanswered: 1 of 57\n"
        "  DS-5.4  Traits that may hinder later use (rai:dataBiases)\n\n"
        "placeholders: 1 of 57\n  DS-6.4  Licence, and terms of use (license)\n\nopen: 55 of 57\n"
    )
    assert "help desk" not in done.stdout and "Callers" not in done.stdout


def test_the_open_questions_of_a_dataset_card_go_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# Tickets\n## Consent\nGiven.\n", encoding="utf-8")

    done = mlposture("datasheet", "--from", "README.md", "-o", "open.txt", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    shown = (tmp_path / "open.txt").read_text(encoding="utf-8")
    assert shown.startswith("README.md: a dataset card, it has no description\n\nanswered: 2 of 57\n")


def test_the_open_questions_of_a_draft_are_those_that_it_says(inventory: str, tmp_path: Path) -> None:
    mlposture("datasheet", DATA, "--inventory", inventory, "-o", "datasheet.md", cwd=tmp_path)

    shown = mlposture("datasheet", "--from", "datasheet.md", cwd=tmp_path).stdout

    assert "answered: 2 of 57" in shown and "placeholders: 55 of 57" in shown and "open:" not in shown


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "it is no JSON"),
        (b"[]", "it is no data set in JSON-LD"),
        (b"\xff", "it is no text in UTF-8"),
        (b"---\nbase_model: x\n---\n", "it is the card of a model"),
        (b" " * (16 * 2**20 + 1), "is larger than any data sheet; it is not read"),
    ],
)
def test_what_is_no_data_sheet_is_said(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "sheet").write_bytes(content)

    done = mlposture("datasheet", "--from", "sheet", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mlposture: sheet: {said}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a DATASET and its --inventory, or a data sheet with --from"),
        (("tickets",), "name a DATASET and its --inventory, or a data sheet with --from"),
        (("tickets", "--from", "x"), "--from reads a file alone; leave out DATASET and --inventory"),
        (("--from", "x", "--inventory", "y"), "--from reads a file alone; leave out DATASET and --inventory"),
        (("--from", "x", "--format", "croissant"), "--format is of drafts; leave it out with --from"),
        (("--from", "x"), "x: No such file or directory"),
    ],
)
def test_a_sheet_is_drafted_or_read(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = mlposture("datasheet", *arguments, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


SHEET = Sheet(
    format="croissant", description="filled", entries={"DS-5.4": Entry(state="filled", where="rai:dataBiases")}
)


def test_a_draft_says_which_questions_a_file_beside_the_data_answers(tmp_path: Path) -> None:
    reads = job(inputs=(Channel(channel_name="train", data_source=s3_source(f"{DATA}all.csv")),))
    folders = (
        data_folder(DATA.rstrip("/"), SheetFile(name="croissant.json", sheet=SHEET)),
        data_folder("s3://elsewhere", SheetFile(name="README.md", sheet=SHEET)),
    )
    saved(reads, *folders).inventory.save(tmp_path / "inventory.json")

    said = mlposture("datasheet", f"{DATA}all.csv", "--inventory", "inventory.json", cwd=tmp_path).stdout

    assert f"- recorded: answered in {DATA}croissant.json: `rai:dataBiases`".replace("_", r"\_") in said
    assert "elsewhere" not in said


def test_a_draft_says_what_is_written_of_a_table(tmp_path: Path) -> None:
    uri = "bq://example-fraud-prod.payments.disputes"
    tables = (bigquery_table(uri, catalog=SHEET), bigquery_table(f"{uri}_of_others", catalog=SHEET))
    made = (pipeline(), dataset(description="empty", sources=(uri,)), *tables)
    saved(*made).inventory.save(tmp_path / "inventory.json")

    said = mlposture("datasheet", "700", "--inventory", "inventory.json", cwd=tmp_path).stdout

    assert f"answered in {tables[0].id}: `rai:dataBiases`" in said
    assert f"description of its table: `{tables[0].id}: filled`" in said
    assert tables[1].id not in said
