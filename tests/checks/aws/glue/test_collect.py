"""What AWS is asked about tables over training data, and what comes of it: real calls to a simulated account."""

from __future__ import annotations

import copy
from typing import Any

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.aws.glue.places import place_of, places_above
from checks.aws.glue.resources import TABLES, Table
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5306"]
DATABASES = "glue:GetDatabases"
REVIEWS = "arn:aws:glue:eu-west-1:111122223333:table/support/reviews"


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[tuple[str, str]]]:
    """The inventory of an account, and operation and region of what it was asked about tables."""
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    asked = [(request.operation, request.region) for request in world.log if request.operation.startswith("glue:")]
    return inventory, asked


def account() -> dict[str, Any]:
    return copy.deepcopy(document("aws"))


def test_tables_over_training_data_are_kept_and_no_others() -> None:
    found = {table.name: table for table in calm("aws")[0].of(Table)}

    assert found.keys() == {"scratch.raw", "support.reviews"}
    reviews, raw = found["support.reviews"], found["scratch.raw"]
    assert (reviews.id, reviews.description, reviews.columns, reviews.described_columns) == (REVIEWS, "filled", 3, 2)
    assert (raw.description, raw.columns, raw.described_columns) == ("placeholder", 1, 0)


def test_a_region_without_training_jobs_is_asked_nothing() -> None:
    assert {region for _, region in scanned(account())[1]} == {"eu-west-1"}


def test_the_text_of_a_description_is_not_kept() -> None:
    assert b"Product reviews that customers" not in b"".join(repr(each).encode() for each in calm("aws")[0].of(Table))


def test_a_denied_database_leaves_the_listing_incomplete() -> None:
    inventory, _ = scanned(account(), Fault(TABLES, "deny"))

    assert [gap.operation for gap in inventory.gaps] == [TABLES]
    assert not all(listing.complete for (kind, _), listing in inventory.listings.items() if kind == Table.kind)


def test_a_database_that_went_while_databases_were_listed_is_no_gap() -> None:
    inventory, asked = scanned(account(), Fault(TABLES, "gone"))

    assert (inventory.gaps, len(inventory.of(Table))) == ((), 0)
    assert asked.count((DATABASES, "eu-west-1")) == 1


def test_tables_of_many_pages_are_all_looked_at() -> None:
    changed = account()
    tables = changed["glue_tables"]["eu-west-1"]["support"]
    tables[:0] = [{**tables[1], "Name": f"other-{number}"} for number in range(150)]

    assert REVIEWS in {table.id for table in scanned(changed)[0].of(Table)}


def test_columns_that_are_no_list_are_a_gap_and_no_description() -> None:
    with running("aws", account()) as world:
        world.faults.append(Fault(TABLES, "malformed"))
        inventory = take_inventory("aws", [CHECK])

    assert {gap.operation for gap in inventory.gaps} == {TABLES}


def test_places_are_compared_without_scheme_and_slash() -> None:
    assert place_of("s3a://northwind-example-data/a/b/") == "northwind-example-data/a/b"
    assert place_of("hdfs://data/a") == ""
    assert list(places_above("bucket/a/b")) == ["bucket/a/b", "bucket/a", "bucket"]
