"""What pages show besides findings: what was read, of which accounts, and what nobody saw."""

from datetime import datetime

from msgspec import Struct

from scanner.serve.kept import Kept


class Score(Struct, frozen=True):
    """Shares in percent; `posture` is None where too little was assessed to say."""

    posture: float | None
    coverage: float
    lower: float
    upper: float


class Account(Struct, frozen=True, kw_only=True):
    """An account, what it is called, when it was read, and whether all of it was seen."""

    provider: str
    account: str
    name: str = ""
    read_at: datetime | None = None
    complete: bool


class Unseen(Struct, frozen=True, kw_only=True):
    """Something that was not observed: what, where, why, and the permission that would close it."""

    what: str
    where: str
    reason: str
    detail: str = ""
    permission: str = ""
    count: int = 1
    checks: tuple[str, ...] = ()


class ScanRow(Struct, frozen=True, kw_only=True):
    """A scan of a history, with how many findings had which state and severity."""

    number: int
    started_at: datetime
    complete: bool
    accounts: int
    posture: float | None
    coverage: float
    severities: dict[str, int]
    states: dict[str, int]


class Site(Struct, frozen=True, kw_only=True):
    """All that is browsed. `is_history` tells a history from a report; `systems` have a score where a report says it.

    `verdicts` counts what a report judged, also what it does not list among its findings.
    """

    said: str
    is_history: bool
    started_at: datetime
    complete: bool
    kept: Kept
    verdicts: dict[str, int] = {}
    score: Score | None = None
    accounts: tuple[Account, ...] = ()
    systems: dict[str, Score | None] = {}
    names: dict[str, str] = {}
    unseen: tuple[Unseen, ...] = ()
    scans: tuple[ScanRow, ...] = ()
