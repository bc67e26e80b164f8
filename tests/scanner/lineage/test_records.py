"""Events to records and back: whatever the order of arrival, and with nothing lost."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

import pytest

from scanner.lineage.event_writing import lines
from scanner.lineage.events import LARGEST, EventKind, NotAnEvent, read_event
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.roles import role_of

RAW = {"namespace": "s3://northwind-claims", "name": "raw"}
JOB = {"namespace": "airflow", "name": "claims.train"}
FACET = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}


def event(type: str, at: str, **more: Any) -> dict[str, Any]:
    """One event of a run."""
    run = {"runId": "0190c7a2-0000-7000-8000-000000000001", **more.pop("run", {})}
    return {"eventType": type, "eventTime": at, "producer": "https://example.com/p", "schemaURL": "https://example.com/s",
            "run": run, "job": JOB, **more}  # fmt: skip


NOVEL = {**FACET, "deep": {"x": [1, None]}}
PARENT = {**FACET, "run": {"runId": "p"}, "job": JOB}
MODEL = {"namespace": "s3://northwind-models", "name": "m", "outputFacets": {"o": FACET}, "odd": True}
START = event(
    "START",
    "2026-11-01T10:00:00Z",
    inputs=[{**RAW, "facets": {"novel": NOVEL}}],
    run={"facets": {"parent": PARENT, "first": {**FACET, "v": 1}}},
)
RUNNING = event("RUNNING", "2026-11-01T12:00:00+02:00", run={"facets": {"first": {**FACET, "v": 2}}}, strange={"a": 1})
COMPLETE = event(
    "COMPLETE", "2026-11-01T11:00:00.5Z", inputs=[{**RAW, "inputFacets": {"stats": FACET}}], outputs=[MODEL]
)
STATIC = {
    "eventTime": "2026-11-01T09:00:00Z",
    "producer": "https://example.com/p",
    "schemaURL": "https://example.com/s",
}
EVERY = [
    START,
    RUNNING,
    COMPLETE,
    {**STATIC, "job": {**JOB, "facets": {"ownership": FACET}}, "inputs": [RAW]},
    {**STATIC, "dataset": {**RAW, "facets": {"documentation": {**FACET, "description": "claims"}}}},
]


def kept(events: Iterable[Any]) -> KeptEvents:
    made = KeptEvents()
    for one in events:
        made.add(read_event(one if isinstance(one, bytes) else json.dumps(one).encode()))
    made.seal()
    return made


def test_the_order_of_arrival_does_not_matter_and_events_may_come_twice() -> None:
    written = {b"".join(lines(kept(order))) for order in itertools.permutations(EVERY)}

    assert written == {b"".join(lines(kept(EVERY + EVERY)))}


def test_a_round_trip_loses_nothing() -> None:
    once = list(lines(kept(EVERY)))

    assert list(lines(kept(once))) == once
    [*_, last] = map(json.loads, once)
    assert last["strange"] == {"a": 1}
    assert last["outputs"][0]["odd"] is True
    assert last["run"]["facets"]["first"] == {**FACET, "v": 2}
    assert last["run"]["facets"]["parent"]["run"] == {"runId": "p"}
    [read] = last["inputs"]
    assert read["facets"]["novel"]["deep"] == {"x": [1, None]}
    assert read["inputFacets"] == {"stats": FACET}


def test_a_record_says_how_a_run_ended() -> None:
    [record] = kept([START, RUNNING, COMPLETE]).records(EventKind.RUN)

    assert (record.state, record.started_at, record.ended_at) == (
        "COMPLETE",
        "2026-11-01T10:00:00.000000Z",
        "2026-11-01T11:00:00.500000Z",
    )
    assert [one.type for one in record.transitions] == ["START", "RUNNING", "COMPLETE"]
    [failed] = kept([START, event("FAIL", "2026-11-01T10:30:00Z")]).records(EventKind.RUN)
    assert failed.state == "FAIL"
    [running] = kept([START, event("OTHER", "2026-11-01T10:30:00Z")]).records(EventKind.RUN)
    assert (running.state, running.ended_at) == ("START", "")


def test_a_run_that_streams_keeps_its_first_and_last_event() -> None:
    many = [event("RUNNING", f"2026-11-01T10:{minute:02}:00Z") for minute in range(60)]
    [record] = kept([START, *many]).records(EventKind.RUN)

    assert [one.at[14:16] for one in record.transitions] == ["00", "00", "59"]


def test_a_facet_that_is_deleted_is_gone() -> None:
    gone = event("COMPLETE", "2026-11-01T11:00:00Z", inputs=[{**RAW, "facets": {"novel": {**FACET, "_deleted": True}}}])
    [record] = kept([START, gone]).records(EventKind.RUN)

    assert [list(named.facets) for named in record.inputs.values()] == [[]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[]", "Expected `object`"),
        (b"{", "truncated"),
        (b"\xff", "invalid"),
        (b'{"eventTime": "\\ud800"}', "truncated"),
        (b"[" * 200_000, "object"),
        (b"{}", "eventTime"),
        (json.dumps({**STATIC, "eventTime": "yesterday", "job": JOB}).encode(), "eventTime"),
        (json.dumps({**STATIC, "eventTime": "9999-12-31T23:59:59-12:00", "job": JOB}).encode(), "out of range"),
        (json.dumps({**STATIC, "eventTime": "0001-01-01T00:00:00+12:00", "job": JOB}).encode(), "out of range"),
        (json.dumps(STATIC).encode(), "neither a run with a job, nor a job, nor a dataset"),
        (json.dumps({**STATIC, "run": {"runId": "r"}}).encode(), "neither"),
        (json.dumps({**STATIC, "job": {**JOB, "name": " "}}).encode(), "empty"),
        (json.dumps({**STATIC, "job": {**JOB, "name": "x" * 5000}}).encode(), "4096 letters"),
        (json.dumps({**STATIC, "job": JOB, "inputs": [{"name": "x"}]}).encode(), "namespace"),
        (json.dumps({**STATIC, "job": JOB, "inputs": {"name": "x"}}).encode(), "inputs"),
        (b" " * (LARGEST + 1), "bytes"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_in_a_few_words(content: bytes, why: str) -> None:
    with pytest.raises(NotAnEvent) as error:
        read_event(content)

    assert why in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("odd", [5, True, "x", {}, [None], [{"key": 1}], [{"key": "role", "value": []}]])
def test_tags_that_are_none_say_no_role(odd: object) -> None:
    assert role_of({"tags": {"tags": odd}}) is None
    assert role_of({"tags": odd, "jobType": odd}) is None
