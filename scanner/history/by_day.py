"""A history day by day: what was known when the last scan of each day (UTC) ended. Pure.

A day without a scan says nothing: nobody fills it in from the days around it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from scanner.history.records import Scan, Score
from scanner.history.states import State
from scanner.history.trend import TimeToFix, Trend, Unlike
from scanner.model.history import Account
from scanner.model.nouns import Severity


class Known(Struct, frozen=True):
    """What fails in an account and is not suppressed, by severity, and how much more failed and was not judged."""

    by_severity: Mapping[Severity, int]
    unknown: int


class Sight(Struct, frozen=True, kw_only=True):
    """A scan, and what was known when it ended, also of accounts that only scans before it asked.

    `number` is 0 for a scan that is not in the history yet. `score` is of what this scan asked. `unlike` is as of
    `Point`.
    """

    number: int
    at: datetime
    complete: bool
    score: Score
    by_severity: Mapping[Severity, int]
    unknown: int
    unlike: tuple[Unlike, ...] = ()

    @property
    def day(self) -> date:
        """The day of UTC that it began on."""
        return self.at.astimezone(UTC).date()


class Course(Struct, frozen=True, kw_only=True):
    """How a history went until a scan. `store` is what it is called, `sights` are its scans, the oldest first.

    `times`, `systems` and `frameworks` are as of `Trend`, over the first `counted` of the sights: of a scan that is not
    in the history yet, nobody counted these.
    """

    store: str
    sights: tuple[Sight, ...]
    counted: int
    times: tuple[TimeToFix, ...]
    systems: Mapping[str, tuple[int, ...]]
    frameworks: Mapping[str, tuple[int, ...]]


def course(found: Trend, store: str, now: Sight | None = None) -> Course:
    """The course of a history; `now` is a scan that will be added to it."""
    known = tuple(sights(found))
    return Course(
        store=store,
        sights=known if now is None else (*known, now),
        counted=len(known),
        times=found.times,
        systems=found.systems,
        frameworks=found.frameworks,
    )


def sights(found: Trend) -> Iterator[Sight]:
    """The scans of a history, each with what was known by then."""
    known: dict[Account, Known] = {}
    for point in found.points:
        scan = point.scan
        known.update(known_by(scan))
        yield Sight(
            number=scan.number,
            at=scan.started_at,
            complete=scan.complete,
            score=scan.score,
            by_severity=summed(known.values()),
            unknown=sum(one.unknown for one in known.values()),
            unlike=point.unlike,
        )


def known_by(scan: Scan) -> dict[Account, Known]:
    """What a scan said of each account that it asked."""
    return {one.key: Known(one.by_severity, one.states.get(State.UNKNOWN, 0)) for one in scan.accounts}


def summed(accounts: Iterable[Known]) -> dict[Severity, int]:
    """What fails in all of them."""
    total: Counter[Severity] = Counter()
    for one in accounts:
        total.update(one.by_severity)
    return dict(total)


def days(sights: Sequence[Sight], most: int) -> list[tuple[date, int | None]]:
    """Each day from the first scan to the last, `most` of them at the end, with the place of its last scan; or None."""
    if not sights:
        return []
    last: dict[date, int] = {}
    for place in sorted(range(len(sights)), key=lambda place: sights[place].at):  # stable: else as written
        last[sights[place].day] = place
    first, end = min(last), max(last)
    first = max(first, end - timedelta(days=most - 1))
    count = (end - first).days + 1
    return [(one, last.get(one)) for one in (first + timedelta(days=number) for number in range(count))]
