"""What the AWS collectors make of replies that no generic test can judge: whose a bucket is, and secrets."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET
from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.names import foreign_bucket_id
from checks.aws.s3.resources import Bucket
from checks.aws.sagemaker.resources import ModelPackage
from scanner.cards.card_files import NAMES

READABLE, PRIVATE, NOBODYS = "fabrikam-example-weights", "fabrikam-example-private", "northwind-example-deleted-models"


def places(*denied: str) -> dict[str, tuple[object, object]]:
    """`exists` and `owned` of the buckets, when a model also names a bucket that refuses every request."""
    world_file = document("aws")
    models = world_file["regions"]["eu-west-1"]["sagemaker"]["Model"]
    models.append(
        {
            "ModelName": "hidden-weights",
            "PrimaryContainer": {"Image": "sentiment:1", "ModelDataUrl": f"s3://{PRIVATE}/model.tar.gz"},
        }
    )
    with running("aws", world_file) as world:
        world.faults += [Fault(operation, "deny") for operation in denied]
        inventory = take_inventory("aws")
    return {bucket.name: (bucket.exists, bucket.owned) for bucket in inventory.of(Bucket)}


@pytest.mark.parametrize(
    ("denied", "expected"),
    [
        ((), {READABLE: (True, False), PRIVATE: (True, False), NOBODYS: (False, None)}),
        # A refusal proves nothing if the account's own buckets are not known …
        (("s3:ListBuckets",), {READABLE: (True, False), PRIVATE: (UNSET, UNSET), NOBODYS: (False, None)}),
        # … nor if we are refused everywhere.
        (("s3:HeadBucket",), {READABLE: (UNSET, UNSET), PRIVATE: (UNSET, UNSET), NOBODYS: (UNSET, UNSET)}),
    ],
    ids=["nothing denied", "ListBuckets denied", "HeadBucket denied"],
)
def test_whose_a_bucket_is(denied, expected):
    seen = places(*denied)

    assert {name: seen[name] for name in expected} == expected
    assert seen["northwind-example-models"] == (True, True)


def test_two_accounts_may_see_the_same_bucket():
    """Its owner, and one that refers to it: neither snapshot may take the place of the other."""
    inventory, *_ = calm("aws")
    ids = {bucket.name: bucket.id for bucket in inventory.of(Bucket)}

    assert ids["northwind-example-models"] == "arn:aws:s3:::northwind-example-models"
    assert ids[READABLE] == foreign_bucket_id(f"arn:aws:s3:::{READABLE}", "111122223333")


def test_of_other_peoples_buckets_nothing_more_is_asked():
    *_, log = calm("aws")
    foreign = [request for request in log if READABLE in request.path and request.operation != "s3:HeadBucket"]
    cards = [request.path for request in foreign if request.operation == "s3:GetObject"]

    assert len(cards) == len(foreign), "but for cards beside an artifact that serves, where that is asked"
    assert {path.rpartition("/")[2] for path in cards} == set(NAMES)


def test_values_that_may_be_secret_are_forgotten():
    inventory, *_ = calm("aws")
    kinds = [made.kind for made in registered()[1].values() if made.provider == "aws"]
    text = msgspec.json.encode([inventory.of(kind) for kind in kinds]).decode()

    assert "DB_PASSWORD" in text
    assert "api_token" in text
    for secret in ("AKIAIOSFODNN7EXAMPLE", "not-a-real-password", "not-a-real-token"):
        assert secret not in text


def test_a_package_is_read_once_and_by_its_full_name():
    """Two models name it, one by its name and one by its ARN, and one names what does not exist any more."""
    world_file = document("aws")
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/sentiment/3"
    gone = "arn:aws:sagemaker:eu-west-1:999988887777:model-package/fabrikam-chat"
    world_file["regions"]["eu-west-1"]["sagemaker"]["Model"] += [
        {"ModelName": f"from-{number}", "PrimaryContainer": {"ModelPackageName": name}}
        for number, name in enumerate(("sentiment/3", gone))
    ]
    with running("aws", world_file) as world:
        inventory = take_inventory("aws")
        asked = [request.resource for request in world.log if request.operation == "sagemaker:DescribeModelPackage"]

    assert sorted(asked) == [arn.replace("sentiment/3", "ensemble/1"), arn, gone]
    assert [package.id for package in inventory.of(ModelPackage)] == [arn.replace("sentiment/3", "ensemble/1"), arn]
    assert inventory.gaps == ()


def test_a_package_of_another_account_has_an_id_of_its_own():
    world_file = document("aws")
    theirs = "arn:aws:sagemaker:eu-west-1:999988887777:model-package/fabrikam-chat"
    world_file["regions"]["eu-west-1"]["sagemaker"]["Model"].append(
        {"ModelName": "theirs", "PrimaryContainer": {"ModelPackageName": theirs}}
    )
    with running("aws", world_file) as world:
        world.faults.append(Fault("sagemaker:DescribeModelPackage", "deny"))
        inventory = take_inventory("aws")

    assert f"{theirs}#seen-from-111122223333" in {package.id for package in inventory.of(ModelPackage)}


def listed_components(world_file, *denied: str):
    """Regions in which components were listed."""
    with running("aws", world_file) as world:
        world.faults += [Fault(operation, "deny") for operation in denied]
        take_inventory("aws")
        return [request.region for request in world.log if request.operation == "sagemaker:ListInferenceComponents"]


def test_components_are_listed_only_where_an_endpoint_may_have_some():
    without = document("aws")
    endpoints = without["regions"]["eu-west-1"]["sagemaker"]["Endpoint"]
    endpoints[:] = [endpoint for endpoint in endpoints if endpoint["EndpointName"] != "chat-components"]

    assert listed_components(document("aws")) == ["eu-west-1"]
    assert listed_components(without) == []
    assert listed_components(without, "sagemaker:DescribeEndpointConfig") == ["eu-west-1"]
