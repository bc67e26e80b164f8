"""Where a scan looked, and what it can be believed on: for formats whose readers close what they do not find any more.

Of a kind that is listed in each region, one complete listing there is enough. What is listed for a whole account is
often found by what leads to it (the buckets of models, the roles of jobs), so that a scan of fewer regions or kinds
finds less of it: it comes with its extent, the regions and kinds that were asked for. So it is with a path, which may
lead through other regions and accounts: it comes with its reach.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.model.nouns import ANYWHERE, Resource, Scope, Status
from scanner.model.reported import Report

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
        scopes = {*report.scopes, *(scope for _, scope in self._complete)}
        self._reaches = {provider: reach(scopes, provider) for provider in {scope.provider for scope in scopes}}

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

    def reach(self, provider: str) -> str:
        """The accounts and regions that a path in this cloud may have led through."""
        return self._reaches.get(provider, "")

    def looked(self) -> Iterator[Looked]:
        """Each scope that was asked."""
        report = self._report
        kinds: dict[Scope, set[str]] = {scope: set() for scope in report.scopes}
        for kind, scope in self._complete:
            kinds.setdefault(scope, set()).add(kind)
        missing = {gap.scope for gap in report.gaps}
        unanswered: dict[tuple[str, str], set[str]] = {}
        for one in report.unanswered:
            unanswered.setdefault((one.provider, one.account), set()).update(one.checks)
        for scope in sorted(kinds):
            listed = {kind for kind in kinds[scope] if self._complete[kind, scope]}
            account = (scope.provider, scope.account)
            whole = listed == kinds[scope] and scope not in missing and account not in unanswered
            # What is unknown is in the report as such, or else may have been a failure.
            hidden = set() if Status.UNKNOWN in report.shown else unanswered.get(account, set())
            judged = tuple(one.id for one in report.checks if one.kind in listed and one.id not in hidden)
            yield Looked(scope, whole, judged, self.of(scope))


def reach(scopes: Iterable[Scope], provider: str) -> str:
    """The accounts and regions of a cloud among these scopes."""
    return _joined({f"{scope.account}/{scope.region}" for scope in scopes if scope.provider == provider})


def covers(extent: str, earlier: str) -> bool:
    """Whether what was asked includes all that was asked earlier."""
    return bool(earlier) and set(earlier.split()) <= set(extent.split())


def _joined(words: set[str]) -> str:
    text = " ".join(sorted(words))
    return text if len(text) <= _LONGEST else hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
