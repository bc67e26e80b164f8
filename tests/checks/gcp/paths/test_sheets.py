"""Data sheets in files beside the data of Vertex AI datasets: where they are looked for, and what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.paths.sheets import data_folders_of
from checks.gcp.storage.resources import DataFolder
from scanner.cards.card_files import LARGEST, TOO_LARGE
from scanner.cards.sheet import describes
from scanner.cards.sheet_files import SHEET_NAMES, may_describe
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

BUCKET = "example-fraud-public"
CHECKS = [check for check in registered()[0].values() if check.id == "MLP-5315"]
CARD = "# Chargebacks\nDisputes of 2025, as banks reported them.\n"


def scanned(files: dict[str, Any] | None, *faults: Fault, **more: Any) -> tuple[Inventory, list[str]]:
    """What a scan of the demo project has, with these files in a bucket of a dataset, and what it asked for."""
    settings = {"documents": more.pop("documents")} if "documents" in more else {}
    made = document("gcp") | ({} if files is None else {"files": {BUCKET: files}}) | more
    with running("gcp", made) as world:
        world.faults.extend(faults)
        inventory = take_inventory("gcp", CHECKS, **settings)
        asked = [one.path.rpartition("/o/")[2] for one in world.log if one.operation == "storage.objects.get"]
    return inventory, asked


def folder(files: dict[str, Any] | None, *faults: Fault, **more: Any) -> DataFolder:
    return next(one for one in scanned(files, *faults, **more)[0].of(DataFolder) if one.name == BUCKET)


def test_nothing_is_opened_unless_it_was_asked_for() -> None:
    inventory, asked = scanned(None, documents=False)

    assert (list(inventory.of(DataFolder)), asked) == ([], [])


def test_data_of_what_serves_is_looked_at_by_the_names_of_data_sheets() -> None:
    inventory, asked = scanned({})

    assert {one.name for one in inventory.of(DataFolder)} == {"example-fraud-models/payments", BUCKET}
    assert set(asked) == {f"{folder}{name}" for name in SHEET_NAMES for folder in ("", "payments%2F")}


def test_a_dataset_card_is_kept_without_its_text() -> None:
    template, card = folder(None), folder({"README.md": CARD})

    assert [one.sheet and describes(one.sheet) for one in template.documents or ()] == [False]
    assert [one.sheet and describes(one.sheet) for one in card.documents or ()] == [True]
    assert "banks" not in str(card)


def test_what_is_no_croissant_and_what_was_not_read() -> None:
    found = (
        folder({"metadata.json": "{}", "croissant.json": {"content": "{}", "size": str(LARGEST + 1)}}).documents or ()
    )

    assert [(one.name, one.sheet and one.sheet.problem, may_describe(one)) for one in found] == [
        ("croissant.json", TOO_LARGE, True)
    ]


def test_without_the_right_to_list_a_refusal_is_no_absence() -> None:
    inventory, _ = scanned({"README.md": CARD}, unlisted=[BUCKET])
    one = next(one for one in inventory.of(DataFolder) if one.name == BUCKET)

    assert [file.name for file in one.documents or ()] == ["README.md"]
    assert one.refused == tuple(name for name in SHEET_NAMES if name != "README.md")
    assert {gap.reason for gap in inventory.gaps if gap.kind == DataFolder.kind} == {Reason.DENIED}


def test_where_all_is_denied_nothing_is_known() -> None:
    one = folder(None, Fault("storage.objects.get", "deny"))

    assert (one.documents, one.refused) == (UNSET, SHEET_NAMES)


@pytest.mark.parametrize(
    ("uri", "folders"),
    [
        ("gs://example-data/tickets/all.csv", ["gs://example-data/tickets"]),
        ("gs://example-data/tickets/*.jsonl", ["gs://example-data/tickets"]),
        ("gs://example-data/tickets/part-*", ["gs://example-data/tickets"]),
        ("gs://example-data/tickets/train/", ["gs://example-data/tickets/train", "gs://example-data/tickets"]),
        ("gs://example-data/all.csv", ["gs://example-data"]),
        ("gs://example-data/a/../all.csv", []),
        ("gs://cloud-samples-data/all.csv", []),
        ("bq://example-fraud-prod.payments.raw", []),
        ("", []),
    ],
)
def test_where_data_sheets_of_data_are(uri: str, folders: list[str]) -> None:
    assert list(data_folders_of(uri)) == folders
