"""Which days of a period a history saw, by account and check, and on which something failed. Pure.

A scan is a moment. A day (UTC) counts by what the scans that began on it saw, and says nothing of the hours between
them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from scanner.history.looked_at import listed_at
from scanner.history.records import AccountCounts, Scan, Span
from scanner.history.states import ENDED, OPEN, State
from scanner.model.history import Account
from scanner.model.nouns import ANYWHERE, Scope

#: States in which a check fails. What is suppressed fails as well: somebody answers for it.
_FAILS = OPEN - {State.UNKNOWN} | {State.SUPPRESSED}


#: The account, the scan that found something so, and the one that found it otherwise, if there is one.
_Stretch = tuple[Account, int, int | None]
#: By system and check.
_ByCheck = defaultdict[str, defaultdict[str, set[_Stretch]]]


class Days(Struct, frozen=True, kw_only=True):
    """The days of a period, each in one of the first three: all that was asked about was seen, not all, no scan.

    `against` are days on which something was seen to fail, of the first two.
    """

    observed: tuple[date, ...]
    not_seen: tuple[date, ...]
    without_scan: tuple[date, ...]
    against: tuple[date, ...]


class Spell(Struct, frozen=True, kw_only=True):
    """How long a failure was suppressed: from the scan that first had it so, to the one that had it otherwise.

    `until` is None where the last scan of its account has it suppressed.
    """

    check: str
    kind: str
    id: str
    account: Account
    since: date
    until: date | None


class _Asked(NamedTuple):
    """What a scan said of an account, on which day, with which checks."""

    day: date
    number: int
    checks: frozenset[str]
    blind: frozenset[str]
    looked: frozenset[str]

    def saw(self, region: str) -> bool:
        """Whether it asked a region, or that of a zone."""
        return region in self.looked or region.rpartition("-")[0] in self.looked


#: The systems that a resource of a kind and id belongs to now; None where there is no such resource any more.
Claims = Callable[[str, str], Collection[str] | None]


class Watched:
    """The scans and findings of a history, as far as they are about AI systems. `spans` are gone through once.

    Raises KeyError for spans of a scan that is not there.

    A failure is of the systems that its scan said, and of those that claim its resource now. A scan that was told of no
    system may have had failures of one whose resources are gone: of their checks, it did not see all.
    """

    def __init__(self, scans: Sequence[Scan], spans: Iterable[Span], claims: Claims) -> None:
        self._claims = claims
        self._day = {scan.number: _day(scan) for scan in scans}
        self._asked: defaultdict[Account, list[_Asked]] = defaultdict(list)
        for scan in scans:
            checks = frozenset(scan.checks)
            for counts in scan.accounts:
                self._asked[counts.key].append(_asked(scan, checks, counts))
        self._ever = {
            account: frozenset(region for one in asked for region in one.looked)
            for account, asked in self._asked.items()
        }
        self._failed: _ByCheck = defaultdict(lambda: defaultdict(set))
        self._unknown: _ByCheck = defaultdict(lambda: defaultdict(set))
        #: by system, where failures of it were
        self._places: defaultdict[str, set[Scope]] = defaultdict(set)
        self._spells: defaultdict[str, list[Spell]] = defaultdict(list)
        self._stray: defaultdict[str, set[_Stretch]] = defaultdict(set)
        named: set[_Stretch] = set()
        for span, until in _with_ends(spans):
            self._add(span, until)
            if span.systems:
                named.add((span.account, span.first, until))
        #: the scans that were told of systems
        self._told = {one.number for one in self._covered(named)}

    def _add(self, span: Span, until: int | None) -> None:
        stretch = (span.account, span.first, until)
        since = self._day[span.first]
        claimed = self._claims(span.kind, span.id)
        if claimed is None and not span.systems and span.state not in ENDED:
            self._stray[span.check_id].add(stretch)
        for system in {*span.systems, *(claimed or ())}:
            self._places[system].add(listed_at(span.kind, Scope(*span.account, span.region)))
            if span.state in _FAILS:
                self._failed[system][span.check_id].add(stretch)
            elif span.state is State.UNKNOWN:
                self._unknown[system][span.check_id].add(stretch)
            if span.state is State.SUPPRESSED:
                self._spells[system].append(self._spell(span, since, until))

    def _spell(self, span: Span, since: date, until: int | None) -> Spell:
        return Spell(
            check=span.check_id,
            kind=span.kind,
            id=span.id,
            account=span.account,
            since=since,
            until=None if until is None else self._day[until],
        )

    def spells(self, system: str) -> tuple[Spell, ...]:
        """When failures of a system were suppressed, the first ones first."""
        return tuple(sorted(self._spells[system], key=lambda one: (one.since, one.check, one.id)))

    def days(
        self, system: str, scopes: Iterable[Scope], checks: Mapping[str, frozenset[str]], first: date, last: date
    ) -> Days | None:
        """The days from `first` to `last` of a system, that is in these scopes, by these checks with their providers.

        Scopes are where its resources are listed, as of `listed_at`.

        None where no account of it is one that a check looks at: nothing could be observed.
        """
        regions = self._regions(system, scopes)
        asked = [(check, one) for check, of in checks.items() for one in regions if one[0] in of]
        if not asked:
            return None
        scanned = self._days_of(regions)
        unknown = {check: self._unsure(system, check, regions) for check in checks}
        failed = {one.day for check in checks for one in self._covered(self._failed[system][check])}
        seen = [self._seen(check, one, regions[one]) - unknown[check] for check, one in asked]
        every = _every(first, last)
        whole = {day for day in scanned if all(day in days for days in seen)}
        return Days(
            observed=tuple(day for day in every if day in whole),
            not_seen=tuple(day for day in every if day in scanned and day not in whole),
            without_scan=tuple(day for day in every if day not in scanned),
            against=tuple(day for day in every if day in failed),
        )

    def without_scan(self, system: str, scopes: Iterable[Scope], first: date, last: date) -> tuple[date, ...]:
        """The days on which nobody asked an account of a system."""
        scanned = self._days_of(self._regions(system, scopes))
        return tuple(day for day in _every(first, last) if day not in scanned)

    def scans_of(self, system: str, scopes: Iterable[Scope], first: date, last: date) -> int:
        """How many scans asked an account of a system on these days."""
        accounts = self._regions(system, scopes)
        asked = (one for account in accounts for one in self._asked.get(account, ()))
        return len({one.number for one in asked if first <= one.day <= last})

    def _regions(self, system: str, scopes: Iterable[Scope]) -> dict[Account, frozenset[str]]:
        """The accounts that a system is in, or was, and the regions of them, whether or not a scan ever looked there.

        What is of no region is left out where scans ask by region alone.
        """
        found: defaultdict[Account, set[str]] = defaultdict(set)
        for scope in (*self._places[system], *scopes):
            found[scope.provider, scope.account].add(scope.region)
        return {
            account: frozenset(some if ANYWHERE in self._ever.get(account, ()) else some - {ANYWHERE})
            for account, some in found.items()
        }

    def _days_of(self, accounts: Iterable[Account]) -> set[date]:
        return {one.day for account in accounts for one in self._asked.get(account, ())}

    @cache  # noqa: B019 - controls share checks, and this lives as long as they are asked about
    def _seen(self, check: str, account: Account, regions: frozenset[str]) -> set[date]:
        """The days on which one scan ran a check on all of an account."""
        return {
            one.day
            for one in self._asked.get(account, ())
            if check in one.checks and check not in one.blind and all(one.saw(region) for region in regions)
        }

    def _unsure(self, system: str, check: str, accounts: Collection[Account]) -> set[date]:
        """The days on which nobody knows of a failure from before, or whose a failure was."""
        stray = {one for one in self._stray[check] if one[0] in accounts}
        untold = {one.day for one in self._covered(stray) if one.number not in self._told}
        return untold | {one.day for one in self._covered(self._unknown[system][check])}

    def _covered(self, stretches: Iterable[_Stretch]) -> Iterator[_Asked]:
        """What the scans in any of these said of its account."""
        return (
            one
            for account, first, until in stretches
            for one in self._asked[account]
            if one.number >= first and (until is None or one.number < until)
        )


def span_of(scans: Iterable[Scan], since: date = date.min, until: date = date.max) -> tuple[date, date] | None:
    """The first and the last day that has a scan, of those between two days; None of no scans."""
    days = [day for scan in scans if since <= (day := _day(scan)) <= until]
    return (min(days), max(days)) if days else None


def _every(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _asked(scan: Scan, checks: frozenset[str], counts: AccountCounts) -> _Asked:
    return _Asked(_day(scan), scan.number, checks, frozenset(counts.blind), frozenset(counts.looked))


def _day(scan: Scan) -> date:
    return scan.started_at.astimezone(UTC).date()


def _with_ends(spans: Iterable[Span]) -> Iterator[tuple[Span, int | None]]:
    """Spans by finding, in the order of scans, each with the scan that found it otherwise; None for the last."""
    before: Span | None = None
    for span in spans:
        if before is not None:
            yield before, span.first if span.finding == before.finding else None
        before = span
    if before is not None:
        yield before, None
