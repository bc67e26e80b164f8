"""What two scans differ in as JSON: docs/reference/diff-v1.schema.json."""

from collections.abc import Iterator

from msgspec import UNSET

from reports.json_diff_types_v1 import (
    AccessV1,
    CausesV1,
    ChangeV1,
    ComparedV1,
    CountsV1,
    DiffCheckV1,
    DifferenceV1,
    RecordedChangeV1,
    RecordedV1,
    UnreadV1,
)
from reports.json_finding_types_v1 import ResourceV1
from reports.json_types_v1 import ToolV1
from reports.writing import Pieces, redact, stream
from scanner import __version__
from scanner.history.causes import Causes, Recorded
from scanner.history.comparing import Fate, What
from scanner.history.comparison import Compared, Comparison, Difference
from scanner.model.changes import Change
from scanner.model.nouns import Severity


def render(found: Comparison) -> Iterator[bytes]:
    """The comparison as JSON, in pieces: `DiffV1` with its findings one by one."""
    document = Pieces(
        schema="mlposture/diff/v1",
        tool=ToolV1("mlposture", __version__),
        before=_compared(found.before),
        after=_compared(found.after),
        differences=map(_difference, found.differences),
        counts={str(what): _counts(found, what) for what in What},
    )
    if found.causes is not None:
        document["causes"] = _causes(found.causes)
    document["findings"] = (_change(fate, found.causes) for fate in found.fates())
    yield from stream(document)
    yield b"\n"


def _compared(one: Compared) -> ComparedV1:
    return ComparedV1(redact(one.said), one.form, one.scan_id, one.made_at, one.version, one.complete)


def _difference(one: Difference) -> DifferenceV1:
    return DifferenceV1(one.what, one.lacks, [redact(item) for item in one.items])


def _counts(found: Comparison, what: What) -> CountsV1:
    return CountsV1(found.tally.of(what), *(found.tally[what, severity] for severity in Severity))


def _change(fate: Fate, causes: Causes | None) -> ChangeV1:
    told, about = fate.told, fate.about
    known = causes.of(fate) if causes is not None else None
    return ChangeV1(
        state=fate.what,
        fingerprint=told.fingerprint,
        check=DiffCheckV1(told.check, redact(told.title)),
        severity=told.severity,
        score=told.score,
        message=redact(told.message),
        resource=ResourceV1(
            about.id, about.kind, about.name, about.provider, about.account, about.region, about.console_url
        ),
        systems=list(told.systems),
        before=fate.before,
        after=fate.after,
        why=redact(fate.why),
        first_seen=told.first_seen,
        causes=UNSET if known is None else _recorded(known),
    )


def _causes(causes: Causes) -> CausesV1:
    return CausesV1(
        since=causes.since,
        until=causes.until,
        calls=causes.calls,
        left_out=causes.left_out,
        access=[
            AccessV1(one.provider, one.account, redact(one.scanner), list(one.denied), _recorded(one.recorded))
            for one in causes.access
        ],
        unread=[
            UnreadV1(one.provider, one.account, one.region, one.log, one.reason, one.permission, redact(one.detail))
            for one in causes.unread
        ],
    )


def _recorded(found: Recorded) -> RecordedV1:
    return RecordedV1([_recorded_change(one) for one in found.changes], found.whole)


def _recorded_change(one: Change) -> RecordedChangeV1:
    via = [redact(each) for each in one.via]
    return RecordedChangeV1(one.at, redact(one.action), redact(one.principal), via, one.log, redact(one.id))
