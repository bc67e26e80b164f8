"""Types of the message that says how a scan went, version 1. Fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from reports.json_types_v1 import SeverityCountsV1, ToolV1
from scanner.model.nouns import Severity


class ReasonV1(Struct, frozen=True):
    """Why earlier failures were not seen, and how many of them."""

    reason: str
    count: int


class WorstV1(Struct, frozen=True):
    """A failure, as far as it takes to see whom it is for."""

    severity: Severity
    check: str
    title: str
    kind: str
    name: str
    id: str
    provider: str
    account: str
    region: str
    console_url: str


class EndedV1(Struct, frozen=True):
    """The exit code that is to be, and why. That nobody could be notified may still change it."""

    code: int
    why: str


class NotificationV1(Struct, frozen=True):
    """How a scan went. `id` is the scan's, and the same however often this is sent; `text` is all of it in one line.

    `states` is how many findings are what against earlier scans, null where none is known. `not_seen` are failures of
    earlier scans of which nobody knows now, `not_seen_because` their most frequent reasons. `by_severity` are the open
    failures of this scan. `worst` is the worst that is new or reopened, of all failures where no earlier scan is known.
    `ended` is null where the message was made of a report. Where it was made without names, `worst` is null and what
    says because of what is empty.

    `not_seen_as_before` of those not seen, `gaps_as_before` of the gaps and `unknown_as_before` of the unknown verdicts
    were there in the last scan, for the same reason; `newly_not_seen_because` are the reasons of the others that were
    not seen. `as_before` says that nothing was unseen but what was unseen before.
    """

    schema: Literal["mlposture/notification/v1"]
    tool: ToolV1
    id: str
    started_at: datetime
    finished_at: datetime
    text: str
    complete: bool
    accounts: int
    resources: int
    gaps: int
    unknown: int
    by_severity: SeverityCountsV1
    states: dict[str, int] | None
    not_seen: int
    not_seen_because: list[ReasonV1]
    worst: WorstV1 | None
    ended: EndedV1 | None = None
    not_seen_as_before: int = 0
    newly_not_seen_because: list[ReasonV1] = []
    gaps_as_before: int = 0
    unknown_as_before: int = 0
    as_before: bool = False
