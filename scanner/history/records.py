"""What a history says: its scans with their counts, and what each finding was in one of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from scanner.history.states import State
from scanner.model.history import Account
from scanner.model.notes import Source
from scanner.model.nouns import Scope, Severity

K = TypeVar("K", State, Severity)
#: A time that is the same everywhere.
When = Annotated[datetime, Meta(tz=True)]


class AccountCounts(Struct, frozen=True, kw_only=True):
    """How many findings had which state in one account, and of what severity those are that fail and are not accepted.

    `regions` were asked, or lead to what is carried forward, which may have been found from the regions of other
    accounts, too: `beyond`. `settled` is as of `Report.settled`. `looked` are the regions that this scan itself asked,
    and `blind` the checks that could not be asked of all of it: what is found later may have been there. `unseen` are
    the marks of what was not seen, as of `unseen_before.py`. What is zero is left out.
    """

    provider: str
    account: str
    settled: bool
    regions: tuple[str, ...]
    beyond: tuple[tuple[str, str, tuple[str, ...]], ...]
    states: dict[State, int]
    by_severity: dict[Severity, int]
    looked: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    unseen: dict[str, int] = {}

    @property
    def key(self) -> Account:
        """The provider and the id."""
        return self.provider, self.account


class Score(Struct, frozen=True, kw_only=True):
    """As of `Posture`: shares in percent, `posture` None where nothing was judged."""

    posture: float | None
    coverage: float
    lower: float
    upper: float


class Scan(Struct, frozen=True, kw_only=True):
    """One scan of a history. `number` counts from 1 in the order in which scans were written.

    `verdicts` are as in `Report.counts`. `complete` says that all was observed that was asked for. `accounts` were
    asked: of no other account does the scan say anything. `checks` were run. `digest` is the SHA-256 of this record,
    which has that of the scan before in `previous`, and in `content` that of what it says of findings. `unseen` is what
    was not seen of accounts that are not among them, or of none.
    """

    number: int
    id: str
    started_at: When
    finished_at: When
    version: str
    arguments: tuple[str, ...]
    complete: bool
    verdicts: dict[str, int]
    score: Score
    accounts: tuple[AccountCounts, ...]
    content: str
    previous: str
    checks: tuple[str, ...] = ()
    unseen: dict[str, int] = {}
    digest: str = ""

    @property
    def states(self) -> dict[State, int]:
        """How many findings had which state, in all accounts."""
        return _sum(one.states for one in self.accounts)

    @property
    def by_severity(self) -> dict[Severity, int]:
        """How many failures there were of each severity that nothing suppresses, in all accounts."""
        return _sum(one.by_severity for one in self.accounts)


class Subject(Struct, frozen=True, array_like=True):
    """What a finding is about. It never changes: the fingerprint is made of it."""

    check_id: str
    kind: str
    id: str


class Body(Struct, frozen=True, array_like=True):
    """What a report said of a finding. `observed` is when it was last seen to fail; None if the report saw that."""

    severity: Severity
    score: float
    message: str
    region: str
    name: str
    console_url: str
    systems: tuple[str, ...]
    source: Source | None
    observed: When | None = None
    why: str = ""


class StoredFinding(Struct, frozen=True, kw_only=True):
    """A finding as a scan left it.

    `observed` is when it was last seen to fail; `why` says of one that is `unknown` what kept the scan
    from judging it.
    """

    fingerprint: str
    check_id: str
    severity: Severity
    score: float
    message: str
    kind: str
    id: str
    name: str
    scope: Scope
    state: State
    first_seen: datetime
    observed: datetime
    console_url: str = ""
    source: Source | None = None
    systems: tuple[str, ...] = ()
    why: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """What a finding is in a later scan, against its state in an earlier one (None: it had not failed by then)."""

    before: State | None
    state: State
    finding: StoredFinding


class Span(Struct, frozen=True, kw_only=True):
    """What a finding was from one scan of its account until another one found it otherwise.

    `finding` is its number in the history, `first` that of the scan that found it so, in `state`. `kind` and `id` are
    those of the resource.
    """

    finding: int
    check_id: str
    kind: str
    id: str
    severity: Severity
    systems: tuple[str, ...]
    account: Account
    region: str
    first: int
    state: State


def _sum(counts: Iterable[dict[K, int]]) -> dict[K, int]:
    total: Counter[K] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
