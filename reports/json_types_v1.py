"""Types of the JSON report, version 1: our own and frozen, so that inner changes never change what others parse.

Fields are only ever added. `scripts/build_schema.py` publishes the JSON Schema of these types.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from reports.json_finding_types_v1 import ControlV1, FindingV1, FixV1, HistoryV1, KnownResourceV1, SuppressionV1
from scanner.model.nouns import Reason


class ToolV1(Struct, frozen=True):
    """What wrote the report."""

    name: str
    version: str


#: What can be said of a control. Only configuration benchmarks say pass and fail.
WordV1 = Literal[
    "evidence for",
    "evidence against",
    "mixed",
    "not assessed",
    "not applicable",
    "applicability not decided",
    "pass",
    "fail",
]


class ScopeV1(Struct, frozen=True):
    """One account, project or subscription in one region; `global` where the service has no regions."""

    provider: str
    account: str
    region: str


class PrincipalV1(Struct, frozen=True):
    """In whose name an account was read, as the provider calls them; null where nothing said it."""

    provider: str
    account: str
    name: str | None


class AccountV1(Struct, frozen=True):
    """An account that was scanned, and what it is called; null where no list of accounts said it."""

    provider: str
    account: str
    name: str | None


class ScanV1(Struct, frozen=True):
    """The run. `complete` is false when anything could not be observed; see `gaps`.

    `inventories` are the SHA-256 of the saved inventories that hold what was judged, in hexadecimal: those that the run
    read, or the one that it wrote. They say of each resource when it was read, and have digests of what the provider
    said.
    """

    id: str
    started_at: datetime
    finished_at: datetime
    scopes: list[ScopeV1]
    arguments: list[str]
    complete: bool
    principals: list[PrincipalV1]
    inventories: list[str]
    accounts: list[AccountV1]


class VerdictCountsV1(Struct, frozen=True, rename={"passed": "pass"}):
    """Verdicts over all checks and resources, also those that `findings` leaves out.

    `suppressed` failures are not among `fail`; as findings they have the verdict `fail` and a `suppression`.
    """

    passed: int
    fail: int
    unknown: int
    not_applicable: int
    suppressed: int


class SeverityCountsV1(Struct, frozen=True):
    """Failures by severity. Those of the summary are open: suppressed ones are not among them."""

    critical: int
    high: int
    medium: int
    low: int
    informational: int


class SummaryV1(Struct, frozen=True):
    """Counts. `resources` is how many were observed, `trusted` how many of the passes rest on `trust`.

    `unmanaged` is how many no code made; null where no states of infrastructure as code were given. `states` is how
    many findings are what against earlier scans, those that are gone among them; null where none is known.
    """

    resources: int
    verdicts: VerdictCountsV1
    by_severity: SeverityCountsV1
    trusted: int
    unmanaged: int | None
    states: dict[str, int] | None


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
    """Verdicts of one check. `judged` is passed + failed; `trusted` of those that passed rest on `trust`.

    `suppressed` of those that failed are suppressed.
    """

    id: str
    judged: int
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    trusted: int
    suppressed: int


class CoverageV1(Struct, frozen=True):
    """What the verdicts rest on."""

    kinds: list[KindCoverageV1]
    checks: list[CheckCoverageV1]


class PostureV1(Struct, frozen=True):
    """Percentages. `posture` is null if too little was assessed; the bounds count unknown as fail and as pass."""

    posture: float | None
    coverage: float
    lower: float
    upper: float


class FrameworkScoreV1(PostureV1, frozen=True):
    """The mean over the controls of a framework that apply, and how many have which word. None of them means compliant.

    `manual` of the applicable ones are those that only people can show, of `unchecked` no check of this version speaks,
    and of `empty` nothing exists here. `coverage` is over the others; `lower` and `upper` count whatever is not known.
    `readiness` counts the words of controls that do not apply yet, which are no breach.
    """

    controls: int
    applicable: int
    manual: int
    unchecked: int
    empty: int
    words: dict[str, int]
    readiness: dict[str, int]


class SystemScoreV1(PostureV1, frozen=True):
    """The same for what belongs to one AI system."""

    frameworks: dict[str, FrameworkScoreV1]


class ScoresV1(PostureV1, frozen=True):
    """The same for all that was scanned, then for each AI system, by its id."""

    frameworks: dict[str, FrameworkScoreV1]
    systems: dict[str, SystemScoreV1]


class EvidenceItemV1(Struct, frozen=True):
    """Evidence that is no count of verdicts: what people or pipelines recorded, or declared. Neither is ever a pass.

    `sha256` is the digest of a document as declared, `until` when this is to be looked at again; empty or null if
    unsaid.
    """

    kind: Literal["observed", "recorded", "declared", "missing"]
    text: str
    by: str
    on: date | None
    until: date | None
    source: str
    sha256: str


class ClaimV1(Struct, frozen=True):
    """What there is on one objective: how many verdicts of `checks` speak for it and against it, and how many are open.

    `excepted` of those against are accepted by the manifest, and `suppressed` of them are suppressed. `coverage` is the
    share, in percent, of what could have been judged. `kinds` are the kinds of evidence there are. `why` says what
    stands in the way of more.
    """

    objective: str
    checks: list[str]
    supporting: int
    against: int
    unknown: int
    excepted: int
    coverage: float
    complete: bool
    why: str
    kinds: list[Literal["observed", "recorded", "declared", "missing"]]
    other: list[EvidenceItemV1]
    suppressed: int


class ControlStateV1(Struct, frozen=True, omit_defaults=True):
    """What there is to say of a control for one system. A member that is left out is empty, false or null.

    `word` is one about evidence only where that allows one, and `why` says why not, or what it rests on. `readiness`:
    the control does not apply before `applies_from`, and nothing here is a breach. `documents` are declared.
    """

    id: str
    word: WordV1
    why: str = ""
    readiness: bool = False
    applies_from: date | None = None
    score: PostureV1 | None = None
    rests_on: EvidenceItemV1 | None = None
    documents: list[EvidenceItemV1] = []


class FrameworkStateV1(Struct, frozen=True):
    """The controls of a framework for one system, in their order."""

    framework: str
    controls: list[ControlStateV1]


class RequirementV1(Struct, frozen=True):
    """What a stage of the rollout asks for, from that stage on. `word` and `why` are as for controls.

    `ahead`: the next stage asks for it, and the one that the system is in does not.
    """

    name: str
    stage: Literal["pilot", "limited", "general"]
    word: WordV1
    why: str
    objectives: list[str]
    other: list[EvidenceItemV1]
    ahead: bool


class SystemV1(Struct, frozen=True):
    """An AI system as declared, with what the evidence says of it; with a null `id`, all that was scanned.

    `declared` is what the manifest says of it, and `rests_on` who decided how it is classified. `shared` of the
    resources belong to other systems, too, and `suppressed` of the failures are suppressed. `rollout` is what its stage
    asks for, and the next one. `hidden` is why there may be more of it than was found, which no number here counts;
    empty where nothing hides it.
    """

    id: str | None
    name: str
    declared: dict[str, str]
    rests_on: EvidenceItemV1 | None
    resources: int
    shared: int
    failures: SeverityCountsV1
    claims: list[ClaimV1]
    frameworks: list[FrameworkStateV1]
    rollout: list[RequirementV1]
    hidden: str
    suppressed: int


class ControlInfoV1(Struct, frozen=True):
    """A control, the objectives that bear on it with their relationship, and those of them that may give it a word."""

    framework: str
    id: str
    title: str
    assessable: str
    objectives: dict[str, str]
    core: list[str]


class EvidenceV1(Struct, frozen=True):
    """What the verdicts, and what people declared, say of AI systems and of controls. It is evidence, not compliance.

    Duties apply as of `as_of`. `manifest` is where the systems are declared, empty where none are; `unclaimed`
    resources of ML belong to none of them.
    """

    statement: str
    as_of: date
    manifest: str
    unclaimed: int
    warnings: list[str]
    controls: list[ControlInfoV1]
    systems: list[SystemV1]


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


class SuppressionUseV1(Struct, frozen=True):
    """An entry of the file of suppressions: what it is about, what was decided, and what came of it.

    `state` is `used`, or `unused` where nothing it is about fails and all of that was seen, or `not judged` where not
    all was, or `expired`: it counts no more. `findings` are the failures that match it; of an expired one, those that
    are open again. `ends_soon`: it counts for two weeks or less.
    """

    check: str
    resource: str
    account: str
    provider: str
    fingerprint: str
    decision: SuppressionV1
    state: Literal["used", "unused", "not judged", "expired"]
    findings: int
    ends_soon: bool


class UnmanagedV1(Struct, frozen=True):
    """A resource that no state has, though one has others of its kind in its account."""

    id: str
    kind: str
    name: str
    provider: str
    account: str
    region: str


class ReportV1(Struct, frozen=True):
    """A posture report.

    `fixes` are the changes that would close most failures, the first one first. `controls` are those that checks speak
    to, by `framework:id`. `resources` are those that findings are about, each once.
    """

    schema: Literal["mlposture/report/v1"]
    tool: ToolV1
    scan: ScanV1
    summary: SummaryV1
    fixes: list[FixV1]
    controls: dict[str, ControlV1]
    findings: list[FindingV1]
    resources: list[KnownResourceV1]
    history: HistoryV1
    gaps: list[GapV1]
    coverage: CoverageV1
    scores: ScoresV1
    evidence: EvidenceV1
    trust: list[TrustV1]
    suppressions: list[SuppressionUseV1]
    unmanaged: list[UnmanagedV1]
