"""What reports are made of: findings, checks, counts, and the report itself. What they are about is in `nouns`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from scanner.model.claims import Assessment, NoAssessment, Posture
from scanner.model.history import Account, AsBefore, Formers, NoFormers
from scanner.model.notes import Checkout, Source, Suppression, SuppressionUse
from scanner.model.nouns import Gap, Listing, Resource, Scope, Severity, Status
from scanner.model.origins import Principal
from scanner.model.remedies import Fix
from scanner.model.taxonomies import Taxonomy
from scanner.model.trust import Use

if TYPE_CHECKING:
    from scanner.model.described import Described


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
    #: a pass rests on what people or pipelines wrote there
    recorded: bool = False
    #: the declared AI systems that the resource belongs to
    systems: tuple[str, ...] = ()
    #: where infrastructure as code declares it, if that was looked for and found
    source: Source | None = None
    #: why that is not known, if it was looked for
    unsourced: str = ""
    #: what its owner has accepted it by
    suppression: Suppression | None = None
    #: against earlier scans: a failure is `new`, `not compared`, `persisting`, `reopened` or `suppressed`; of what
    #: failed before, this is `fixed` or `unknown`
    state: str = ""
    #: when it was seen to fail for the first time, as far as earlier scans say
    first_seen: datetime | None = None

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
    `principals` are in whose name accounts were read, and `names` what these are called, as far as the inventory says.
    `inventories` are the SHA-256 of the saved inventories that hold what was judged. `fixes` are the changes that would
    close most failures.
    `states` counts findings by what they are against earlier scans (`scanner/history/states.py`), None without any.
    `earlier` are the failures of an earlier report. Of accounts that are `settled`, all that failed before is known to
    fail, known to have ended, or carried forward from there. `frameworks` are those that `controls` name.
    `unmanaged` is None where no states of infrastructure as code were given. `checkout` is what its sources are of.
    `as_before` is how much of what was not seen the last scan of a history did not see either.
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
    names: Mapping[Account, str] = {}
    inventories: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    states: Mapping[str, int] | None = None
    earlier: Formers = NoFormers()
    settled: frozenset[Account] = frozenset()
    as_before: AsBefore = AsBefore()
    frameworks: tuple[Taxonomy, ...] = ()
    unmanaged: Unmanaged | None = None
    checkout: Checkout | None = None

    @property
    def trusted(self) -> int:
        """How many passes rest on `[trust]`."""
        return sum(count.trusted for count in self.check_counts.values())

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The provider and id of every account that was scanned, sorted."""
        return tuple(sorted({_account(scope) for scope in self.scopes}))

    def called(self, account: Account) -> str:
        """An account as people know it: its name with the id in brackets, or the id where no other name is known."""
        name, id = self.names.get(account, ""), account[1]
        return f"{name} ({id})" if name not in ("", id) else id

    def asked(self, account: Account) -> dict[Account, tuple[str, ...]]:
        """The regions that were asked in an account, and wherever what is carried forward there was found from."""
        regions = {account: {one.scope.region for one in self.listings if _account(one.scope) == account}}
        for other, left in self.earlier.left_out(account).items():
            regions.setdefault(other, set()).update(left)
        return {one: tuple(sorted(found)) for one, found in sorted(regions.items())}


def _account(scope: Scope) -> Account:
    return scope.provider, scope.account
