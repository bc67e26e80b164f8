"""What Google Cloud is asked about the log buckets that AI systems name, and what comes of its answers."""

from __future__ import annotations

from msgspec import UNSET
from scanning import running, take_inventory
from support import registered
from worlds.base import Fault

from checks.gcp.logging.resources import BUCKET, DeclaredLogBucket
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5517"]
HERE = "//logging.googleapis.com/projects/example-fraud-prod/locations"
YEAR = f"{HERE}/europe-west4/buckets/vertex-year"


def scanned(*logs: str, faults: tuple[Fault, ...] = ()) -> tuple[Inventory, int]:
    """The inventory where systems name these logs, and how often a bucket was asked for."""
    with running("gcp") as world:
        world.faults.extend(faults)
        inventory = take_inventory("gcp", [CHECK], logs=logs)
    return inventory, sum(request.operation == BUCKET for request in world.log)


def test_buckets_that_are_named_are_read_one_by_one_and_may_not_exist() -> None:
    inventory, asked = scanned(YEAR, f"{HERE}/global/buckets/nowhere", YEAR.replace("fraud", "other"))

    assert asked == 2
    assert {one.id: (one.exists, one.retention_days) for one in inventory.of(DeclaredLogBucket)} == {
        YEAR: (True, 365),
        f"{HERE}/global/buckets/nowhere": (False, None),
    }


def test_where_none_is_named_nothing_is_asked() -> None:
    inventory, asked = scanned()

    assert (list(inventory.of(DeclaredLogBucket)), asked, inventory.complete(DeclaredLogBucket)) == ([], 0, True)


def test_of_a_denied_bucket_nothing_is_known() -> None:
    inventory, _ = scanned(YEAR, faults=(Fault(BUCKET, "deny"),))
    [bucket] = inventory.of(DeclaredLogBucket)

    assert (bucket.exists, bucket.retention_days) == (UNSET, UNSET)
    assert {gap.operation for gap in inventory.gaps} == {BUCKET}
