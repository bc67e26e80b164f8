"""What control-plane logs record of changes. What is recorded is no cause, and what was asked with is not here."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

#: How long after an event all three clouds may take until their log has it.
DELAY = timedelta(minutes=15)
#: Changes that are kept of one resource, the newest first.
MOST_CHANGES = 5


class Change(Struct, frozen=True, kw_only=True):
    """One event of a log that says something was changed, and did not fail.

    `action` and `principal` are as the log spells them. `via` is whose session that was, or which service acted for
    somebody; `id` names the event in its log.
    """

    at: datetime
    action: str
    principal: str
    via: tuple[str, ...] = ()
    log: str
    id: str


class Sought(Struct, frozen=True):
    """A resource whose changes are looked for."""

    id: str
    kind: str
    name: str

    @property
    def short_kind(self) -> str:
        """The kind without what it belongs to, in lower case: `endpoint`."""
        return self.kind.rpartition(".")[2].lower()


class Question(Struct, frozen=True, kw_only=True):
    """What one log is asked: of one account, and of one of its regions where there is a log for each.

    `access`: also for what may have changed what `scanner` may do there, which is how the cloud calls who scanned;
    empty where nobody says it.
    """

    account: str
    region: str
    since: datetime
    until: datetime
    sought: tuple[Sought, ...]
    access: bool = False
    scanner: str = ""

    def spans(self, at: datetime) -> bool:
        """Whether a time is inside, whatever the log thought was."""
        return self.since <= at <= self.until


class Unread(Struct, frozen=True, kw_only=True):
    """A log that was not read, or not to its end, why, and the permission that would help."""

    provider: str
    account: str
    region: str
    log: str
    reason: Reason
    permission: str
    detail: str


def unread(provider: str, question: Question, log: str, failure: CallFailed, own: str = "") -> Unread:
    """A failure as what keeps a log from being read; `own` is the permission of what was asked."""
    return Unread(
        provider=provider,
        account=question.account,
        region=question.region,
        log=log,
        reason=failure.reason,
        permission=failure.remedy(own),
        detail=failure.detail,
    )


class Answer:
    """What one log says. `whole` are the ids of resources of which all of it was read, and `whole_access` the same."""

    def __init__(self) -> None:
        self.changes: dict[str, list[Change]] = {}
        self.whole: set[str] = set()
        self.access: list[Change] = []
        self.whole_access = False
        self.unread: list[Unread] = []


class Budget:
    """How many calls one log is asked at most."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most

    def take(self) -> None:
        """One more call. Raises CallFailed where there is none left."""
        if not self.left:
            raise CallFailed(Reason.STOPPED, f"{self.most} calls were made, the most that --max-calls allows")
        self.left -= 1

    @property
    def made(self) -> int:
        return self.most - self.left


def newest(changes: Iterable[Change], most: int = MOST_CHANGES) -> tuple[Change, ...]:
    """The last changes, each once, the newest first."""
    once = {(change.log, change.id or f"{change.at} {change.action}"): change for change in changes}
    return tuple(sorted(once.values(), key=lambda change: (change.at, change.id), reverse=True)[:most])


def stamp(at: datetime) -> str:
    """A time as filters of logs have it: in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(form: re.Pattern[str], text: Any) -> datetime | None:
    """A time of a log in UTC; None for what is none. `form` takes it apart: to the second, and up to six digits."""
    found = form.fullmatch(text) if isinstance(text, str) else None
    try:
        return datetime.fromisoformat(f"{found[1]}{found[2] or ''}+00:00") if found else None
    except ValueError:
        return None
