"""What BigQuery and Dataplex are asked of the tables of datasets, and what comes of it: real calls to a project."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds.base import Fault, Request, Response

from checks.gcp.bigquery.places import Place, place_of, table_id
from checks.gcp.bigquery.resources import ENTRY, TABLE, Table
from scanner.cards.sheet import answers_of, describes
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5315"]
NAME = "example-fraud-prod.payments.disputes"
CARD = "4111111111111111"
OVERVIEW = "655216118709.global.overview"


def project(table: dict[str, Any] | None = None, aspects: dict[str, Any] | None = None) -> dict[str, Any]:
    """The demo project, with this of its table and these aspects of its entry instead."""
    made = copy.deepcopy(document("gcp"))
    known = made["bigquery_tables"][NAME]
    known.update(table or {})
    if aspects is not None:
        known["x-entry"] = {"aspects": aspects}
    return made


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[Request]]:
    with running("gcp", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("gcp", [CHECK], documents=False)
    return inventory, [one for one in world.log if one.operation in (TABLE, ENTRY)]


def table(world_file: dict[str, Any], *faults: Fault) -> Table:
    [one] = scanned(world_file, *faults)[0].of(Table)
    return one


def test_a_table_that_a_dataset_names_is_asked_for_where_it_lies() -> None:
    inventory, asked = scanned(project())
    [one] = inventory.of(Table)

    assert (one.name, one.description, one.labels) == ("payments.disputes", "empty", {"team": "fraud"})
    assert one.id == f"//bigquery.googleapis.com/{Place(*NAME.split('.')).name}"
    assert [request.operation for request in asked] == [TABLE, ENTRY, ENTRY]
    assert all(request.path.endswith("/locations/europe-west4:lookupEntry") for request in asked[1:])


def test_of_an_entry_only_what_people_made_is_asked_for_and_no_text_is_kept() -> None:
    inventory, asked = scanned(project())
    [one] = inventory.of(Table)

    assert one.catalog and answers_of(one.catalog).filled == ("DS-7.1", "DS-7.2", "DS-7.5")
    assert answers_of(one.catalog).placeholder == ("DS-5.4",)
    assert not describes(one.catalog)
    assert "data-profile" not in asked[2].raw_query and "schema" not in asked[2].raw_query
    assert all(text not in repr((one, one.read)) for text in (CARD, "Fraud team", "Seven years"))


@pytest.mark.parametrize(
    ("aspects", "said", "filled"),
    [
        ({OVERVIEW: {"data": {"content": "<p>Disputes of <b>2025</b>.</p>"}}}, True, ()),
        ({OVERVIEW: {"data": {"content": "<h2>Consent</h2><p>Given.</p>"}}}, True, ("DS-3.9",)),
        ({OVERVIEW: {"data": {"content": "## Licence\nMIT\n", "contentType": "MARKDOWN"}}}, False, ("DS-6.4",)),
        ({OVERVIEW: {"data": {"content": "<p>TODO</p>"}}}, False, ()),
        ({OVERVIEW: {"data": {"content": ""}}}, False, ()),
        ({"p.eu.consent": {"data": {"form": "By mail."}}}, True, ("DS-3.9",)),
        ({"p.eu.sheet": {"data": {"samplingStrategy": "All of a day."}}}, True, ("DS-3.3",)),
        ({"p.eu.sheet": {"data": {"why": {"purpose": "Scoring."}}}}, True, ("DS-1.1",)),
        ({"p.eu.sheet": {"data": {"description": "Disputes."}}}, True, ()),
        ({"p.eu.sheet": {"data": {"tier": "gold"}}}, False, ()),
        ({"p.eu.consent@Schema.card": {"data": {"form": "By mail."}}}, False, ()),
        ({}, False, ()),
    ],
)
def test_what_is_written_in_an_entry(aspects: dict[str, Any], said: bool, filled: tuple[str, ...]) -> None:
    one = table(project(aspects=aspects))

    assert one.catalog and (describes(one.catalog), answers_of(one.catalog).filled) == (said, filled)


def test_aspects_that_are_not_shown_may_say_what_the_data_is() -> None:
    many = {f"example-fraud-prod.global.kind-{n:02}": {"data": {"owner": "ml"}} for n in range(60)}
    inventory, _ = scanned(project(aspects=many))

    assert [one.catalog for one in inventory.of(Table)] == [UNSET]
    assert [gap.operation for gap in inventory.gaps] == [ENTRY]


def test_a_table_without_an_entry_has_none() -> None:
    made = project({"description": "Disputes of 2025.", "location": "EU"})
    del made["bigquery_tables"][NAME]["x-entry"]
    one = table(made)

    assert (one.description, one.catalog) == ("filled", None)


def test_a_catalogue_that_is_off_is_an_answer_and_no_gap() -> None:
    made = project()
    made["apis"]["disabled"].append("dataplex.googleapis.com")
    inventory, _ = scanned(made)

    assert ([one.catalog for one in inventory.of(Table)], inventory.gaps) == ([None], ())


def test_what_may_not_be_read_is_a_gap_with_the_permission_that_there_is() -> None:
    denied, _ = scanned(project(), Fault(ENTRY, "deny"))
    [one] = denied.of(Table)

    assert (one.description, one.catalog) == ("empty", UNSET)
    assert {(gap.operation, gap.permission) for gap in denied.gaps} == {(ENTRY, TABLE)}
    assert table(project(), Fault(TABLE, "deny")).description is UNSET


def test_a_table_that_is_gone_is_an_absence() -> None:
    made = project()
    made["bigquery_tables"] = {}
    inventory, asked = scanned(made)

    assert (list(inventory.of(Table)), inventory.gaps, len(asked)) == ([], (), 1)


def test_a_project_without_such_a_dataset_is_asked_nothing() -> None:
    made = project()
    made["collections"]["aiplatform.googleapis.com/v1"]["datasets"] = []

    assert scanned(made)[1] == []


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (TABLE, b'{"kind": "bigquery#table", "location": "EU", "description": 3}'),
        (TABLE, b'{"kind": "bigquery#table", "description": ""}'),
        (ENTRY, b'{"name": "a", "aspects": []}'),
        (ENTRY, b'{"aspects": {}}'),
    ],
)
def test_a_reply_that_is_none_leaves_what_it_has_open(operation: str, body: bytes) -> None:
    said = Response(200, body, {"Content-Type": "application/json"})
    inventory, _ = scanned(project(), Fault(operation, "answer", answer=lambda *_: said))
    [one] = inventory.of(Table)

    assert one.catalog is UNSET
    assert {gap.reason for gap in inventory.gaps} == {Reason.MALFORMED}


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("bq://example-prod.payments.raw", ("example-prod", "payments", "raw")),
        ("bq://example.com:prod.payments.raw", ("example.com:prod", "payments", "raw")),
        ("bq://example-prod.payments.raw$20260101", ("example-prod", "payments", "raw$20260101")),
        ("bq://example-prod.payments", None),
        ("bq://example-prod.payments.events_*", None),
        ("bq://example-prod.payments.a/../b", None),
        ("gs://example-prod/payments.raw.csv", None),
        ("", None),
    ],
)
def test_how_tables_are_addressed(uri: str, place: tuple[str, str, str] | None) -> None:
    assert place_of(uri) == (place and Place(*place))


def test_a_table_of_another_project_is_that_project_s_as_this_one_sees_it() -> None:
    place = Place("other", "payments", "raw")

    assert table_id(place, "example-prod") == f"{table_id(place, 'other')}#seen-from-example-prod"
