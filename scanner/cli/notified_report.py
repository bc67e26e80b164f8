"""What there is to say of a scan, from the JSON report of it, read piece by piece."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from reports.json_finding_types_v1 import CheckV1, ResourceV1
from reports.json_types_v1 import SeverityCountsV1, ToolV1
from reports.notification import FRESH, MOST_REASONS, SCHEMA, about, compared, reasons, worded
from reports.notification_types_v1 import NotificationV1, ReasonV1, WorstV1
from scanner.history.reading import REPORT, form, understood
from scanner.model.errors import InputError
from scanner.model.nouns import Severity, Status
from scanner.store.piecewise import Reader

#: It becomes a header of a request.
_Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{1,64}\Z")]


class _Scan(Struct, frozen=True):
    id: _Id
    started_at: datetime
    finished_at: datetime
    complete: bool
    accounts: tuple[Any, ...]


class _Verdicts(Struct, frozen=True):
    unknown: int


class _Summary(Struct, frozen=True):
    resources: int
    verdicts: _Verdicts
    by_severity: SeverityCountsV1
    states: dict[str, int] | None


class _Finding(Struct, frozen=True):
    """As much of a finding as tells whether it is the worst, and what it is."""

    check: CheckV1
    verdict: Status
    severity: Severity
    resource: ResourceV1
    suppression: dict[str, Any] | None = None
    state: str | None = None


class _Carried(Struct, frozen=True):
    why: str
    as_before: bool = False


class _AsBefore(Struct, frozen=True):
    gaps: int = 0
    unknown: int = 0
    whole: bool = False


class _History(NamedTuple):
    """Why failures of earlier scans were not seen, and how many: of all, and of those that are not as before.

    Reports of earlier versions do not say what is as before.
    """

    all: Counter[str]
    newly: Counter[str]
    unseen: _AsBefore


_PARTS: dict[str, Any] = {"tool": ToolV1, "scan": _Scan, "summary": _Summary}


def read_message(path: Path, shown: str) -> NotificationV1:
    """The message of a report; `shown` is what it is called. Raises InputError."""
    if form(path) != REPORT:
        raise InputError(f"{shown}: is no JSON report; give what -o FILE.json wrote")
    parts: dict[str, Any] = {}
    worst: WorstV1 | None = None
    history, gaps = _History(Counter(), Counter(), _AsBefore()), 0
    with understood(path), path.open("rb") as file:
        reader = Reader(path, file)
        for name in reader.members():
            if name in _PARTS:
                parts[name] = msgspec.json.decode(reader.value(), type=_PARTS[name])
            elif name == "findings" and "summary" in parts:
                worst = _worst(reader, known=compared(parts["summary"].states))
            elif name == "history":
                history = _history(reader)
            elif name == "gaps":
                gaps = sum(1 for _ in reader.items())
            else:
                reader.value()
    if len(parts) < len(_PARTS):
        raise InputError(f"{shown}: does not say of which scan it is; give what -o FILE.json wrote")
    return _message(parts["tool"], parts["scan"], parts["summary"], history, gaps=gaps, worst=worst)


def _message(tool: ToolV1, scan: _Scan, summary: _Summary, history: _History, **read: Any) -> NotificationV1:
    total, newly = history.all.total(), history.newly.total()
    return worded(
        NotificationV1(
            schema=SCHEMA,
            tool=tool,
            id=scan.id,
            started_at=scan.started_at,
            finished_at=scan.finished_at,
            text="",
            complete=scan.complete,
            accounts=len(scan.accounts),
            resources=summary.resources,
            gaps=read["gaps"],
            unknown=summary.verdicts.unknown,
            by_severity=summary.by_severity,
            states=summary.states,
            not_seen=total,
            not_seen_because=_most(history.all),
            worst=read["worst"],
            not_seen_as_before=total - newly,
            newly_not_seen_because=_most(history.newly),
            gaps_as_before=history.unseen.gaps,
            unknown_as_before=history.unseen.unknown,
            as_before=not scan.complete and history.unseen.whole,
        )
    )


def _worst(reader: Reader, *, known: bool) -> WorstV1 | None:
    """The first of those that count: findings come worst first. Reads all of them."""
    decode = msgspec.json.Decoder(_Finding).decode
    worst = None
    for item in reader.items():
        if worst is not None:
            continue
        one = decode(item)
        if one.verdict is Status.FAIL and one.suppression is None and (not known or one.state in FRESH):
            worst = about(one.severity, one.check.id, one.check.title, one.resource)
    return worst


def _most(why: Counter[str]) -> list[ReasonV1]:
    return reasons(sorted(why.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_REASONS])


def _history(reader: Reader) -> _History:
    decode = msgspec.json.Decoder(_Carried).decode
    every, newly, unseen = Counter[str](), Counter[str](), _AsBefore()
    for name in reader.members():
        if name == "carried":
            for item in reader.items():
                one = decode(item)
                every[one.why] += 1
                newly[one.why] += not one.as_before
        elif name == "as_before":
            unseen = msgspec.json.decode(reader.value(), type=_AsBefore)
        else:
            reader.value()
    return _History(every, +newly, unseen)
