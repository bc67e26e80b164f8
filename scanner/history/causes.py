"""What logs say of resources whose findings changed between two scans, and of what the scanner may do: no cause."""

from datetime import datetime, timedelta

from msgspec import Struct

from scanner.history.comparing import Fate, What
from scanner.model.changes import Answer, Change, Question, Unread, newest
from scanner.model.history import Account

#: States that a change may have led to. What stayed as it was, or was never compared, is not asked about.
ASKED = (What.NEW, What.REOPENED, What.UNKNOWN, What.FIXED, What.GONE, What.NOT_FAILING)
#: By how much the clocks of a scanner and of a cloud may differ: so much more is read on both sides.
SKEW = timedelta(minutes=5)
#: Resources that logs are asked about, those of the worst findings first.
MOST_RESOURCES = 1000

#: Provider, account and id.
Key = tuple[str, str, str]


class Recorded(Struct, frozen=True):
    """What logs say of one resource, the newest first; `whole` where all that could have it was read to the end."""

    changes: tuple[Change, ...]
    whole: bool


class Access(Struct, frozen=True, kw_only=True):
    """What logs say of what the scanner may do in an account. `denied` are permissions that AFTER says it missed."""

    provider: str
    account: str
    scanner: str
    denied: tuple[str, ...]
    recorded: Recorded


def key_of(fate: Fate) -> Key:
    """The resource that a finding is about."""
    return fate.about.provider, fate.about.account, fate.about.id


class Causes:
    """Filled by who asked logs. `left_out` are findings whose resources were too many; `calls` were made in all."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.until = until
        self.access: list[Access] = []
        self.unread: list[Unread] = []
        self.left_out = 0
        self.calls = 0
        self._changes: dict[Key, list[Change]] = {}
        self._logs: dict[Key, int] = {}

    def seek(self, key: Key, logs: int) -> None:
        """So many logs are to be asked about a resource."""
        self._logs[key] = logs

    def add(self, provider: str, question: Question, answer: Answer) -> None:
        """What one of them said."""
        for one in question.sought:
            key = (provider, question.account, one.id)
            self._changes[key] = [*self._changes.get(key, ()), *newest(answer.changes.get(one.id, ()))]
            if one.id in answer.whole:
                self._logs[key] -= 1
        self.unread += answer.unread

    def of(self, fate: Fate) -> Recorded | None:
        """What is known of a finding's resource; None where nobody asked."""
        key = key_of(fate)
        if fate.what not in ASKED or key not in self._logs:
            return None
        return Recorded(newest(self._changes.get(key, ())), self._logs[key] == 0)

    def access_of(self, account: Account) -> Access | None:
        """What is known of what the scanner may do in an account; None where nobody asked."""
        return next((one for one in self.access if (one.provider, one.account) == account), None)

    def settle(self) -> None:
        """All was said: put it in an order that does not depend on who answered first."""
        self.access.sort(key=lambda one: (one.provider, one.account))
        self.unread = sorted(set(self.unread), key=lambda one: (one.provider, one.account, one.region, one.detail))
