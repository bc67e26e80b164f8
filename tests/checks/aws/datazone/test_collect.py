"""What SageMaker Catalog is asked about, and what comes of its answers: real calls to a simulated account."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from msgspec import UNSET
from scanning import document, running, take_inventory
from support import ROOT, registered
from worlds.base import Fault

from checks.aws.datazone import collect
from checks.aws.datazone.resources import DOMAINS, EVENT, EVENTS, CatalogLineage
from scanner.lineage.dataset_names import place_of
from scanner.model.nouns import Reason
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5216"]
REGION = "eu-west-1"


def account(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(document("aws")), **changes}


def domain(*events: Any, id: str = "dzd_one", **fields: Any) -> dict[str, Any]:
    return {"id": id, "name": id, "events": list(events), **fields}


def event(number: int, type: str = "COMPLETE", **fields: Any) -> dict[str, Any]:
    return {
        "eventType": type,
        "eventTime": f"2026-11-18T01:{number // 60:02d}:{number % 60:02d}Z",
        "run": {"runId": f"0199aaaa-0000-7000-8000-{number:012d}"},
        "job": {"namespace": "emr", "name": f"job-{number}"},
        "outputs": [{"namespace": "s3://b", "name": f"{number}"}],
        **fields,
    }


def scanned(world_file: dict[str, Any], *faults: Fault) -> tuple[Inventory, list[Any]]:
    with running("aws", world_file) as world:
        world.faults.extend(faults)
        inventory = take_inventory("aws", [CHECK])
    return inventory, [request for request in world.log if request.operation in (DOMAINS, EVENTS, EVENT)]


def of(*domains: dict[str, Any], faults: tuple[Fault, ...] = ()) -> tuple[Inventory, dict[str, CatalogLineage]]:
    inventory, _ = scanned(account(datazone={REGION: list(domains)}), *faults)
    return inventory, {one.name: one for one in inventory.of(CatalogLineage)}


def test_the_latest_events_of_a_domain_become_runs_without_their_queries() -> None:
    inventory, asked = scanned(account())
    [found] = inventory.of(CatalogLineage)
    [run] = found.runs or ()

    assert inventory.gaps == ()
    assert (found.domain_version, found.cut, found.unread) == ("V2", None, 0)
    assert (run.state, run.job_name) == ("COMPLETE", "reviews-import")
    assert run.started_at and run.ended_at and run.ended_at - run.started_at == timedelta(minutes=20)
    assert [one.place for one in run.inputs or ()] == [place_of("s3://northwind-example-models/exports/reviews.csv")]
    assert [one.place for one in run.outputs or ()] == [place_of("s3://northwind-example-training-data/reviews")]
    assert "secret" not in str(found)
    assert [one.operation for one in asked if one.region == REGION] == [
        DOMAINS,
        EVENTS,
        EVENT,
    ]  # what names no data is listed


def test_a_region_without_endpoints_is_not_asked() -> None:
    regions = {one.region for one in scanned(account())[1]}

    assert regions == {
        region for region, services in account()["regions"].items() if (services.get("sagemaker") or {}).get("Endpoint")
    }


def test_only_the_latest_are_read_page_by_page_and_the_cut_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MOST", 60)
    _, found = of(domain(*(event(n) for n in range(60)), id="dzd_all"), domain(*map(event, range(75)), id="dzd_cut"))

    assert (len(found["dzd_all"].runs or ()), found["dzd_all"].cut) == (60, None)
    assert (len(found["dzd_cut"].runs or ()), found["dzd_cut"].cut) == (60, 60)
    assert min(run.job_name or "" for run in found["dzd_cut"].runs or ()) == "job-15"


def test_domains_of_both_versions_are_read_and_events_that_failed_are_not() -> None:
    failed = {**event(2), "processingStatus": "FAILED"}
    _, found = of(domain(event(1), failed, domainVersion="V1"), domain(id="dzd_none", domainVersion="V2"))

    assert {name: (one.domain_version, len(one.runs or ())) for name, one in found.items()} == {
        "dzd_one": ("V1", 1),
        "dzd_none": ("V2", 0),
    }


def test_a_domain_that_another_account_manages_is_seen_and_not_read() -> None:
    inventory, found = of(domain(event(1), managedAccountId="444455556666"))

    assert (found["dzd_one"].runs, inventory.gaps) == (UNSET, ())
    assert found["dzd_one"].id.endswith("domain/dzd_one#seen-from-111122223333")


@pytest.mark.parametrize("operation", [DOMAINS, EVENTS, EVENT])
def test_what_may_not_be_asked_is_a_gap(operation: str) -> None:
    inventory, found = of(domain(event(1)), faults=(Fault(operation, "deny"),))

    assert {(gap.permission, gap.reason) for gap in inventory.gaps} == {(operation, Reason.DENIED)}
    assert inventory.complete(CatalogLineage) is (operation != DOMAINS)
    assert [one.runs for one in found.values()] == ([] if operation == DOMAINS else [UNSET])


def test_what_may_not_be_asked_of_one_domain_takes_nothing_from_another() -> None:
    inventory, found = of(
        domain(event(1)), domain(event(1), id="dzd_two"), faults=(Fault(EVENTS, "deny", resource="dzd_one"),)
    )

    assert (found["dzd_one"].runs, len(found["dzd_two"].runs or ())) == (UNSET, 1)
    assert {gap.operation for gap in inventory.gaps} == {EVENTS}


@pytest.mark.parametrize("content", ["{}", "[]", "not JSON", '{"eventTime": "2026-11-18T01:00:00Z"}'])
def test_what_is_no_event_is_counted_in_a_gap_and_all_else_is_read(content: str) -> None:
    inventory, found = of(domain(event(1), content))

    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {(EVENT, Reason.MALFORMED)}
    assert len(found["dzd_one"].runs or ()) in (0, 1)
    assert found["dzd_one"].runs is UNSET or found["dzd_one"].unread == 1


def test_one_data_set_by_its_arn_and_by_its_address_is_one_node(tmp_path: Path) -> None:
    """From a scan to the graph: the data of a model that serves comes from what an event of the catalog read."""
    systems = str(ROOT / "examples" / "ai-systems.yaml")
    with running("aws"):
        done = mlposture(
            *("scan", "aws", "--systems", systems, "--check", "MLP-5216", "--keep-replies", "--no-progress"),
            *("--no-cache", "--fail-on", "never", "--save-inventory", "inventory.json"),
            cwd=tmp_path,
        )
    assert done.returncode in (0, 4), done.stderr
    assert "SELECT secret" not in (tmp_path / "inventory.json").read_text()

    made = mlposture("lineage", "--inventory", "inventory.json", "-o", "all.ndjson", cwd=tmp_path)
    again = mlposture("lineage", "all.ndjson", "-o", "again.ndjson", cwd=tmp_path)
    drawn = mlposture("lineage", "all.ndjson", "--around", "reviews-import", "-o", "it.svg", cwd=tmp_path)

    assert [one.returncode for one in (made, again, drawn)] == [0, 0, 0], (made.stderr, again.stderr, drawn.stderr)
    assert (tmp_path / "all.ndjson").read_bytes() == (tmp_path / "again.ndjson").read_bytes()
    said = (tmp_path / "it.svg").read_text()
    assert all(name in said for name in ("reviews-import", "sentiment-train-good", "sentiment/1/model.tar.gz"))
