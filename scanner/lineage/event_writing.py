"""Records as OpenLineage events again. What was read and is written makes the same records when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner import HOME
from scanner.lineage.events import EventKind
from scanner.lineage.kept_events import KeptEvents
from scanner.lineage.merging import Named, Record, Transition
from scanner.model.sanitize import encode

#: Who makes an event that none of those read had, and the versions of the spec that it goes by.
PRODUCER = HOME
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_DEFINITIONS = {EventKind.RUN: "RunEvent", EventKind.JOB: "JobEvent", EventKind.DATASET: "DatasetEvent"}


def lines(kept: KeptEvents) -> Iterator[bytes]:
    """All events as lines of JSON: data sets, then jobs, then runs, each in the order of its names and times."""
    for kind in (EventKind.DATASET, EventKind.JOB, EventKind.RUN):
        for record in kept.records(kind):
            for event in events_of(kind, record):
                yield encode(event) + b"\n"


def events_of(kind: EventKind, record: Record) -> Iterator[dict[str, Any]]:
    """The events that say what a record does: one for each transition, of which the last has all facets."""
    *before, last = record.transitions
    for transition in before:
        bare = {"run": {"runId": record.key[0]}, "job": _name(record.job)} if kind is EventKind.RUN else None
        if bare is not None:
            yield _event(kind, transition, bare)
    yield _event(kind, last, {**record.more, **_content(kind, record)})


def _event(kind: EventKind, transition: Transition, content: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "eventTime": transition.at,
        "producer": transition.producer or PRODUCER,
        "schemaURL": transition.schema_url or SCHEMA + _DEFINITIONS[kind],
    }
    if transition.type:
        made["eventType"] = transition.type
    return {**made, **content}


def _content(kind: EventKind, record: Record) -> dict[str, Any]:
    if kind is EventKind.DATASET:
        return {"dataset": _whole(record.dataset)}
    made: dict[str, Any] = {"job": _whole(record.job)}
    made["inputs"] = [_whole(one, "inputFacets") for one in _sorted(record.inputs.values())]
    made["outputs"] = [_whole(one, "outputFacets") for one in _sorted(record.outputs.values())]
    if kind is EventKind.RUN:
        made["run"] = {**record.run_more, "runId": record.key[0], "facets": record.facets}
    return made


def _sorted(named: Iterable[Named]) -> list[Named]:
    return sorted(named, key=lambda one: one.key)


def _name(named: Named | None) -> dict[str, Any]:
    return {"namespace": named.namespace, "name": named.name} if named else {}


def _whole(named: Named | None, use: str = "") -> dict[str, Any]:
    """A job or data set with its facets, and those of its use by a run."""
    if named is None:
        return {}
    made = {**named.more, **_name(named), "facets": named.facets}
    return made | ({use: named.use} if use and named.use else {})
