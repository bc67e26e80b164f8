"""Types of the JSON of `mlposture diff`, version 1. Fields are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from reports.json_finding_types_v1 import ResourceV1
from reports.json_types_v1 import ToolV1
from scanner.history.comparing import What
from scanner.model.nouns import Reason, Severity, Status


class ComparedV1(Struct, frozen=True):
    """One of the two scans. `source` is the file or the scan of a store, as it was named.

    `scan_id` is that of the report or of the store, or the SHA-256 of a saved inventory; empty where nothing says it.
    """

    source: str
    form: Literal["report", "sarif", "inventory", "store"]
    scan_id: str
    made_at: datetime
    version: str
    complete: bool


class DifferenceV1(Struct, frozen=True):
    """What keeps the two from being compared in full. `lacks` is the side that did not look at the `items`.

    `version`, `severity`: both looked, and judge otherwise. `list`: not read to its end. `trust`: entries of `[trust]`.
    `verdicts`: the file leaves them out. `sarif`: the file says less of what was looked at than a JSON report.
    """

    what: Literal["version", "account", "region", "check", "kind", "list", "trust", "severity", "verdicts", "sarif"]
    lacks: Literal["before", "after", "neither"]
    items: list[str]


class CountsV1(Struct, frozen=True):
    """Findings by severity. `total` has those, too, whose severity the file does not say."""

    total: int
    critical: int
    high: int
    medium: int
    low: int
    informational: int


class DiffCheckV1(Struct, frozen=True):
    """The check; `title` is empty where nothing says it."""

    id: str
    title: str


class RecordedChangeV1(Struct, frozen=True):
    """An event of a log that says something was changed, and did not fail. It need not be the cause of anything.

    `action` and `principal` are as the log spells them. `via` is whose session that was, or which service acted.
    """

    at: datetime
    action: str
    principal: str
    via: list[str]
    log: str
    event_id: str


class RecordedV1(Struct, frozen=True):
    """The last changes of a resource between the scans. Without any, none is recorded if `complete`, and else unknown.

    `complete`: all that could have a change of it was read to the end.
    """

    changes: list[RecordedChangeV1]
    complete: bool


class AccessV1(Struct, frozen=True):
    """What logs say of what the scanner may do in an account; `denied` are the permissions that AFTER missed there."""

    provider: str
    account: str
    scanner: str
    denied: list[str]
    recorded: RecordedV1


class UnreadV1(Struct, frozen=True):
    """A log that was not read, or not to its end; `permission` would help, where one would."""

    provider: str
    account: str
    region: str
    log: str
    reason: Reason
    permission: str
    detail: str


class CausesV1(Struct, frozen=True):
    """What the clouds' logs were asked (`--causes`): the time, calls that took, and what they did not say.

    `left_out` are findings of which nothing was asked, as their resources are too many.
    """

    since: datetime
    until: datetime
    calls: int
    left_out: int
    access: list[AccessV1]
    unread: list[UnreadV1]


class ChangeV1(Struct, frozen=True):
    """What has become of a finding: `state`, and where that is `not compared` or `unknown`, `why`.

    `before` and `after` are the verdicts of the two, null where one gave none or does not show it. All else is as the
    later of the two says it that has it as a failure. `severity` is null where the file does not say it, `first_seen`
    where only a store could. `causes` is there where logs were asked about it.
    """

    state: What
    fingerprint: str
    check: DiffCheckV1
    severity: Severity | None
    score: float
    message: str
    resource: ResourceV1
    systems: list[str]
    before: Status | None
    after: Status | None
    why: str
    first_seen: datetime | None
    causes: RecordedV1 | UnsetType = UNSET


class DiffV1(Struct, frozen=True):
    """What has become of each failure between two scans, and what only one of them looked at (`differences`).

    `causes` is there where logs were asked.
    """

    schema: Literal["mlposture/diff/v1"]
    tool: ToolV1
    before: ComparedV1
    after: ComparedV1
    differences: list[DifferenceV1]
    counts: dict[What, CountsV1]
    findings: list[ChangeV1]
    causes: CausesV1 | UnsetType = UNSET
