"""OpenLineage events as they come: what is read of each, and the whole of it beside that.

Of an event only what makes the graph is understood. Facets, and members that no version of the spec has yet, are kept
as they are, see https://openlineage.io/docs/spec/object-model.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from scanner.model.sanitize import quote

#: Bytes of one event. Those with the schemas and column lineage of thousands of columns have a few megabytes.
LARGEST = 8 * 2**20
#: Letters of an id, a namespace or a name. A server of lineage takes 1024 or fewer.
_LONGEST = 4096
#: What comes first and last among the events of one time.
_TURNS = {"START": 0, "COMPLETE": 2, "FAIL": 2, "ABORT": 2}


class EventKind(enum.StrEnum):
    """What an event is about."""

    RUN = "run"
    JOB = "job"
    DATASET = "dataset"


class NotAnEvent(Exception):
    """What was read is no OpenLineage event; the message says why, in a few words."""


class Event(Struct, frozen=True):
    """One event. `key` says which run, job or data set it is about; `at` is when it happened, in UTC."""

    kind: EventKind
    key: tuple[str, str]
    at: str
    document: dict[str, Any]

    @property
    def turn(self) -> str:
        """What sorts the events of one time: a run starts before it ends, and else by what an event says of itself."""
        type = str(self.document.get("eventType") or "").upper()
        said = (str(self.document.get(name) or "") for name in ("producer", "schemaURL"))
        return "\0".join((str(_TURNS.get(type, 1)), type, *said))


class _Named(Struct, frozen=True):
    """A job or a data set."""

    namespace: str
    name: str
    facets: dict[str, Any] | None = None


class _Run(Struct, frozen=True, rename="camel"):
    run_id: str
    facets: dict[str, Any] | None = None


class _Document(Struct, frozen=True, rename="camel"):
    """The members of an event that have to fit. Which of them there are says what kind of event it is."""

    event_time: datetime
    event_type: str | None = None
    run: _Run | None = None
    job: _Named | None = None
    dataset: _Named | None = None
    inputs: list[_Named] | None = None
    outputs: list[_Named] | None = None


def read_event(content: bytes | Mapping[str, Any]) -> Event:
    """The event in some JSON. Raises NotAnEvent."""
    if isinstance(content, bytes) and len(content) > LARGEST:
        raise NotAnEvent(f"an event has more than {LARGEST} bytes")
    try:
        document = msgspec.json.decode(content, type=dict[str, Any]) if isinstance(content, bytes) else dict(content)
        found = msgspec.convert(document, _Document)
        at = instant(found.event_time)  # which may lie outside what years there are
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError) as error:
        raise NotAnEvent(quote(str(error)) or type(error).__name__) from error
    if found.run is not None and found.job is not None:
        kind, key = EventKind.RUN, (found.run.run_id, "")
    elif found.job is not None and found.run is None:
        kind, key = EventKind.JOB, (found.job.namespace, found.job.name)
    elif found.dataset is not None and found.run is None:
        kind, key = EventKind.DATASET, (found.dataset.namespace, found.dataset.name)
    else:
        raise NotAnEvent("it has neither a run with a job, nor a job, nor a dataset")
    _refuse_names(found)
    return Event(kind, key, at, document)


def _refuse_names(found: _Document) -> None:
    """Raise NotAnEvent for what is called by nothing, or by more than anybody would."""
    named = [one for one in (found.job, found.dataset, *(found.inputs or ()), *(found.outputs or ())) if one]
    texts = [text for one in named for text in (one.namespace, one.name)] + ([found.run.run_id] if found.run else [])
    for text in texts:
        if not text.strip():
            raise NotAnEvent("a name in it is empty")
        if len(text) > _LONGEST:
            raise NotAnEvent(f"a name in it has more than {_LONGEST} letters")


def instant(time: datetime) -> str:
    """A time in UTC, in a spelling that sorts; one without a zone counts as UTC."""
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
