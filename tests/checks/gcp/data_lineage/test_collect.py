"""What Google's data lineage is asked about what serves, and what comes of it: real calls to a simulated cloud."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import registered
from worlds import gcp_data_links
from worlds.base import Fault, Response

from checks.gcp.data_lineage.collect import HOPS, MOST
from checks.gcp.data_lineage.names import address_of, qualified
from checks.gcp.data_lineage.resources import LINKS, PROCESS, PROCESSES, DataLineage
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5224"]
OURS = "//aiplatform.googleapis.com/projects/example-fraud-prod/locations/europe-west4"
SCORER, CLEAN = "gs://example-fraud-models/scorer/7", "gs://example-fraud-models/payments/clean"
TABLE, FILES = "bq://example-fraud-prod.payments.raw", "gs://example-fraud-models/exports/payments.csv"
HOST = "datalineage.googleapis.com"


def world(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document("gcp")), **changes}


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[Any]]:
    with running("gcp", world_file) as cloud:
        cloud.faults.extend(faults)
        inventory = take_inventory("gcp", [CHECK])
    return inventory, [request for request in cloud.log if request.operation in (LINKS, PROCESSES, PROCESS)]


def of(inventory: Inventory, number: str = "2000000000000000001") -> DataLineage:
    [found] = [one for one in inventory.of(DataLineage) if one.model == f"{OURS}/models/{number}"]
    return found


def test_what_led_to_a_served_version_its_files_and_its_data_is_read_in_its_region_and_the_continent() -> None:
    inventory, asked = scanned(world())
    found = of(inventory)

    assert inventory.complete(DataLineage)
    assert found.id == f"//{HOST}/{OURS.partition('.com/')[2]}/lineage/2000000000000000001-7"
    assert {CLEAN, TABLE, SCORER} <= set(found.data or ())
    assert [(one.name, one.origin, one.reads, one.writes) for one in found.steps or ()] == [
        ("load payments", "BIGQUERY", (FILES,), (TABLE,)),
        ("clean-payments", "DATAFLOW", (TABLE,), (CLEAN,)),
        ("scorer-train", "VERTEX_AI", (CLEAN,), (SCORER,)),
    ]
    assert found.cut is None
    assert {one.region for one in asked} >= {"europe-west4", "eu"}
    assert [one.reads for one in of(inventory, "2000000000000000002").steps or ()] == [("custom:chargeback-desk",)]


def test_no_data_set_is_asked_about_twice_in_a_location() -> None:
    links = [(one.path, one.body) for one in scanned(world())[1] if one.operation == LINKS]

    assert len(links) == len(set(links))


def test_what_is_off_is_an_absence_and_no_gap() -> None:
    inventory, asked = scanned(world(apis={"disabled": [HOST]}))

    assert (list(inventory.of(DataLineage)), inventory.gaps, inventory.complete(DataLineage)) == ([], (), True)
    assert {one.operation for one in asked} == {LINKS}
    absences = {one.absent for (kind, _), one in inventory.listings.items() if kind == DataLineage.kind}
    assert f"{HOST} is not enabled in project example-fraud-prod" in absences


@pytest.mark.parametrize(
    ("operation", "permission"), [(LINKS, LINKS), (PROCESSES, "datalineage.events.get"), (PROCESS, PROCESS)]
)
def test_what_may_not_be_asked_is_a_gap(operation: str, permission: str) -> None:
    inventory, _ = scanned(world(), Fault(operation, "deny"))
    found = of(inventory)

    assert {(gap.permission, gap.reason) for gap in inventory.gaps} == {(permission, Reason.DENIED)}
    assert (found.steps is UNSET) is (operation != PROCESS)
    if operation == PROCESS:  # which says no more than what it is called
        assert [one.name for one in found.steps or ()] == ["load-payments", "clean-payments", "train-scorer"]


def chain(length: int, wide: int = 1) -> dict[str, Any]:
    """Links that lead to the folder: so many processes one after the other, and so many data sets into the first."""
    names = ["gcs:example-fraud-models.scorer/7", *(f"bigquery:p.d.t{n}" for n in range(length - 1))]
    links = [[f"bigquery:p.d.t{n}", name, f"p{n}"] for n, name in enumerate(names)]
    links += [[f"bigquery:p.d.w{n}", names[0], "p0"] for n in range(wide - 1)]
    changed = world(data_links={"europe-west4": links})
    for kind in ("artifacts", "executions"):
        changed["collections"]["aiplatform.googleapis.com/v1"][kind] = []
    changed["metadata_events"] = {}
    return changed


@pytest.mark.parametrize(("length", "steps", "cut"), [(HOPS - 1, HOPS - 1, None), (HOPS, HOPS, HOPS), (9, HOPS, HOPS)])
def test_links_are_followed_so_far_and_the_cut_is_noted(length: int, steps: int, cut: int | None) -> None:
    found = of(scanned(chain(length))[0])

    assert (len(found.steps or ()), found.cut) == (steps, cut)


def test_where_too_much_leads_there_it_is_not_followed_on_and_that_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcp_data_links, "PAGE", 7)  # pages of the question and of the answer
    inventory, asked = scanned(chain(2, wide=MOST))
    [step] = of(inventory).steps or ()

    assert (len(step.reads or ()), of(inventory).cut) == (MOST, 1)
    assert inventory.gaps == ()
    assert sum(one.operation == PROCESSES for one in asked) == 1


def test_links_between_columns_are_left_out_and_what_is_no_link_is_a_gap() -> None:
    path = f"POST {HOST}/v1/projects/example-fraud-prod/locations/europe-west4:searchLinks"
    ends = {"source": {"fullyQualifiedName": "bigquery:p.d.t", "field": ["x"]}, "target": {"fullyQualifiedName": "a:b"}}
    link = {"name": "projects/1/locations/europe-west4/links/1"}
    assert of(scanned(world(replies={path: {"links": [{**link, **ends}]}}, data_links={}))[0]).steps == ()

    inventory, _ = scanned(world(replies={path: {"links": [link]}}))
    assert of(inventory).steps is UNSET
    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(LINKS, Reason.MALFORMED)}


@pytest.mark.parametrize("links", [[], [{"link": ["no name"]}], [{"link": "of another"}, None]])
def test_a_link_without_a_process_leaves_open_what_led_there(links: list[Any]) -> None:
    body = json.dumps({"processLinks": [{"process": "projects/p/locations/eu/processes/1", "links": links}]}).encode()
    fault = Fault(PROCESSES, "answer", answer=lambda *_: Response(200, body, {"Content-Type": "application/json"}))
    inventory, _ = scanned(world(), fault)

    assert of(inventory).steps is UNSET
    assert {(gap.operation, gap.reason, gap.detail) for gap in inventory.gaps} == {
        (PROCESSES, Reason.MALFORMED, "a link has no process")
    }


@pytest.mark.parametrize("process", [None, "", "projects/p/locations/eu/links/1", "../../v2/projects/p", "p\n1"])
def test_what_is_no_process_is_asked_nothing(process: Any) -> None:
    body = json.dumps({"processLinks": [{"process": process, "links": []}]}).encode()
    fault = Fault(PROCESSES, "answer", answer=lambda *_: Response(200, body, {"Content-Type": "application/json"}))
    inventory, asked = scanned(world(), fault)

    assert of(inventory).steps is UNSET
    assert {gap.reason for gap in inventory.gaps} == {Reason.MALFORMED}
    assert not [one for one in asked if one.operation == PROCESS]


def test_a_project_without_endpoints_is_asked_nothing() -> None:
    changed = world()
    changed["collections"]["aiplatform.googleapis.com/v1"]["endpoints"] = []

    assert scanned(changed)[1] == []


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("gs://bucket/train/raw", "gcs:bucket.train/raw"),
        ("gs://my.bucket/a b/x.csv", "gcs:`my.bucket`.`a b/x.csv`"),
        ("gs://bucket/tick`s", "gcs:bucket.`tick``s`"),
        ("gs://bucket", "gcs:bucket"),
        ("bq://p.d.t", "bigquery:p.d.t"),
        (f"{OURS}/models/1@7", "vertex_ai:model:example-fraud-prod.europe-west4.1.7"),
        (f"{OURS}/datasets/7", "vertex_ai:dataset:example-fraud-prod.europe-west4.7"),
    ],
)
def test_an_address_has_a_name_and_comes_back(address: str, name: str) -> None:
    assert (qualified(address), address_of(name)) == (name, address)


def test_spellings_that_come_to_the_same_name() -> None:
    assert qualified("/gcs/bucket/raw/") == qualified("gs://bucket/raw") == "gcs:bucket.raw"
    assert qualified("bigquery://p:d.t") == qualified("bq://p.d.t")


@pytest.mark.parametrize("address", ["", f"{OURS}/models/1", "bq://p.d", "s3://b/x", "https://x.example/gs://b/x"])
def test_what_has_no_certain_name_is_not_asked_about(address: str) -> None:
    assert qualified(address) is None


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("s3:claims.raw/x", "s3://claims/raw/x"),
        ("gs://bucket/x/*.csv", "gs://bucket/x/*.csv"),
        ("bigquery:sharded:p.d.events_", "bq://p.d.events_*"),
        ("bigquery:routine:p.d.r", "bigquery:routine:p.d.r"),
        ("pubsub:topic:p.t", "pubsub:topic:p.t"),
        ("custom:anything `at` all", "custom:anything `at` all"),
        ("vertex_ai:featuregroup:p.l.f", "vertex_ai:featuregroup:p.l.f"),
        ("gcs:", "gcs:"),
        ("gcs:`open", "gcs:`open"),
    ],
)
def test_what_a_name_is_elsewhere(name: str, address: str) -> None:
    assert address_of(name) == address
