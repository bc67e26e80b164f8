"""A server of lineage, simulated: what is asked of it, in which pages, and what happens where it refuses."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from unittest import mock

import msgspec
import pytest
from lineage_scans import scanned, verdicts
from scanning import QUICK
from support import TESTS
from worlds.base import Fault, Request, Response, read_world
from worlds.lineage import EVENTS, JOBS, KEY, NAMESPACES, SERVER, LineageWorld

from checks.lineage.openlineage.resources import LineageDataset, LineageJob, LineageRun
from scanner.calls.bounds import Bounds
from scanner.model.errors import InputError
from scanner.model.nouns import Reason, Status

FAIL, PASS = Status.FAIL, Status.PASS


@pytest.fixture
def world() -> Iterator[LineageWorld]:
    text = (TESTS / "worlds" / "data" / "lineage.yaml").read_text(encoding="utf-8")
    with LineageWorld(read_world(text)) as made, mock.patch.dict(os.environ, made.env()):  # type: ignore[attr-defined]
        yield made


def test_a_server_is_read_whole(world: LineageWorld) -> None:
    inventory = scanned()

    assert inventory.gaps == ()
    assert all(listing.complete for listing in inventory.listings.values())
    assert {job.name for job in inventory.all(LineageJob)} >= {"fraud.train", "claims.export", "score.train"}
    assert {(d.name, d.deleted) for d in inventory.all(LineageDataset)} >= {("old", True), ("train/2026-11", False)}
    [train] = [run for run in inventory.all(LineageRun) if run.name.endswith("000002")]
    assert (train.state, train.role, train.job_name) == ("COMPLETE", "training", "fraud.train")
    assert train.id == f"{SERVER}/runs/{train.name}"
    assert [data.version for data in train.inputs or ()] == ["41"]
    assert {request.query["limit"] for request in world.log} == {"100"}
    assert all(request.method == "GET" for request in world.log)


def test_what_is_recorded_is_judged(world: LineageWorld) -> None:
    given = verdicts(scanned())

    assert given["MLP-5201", "fraud.train"] is given["MLP-5202", "train/2026-11"] is PASS
    assert given["MLP-5201", "score.train"] is given["MLP-5202", "churn/labels"] is FAIL
    ends = {(id, name[-2:]): status for (id, name), status in given.items()}
    assert ends["MLP-5203", "03"] is ends["MLP-5204", "02"] is PASS
    assert ends["MLP-5203", "13"] is ends["MLP-5204", "11"] is FAIL


def test_events_of_any_year_are_asked_for(world: LineageWorld) -> None:
    world.document["events"][0]["eventTime"] = "2031-01-01T00:00:00Z"
    world.prepare()

    assert any(run.name.endswith("000001") for run in scanned().all(LineageRun))


def test_without_events_nothing_is_concluded_of_the_jobs(world: LineageWorld) -> None:
    world.faults.append(Fault(EVENTS, "deny"))
    inventory = scanned()

    assert {gap.reason for gap in inventory.gaps} == {Reason.DENIED}
    assert list(inventory.all(LineageRun)) == []
    assert len(list(inventory.all(LineageJob))) > 5
    assert set(verdicts(inventory).values()) == {Status.UNKNOWN}


@pytest.mark.parametrize("operation", [NAMESPACES, JOBS])
def test_without_its_lists_the_runs_still_say_what_they_say(world: LineageWorld, operation: str) -> None:
    world.faults.append(Fault(operation, "deny"))
    inventory = scanned()

    given = verdicts(inventory)
    assert given["MLP-5201", "fraud.train"] is PASS
    assert given["MLP-5201", "score.train"] is Status.UNKNOWN  # whether the server says what the job reads, nobody saw


def test_an_event_that_is_none_is_a_gap_and_the_others_are_read(world: LineageWorld) -> None:
    world.events.append({"eventTime": "2026-12-01T00:00:00Z", "run": {"runId": "x"}})
    inventory = scanned()

    [gap] = inventory.gaps
    assert (gap.operation, gap.reason, gap.count) == (EVENTS, Reason.MALFORMED, 1)
    assert len(list(inventory.all(LineageRun))) == 8


def test_a_key_goes_to_the_server_that_was_named_and_not_in_the_clear(world: LineageWorld) -> None:
    scanned()
    assert {request.headers["authorization"] for request in world.log} == {f"Bearer {KEY}"}

    with (
        mock.patch.dict(os.environ, {"MLPOSTURE_LINEAGE_ENDPOINT": "http://10.0.0.1:5000"}),
        pytest.raises(InputError, match="in the clear"),
    ):
        scanned()
    del os.environ["MLPOSTURE_LINEAGE_ENDPOINT"]
    with pytest.raises(InputError, match="in the clear"):
        scanned(places=("http://marquez.northwind.example",))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("https://user:pass@marquez.northwind.example", "leave the user and password out"),
        ("https:/user:pass@marquez.northwind.example", "leave the user and password out"),
        ("https://user:12/pass@marquez.northwind.example", "leave the user and password out"),
        ("https://", "give scheme, host, port and path"),
        ("https://marquez.northwind.example/?a=b", "give scheme, host, port and path"),
        ("https://[", "is no address"),
        ("no-such-file.json", "No such file"),
        ("/dev/null", "neither a file nor a folder"),
        ("a\0b", "is no path"),
    ],
)
def test_what_is_no_place_is_refused_in_a_sentence(place: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        scanned(places=(place,))
    assert "pass@" not in str(error.value)


def test_nothing_named_is_refused() -> None:
    with mock.patch.dict(os.environ, clear=True), pytest.raises(InputError, match="nothing is named"):
        scanned()


@pytest.mark.parametrize("again", [True, False], ids=["the same page", "ever new ones"])
def test_a_listing_that_does_not_end_is_a_gap(world: LineageWorld, *, again: bool) -> None:
    respond = world.respond
    number = count()

    def endless(request: Request) -> Response:
        page = json.loads(respond(replace(request, query={**request.query, "offset": "0"})).body)
        items = next(value for value in page.values() if isinstance(value, list))
        for item in items if not again else ():
            item["n"] = next(number)
        return Response(200, json.dumps(page).encode(), {"Content-Type": "application/json"})

    world.respond = endless  # type: ignore[method-assign]
    inventory = scanned(manners=msgspec.structs.replace(QUICK, bounds=Bounds(pages=5)))

    assert {gap.operation for gap in inventory.gaps} >= {EVENTS, NAMESPACES}
    assert all("the listing does not end" in gap.detail for gap in inventory.gaps)
    assert set(verdicts(inventory).values()) == {Status.UNKNOWN}


def test_a_namespace_that_is_gone_by_then_has_nothing_in_it(world: LineageWorld) -> None:
    world.faults.append(Fault(JOBS, "gone", resource="airflow-northwind"))
    inventory = scanned()

    assert inventory.gaps == ()
    assert all(listing.complete for listing in inventory.listings.values())
    assert "claims.export" not in {job.name for job in inventory.all(LineageJob)}
