"""The events of one run, job or data set as one record, in whatever order they came.

Facets accumulate, and a later one takes the place of an earlier one of its name, as the spec has it. Events are taken
by their time, and those of one time by their content, so that the order of arrival does not matter. A run whose events
do not agree on how it ended ended as the latest of them says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from scanner.lineage.events import Event

#: Events after which a run is over.
ENDS = frozenset({"COMPLETE", "FAIL", "ABORT"})
#: Members of an event that are about the event, or that are merged one by one.
_OWN = frozenset({"eventType", "eventTime", "producer", "schemaURL", "run", "job", "dataset", "inputs", "outputs"})


class Transition(Struct, frozen=True):
    """An event of a run: what it said, when, and who made it."""

    type: str
    at: str
    producer: str
    schema_url: str


class Named(Struct):
    """A job or a data set as events name it, with its facets; of one that a run reads or writes, those of that use."""

    namespace: str
    name: str
    facets: dict[str, Any] = {}
    use: dict[str, Any] = {}
    more: dict[str, Any] = {}

    @property
    def key(self) -> tuple[str, str]:
        return self.namespace, self.name


class Record(Struct):
    """All that events say of one run, job or data set.

    Of a run, `transitions` are its first and last event of each type. `more` are members that nothing here knows.
    """

    key: tuple[str, str]
    job: Named | None = None
    dataset: Named | None = None
    facets: dict[str, Any] = {}
    inputs: dict[tuple[str, str], Named] = {}
    outputs: dict[tuple[str, str], Named] = {}
    transitions: list[Transition] = []
    more: dict[str, Any] = {}
    run_more: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> Transition | None:
        """The last event that ended the run, if any did."""
        return next((one for one in reversed(self.transitions) if one.type in ENDS), None)

    @property
    def state(self) -> str:
        """`COMPLETE`, `FAIL`, `ABORT`; else that of the last event of it; empty where none has a type."""
        last = self.end or next((one for one in reversed(self.transitions) if one.type not in ("", "OTHER")), None)
        return last.type if last else ""

    @property
    def started_at(self) -> str:
        """When it began, as far as an event says so."""
        return next((one.at for one in self.transitions if one.type == "START"), "")

    @property
    def ended_at(self) -> str:
        return self.end.at if self.end else ""


def merge(events: Iterable[Event]) -> Record:
    """What the events of one key say together; they come in order of time and content, and there is at least one."""
    record: Record | None = None
    for event in events:
        record = record or Record(event.key)
        _take(record, event)
    if record is None:
        raise ValueError("nothing to merge")
    return record


def _take(record: Record, event: Event) -> None:
    """Add what one more event says."""
    document = event.document
    record.more |= {name: value for name, value in document.items() if name not in _OWN}
    if isinstance(run := document.get("run"), Mapping):
        accumulate(record.facets, run.get("facets"))
        record.run_more |= {name: value for name, value in run.items() if name not in ("runId", "facets")}
    record.job = _named(record.job, document.get("job"))
    record.dataset = _named(record.dataset, document.get("dataset"))
    for name, known in (("inputs", record.inputs), ("outputs", record.outputs)):
        for item in document.get(name) or ():
            key = item["namespace"], item["name"]
            known[key] = _named(known.get(key), item) or known[key]
    texts = (str(document.get(name) or "") for name in ("eventType", "producer", "schemaURL"))
    _note(record.transitions, Transition(next(texts).upper(), event.at, *texts))


def _named(known: Named | None, item: Any) -> Named | None:
    """A job or data set with what one more event says of it."""
    if not isinstance(item, Mapping):
        return known
    # A run that is moved from one job to another belongs to the one that its last event names.
    if known is None or known.key != (item["namespace"], item["name"]):
        known = Named(item["namespace"], item["name"], {}, {}, {})
    accumulate(known.facets, item.get("facets"))
    for name in ("inputFacets", "outputFacets"):
        accumulate(known.use, item.get(name))
    own = ("namespace", "name", "facets", "inputFacets", "outputFacets")
    known.more |= {name: value for name, value in item.items() if name not in own}
    return known


def accumulate(known: dict[str, Any], facets: Any) -> None:
    """Add facets to those known. One that says it is deleted takes away the one of its name."""
    if not isinstance(facets, Mapping):
        return
    for name, facet in facets.items():
        if isinstance(facet, Mapping) and facet.get("_deleted") is True:
            known.pop(name, None)
        elif facet is not None:
            known[name] = facet


def _note(known: list[Transition], one: Transition) -> None:
    """Keep of each type the first event and the last: a run that streams has a million of them."""
    same = [at for at, other in enumerate(known) if other.type == one.type]
    if one in known:
        return
    if len(same) > 1:
        del known[same[-1]]
    known.append(one)
