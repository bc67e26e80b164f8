"""Model cards in files beside artifacts in S3: what is asked for, what is kept, and what a refusal says."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault, Response

from checks.aws.paths.documents import folder_of
from checks.aws.s3.resources import ModelFolder
from scanner.cards.card_files import ARCHIVED, LARGEST, NAMES, TOO_LARGE
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

BUCKET = "sagemaker-eu-west-1-111122223333"
README = "sentiment/3/README.md"
CHECKS = [check for check in registered()[0].values() if check.id in ("MLP-5301", "MLP-5302", "MLP-5303", "MLP-5304")]
Objects = dict[str, Any]


def world_with(objects: Objects, **more: Any) -> dict[str, Any]:
    """The demo organisation with these files in the bucket of the served package."""
    made = document("aws")
    bucket = next(one for one in made["buckets"] if one["name"] == BUCKET)
    bucket.update(objects=objects, **more)
    return made


def scanned(world: dict[str, Any], *faults: Fault, **settings: Any) -> tuple[Inventory, list[str]]:
    """What a scan of a world has, and the keys it asked for."""
    with running("aws", world) as running_world:
        running_world.faults.extend(faults)
        inventory = take_inventory("aws", CHECKS, **settings)
        asked = [one.params["Key"] for one in running_world.log if one.operation == "s3:GetObject"]
    return inventory, asked


def folder_with(objects: Objects, *faults: Fault, **more: Any) -> ModelFolder:
    inventory, _ = scanned(world_with(objects, **more), *faults)
    return next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/sentiment/3")


def test_nothing_is_opened_unless_it_was_asked_for() -> None:
    inventory, asked = scanned(document("aws"), documents=False)

    assert (list(inventory.of(ModelFolder)), asked) == ([], [])


def test_files_are_asked_for_by_their_names_and_no_text_is_kept() -> None:
    inventory, asked = scanned(document("aws"))
    folder = next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/sentiment/3")

    [one] = folder.documents or ()
    assert one.card and one.card.entries
    assert {id for id, entry in one.card.entries.items() if entry.state == "filled"} == {"MC-1.8", "MC-2.1", "MC-6.1"}
    assert one.card.training_data == ("northwind-example/tickets",)
    assert folder.refused == ()
    assert "angry" not in str(folder)
    assert {key for key in asked if key.startswith("sentiment/3/")} == {f"sentiment/3/{name}" for name in NAMES}
    assert {key.rpartition("/")[2] for key in asked} == set(NAMES)


def test_what_is_known_of_a_file_in_a_versioned_bucket() -> None:
    text, when = b"# Model version\n3\n", datetime(2026, 11, 19, 8, tzinfo=UTC)
    folder = folder_with({README: {"content": text, "modified": when, "version": "v-example"}})

    [one] = folder.documents or ()
    assert (one.version, one.changed, one.digest) == ("v-example", when, hashlib.sha256(text).hexdigest())


def test_there_is_no_such_file() -> None:
    folder = folder_with({})

    assert (folder.documents, folder.refused) == ((), ())


def test_without_the_right_to_list_a_refusal_is_no_absence() -> None:
    inventory, _ = scanned(world_with({README: "# Licence\nMIT"}, unlisted=True))
    folder = next(one for one in inventory.of(ModelFolder) if one.name == f"{BUCKET}/sentiment/3")

    assert [one.name for one in folder.documents or ()] == ["README.md"]
    assert folder.refused == NAMES[1:]
    [gap] = [gap for gap in inventory.gaps if gap.kind == ModelFolder.kind]
    assert (gap.operation, gap.reason, gap.permission) == ("s3:GetObject", Reason.DENIED, "s3:GetObject")


def test_where_all_is_denied_nothing_is_known() -> None:
    folder = folder_with({README: "# Licence\nMIT"}, Fault("s3:GetObject", "deny"))

    assert (folder.documents, folder.refused) == (UNSET, NAMES)


def test_a_bucket_of_another_account_is_asked_as_any() -> None:
    world = document("aws")
    kinds = world["regions"]["eu-west-1"]["sagemaker"]
    package = next(one for one in kinds["ModelPackage"] if one["ModelPackageName"] == "sentiment/3")
    container = package["InferenceSpecification"]["Containers"][0]
    container["ModelDataUrl"] = "s3://fabrikam-example-private/sentiment/model.tar.gz"
    inventory, asked = scanned(world)

    [folder] = [one for one in inventory.of(ModelFolder) if one.name.startswith("fabrikam-example-private")]
    assert (folder.documents, folder.refused) == (UNSET, NAMES)
    assert f"sentiment/{NAMES[0]}" in asked


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("README.md", "a" * (LARGEST + 1), TOO_LARGE),
        ("README.md", "a" * (3 * LARGEST), TOO_LARGE),
        ("README.md", "Größe".encode("latin-1"), "it is no text in UTF-8"),
        ("README.md", "# Licence".encode("utf-16"), "it is no text in UTF-8"),
        ("README.md", b"\x00\x01", "it is no text in UTF-8"),
        ("README.md", "---\nlicense: [\n---\n# Licence\nMIT", "the YAML at its top cannot be read"),
        ("model_card.json", "{", "it is no JSON"),
        ("model_card.json", "[]", "it is no JSON object"),
        ("model_card.json", "[" * 100_000, "it is no JSON"),
        ("model_card.yaml", "licence: {", "its YAML cannot be read"),
        ("model_card.yml", "- licence", "it is no YAML mapping"),
        ("model_card.yaml", "a0: &a0 [x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)), "its YAML cannot be read"),
        ("README.md", {"content": gzip.compress(b"a" * 50 * LARGEST, mtime=0), "encoding": "gzip"}, TOO_LARGE),
        ("README.md", {"content": "# Licence", "archived": True}, ARCHIVED),
        ("README.md", gzip.compress(b"# Licence\nMIT", mtime=0), "it is no text in UTF-8"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(name: str, content: Any, problem: str) -> None:
    [one] = folder_with({f"sentiment/3/{name}": content}).documents or ()

    assert one.card and one.card.problem == problem
    assert (one.digest is None) == (problem in (TOO_LARGE, ARCHIVED))


def test_a_file_as_large_as_may_be_is_read_whole() -> None:
    text = "# Licence\nMIT\n".ljust(LARGEST, "x")
    [one] = folder_with({README: text}).documents or ()

    assert one.card and not one.card.problem
    assert one.digest == hashlib.sha256(text.encode()).hexdigest()


def test_an_empty_file_is_a_file() -> None:
    [one] = folder_with({README: ""}).documents or ()

    assert one.card and not one.card.entries and not one.card.problem
    assert one.digest == hashlib.sha256(b"").hexdigest()


def test_no_secret_of_a_file_is_kept() -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLX"
    folder = folder_with({README: f"---\nmodel_version: {key}\ndatasets: ['https://ada:pa55word@example.com/d']\n---\n"
                                  f"# Licence {key}\nMIT"})  # fmt: skip

    assert key not in str(folder) and "pa55word" not in str(folder)


def test_what_does_not_speak_for_s3_is_no_file() -> None:
    page = Response(200, b"# Licence\nMIT", {"Content-Type": "text/html"})
    inventory, _ = scanned(document("aws"), Fault("s3:GetObject", "answer", answer=lambda *_: page))

    assert {one.documents for one in inventory.of(ModelFolder)} == {UNSET}
    assert {gap.reason for gap in inventory.gaps if gap.kind == ModelFolder.kind} == {Reason.MALFORMED}


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("s3://example-models/a/1/model.tar.gz", "s3://example-models/a/1"),
        ("s3://example-models/a/1/", "s3://example-models/a/1"),
        ("s3://example-models/model.tar.gz", "s3://example-models"),
        ("s3://example-models/", "s3://example-models"),
        ("https://example-models.s3.eu-west-1.amazonaws.com/a/model.tar.gz", "s3://example-models/a"),
        ("s3://example-models/a/../../b/model.tar.gz", ""),
        ("s3://example-models/./model.tar.gz", ""),
        ("s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/models/object/a/model.tar.gz", ""),
        ("s3://jumpstart-cache-prod-eu-west-1/a/model.tar.gz", ""),
        ("file:///etc/passwd", ""),
        ("", ""),
    ],
)
def test_where_the_documents_of_an_artifact_are(uri: str, folder: str) -> None:
    assert folder_of(uri, "eu-west-1") == folder
