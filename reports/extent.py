"""Where a scan looked, and what it can be believed on: for formats whose readers close what they do not find any more.

Of a kind that is listed in each region, one complete listing there is enough. What is listed for a whole account is
often found by what leads to it (the buckets of models, the roles of jobs), so that a scan of fewer regions or kinds
finds less of it: it comes with its extent, the regions and kinds that were asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.nouns import ANYWHERE, Report, Resource, Scope, Status

#: Characters of an extent that is written out. Of a longer one there is a digest, which is part of no other.
_LONGEST = 1900


class Looked(NamedTuple):
    """A scope that was asked. `judged` are the checks whose resources were all listed; `whole`: nothing was missing."""

    scope: Scope
    whole: bool
    judged: tuple[str, ...]
    extent: str

    def uid(self) -> str:
        """The same in every report on this scope."""
        parts = ("completeness", self.scope.provider, self.scope.account, self.scope.region)
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]

    def text(self) -> str:
        """What is to be said of it."""
        where = f"{self.scope.provider} {self.scope.account} in {self.scope.region}"
        return f"{where}: {'everything' if self.whole else 'not everything'} that was asked for was seen"


class Extents:
    """Of a report: the scopes that were asked, and in which of them a resource would have been found."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._complete = {(one.kind, one.scope): one.complete for one in report.listings}
        asked: dict[tuple[str, str], set[str]] = {}
        for kind, scope in self._complete:
            asked.setdefault((scope.provider, scope.account), set()).update((kind, scope.region))
        self._extents = {account: _joined(words) for account, words in asked.items()}

    def place(self, resource: Resource) -> str:
        """The region in which its kind was listed: its own, that of its zone, or else that of the whole account."""
        kind, scope = type(resource).kind, resource.scope
        for region in (scope.region, scope.region.rpartition("-")[0]):
            if (kind, Scope(scope.provider, scope.account, region)) in self._complete:
                return region
        return ANYWHERE

    def of(self, scope: Scope) -> str:
        """The extent of what was asked in the account of this scope."""
        return self._extents.get((scope.provider, scope.account), "")

    def looked(self) -> Iterator[Looked]:
        """Each scope that was asked."""
        missing = {gap.scope for gap in self._report.gaps}
        open_accounts = {(one.provider, one.account) for one in self._report.unanswered}
        for scope in sorted({*self._report.scopes, *(scope for _, scope in self._complete)}):
            whole = all(done for (_, at), done in self._complete.items() if at == scope)
            whole = whole and scope not in missing and (scope.provider, scope.account) not in open_accounts
            yield Looked(scope, whole, tuple(self._judged(scope)), self.of(scope))

    def _judged(self, scope: Scope) -> Iterator[str]:
        """Checks of which a failure here is in the report, or is none any more."""
        hidden: set[str] = set()
        if Status.UNKNOWN not in self._report.shown:
            for one in self._report.unanswered:
                if (one.provider, one.account) == (scope.provider, scope.account):
                    hidden.update(one.checks)
        for check in self._report.checks:
            if self._complete.get((check.kind, scope)) and check.id not in hidden:
                yield check.id


def covers(extent: str, earlier: str) -> bool:
    """Whether what was asked includes all that was asked earlier."""
    return bool(earlier) and set(earlier.split()) <= set(extent.split())


def _joined(words: set[str]) -> str:
    text = " ".join(sorted(words))
    return text if len(text) <= _LONGEST else hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
