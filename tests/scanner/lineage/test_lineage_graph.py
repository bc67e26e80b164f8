"""The graph of lineage: what is one node, what only might be, and that failed runs made nothing."""

from __future__ import annotations

import json
from typing import Any

from scanner.lineage.dataset_names import place
from scanner.lineage.events import read_event
from scanner.lineage.filling import graph_of, job_key
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Graph, Sort, What

RUN, FAILED, PARENT = (f"0190c7a2-0000-7000-8000-00000000000{n}" for n in range(3))
RAW, MODEL = {"namespace": "s3://claims", "name": "raw"}, {"namespace": "s3://models", "name": "m/1"}
TABLE = {"namespace": "arn:aws:glue:eu-west-1:111122223333", "name": "table/claims/raw"}
PARENTED = {"parent": {"run": {"runId": PARENT}, "job": {"namespace": "airflow", "name": "claims"}}}


def run_event(run: str, state: str, *, inputs: Any = (), outputs: Any = (), facets: Any = None) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": "2026-11-01T10:00:00Z",
        "producer": "https://example.com/p",
        "schemaURL": "https://example.com/s",
        "run": {"runId": run, "facets": facets or {}},
        "job": {"namespace": "airflow", "name": "claims.train"},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def made(*events: dict[str, Any]) -> Graph:
    kept = KeptEvents()
    for event in events:
        kept.add(read_event(json.dumps(event).encode()))
    kept.seal()
    return graph_of(kept)


def linked(name: str, location: str) -> dict[str, Any]:
    """A table that says where it lies."""
    other = {"namespace": "s3://claims", "name": location, "type": "LOCATION"}
    return {**TABLE, "name": name, "facets": {"symlinks": {"identifiers": [other]}}}


def test_data_job_run_and_model_are_joined() -> None:
    model = {**MODEL, "facets": {"datasetType": {"datasetType": "MODEL"}}}
    graph = made(run_event(RUN, "COMPLETE", inputs=[RAW], outputs=[model], facets=PARENTED))

    run, raw, out = (
        graph.named(Sort.RUN, RUN),
        graph.find(place("s3://claims", "raw")),
        graph.find(place(*MODEL.values())),
    )
    assert run and raw and out
    before = graph.named(Sort.RUN, PARENT)
    job = graph.named(Sort.JOB, job_key("airflow", "claims.train"))
    assert {(edge.source, edge.what) for edge in graph.into(run)} == {
        (raw, What.READ),
        (job, What.RAN),
        (before, What.BEGAN),
    }
    assert graph.out_of(run) == [(run, out, What.WROTE)]
    assert (graph.at(raw).sort, graph.at(out).sort, graph.at(run).state) == (Sort.DATASET, Sort.MODEL, "COMPLETE")


def test_a_failed_run_made_nothing() -> None:
    graph = made(
        run_event(RUN, "START", inputs=[RAW], outputs=[MODEL]),
        run_event(RUN, "FAIL", outputs=[MODEL]),
        run_event(FAILED, "ABORT", outputs=[MODEL]),
    )

    assert graph.find(place(*MODEL.values())) is None
    assert [node.state for node in graph.nodes(Sort.RUN)] == ["FAIL", "ABORT"]


def test_a_symlink_makes_two_names_one() -> None:
    graph = made(
        run_event(RUN, "COMPLETE", outputs=[RAW]), run_event(FAILED, "COMPLETE", inputs=[linked(TABLE["name"], "raw")])
    )

    [data] = graph.nodes(Sort.DATASET)
    assert {str(where) for where in graph.places(data.number)} == {
        "s3://claims/raw",
        "arn:aws:glue:eu-west-1:111122223333/table/claims/raw",
    }
    assert len(graph.into(data.number)) == len(graph.out_of(data.number)) == 1


def test_what_might_be_the_same_is_not_joined() -> None:
    graph = made(
        run_event(RUN, "COMPLETE", outputs=[RAW, {**RAW, "name": "raw2"}, {**RAW, "name": "raw/*"}]),
        run_event(FAILED, "COMPLETE", inputs=[{**RAW, "name": "raw/2026/x.csv"}]),
    )
    raw, file = graph.find(place("s3://claims", "raw")), graph.find(place("s3://claims", "raw/2026/x.csv"))

    assert raw and file
    assert {graph.at(number).label for number in graph.perhaps(file)} == {"raw", "raw/*"}
    assert file in graph.perhaps(raw)
    assert graph.near(place("s3://claims", "raw/2026")) == sorted(
        {raw, file, graph.find(place("s3://claims", "raw/*"))}
    )


def test_symlinks_that_are_none_count_for_nothing() -> None:
    for facet in (
        {},
        [],
        {"identifiers": [None, {}, {"namespace": 1, "name": 2}, {"namespace": "s3://b", "name": "/"}]},
    ):
        graph = made(run_event(RUN, "COMPLETE", inputs=[{**RAW, "facets": {"symlinks": facet}}]))
        assert [node.label for node in graph.nodes(Sort.DATASET)] == ["raw"]
