"""Events in files, as pipelines and people leave them there: by line, as an array, compressed, broken, huge."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from lineage_scans import scanned, verdicts

from checks.lineage.client.files import documents
from checks.lineage.openlineage.resources import LineageDataset, LineageJob, LineageRun
from scanner.lineage.events import LARGEST
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Status


def event(number: int, **more: Any) -> dict[str, Any]:
    """A completed run of a job of its own."""
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-01T10:00:00Z",
        "producer": "https://example.com/p",
        "schemaURL": "https://example.com/s",
        "run": {"runId": f"0190c7a2-0000-7000-8000-{number:012}"},
        "job": {"namespace": "airflow", "name": f"job-{number}"},
        **more,
    }


EVENTS = [event(number) for number in range(3)]
LINES = "\n".join(map(json.dumps, EVENTS))
STATIC = {
    "eventTime": "2026-11-01T10:00:00Z",
    "producer": "https://example.com/p",
    "schemaURL": "https://example.com/s",
}
DATA = {"namespace": "s3://b", "name": "k"}
HUGE = b'\n{"a":"' + b"x" * LARGEST + b'"}\n'


def read(path: Path) -> tuple[list[Any], list[CallFailed]]:
    failures: list[CallFailed] = []
    return [json.loads(content) for _, content in documents(path, failures.append)], failures


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES + "\n",
        f"\n \r\n{LINES}\r\n\n",
        json.dumps(EVENTS),
        json.dumps(EVENTS, indent=2),
        "\n".join(json.dumps(one, indent=4) for one in EVENTS),
        " ".join(map(json.dumps, EVENTS)),
    ],
    ids=["lines", "lines, ended", "blank lines", "array", "indented array", "indented", "beside each other"],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_every_shape_of_a_file(tmp_path: Path, content: str, *, compressed: bool) -> None:
    data = content.encode()
    (tmp_path / "events.json").write_bytes(gzip.compress(data) if compressed else data)

    assert read(tmp_path / "events.json") == (EVENTS, [])


def test_a_folder_is_read_in_order_and_links_and_other_files_are_not(tmp_path: Path) -> None:
    below = tmp_path / "2026" / "11"
    below.mkdir(parents=True)
    (below / "b.ndjson").write_text(json.dumps(EVENTS[1]), encoding="utf-8")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(EVENTS[0]).encode()))
    (tmp_path / "notes.txt").write_text("{}", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(below / "b.ndjson")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.json")

    found, failures = read(tmp_path)

    assert sorted(one["job"]["name"] for one in found) == ["job-0", "job-1"]
    assert failures == []


@pytest.mark.parametrize(
    ("content", "reason", "left"),
    [
        (f"{json.dumps(EVENTS[0])}\n{{ no\n{json.dumps(EVENTS[1])}".encode(), None, 3),
        (json.dumps(EVENTS).encode()[:-40], Reason.MALFORMED, 2),
        (b"no json", Reason.MALFORMED, 1),
        (b"", Reason.ERROR, 0),
        (b"\n \n", Reason.ERROR, 0),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n" + LINES.encode(), None, 4),
        (b"\x1f\x8b broken", Reason.ERROR, 0),
        (gzip.compress(LINES.encode())[:-12], Reason.ERROR, 2),
        (json.dumps(EVENTS[0]).encode() + HUGE + json.dumps(EVENTS[1]).encode(), Reason.MALFORMED, 2),
        (b"[" + b'{"a":"' + b"x" * (4 * LARGEST) + b'"}]', Reason.MALFORMED, 0),
    ],
    ids=["a bad line", "cut", "no JSON", "empty", "blank", "deep", "no gzip", "cut gzip", "a huge line", "a huge item"],
)  # fmt: skip
def test_what_is_broken_costs_itself(tmp_path: Path, content: bytes, reason: Reason | None, left: int) -> None:
    (tmp_path / "events.json").write_bytes(content)
    failures: list[CallFailed] = []
    found = list(documents(tmp_path / "events.json", failures.append))

    assert len(found) == left
    assert {failure.reason for failure in failures} == ({reason} if reason else set())


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (f"\n{LINES}\n", ["line 2", "line 3", "line 4"]),
        (json.dumps(EVENTS, indent=2), ["event 1", "event 2", "event 3"]),
        ("\n".join(json.dumps(one, indent=4) for one in EVENTS), ["event 1", "event 2", "event 3"]),
    ],
    ids=["lines", "array", "indented"],
)
def test_each_event_is_told_by_its_place(tmp_path: Path, content: str, places: list[str]) -> None:
    (tmp_path / "events.json").write_text(content, encoding="utf-8")

    assert [one.place for one in documents(tmp_path / "events.json", pytest.fail)] == [
        f"events.json: {place}" for place in places
    ]


def test_a_gap_says_where_something_is_no_event(tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text(f'{LINES}\n{{"eventTime": 1}}\n', encoding="utf-8")
    inventory = scanned(places=(str(tmp_path / "events.ndjson"),))

    assert {gap.detail.partition(" is no event: ")[0] for gap in inventory.gaps} == {"events.ndjson: line 4"}


def test_a_folder_without_events_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "events.txt").write_text(LINES, encoding="utf-8")
    found, failures = read(tmp_path)

    assert found == []
    assert [failure.detail for failure in failures] == [
        f"{tmp_path.name}: there are no events in files that end in .json, .jsonl, .ndjson"
    ]


def test_a_file_is_scanned(tmp_path: Path) -> None:
    bad = '{"eventTime": 1}'
    static = [
        {**STATIC, "job": {"namespace": "airflow", "name": "job-9"}, "inputs": [DATA]},
        {**STATIC, "dataset": {**DATA, "facets": {"ownership": {}}}},
    ]
    (tmp_path / "events.ndjson").write_text("\n".join((LINES, bad, *map(json.dumps, static))), encoding="utf-8")
    inventory = scanned(places=(str(tmp_path / "events.ndjson"),))

    assert {run.id for run in inventory.all(LineageRun)} == {
        f"//events.ndjson/runs/{one['run']['runId']}" for one in EVENTS
    }
    assert {job.name for job in inventory.all(LineageJob)} == {"job-0", "job-1", "job-2", "job-9"}
    assert [data.described for data in inventory.all(LineageDataset)] == [("ownership",)]
    assert {(gap.operation, gap.reason) for gap in inventory.gaps} == {
        (f"lineage:List{what}", Reason.MALFORMED) for what in ("Events", "Jobs", "Datasets")
    }
    assert set(verdicts(inventory).values()) <= {Status.UNKNOWN}


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "<script>", "::error::x", "a\u202eb", "x" * 4000, "ü/ä?#%", "\x1b[31m"]
    events = [event(n, job={"namespace": "n", "name": name}) for n, name in enumerate(names)]
    (tmp_path / "e.json").write_text(json.dumps(events), encoding="utf-8")
    inventory = scanned(places=(str(tmp_path / "e.json"),))

    assert inventory.gaps == ()
    assert {job.name for job in inventory.all(LineageJob)} == set(names)
    assert all(job.id.startswith("//e.json/jobs/n/") and job.id.count("/") == 5 for job in inventory.all(LineageJob))


def test_equal_runs_are_one(tmp_path: Path) -> None:
    made = [
        {**event(n, job={"namespace": "n", "name": "hourly"}), "eventTime": f"2026-11-{n + 1:02}T10:00:00Z"}
        for n in range(20)
    ]
    (tmp_path / "e.json").write_text(json.dumps(made), encoding="utf-8")
    [run] = scanned(places=(str(tmp_path / "e.json"),)).all(LineageRun)

    assert (run.name, run.repeats, str(run.ended_at)[:10]) == (made[-1]["run"]["runId"], 20, "2026-11-20")
