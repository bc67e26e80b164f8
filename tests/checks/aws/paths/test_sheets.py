"""Data sheets in files beside training data in S3: where they are looked for, and what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest
from factories.aws import HERE
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.paths.sheets import data_folders_of
from checks.aws.s3.resources import DataFolder
from scanner.cards.card_files import ARCHIVED, LARGEST, TOO_LARGE
from scanner.cards.sheet import answers_of, describes
from scanner.cards.sheet_files import SHEET_NAMES, may_describe
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

BUCKET = "northwind-example-training-data"
CHECKS = [check for check in registered()[0].values() if check.id == "MLP-5306"]
CARD = "# Reviews\nWhat customers wrote.\n"


def scanned(objects: dict[str, Any] | None, *faults: Fault, **more: Any) -> tuple[Inventory, list[str]]:
    """What a scan of the demo organisation has, with these files beside its training data, and what it asked for."""
    made = document("aws")
    bucket = next(one for one in made["buckets"] if one["name"] == BUCKET)
    settings = {"documents": more.pop("documents")} if "documents" in more else {}
    bucket.update(more if objects is None else {"objects": objects, **more})
    with running("aws", made) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", CHECKS, **settings)
        asked = [one.params["Key"] for one in world.log if one.operation == "s3:GetObject"]
    return inventory, asked


def folder(objects: dict[str, Any] | None, *faults: Fault, **more: Any) -> DataFolder:
    [one] = scanned(objects, *faults, **more)[0].of(DataFolder)
    return one


def test_nothing_is_opened_unless_it_was_asked_for() -> None:
    inventory, asked = scanned(None, documents=False)

    assert (list(inventory.of(DataFolder)), asked) == ([], [])


def test_only_data_of_what_serves_is_looked_at_by_the_names_of_data_sheets() -> None:
    inventory, asked = scanned(None)
    [one] = inventory.of(DataFolder)

    assert (one.name, one.refused) == (f"{BUCKET}/reviews", ())
    assert asked == [f"reviews/{name}" for name in SHEET_NAMES]


def test_what_croissant_says_is_kept_without_its_text() -> None:
    one = folder(None)
    [file] = one.documents or ()

    assert file.sheet and describes(file.sheet)
    assert answers_of(file.sheet).filled == ("DS-3.2", "DS-5.4")
    assert answers_of(file.sheet).placeholder == ("DS-6.4",)
    assert file.sheet.specifications == ("1.1", "RAI/1.0")
    assert "Customers" not in str(one) and "customers" not in str(one)


def test_metadata_of_anything_else_is_no_data_sheet() -> None:
    one = folder({"reviews/metadata.json": '{"rows": 3}', "reviews/README.md": CARD})

    assert [file.name for file in one.documents or ()] == ["README.md"]


def test_without_the_right_to_list_a_refusal_is_no_absence() -> None:
    inventory, _ = scanned({"reviews/README.md": CARD}, unlisted=True)
    [one] = inventory.of(DataFolder)

    assert [file.name for file in one.documents or ()] == ["README.md"]
    assert one.refused == tuple(name for name in SHEET_NAMES if name != "README.md")
    [gap] = [gap for gap in inventory.gaps if gap.kind == DataFolder.kind]
    assert (gap.reason, gap.permission) == (Reason.DENIED, "s3:GetObject")


def test_where_all_is_denied_nothing_is_known() -> None:
    one = folder(None, Fault("s3:GetObject", "deny"))

    assert (one.documents, one.refused) == (UNSET, SHEET_NAMES)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a" * (LARGEST + 1), TOO_LARGE),
        ({"content": CARD, "archived": True}, ARCHIVED),
        (b"\xff\xfe", "it is no text in UTF-8"),
    ],
)
def test_a_file_that_was_not_read_may_be_a_data_sheet(content: Any, problem: str) -> None:
    [file] = folder({"reviews/croissant.json": content}).documents or ()

    assert file.sheet and file.sheet.problem == problem
    assert may_describe(file)


def test_an_empty_file_is_a_file() -> None:
    [file] = folder({"reviews/datasheet.md": ""}).documents or ()

    assert file.sheet and not describes(file.sheet) and not may_describe(file)


@pytest.mark.parametrize(
    ("uri", "folders"),
    [
        ("s3://example-data/tickets/", ["example-data/tickets"]),
        ("s3://example-data/tickets", ["example-data/tickets"]),
        ("s3a://example-data/tickets/2026/11/", ["example-data/tickets/2026/11"]),
        ("s3://example-data/tickets/v1.2/", ["example-data/tickets/v1.2"]),
        ("s3://example-data/tickets/2026.Q1/", ["example-data/tickets/2026.Q1"]),
        ("s3://example-data/tickets.v2/", ["example-data/tickets.v2"]),
        ("s3://example-data/a//tickets/", ["example-data/a//tickets"]),
        ("s3://example-data/tickets/ALL.CSV", ["example-data/tickets"]),
        ("s3://example-data/tickets/all.csv", ["example-data/tickets"]),
        ("s3://example-data/tickets/all.csv.gz", ["example-data/tickets"]),
        ("s3://example-data/tickets/part-", ["example-data/tickets"]),
        ("s3://example-data/tickets/train/", ["example-data/tickets/train", "example-data/tickets"]),
        ("s3://example-data/tickets/Train/a.csv", ["example-data/tickets/Train", "example-data/tickets"]),
        ("s3://example-data/train", ["example-data/train", "example-data"]),
        ("s3://example-data/", ["example-data"]),
        ("s3://example-data/all.csv", ["example-data"]),
        ("s3://example-data/a/../b/", []),
        ("s3://sagemaker-sample-data-eu-west-1/a/", []),
        ("s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/data/object/a/", []),
        ("file:///data", []),
        ("", []),
    ],
)
def test_where_data_sheets_of_data_are(uri: str, folders: list[str]) -> None:
    assert data_folders_of(uri, HERE) == tuple(f"s3://{one}#seen-from-{HERE.account}" for one in folders)
