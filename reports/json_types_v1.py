"""Types of the JSON report, version 1: our own and frozen, so that inner changes never change what others parse.

Fields are only ever added. `scripts/build_schema.py` publishes the JSON Schema of these types.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from scanner.model.nouns import Reason, Severity, Status


class ToolV1(Struct, frozen=True):
    """What wrote the report."""

    name: str
    version: str


class ScopeV1(Struct, frozen=True):
    """One account, project or subscription in one region; `global` where the service has no regions."""

    provider: str
    account: str
    region: str


class ScanV1(Struct, frozen=True):
    """The run. `complete` is false when anything could not be observed; see `gaps`."""

    id: str
    started_at: datetime
    finished_at: datetime
    scopes: list[ScopeV1]
    arguments: list[str]
    complete: bool


class VerdictCountsV1(Struct, frozen=True, rename={"passed": "pass"}):
    """Verdicts over all checks and resources, also those that `findings` leaves out."""

    passed: int
    fail: int
    unknown: int
    not_applicable: int
    suppressed: int


class SeverityCountsV1(Struct, frozen=True):
    """Failures by severity."""

    critical: int
    high: int
    medium: int
    low: int
    informational: int


class SummaryV1(Struct, frozen=True):
    """Counts. `resources` is how many were observed, `trusted` how many of the passes rest on `trust`."""

    resources: int
    verdicts: VerdictCountsV1
    by_severity: SeverityCountsV1
    trusted: int


class CheckV1(Struct, frozen=True):
    """The check that gave a verdict. The id never changes its meaning."""

    id: str
    slug: str
    title: str


class ResourceV1(Struct, frozen=True):
    """The resource judged. `id` is the provider's full name.

    `cached` gives the operations whose details came from the local cache, and when these were read.
    """

    id: str
    kind: str
    name: str
    provider: str
    account: str
    region: str
    console_url: str
    cached: dict[str, str]


class ControlV1(Struct, frozen=True):
    """A framework control that the check speaks to, how, and why: never that the control is fulfilled."""

    framework: str
    id: str
    relationship: str
    reason: str


class SourceV1(Struct, frozen=True):
    """Where infrastructure as code declares the resource."""

    uri: str
    line: int
    address: str


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


class FindingV1(FindingStartV1, frozen=True):
    """One verdict on one resource. `evidence` holds the observed values and, for a failure, the score's arithmetic."""

    objective: str
    controls: list[ControlV1]
    source: SourceV1 | None
    suppression: dict[str, Any] | None
    state: str | None
    remediation: str
    references: list[str]


class GapV1(Struct, frozen=True):
    """Something that was not observed, how often, the permission that closes it, and the checks it blinds."""

    kind: str
    operation: str
    scope: ScopeV1
    reason: Reason
    detail: str
    permission: str
    count: int
    checks: list[str]


class KindCoverageV1(Struct, frozen=True):
    """How much of a kind was seen in one scope. `absent` says why the scope can hold none; empty otherwise.

    `gone` counts resources that were listed and were not there any more when their details were asked for.
    """

    provider: str
    account: str
    region: str
    kind: str
    observed: int
    complete: bool
    absent: str
    gone: int


class CheckCoverageV1(Struct, frozen=True):
    """Verdicts of one check. `judged` is passed + failed; `trusted` of those that passed rest on `trust`."""

    id: str
    judged: int
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    trusted: int


class CoverageV1(Struct, frozen=True):
    """What the verdicts rest on."""

    kinds: list[KindCoverageV1]
    checks: list[CheckCoverageV1]


class FrameworkScoreV1(Struct, frozen=True):
    """Controls of a framework that the evidence supports or contradicts. Neither means compliant."""

    controls: int
    supported: list[str]
    contradicted: list[str]
    not_assessed: int


class ScoresV1(Struct, frozen=True):
    """Percentages. `posture` is null if nothing was assessed; `lower` and `upper` count unknown as fail and as pass."""

    posture: float | None
    coverage: float
    lower: float
    upper: float
    frameworks: dict[str, FrameworkScoreV1]
    systems: dict[str, dict[str, Any]]


class TrustV1(Struct, frozen=True):
    """An entry of `[trust]`: what is said to belong to the reader or a partner, why, and the last day it counts.

    `expired` entries trust nothing. `matched` says whether a verdict needed it, `passes` how many rest on it.
    """

    table: str
    value: str
    reason: str
    until: date | None
    expired: bool
    matched: bool
    passes: int


class ReportV1(Struct, frozen=True):
    """A posture report."""

    schema: Literal["mlposture/report/v1"]
    tool: ToolV1
    scan: ScanV1
    summary: SummaryV1
    findings: list[FindingV1]
    gaps: list[GapV1]
    coverage: CoverageV1
    scores: ScoresV1
    trust: list[TrustV1]
