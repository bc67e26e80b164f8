"""Types of the JSON report, version 1, about findings and what they are about. `json_types_v1` has the others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from scanner.model.nouns import Severity, Status


class CheckV1(Struct, frozen=True):
    """The check that gave a verdict. The id never changes its meaning."""

    id: str
    slug: str
    title: str


class ResourceV1(Struct, frozen=True):
    """The resource judged. `id` is the provider's full name."""

    id: str
    kind: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str


class OwnerV1(Struct, frozen=True):
    """Who answers for a resource: declared in the manifest of AI systems, or recorded by its tag `owner`."""

    name: str
    kind: Literal["declared", "recorded"]


class KnownResourceV1(ResourceV1, frozen=True):
    """A resource that findings are about. `tags` and `created_at` are null where they were not observed.

    `cached` gives the operations whose details came from the local cache, and when these were read.
    """

    cached: dict[str, str]
    tags: dict[str, str] | None
    created_at: datetime | None
    owners: list[OwnerV1]
    systems: list[str]


class BearingV1(Struct, frozen=True):
    """How and why checks of an objective speak to a control: never that the control is fulfilled."""

    relationship: str
    reason: str


class ControlV1(Struct, frozen=True):
    """A framework control that findings speak to, with what each objective has to do with it."""

    framework: str
    id: str
    objectives: dict[str, BearingV1]


class SiteV1(Struct, frozen=True):
    """A line of the sources, and what stands there. `uri` is relative to the root of the sources."""

    uri: str
    line: int
    address: str


class SourceV1(SiteV1, frozen=True):
    """Where infrastructure as code declares the resource: the line that must change, or the block that lacks one.

    `attribute` is what is in that line; empty where it is that of the block. `calls` are the calls of modules that lead
    there, the outermost first.
    """

    column: int
    attribute: str
    calls: list[SiteV1]


class SuppressionV1(Struct, frozen=True):
    """What was decided of a finding that stays as it is: why, by whom, and the last day that it counts (UTC).

    `until` is null where the risk is accepted without an end. `entry` is where this stands in the file of suppressions,
    and `also` where others do that are about the same finding.
    """

    entry: str
    reason: str
    owner: str
    approver: str
    ticket: str
    until: date | None
    accepts_risk: bool
    also: list[str]


class FindingStartV1(Struct, frozen=True):
    """What is a finding's own. All findings of a check have the rest in common."""

    fingerprint: str
    check: CheckV1
    verdict: Status
    severity: Severity
    score: float
    message: str
    evidence: dict[str, Any]
    resource: ResourceV1
    path: list[str]
    systems: list[str]
    source: SourceV1 | None
    unsourced: str
    suppression: SuppressionV1 | None
    state: str | None
    first_seen_at: datetime | None


class FindingV1(FindingStartV1, frozen=True):
    """One verdict on one resource. `evidence` holds the observed values and, for a failure, the score's arithmetic.

    `controls` are keys of the report's `controls`, where `objective` leads to how and why. `source` is null where it is
    not known; `unsourced` says why, if it was looked for. `suppression` is null where there is none, and `state` where
    there is no earlier report and no history: against these, a failure is `new`, `not compared` (no scan of the
    history had looked at it), `persisting`, `reopened` (it had ended before) or `suppressed`, and what failed there is
    `fixed` or, where nobody knows, `unknown`. `first_seen_at` is when it was seen to fail for the first time; null
    where that is not known.
    """

    objective: str
    controls: list[str]
    remediation: str
    references: list[str]


class ClosedV1(Struct, frozen=True):
    """Of the failures of a check, how many a change would close."""

    check: str
    closes: int
    of: int


class FixV1(Struct, frozen=True):
    """A change of one resource, and how many failures it would close at most that the changes before it do not.

    With `examples`, several paths of others lead through it: the change gives it what `objective` asks, and closes
    these paths and its own failures under the objective. Without, it closes one failure of its own.
    """

    resource: ResourceV1
    objective: str
    closes: int
    by_severity: dict[str, int]
    checks: list[ClosedV1]
    remediation: str
    examples: list[str]


class SettledV1(Struct, frozen=True):
    """An account. It is `settled` where nothing that failed before may have been missed: all of it was seen, or an
    earlier report knew all its failures, of which `carried` many are carried forward. `regions` were asked, or lead to
    what is carried forward.
    """

    provider: str
    account: str
    settled: bool
    carried: int
    regions: list[str]


class CarriedV1(Struct, frozen=True):
    """A failure of an earlier report of which this scan does not know whether it still is one, and why it does not.

    `observed_at` is when it was last seen, `first_seen_at` when first, null where that is not known. `as_before`: the
    earlier report did not know either, for the same reason.
    """

    fingerprint: str
    check: CheckV1
    severity: Severity
    score: float
    message: str
    resource: ResourceV1
    systems: list[str]
    source: SourceV1 | None
    observed_at: datetime
    first_seen_at: datetime | None
    why: str
    as_before: bool


class AsBeforeV1(Struct, frozen=True):
    """How many gaps and unknown verdicts the last scan of the account had, too, for the same reason.

    `whole`: there are no others, nor a list that is not complete. What was not noted is not as before.
    """

    gaps: int
    unknown: int
    whole: bool


class HistoryV1(Struct, frozen=True):
    """What is known of failures that an earlier report has (--baseline) or a history of scans (--store)."""

    accounts: list[SettledV1]
    carried: list[CarriedV1]
    as_before: AsBeforeV1
