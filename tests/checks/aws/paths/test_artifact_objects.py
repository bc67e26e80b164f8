"""Objects in S3 that packages name: what is asked, what is kept, and that nothing but the object itself is listed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault, Response

from checks.aws.s3.resources import ArtifactObject
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Reason, Status
from scanner.store.inventory import Inventory

BUCKET, KEY = "sagemaker-eu-west-1-111122223333", "sentiment/3/model.tar.gz"
LIST = "s3:ListObjectsV2"
CHECKS = [check for check in registered()[0].values() if check.id == "MLP-5309"]


def world_with(objects: dict[str, Any], *, url: str = f"s3://{BUCKET}/{KEY}", **more: Any) -> dict[str, Any]:
    """The demo organisation with these objects in the bucket of the served package, whose artifact is at `url`."""
    made = document("aws")
    bucket = next(one for one in made["buckets"] if one["name"] == BUCKET)
    bucket.update(objects=objects, **more)
    packages = made["regions"]["eu-west-1"]["sagemaker"]["ModelPackage"]
    package = next(one for one in packages if one["ModelPackageName"] == "sentiment/3")
    package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] = url
    return made


def scanned(world: dict[str, Any], *faults: Fault, **settings: Any) -> tuple[Inventory, list[dict[str, Any]]]:
    """What a scan of a world has, and what it listed."""
    with running("aws", world) as running_world:
        running_world.faults.extend(faults)
        inventory = take_inventory("aws", CHECKS, **settings)
        asked = [one.params for one in running_world.log if one.operation == LIST]
    return inventory, asked


def found(objects: dict[str, Any], *faults: Fault, **more: Any) -> ArtifactObject:
    inventory, _ = scanned(world_with(objects, **more), *faults)
    [one] = [one for one in inventory.of(ArtifactObject) if "sentiment" in one.name]
    return one


def test_one_key_is_listed_and_its_entity_tag_kept() -> None:
    when = datetime(2026, 11, 18, 22, tzinfo=UTC)
    objects = {KEY: {"content": "x", "etag": "abc-2", "modified": when}, f"{KEY}.old": "y", "sentiment/3/a": "z"}
    inventory, asked = scanned(world_with(objects))

    one = next(one for one in inventory.of(ArtifactObject) if one.name == f"{BUCKET}/{KEY}")
    assert (one.exists, one.etag, one.last_modified) == (True, "abc-2", when)
    assert {(params["Prefix"], params["MaxKeys"]) for params in asked if params["Bucket"] == BUCKET} == {(KEY, "1")}
    assert len(asked) == len(list(inventory.of(ArtifactObject)))


def test_an_object_that_was_put_in_one_piece_has_its_md5() -> None:
    assert found({KEY: "abc"}).etag == "900150983cd24fb0d6963f7d28e17f72"


@pytest.mark.parametrize("objects", [{}, {f"{KEY}.old": "y"}, {"other": "z"}])
def test_there_is_no_such_object(objects: dict[str, Any]) -> None:
    one = found(objects)

    assert (one.exists, one.etag, one.last_modified) == (False, None, None)


def test_a_key_that_has_to_be_quoted() -> None:
    key = "sentiment/3 (neu)/größe+1.tar.gz"

    assert found({key: "abc"}, url=f"s3://{BUCKET}/{key}").exists is True


def test_nothing_is_listed_where_no_systems_are_declared() -> None:
    inventory, asked = scanned(world_with({KEY: "x"}), systems=False)

    assert (list(inventory.of(ArtifactObject)), asked) == ([], [])


@pytest.mark.parametrize(
    ("url", "more"),
    [
        (f"s3://{BUCKET}/{KEY}", {"unlisted": True}),
        ("s3://fabrikam-example-private/sentiment/model.tar.gz", {}),
    ],
)
def test_a_refusal_is_a_gap(url: str, more: dict[str, Any]) -> None:
    inventory, _ = scanned(world_with({KEY: "x"}, url=url, **more))

    [one] = [one for one in inventory.of(ArtifactObject) if "sentiment" in one.name]
    assert (one.exists, one.etag) == (UNSET, UNSET)
    [gap] = [gap for gap in inventory.gaps if gap.kind == ArtifactObject.kind]
    assert (gap.operation, gap.reason, gap.permission) == (LIST, Reason.DENIED, "s3:ListBucket")


def test_a_bucket_that_is_gone_holds_nothing() -> None:
    assert found({}, url="s3://northwind-example-gone/sentiment/model.tar.gz").exists is False


@pytest.mark.parametrize("content", ["", "<html/>", "<KeyCount>1</KeyCount>", "<Contents><Key>x</Key></Contents>"])
def test_what_is_no_listing_is_no_absence(content: str) -> None:
    body = f"<ListBucketResult>{content}</ListBucketResult>".encode()
    page = Response(200, body, {"Content-Type": "application/xml"})
    one = found({KEY: "x"}, Fault(LIST, "answer", answer=lambda *_: page))

    assert (one.exists, one.etag) == (UNSET, UNSET)


def test_the_demo_has_an_artifact_that_was_replaced() -> None:
    inventory, _ = scanned(document("aws"))
    judged = {one.resource.name: one.verdict for one in evaluate(inventory, CHECKS)}

    assert judged["sentiment/3"].status is Status.FAIL
    assert judged["sentiment/3"].message == f"another object than the registered one lies at s3://{BUCKET}/{KEY}"
