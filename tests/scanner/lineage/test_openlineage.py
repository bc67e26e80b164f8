"""OpenLineage's own client as judge: its events are read and come out the same, ours are such, names are its names.

Needs openlineage-python in an environment of its own: `make .venv-lineage/.ready`, or MLPOSTURE_OPENLINEAGE.
"""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import pytest
from dossiers import all_judged
from lineage_scans import scanned
from support import ROOT, TESTS, registered

from scanner.lineage.dataset_names import place, place_of
from scanner.lineage.event_writing import lines
from scanner.lineage.events import EventKind, read_event
from scanner.lineage.filling import graph_of
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.lineage_graph import Graph, Sort
from scanner.lineage.observed import observed_events
from scanner.systems.graph import Graph as Joins


def python() -> str | None:
    """The Python that has openlineage-python, if this machine has one."""
    own = ROOT / ".venv-lineage" / "bin" / "python"
    return os.environ.get("MLPOSTURE_OPENLINEAGE") or (str(own) if own.exists() else None)


pytestmark = pytest.mark.skipif(
    python() is None, reason="openlineage-python is not installed; make .venv-lineage/.ready"
)


def judge(what: str, content: bytes = b"") -> str:
    command = [str(python()), str(TESTS / "openlineage_judge.py"), what]
    return subprocess.run(command, input=content, capture_output=True, timeout=120, check=True).stdout.decode()


@cache
def theirs() -> tuple[str, ...]:
    return tuple(judge("make").splitlines())


def kept(events: list[str]) -> KeptEvents:
    made = KeptEvents()
    for event in events:
        made.add(read_event(event.encode()))
    made.seal()
    return made


def as_text(graph: Graph) -> list[str]:
    """A graph in words: its nodes and edges, whatever their numbers."""
    names = {node.number: f"{node.sort} {node.key} {node.state}" for node in graph.nodes()}
    edges = [f"{names[e.source]} -{e.what}> {names[e.target]}" for number in names for e in graph.out_of(number)]
    return sorted([*names.values(), *edges])


def test_events_of_the_client_come_out_as_events_that_it_takes_and_make_the_same_graph() -> None:
    ours = [line.decode() for line in lines(kept(list(theirs())))]

    assert json.loads(judge("judge", "".join(ours).encode())) == [""] * len(ours)
    assert as_text(graph_of(kept(ours))) == as_text(graph_of(kept(list(theirs()))))
    assert [line.decode() for line in lines(kept(ours))] == ours


def test_the_graph_is_what_the_events_say() -> None:
    graph = graph_of(kept(list(theirs())))

    assert {node.state for node in graph.nodes(Sort.RUN)} == {"COMPLETE", "FAIL", ""}
    raw = graph.find(place("arn:aws:glue:eu-west-1:111122223333", "table/claims/raw"))
    assert raw and raw == graph.find(place_of("s3://northwind-claims/raw"))
    model = graph.find(place_of("s3://northwind-models/fraud/7"))
    assert model and graph.at(model).sort is Sort.MODEL
    assert len(graph.into(model)) == 1  # of the run that was completed


def test_nothing_that_the_client_sent_is_lost() -> None:
    said = "".join(line.decode() for line in lines(kept(list(theirs()))))

    for facet in ("columnLineage", "schema", "symlinks", "version", "parent", "jobType", "datasetType"):
        assert f'"{facet}":' in said


def test_the_judge_finds_what_is_wrong() -> None:
    good = json.loads(theirs()[0])
    bad = [{**good, "run": {"runId": "no uuid"}}, {**good, "eventTime": "yesterday"}, {**good, "odd": 1}]

    assert all(json.loads(judge("judge", "\n".join(map(json.dumps, bad)).encode())))


def test_addresses_of_clouds_are_the_places_that_the_client_names() -> None:
    for address, name in json.loads(judge("names")).items():
        assert place(*name) == place_of(address)
        assert place(place_of(address).namespace, place_of(address).path) == place(*name)


def test_events_made_of_a_scan_are_taken_too(tmp_path: Path) -> None:
    (tmp_path / "e.ndjson").write_text("\n".join(theirs()), encoding="utf-8")
    inventory = scanned(places=(str(tmp_path / "e.ndjson"),))
    made = "".join(json.dumps(event) + "\n" for event in observed_events(inventory, Joins(inventory, registered()[1])))

    assert set(json.loads(judge("judge", made.encode()))) == {""}
    assert [record.state for record in kept(made.splitlines()).records(EventKind.RUN)] == ["COMPLETE", "FAIL"]


def test_events_made_of_what_clouds_state_are_taken_and_lose_nothing() -> None:
    inventory = all_judged().inventory
    made = [json.dumps(event) for event in observed_events(inventory, Joins(inventory, registered()[1]))]
    ours = [line.decode() for line in lines(kept(made))]

    assert set(json.loads(judge("judge", "\n".join(made).encode()))) == {""}
    assert set(json.loads(judge("judge", "".join(ours).encode()))) == {""}
    assert [line.decode() for line in lines(kept(ours))] == ours
    assert as_text(graph_of(kept(ours))) == as_text(graph_of(kept(made)))
