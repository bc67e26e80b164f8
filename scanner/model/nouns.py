"""The nouns every other module speaks in: resources, verdicts, gaps, findings, the report.

Everything here is a frozen snapshot. A field of a resource has three states: a value, `None` (the provider answered
and the thing is absent), `UNSET` (nobody saw it). No check may pass or fail on `UNSET`.
"""

import enum
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, Union

import msgspec
from msgspec import UNSET, Struct, UnsetType

from scanner.model.claims import Assessment, NoAssessment, Posture
from scanner.model.history import Account, Formers, NoFormers
from scanner.model.notes import Checkout, Source, Suppression, SuppressionUse
from scanner.model.origins import Principal, Said
from scanner.model.remedies import Fix
from scanner.model.taxonomies import Taxonomy
from scanner.model.trust import Entry, Foreign, Use

if TYPE_CHECKING:
    from scanner.model.described import Described

T = TypeVar("T")
#: The three states of a field: a value, `None` for observed absent, `UNSET` for not observed.
Observed = Union[T, None, UnsetType]

#: What a provider call gave: the reply, `None` where the provider said it does not exist, `UNSET` where it failed.
Reply = Union[Mapping[str, Any], None, UnsetType]

ROOT = ""
ANYWHERE = "global"


class Severity(enum.StrEnum):
    """Harm if the verdict is true, from worst to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"

    @property
    def rank(self) -> int:
        """0 for critical … 4 for informational, so that sorting puts the worst first."""
        return list(Severity).index(self)


class Status(enum.StrEnum):
    """Outcome of one check on one resource."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Reason(enum.StrEnum):
    """Why something could not be observed."""

    DENIED = "denied"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNSUPPORTED_REGION = "unsupported_region"
    NOT_ENABLED = "not_enabled"
    MALFORMED = "malformed"
    ERROR = "error"
    STOPPED = "stopped"


class Extent(enum.IntEnum):
    """How much a refusal holds for: the number of members of (account, region, service) that have to be the same."""

    EVERYTHING = 0
    ACCOUNT = 1
    REGION = 2
    SERVICE = 3
    #: one operation, and perhaps what it asked about
    OPERATION = 4


class Exposure(enum.StrEnum):
    """Who can reach what a finding is about, if the finding is true."""

    INTERNET = "internet"
    CROSS_ACCOUNT = "cross_account"
    INTERNAL = "internal"


class Holds(enum.StrEnum):
    """What a kind of resource holds, for scoring."""

    SERVING = "serving"
    ARTIFACT = "model artifact"
    TRAINING = "training data"
    IDENTITY = "identity"
    WORKBENCH = "workbench"


class Read:
    """Where a field comes from: `Annotated[Observed[str], Read("sagemaker:DescribeModel", "VpcConfig.Subnets")]`.

    `path` is dotted, relative to the reply of `operation`; `ROOT` is the whole reply. `json` parses a JSON string first
    (policies are documents inside strings).
    """

    __slots__ = ("json", "operation", "path")

    def __init__(self, operation: str, path: str, *, json: bool = False) -> None:
        self.operation = operation
        self.path = path
        self.json = json


class Scope(Struct, frozen=True, order=True):
    """One account, project or subscription in one region; region `global` where the service has none."""

    provider: str
    account: str
    region: str = ANYWHERE


class Part(Struct, frozen=True, kw_only=True):
    """A nested object of a resource. Its fields default to None: it exists, so what it lacks is observed absent."""


class Resource(Struct, frozen=True, kw_only=True):
    """One cloud resource as observed. `id` is the provider's full name (ARN, //service/…, /subscriptions/…).

    `cached` says which operations' fields came from the local cache, and when they were read. It is no observed field.
    Neither is `read`, which says what was read when: it goes to the journal beside the resource, and what comes back
    from there to be judged is without it.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    holds: ClassVar[Holds] = Holds.SERVING

    id: str
    name: str
    scope: Scope
    console_url: str = ""
    cached: Mapping[str, str] = {}
    read: Said | UnsetType = UNSET


class Verdict(Struct, frozen=True):
    """Outcome of one check on one resource, with the observed values it rests on.

    `path` lists the ids of the resources that a joined verdict went through, from the subject on. `missing` names what
    an `unknown` one would rest on: fields of the subject, of joined resources (`Bucket.policy`), or plain words.
    A failure that is `foreign` is one only because these things are not known to be the reader's; `missing` is then
    what it would rest on if they were, and `known` what there is to say then. `trust` are the entries of `[trust]` that
    are about them.
    """

    status: Status
    message: str
    evidence: Mapping[str, Any] = {}
    path: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    known: str = ""
    trust: tuple[Entry, ...] = ()


def failed(message: str, *, path: tuple[str, ...] = (), **evidence: Any) -> Verdict:
    """The resource has the problem; keyword arguments are the observed fields that show it."""
    return Verdict(Status.FAIL, message, evidence, path)


def failed_unless_known(
    foreign: tuple[Foreign, ...],
    message: str,
    *,
    known: str,
    path: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    **evidence: Any,
) -> Verdict:
    """The resource has the problem only because none of these is known to be the reader's. None of them: it has it.

    If they all were, `known` says what was seen, each of them by its name, and `missing` is what would be unknown.
    """
    return Verdict(Status.FAIL, message, evidence, path, missing if foreign else (), foreign, known)


def passed(message: str, *, path: tuple[str, ...] = (), **evidence: Any) -> Verdict:
    """The resource was seen not to have the problem."""
    return Verdict(Status.PASS, message, evidence, path)


def unknown(*missing: str, path: tuple[str, ...] = ()) -> Verdict:
    """What the verdict would rest on was not observed, or holds a value this version does not know.

    Name fields, where it is fields that are missing: a value that was seen in one is then shown.
    """
    return Verdict(Status.UNKNOWN, "not observed: " + ", ".join(missing), {}, path, missing)


def not_applicable(why: str, **evidence: Any) -> Verdict:
    """The question does not arise for this resource."""
    return Verdict(Status.NOT_APPLICABLE, why, evidence)


def unobserved(resource: Resource, *fields: str) -> Verdict | None:
    """An `unknown` verdict if any of these fields of the resource was not observed, else None."""
    for field in fields:
        if getattr(resource, field) is UNSET:
            return unknown(*(name for name in fields if getattr(resource, name) is UNSET))
    return None


def joined(resource: Resource, *fields: str) -> dict[str, Any]:
    """Evidence about a joined resource: `**joined(bucket, "versioning")` gives {"Bucket.versioning": …}."""
    kind = type(resource).kind.rpartition(".")[2]
    return {f"{kind}.{name}": getattr(resource, name) for name in fields}


class Gap(Struct, frozen=True, kw_only=True, order=True):
    """Something that could not be observed, and what would close it. Equal failures in one scope are counted."""

    kind: str
    operation: str
    scope: Scope
    reason: Reason
    permission: str
    detail: str
    count: int = 1
    checks: tuple[str, ...] = ()


class Listing(Struct, frozen=True, kw_only=True):
    """How much of a kind was seen in one scope. `absent` says why the scope can hold none (an API not enabled).

    `gone` counts resources that were there when they were listed, and no more when their details were asked for.
    `pages` are the replies that listed it; 0 where that was not noted.
    """

    kind: str
    scope: Scope
    complete: bool
    observed: int = 0
    absent: str = ""
    gone: int = 0
    pages: int = 0


class ControlRef(Struct, frozen=True, kw_only=True):
    """A framework control that a finding speaks to, how, and why."""

    framework: str
    id: str
    relationship: str
    reason: str


class Finding(Struct, frozen=True, kw_only=True):
    """One verdict on one resource, ready to be reported."""

    fingerprint: str
    check_id: str
    slug: str
    title: str
    verdict: Status
    severity: Severity
    score: float
    message: str
    evidence: Mapping[str, Any]
    resource: Resource
    path: tuple[str, ...]
    objective: str
    controls: tuple[ControlRef, ...]
    remediation: str
    references: tuple[str, ...]
    #: the declared AI systems that the resource belongs to
    systems: tuple[str, ...] = ()
    #: where infrastructure as code declares it, if that was looked for and found
    source: Source | None = None
    #: why that is not known, if it was looked for
    unsourced: str = ""
    #: what its owner has accepted it by
    suppression: Suppression | None = None
    #: against an earlier report: a failure is `new` or `persisting`; of what failed there, this is `fixed` or `unknown`
    state: str = ""

    @property
    def open(self) -> bool:
        """Whether it is a failure that nothing suppresses."""
        return self.verdict is Status.FAIL and self.suppression is None


class Findings(Protocol):
    """The findings of a report, in its order: severity, score from the worst, check, suppressed ones last, resource.

    Where failures are counted, suppressed ones are not among them.

    There may be a million of them, read from disk one by one: go through them as rarely as you can and keep few.
    """

    def __iter__(self) -> Iterator[Finding]: ...

    def __len__(self) -> int: ...

    def prepared(self) -> Iterator[tuple[str, bytes]] | None:
        """In the same order, the check of each and what the report had made of it beforehand; None if it had not."""

    def of_account(self, provider: str, account: str) -> Iterator[Finding]:
        """Those about resources of one account, in the same order."""

    def accounts(self) -> tuple[tuple[str, str], ...]:
        """The provider and account of every finding, each once, sorted."""

    def failures(self, most: int) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        """Of each check that failed somewhere, in order: how often, and the first `most` of its failures."""

    def resources(self) -> "Iterator[Described]":
        """What the findings are about, each resource once, by kind and id."""

    def paths(self) -> Iterator[Finding]:
        """Failures whose path leads through other resources, in the same order."""

    def about(self, ids: Sequence[str]) -> Iterator[Finding]:
        """Failures about the resources that have these ids, in the same order."""

    def failures_by_account(self) -> Mapping[tuple[str, str], int]:
        """How many failures there are in each account, by provider and account."""

    def severities_by_account(self) -> Mapping[tuple[str, str], Mapping[Severity, int]]:
        """The same for each severity that occurs."""

    def suppressed(self) -> Iterator[Finding]:
        """The failures that are suppressed, in the same order."""


class Unmanaged(Protocol):
    """The resources that no code made, sorted by kind and id. They are read anew each time, for there may be many.

    `unused` are the states that have nothing of what was scanned, as the user calls them.
    """

    @property
    def unused(self) -> tuple[str, ...]: ...

    def __iter__(self) -> Iterator[Resource]: ...

    def __len__(self) -> int: ...


class FindingList(tuple[Finding, ...]):  # noqa: SLOT001 - tuples take no slots
    """`Findings` in memory, for few of them."""

    def prepared(self) -> None:
        return None

    def of_account(self, provider: str, account: str) -> Iterator[Finding]:
        return (f for f in self if (f.resource.scope.provider, f.resource.scope.account) == (provider, account))

    def accounts(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted({(f.resource.scope.provider, f.resource.scope.account) for f in self}))

    def failures(self, most: int) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        by_check: dict[str, list[Finding]] = {}
        for finding in self:
            if finding.open:
                by_check.setdefault(finding.check_id, []).append(finding)
        return ((len(found), tuple(found[:most])) for found in by_check.values())

    def resources(self) -> "Iterator[Described]":
        from scanner.model.described import Described

        found = {(type(one.resource).kind, one.resource.id): one for one in self}
        return (Described(resource=one.resource, systems=one.systems) for _, one in sorted(found.items()))

    def paths(self) -> Iterator[Finding]:
        return (finding for finding in self if finding.verdict is Status.FAIL and len(finding.path) > 1)

    def about(self, ids: Sequence[str]) -> Iterator[Finding]:
        return (finding for finding in self if finding.verdict is Status.FAIL and finding.resource.id in ids)

    def failures_by_account(self) -> Mapping[tuple[str, str], int]:
        return {account: sum(counts.values()) for account, counts in self.severities_by_account().items()}

    def severities_by_account(self) -> Mapping[tuple[str, str], Mapping[Severity, int]]:
        found: dict[tuple[str, str], Counter[Severity]] = {}
        for finding in self:
            if finding.open:
                scope = finding.resource.scope
                found.setdefault((scope.provider, scope.account), Counter())[finding.severity] += 1
        return found

    def suppressed(self) -> Iterator[Finding]:
        return (finding for finding in self if finding.suppression is not None)


class CheckInfo(Struct, frozen=True, kw_only=True):
    """What reports say about a check, whether or not it found anything."""

    id: str
    slug: str
    title: str
    severity: Severity
    kind: str
    objective: str
    why: str
    remediation: str
    references: tuple[str, ...]
    controls: tuple[ControlRef, ...] = ()
    blind_to: tuple[str, ...] = ()


class CheckCount(Struct, kw_only=True):
    """Verdicts of one check over all resources."""

    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    #: of those that passed: how many rest on `[trust]`
    trusted: int = 0
    #: of those that failed
    suppressed: int = 0

    @property
    def open(self) -> int:
        """Failures that nothing suppresses."""
        return self.failed - self.suppressed


class Unanswered(Struct, frozen=True, kw_only=True):
    """Verdicts of one account that could not be given, all for the same reason."""

    provider: str
    account: str
    reason: str
    count: int
    checks: tuple[str, ...]


class Report(Struct, frozen=True, kw_only=True):
    """Everything a format renders. Findings are sorted; nothing here depends on the order of collection.

    `complete` says that every verdict that was asked for could be given; what stood in the way is in `gaps` and
    `unanswered`, of which the most frequent come first.
    `shown` are the verdicts that became findings. The counts cover all.
    `cached` counts the resources with details from the local cache, the oldest of them read at `cached_since`.
    `system_counts` are the counts on what belongs to each AI system. `excepted` of its failures, by system and
    objective, are accepted by the manifest.
    `counts` has suppressed failures apart, and `by_severity` has none of them. `check_counts` and `system_counts` have
    them among the failed: they are evidence as before. `suppressions` is what came of each entry of that file.
    `trust` is what came of each entry of `[trust]`. `assessment` is what all this says of AI systems and controls.
    `principals` are in whose name accounts were read, as far as the inventory says. `inventories` are the SHA-256 of
    the saved inventories that hold what was judged. `fixes` are the changes that would close most failures.
    `earlier` are the failures of an earlier report. Of accounts that are `settled`, all that failed before is known to
    fail, known to have ended, or carried forward from there. `frameworks` are those that `controls` name.
    `unmanaged` is None where no states of infrastructure as code were given. `checkout` is what its sources are of.
    """

    scan_id: str
    started_at: datetime
    finished_at: datetime
    scopes: tuple[Scope, ...]
    arguments: tuple[str, ...]
    complete: bool
    resources: int
    counts: Mapping[str, int]
    by_severity: Mapping[str, int]
    findings: Findings
    shown: frozenset[Status]
    gaps: tuple[Gap, ...]
    unanswered: tuple[Unanswered, ...] = ()
    listings: tuple[Listing, ...]
    checks: tuple[CheckInfo, ...]
    check_counts: Mapping[str, CheckCount]
    system_counts: Mapping[str, Mapping[str, CheckCount]] = {}
    excepted: Mapping[tuple[str, str], int] = {}
    score: Posture
    cached: int = 0
    cached_since: datetime | None = None
    trust: tuple[Use, ...] = ()
    suppressions: tuple[SuppressionUse, ...] = ()
    assessment: Assessment = NoAssessment()
    principals: tuple[Principal, ...] = ()
    inventories: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    earlier: Formers = NoFormers()
    settled: frozenset[Account] = frozenset()
    frameworks: tuple[Taxonomy, ...] = ()
    unmanaged: Unmanaged | None = None
    checkout: Checkout | None = None

    @property
    def trusted(self) -> int:
        """How many passes rest on `[trust]`."""
        return sum(count.trusted for count in self.check_counts.values())

    def asked(self, account: Account) -> dict[Account, tuple[str, ...]]:
        """The regions that were asked in an account, and wherever what is carried forward there was found from."""
        regions = {account: {one.scope.region for one in self.listings if _account(one.scope) == account}}
        for other, left in self.earlier.left_out(account).items():
            regions.setdefault(other, set()).update(left)
        return {one: tuple(sorted(found)) for one, found in sorted(regions.items())}


def _account(scope: Scope) -> Account:
    return scope.provider, scope.account


def plain(value: Any) -> Any:
    """Reduce a value to what JSON holds (structs, datetimes and tuples become objects, strings and lists)."""
    return msgspec.to_builtins(value, enc_hook=str)
