"""Model cards in files beside artifacts in Cloud Storage: what is asked for, what is kept, what a refusal says."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault, Response

from checks.gcp.paths.documents import folder_of
from checks.gcp.storage.resources import ModelFolder
from scanner.cards.card_files import LARGEST, NAMES, TOO_LARGE
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

BUCKET = "example-fraud-models"
CARD = "scorer/7/model_card.yaml"
CHECKS = [check for check in registered()[0].values() if check.id in ("MLP-5311", "MLP-5312")]


def world_with(files: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The demo organisation with these files in the bucket of a served model."""
    return document("gcp") | {"files": {BUCKET: files}, **more}


def scanned(world: dict[str, Any], *faults: Fault, **settings: Any) -> tuple[Inventory, list[str]]:
    """What a scan of a world has, and the files it asked for: their paths, and whether for their content."""
    with running("gcp", world) as running_world:
        running_world.faults.extend(faults)
        inventory = take_inventory("gcp", CHECKS, **settings)
        asked = [
            f"{one.path.rpartition('/o/')[2]}{'?media' if 'alt' in one.query else ''}"
            for one in running_world.log
            if one.operation == "storage.objects.get"
        ]
    return inventory, asked


def folder_with(files: dict[str, Any], *faults: Fault, **more: Any) -> ModelFolder:
    inventory, _ = scanned(world_with(files, **more), *faults)
    return next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/scorer/7")


def test_nothing_is_opened_unless_it_was_asked_for() -> None:
    inventory, asked = scanned(document("gcp"), documents=False)

    assert (list(inventory.of(ModelFolder)), asked) == ([], [])


def test_files_of_what_serves_are_asked_for_by_their_names_and_no_text_is_kept() -> None:
    inventory, asked = scanned(document("gcp"))
    folder = next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/scorer/7")

    [one] = folder.documents or ()
    assert one.card and {id: entry.state for id, entry in (one.card.entries or {}).items()} == {
        "MC-1.8": "filled", "MC-2.3": "filled", "MC-9.1": "placeholder",
    }  # fmt: skip
    assert (one.version, folder.refused) == ("1", ())
    assert "customer" not in str(folder)
    assert [name for name in asked if name.endswith("?media")] == ["scorer%2F7%2Fmodel_card.yaml?media"]
    assert not [name for name in asked if name.startswith("us%2F")], "no endpoint serves it"


def test_there_is_no_such_file() -> None:
    folder = folder_with({})

    assert (folder.documents, folder.refused) == ((), ())


def test_without_the_right_to_list_a_refusal_is_no_absence() -> None:
    folder = folder_with({CARD: "licence: MIT"}, unlisted=[BUCKET])

    assert [one.name for one in folder.documents or ()] == ["model_card.yaml"]
    assert set(folder.refused or ()) == {*NAMES} - {"model_card.yaml"}


def test_where_all_is_denied_nothing_is_known() -> None:
    inventory, _ = scanned(document("gcp"), Fault("storage.objects.get", "deny"))

    assert {(one.documents, one.refused) for one in inventory.of(ModelFolder)} == {(UNSET, NAMES)}
    gaps = [gap for gap in inventory.gaps if gap.kind == ModelFolder.kind]
    assert {(gap.reason, gap.permission) for gap in gaps} == {(Reason.DENIED, "storage.objects.get")}


def test_a_large_file_is_not_opened() -> None:
    inventory, asked = scanned(world_with({CARD: {"content": "licence: MIT", "size": str(LARGEST + 1)}}))
    folder = next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/scorer/7")

    [one] = folder.documents or ()
    assert one.card and (one.card.problem, one.digest) == (TOO_LARGE, None)
    assert not [name for name in asked if name.endswith("?media")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("licence: {", "its YAML cannot be read"),
        (b"\xff\xfe", "it is no text in UTF-8"),
        ({"content": "x" * (LARGEST + 1), "size": "9"}, TOO_LARGE),
    ],
)
def test_what_cannot_be_read_says_why(content: Any, problem: str) -> None:
    [one] = folder_with({CARD: content}).documents or ()

    assert one.card and one.card.problem == problem


def test_the_digest_is_of_what_was_read() -> None:
    [one] = folder_with({CARD: "licence: MIT"}).documents or ()

    assert one.digest == hashlib.sha256(b"licence: MIT").hexdigest()


@pytest.mark.parametrize("status", [200, 404, 403, 500])
def test_what_does_not_speak_for_cloud_storage_is_no_file(status: int) -> None:
    page = Response(status, b"<html>sign in</html>", {"Content-Type": "text/html"})
    world = world_with({CARD: "licence: MIT"})
    inventory, _ = scanned(world, Fault("storage.objects.get", "answer", answer=lambda *_: page))

    assert {one.documents for one in inventory.of(ModelFolder)} == {UNSET}


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("gs://example-models/a/1", "gs://example-models/a/1"),
        ("gs://example-models/a/1/", "gs://example-models/a/1"),
        ("gs://example-models", "gs://example-models"),
        ("gs://example-models/a/../b", ""),
        ("gs://vertex-model-garden-public-us/a", ""),
        ("file:///etc", ""),
        ("", ""),
    ],
)
def test_where_the_documents_of_an_artifact_are(uri: str, folder: str) -> None:
    assert folder_of(uri) == folder
