"""Cards of the version that serves in Vertex AI and cards of another, by what Cloud Storage states of its files."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from factories.gcp import artifact_files, deployed, endpoint, model, model_folder
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, registered
from worlds.base import Fault

from checks.gcp.storage.resources import ArtifactFile, ArtifactFiles
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.cards.card import Card
from scanner.cards.card_files import NAMES, Document
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Reason, Status, Verdict
from scanner.store.inventory import Inventory

FOLDER = "gs://northwind-example-models/scores/v314"
IMAGE, OTHER_IMAGE = "1" * 64, "2" * 64
CONTENT, BEFORE = b"invented weights", b"earlier weights"
MADE, EARLIER, LATER = (datetime(2026, 11, day, tzinfo=UTC) for day in (9, 2, 12))


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def file(content: bytes = CONTENT, created: datetime | None = EARLIER, **fields: Any) -> ArtifactFile:
    encoded = base64.b64encode(bytes.fromhex(md5(content))).decode()
    return ArtifactFile(**{"md5_hash": encoded, "crc32c": "AAAAAQ==", "time_created": created, **fields})


def version(**fields: Any) -> Model:
    """Version 314 of a model, which no label says anything of."""
    known = {"card": Card(format="vertex"), "version": "314", "artifact_uri": f"{FOLDER}/", "copy_of": None}
    image = f"europe-west4-docker.pkg.dev/northwind-example/serving/scores@sha256:{IMAGE}"
    return model("777", **{**known, "image_uri": image, "create_time": MADE, **fields})


def beside(**fields: Any) -> Any:
    return model_folder(FOLDER, Document(name="README.md", card=Card(format="huggingface", **fields)))


SERVING = endpoint("888", deployed_models=(deployed("777", model_version_id="314"),))
PLAIN = version()
FILES = artifact_files(FOLDER, file())
SAME, OTHER = (f"md5:{md5(content)}" for content in (CONTENT, BEFORE))
OF_SAME, OF_OTHER = beside(digests=(SAME,)), beside(digests=(OTHER,))
DENIED = model_folder(FOLDER, documents=UNSET, refused=NAMES)

CASES = {
    "vertex_model_card_of_another_model": [
        Case("the MD5 of what was uploaded", PASS, PLAIN, SERVING, FILES, OF_SAME),
        Case("another MD5", FAIL, PLAIN, SERVING, FILES, OF_OTHER),
        Case("a label with another MD5", FAIL, version(card=Card(format="vertex", digests=(OTHER,))), SERVING, FILES),
        Case("another MD5, and documents are denied", FAIL, version(card=Card(format="vertex", digests=(OTHER,))),
             SERVING, FILES, DENIED),
        Case("the CRC32C", PASS, PLAIN, SERVING, FILES, beside(digests=("crc32c:00000001",))),
        Case("another CRC32C", FAIL, PLAIN, SERVING, FILES, beside(digests=("crc32c:00000002",))),
        Case("a file that was composed has no MD5", UNKNOWN, PLAIN, SERVING,
             artifact_files(FOLDER, file(md5_hash=None)), OF_OTHER),
        Case("one of several files", PASS, PLAIN, SERVING, artifact_files(FOLDER, file(BEFORE), file()), OF_SAME),
        Case("of none of several files", UNKNOWN, PLAIN, SERVING, artifact_files(FOLDER, file(b"a"), file(b"b")),
             OF_SAME),
        Case("more files than were looked at", UNKNOWN, PLAIN, SERVING, artifact_files(FOLDER, file(), more=True),
             OF_OTHER),
        Case("a file that was replaced since", UNKNOWN, PLAIN, SERVING, artifact_files(FOLDER, file(created=LATER)),
             OF_SAME),
        Case("when a file was written is not said", UNKNOWN, PLAIN, SERVING,
             artifact_files(FOLDER, file(created=None)), OF_SAME),
        Case("a copy of another model", UNKNOWN, version(copy_of="projects/1/locations/us/models/7"), SERVING, FILES,
             OF_OTHER),
        Case("no file is there any more", UNKNOWN, PLAIN, SERVING, artifact_files(FOLDER), OF_SAME),
        Case("no artifact", UNKNOWN, version(artifact_uri=None, card=Card(format="vertex", digests=(SAME,))), SERVING),
        Case("a SHA-256 that nobody states", UNKNOWN, PLAIN, SERVING, FILES,
             beside(version="314", digests=(f"sha256:{IMAGE}",))),
        Case("a SHA-256 that nobody states, of another version", FAIL, PLAIN, SERVING, FILES,
             beside(version="v2", digests=(f"sha256:{IMAGE}",))),
        Case("files were not listed", UNKNOWN, PLAIN, SERVING, OF_SAME, incomplete=[ArtifactFiles]),
        Case("files were refused", UNKNOWN, PLAIN, SERVING, artifact_files(FOLDER, files=UNSET), OF_SAME),
        Case("the image that serves", PASS, PLAIN, SERVING, beside(image_digests=(IMAGE,))),
        Case("another image", FAIL, PLAIN, SERVING, beside(image_digests=(OTHER_IMAGE,))),
        Case("an image that was uploaded by its tag", UNKNOWN, version(image_uri="example.org/scores:7"), SERVING,
             beside(image_digests=(IMAGE,))),
        Case("the folder and a file in it", PASS, PLAIN, SERVING,
             beside(artifacts=(FOLDER, f"{FOLDER}/model.joblib"))),
        Case("another folder that begins alike", FAIL, PLAIN, SERVING, beside(artifacts=(f"{FOLDER}5/model.joblib",))),
        Case("an address elsewhere", NOT_APPLICABLE, PLAIN, SERVING, beside(artifacts=("models:/scores/314",))),
        Case("a version of its own", NOT_APPLICABLE, PLAIN, SERVING, beside(version="1.2.0")),
        Case("names nothing", NOT_APPLICABLE, PLAIN, SERVING, beside()),
        Case("no card", NOT_APPLICABLE, version(card=None), SERVING),
        Case("documents are denied", UNKNOWN, PLAIN, SERVING, DENIED),
        Case("nothing serves it", NOT_APPLICABLE, PLAIN, FILES, OF_OTHER),
        Case("another version serves", NOT_APPLICABLE, version(version="2"), SERVING),
        Case("endpoints were not read", UNKNOWN, PLAIN, FILES, OF_OTHER, incomplete=[Endpoint]),
        Case("where its artifact is was not seen", UNKNOWN, version(artifact_uri=UNSET), SERVING, OF_SAME),
    ],
}  # fmt: skip

CHECKS = [check for check in registered()[0].values() if check.id == "MLP-5316"]
BUCKET, ARTIFACT = "example-fraud-models", "scorer/7/model.joblib"
RUNS = "1" * 64
LIST = "storage.objects.list"


def world_with(files: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The demo organisation with these files in the bucket of a served model."""
    weights = {"content": CONTENT, "created": "2020-11-08T17:00:00.000Z"}
    return document("gcp") | {"files": {BUCKET: {ARTIFACT: weights, **files}}, **more}


def scanned(world: dict[str, Any], *faults: Fault, **settings: Any) -> tuple[Inventory, list[dict[str, str]]]:
    """What a scan of a world has, and what it listed."""
    with running("gcp", world) as running_world:
        running_world.faults.extend(faults)
        inventory = take_inventory("gcp", CHECKS, **settings)
        asked = [one.query for one in running_world.log if one.operation == LIST]
    return inventory, asked


def judged(world: dict[str, Any], **settings: Any) -> Verdict:
    inventory, _ = scanned(world, **settings)
    return next(one.verdict for one in evaluate(inventory, CHECKS) if one.resource.name == "scorer")


def huggingface(image: str, content: bytes) -> dict[str, str]:
    text = f"---\ncontainer_image: scorer@sha256:{image}\nmodel_md5: {md5(content)}\n---\n# Scorer\n## Licence\nMIT\n"
    return {"scorer/7/README.md": text}


def cyclonedx(image: str, content: bytes) -> dict[str, str]:
    container = {"type": "container", "name": "scorer", "version": f"sha256:{image}"}
    hashes = [{"alg": "MD5", "content": md5(content)}]
    component = {"name": "scorer", "modelCard": {}, "hashes": hashes, "components": [container]}
    return {"scorer/7/model_card.json": json.dumps({"bomFormat": "CycloneDX", "components": [component]})}


def plain(image: str, content: bytes) -> dict[str, str]:
    return {"scorer/7/model_card.yaml": f"artifact_md5: {md5(content)}\nimage_digest: sha256:{image}\n"}


@pytest.mark.parametrize("written", [huggingface, cyclonedx, plain])
@pytest.mark.parametrize(
    ("image", "content", "message"),
    [
        (RUNS, CONTENT, "the card names what serves: artifact digest, image digest"),
        (OTHER_IMAGE, CONTENT, f"the card names image digest {OTHER_IMAGE}, and {RUNS} serves"),
        (RUNS, BEFORE, f"the card names artifact digest md5:{md5(BEFORE)}, and md5:{md5(CONTENT)} serves"),
    ],
)
def test_digests_in_each_format(written: Any, image: str, content: bytes, message: str) -> None:
    verdict = judged(world_with(written(image, content)))

    assert verdict.message == message
    assert verdict.status is (Status.PASS if (image, content) == (RUNS, CONTENT) else Status.FAIL)


def test_the_demo_has_a_card_of_an_earlier_artifact() -> None:
    assert judged(document("gcp")).status is Status.FAIL


def test_the_folder_is_listed_once_and_no_name_is_kept() -> None:
    files = {"scorer/7/README.md": "# A", "scorer/7/": "", "scorer/70/model.joblib": "other"}
    inventory, asked = scanned(world_with(files))

    [one] = [one for one in inventory.of(ArtifactFiles) if "scorer" in one.name]
    assert [file.md5_hash for file in one.files or ()] == [base64.b64encode(bytes.fromhex(md5(CONTENT))).decode()]
    assert one.more is False
    assert "joblib" not in str(one)
    assert [query["prefix"] for query in asked].count("scorer/7/") == 1


def test_of_a_folder_with_many_files_some_are_looked_at() -> None:
    inventory, asked = scanned(world_with({f"scorer/7/part-{number}": "x" for number in range(200)}))

    [one] = [one for one in inventory.of(ArtifactFiles) if "scorer" in one.name]
    assert (len(one.files or ()), one.more) == (100, True)
    assert all("pageToken" not in query for query in asked)


def test_nothing_is_listed_where_no_systems_are_declared() -> None:
    inventory, asked = scanned(world_with({}), systems=False)

    assert (list(inventory.of(ArtifactFiles)), asked) == ([], [])


def test_a_refusal_is_a_gap() -> None:
    inventory, _ = scanned(world_with({}, unlisted=[BUCKET]))

    [one] = [one for one in inventory.of(ArtifactFiles) if "scorer" in one.name]
    assert (one.files, one.more) == (UNSET, UNSET)
    gaps = [gap for gap in inventory.gaps if gap.kind == ArtifactFiles.kind]
    assert {(gap.reason, gap.permission) for gap in gaps} == {(Reason.DENIED, LIST)}
