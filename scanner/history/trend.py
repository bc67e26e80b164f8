"""How a history went: its scans one after the other, and how long failures stayed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, groupby, pairwise
from statistics import median, quantiles
from typing import Literal

from msgspec import Struct

from scanner.history.records import Scan, Span
from scanner.history.states import ENDED, OPEN, State
from scanner.history.unseen_before import each_as_before
from scanner.model.history import Account
from scanner.model.nouns import Severity

_DAY = 86_400
#: From so many values on, nine tenths of them say something.
_FEW = 10


Unlike = Literal["accounts", "regions", "checks", "version"]


class Point(Struct, frozen=True, kw_only=True):
    """A scan. `unlike` names in what it looked at something else than the scan before.

    `as_before`: it saw less than all, and no less than the last scan of each account, for the same reasons.
    """

    scan: Scan
    unlike: tuple[Unlike, ...]
    as_before: bool


class TimeToFix(Struct, frozen=True, kw_only=True):
    """How long failures of a severity stayed, in days, from the scan that found them to the one that saw them fixed.

    `fixed` were seen to be. `at_least` of them were there when somebody looked first, so that nobody knows since
    when: `median` and `nine_tenths` are over the others, None where there are too few. `gone` were deleted.
    `open` are failures still, or not known to be none, and half of them were for `open_median` days or more.
    """

    severity: Severity
    fixed: int
    at_least: int
    median: float | None
    nine_tenths: float | None
    gone: int
    open: int
    open_median: float | None


class Trend(Struct, frozen=True, kw_only=True):
    """A history. `systems` and `frameworks` have, for each scan, how many failures were known and open by then."""

    points: tuple[Point, ...]
    times: tuple[TimeToFix, ...]
    systems: Mapping[str, tuple[int, ...]]
    frameworks: Mapping[str, tuple[int, ...]]


def trend(scans: Sequence[Scan], spans: Iterable[Span], frameworks: Callable[[str], Iterable[str]]) -> Trend:
    """How a history went. `spans` are by finding, in the order of scans; `frameworks` are those a check speaks to."""
    places = {scan.number: place for place, scan in enumerate(scans)}
    began = _first_scans(scans)
    stays = _Stays(scans)
    systems, controls = _Series(len(scans)), _Series(len(scans))
    for _, some in groupby(spans, key=lambda span: span.finding):
        of_finding = list(some)
        stays.add(of_finding, began)
        for span, until in _until(of_finding):
            if span.state not in OPEN:
                continue
            first, last = places[span.first], len(scans) if until is None else places[until]
            for name in span.systems:
                systems.add(name, first, last)
            for name in frameworks(span.check_id):
                controls.add(name, first, last)
    return Trend(
        points=tuple(_points(scans)), times=tuple(stays.times()), systems=systems.all(), frameworks=controls.all()
    )


def _points(scans: Sequence[Scan]) -> Iterator[Point]:
    before = None
    for scan, same in zip(scans, each_as_before(scans), strict=True):
        yield Point(scan=scan, unlike=tuple(_unlike(before, scan)) if before else (), as_before=same)
        before = scan


def _unlike(before: Scan, after: Scan) -> Iterator[Unlike]:
    former, latter = ({one.key: set(one.looked) for one in scan.accounts} for scan in (before, after))
    if former.keys() != latter.keys():
        yield "accounts"
    if any(former[one] != latter[one] for one in former.keys() & latter.keys()):
        yield "regions"
    if before.checks != after.checks:
        yield "checks"
    if before.version != after.version:
        yield "version"


def _first_scans(scans: Iterable[Scan]) -> dict[Account, int]:
    """The first scan of each account."""
    found: dict[Account, int] = {}
    for scan in scans:
        for one in scan.accounts:
            found.setdefault(one.key, scan.number)
    return found


def _until(spans: Sequence[Span]) -> Iterator[tuple[Span, int | None]]:
    """Spans of a finding, each with the scan that found it otherwise; None for the last."""
    for span, following in pairwise(spans):
        yield span, following.first
    yield spans[-1], None


class _Stays:
    """How long findings stayed failures, by severity."""

    def __init__(self, scans: Sequence[Scan]) -> None:
        self._at: dict[int, datetime] = {scan.number: scan.started_at for scan in scans}
        self._now = max(self._at.values(), default=None)
        self._fixed: defaultdict[Severity, list[float]] = defaultdict(list)
        self._open: defaultdict[Severity, list[float]] = defaultdict(list)
        self._at_least: Counter[Severity] = Counter()
        self._gone: Counter[Severity] = Counter()

    def add(self, spans: Sequence[Span], began: Mapping[Account, int]) -> None:
        """Take in a finding: each time that it failed and ended, and whether it still does."""
        since: int | None = None
        unseen = False
        for span in spans:
            if span.state in ENDED:
                if since is not None:
                    self._end(span, since, unseen=unseen)
                since = None
            elif since is None:
                since = span.first
                unseen = since == began.get(span.account) or span.state is State.NOT_COMPARED
        last = spans[-1]
        if since is not None and last.state in OPEN and self._now is not None:
            self._open[last.severity].append(self._days(since, self._now))

    def _end(self, span: Span, since: int, *, unseen: bool) -> None:
        if span.state is State.GONE:
            self._gone[span.severity] += 1
        elif unseen:
            self._at_least[span.severity] += 1
        else:
            self._fixed[span.severity].append(self._days(since, self._at[span.first]))

    def _days(self, since: int, until: datetime) -> float:
        return (until - self._at[since]).total_seconds() / _DAY

    def times(self) -> Iterator[TimeToFix]:
        """Of each severity."""
        for severity in Severity:
            fixed, still = self._fixed[severity], self._open[severity]
            yield TimeToFix(
                severity=severity,
                fixed=len(fixed) + self._at_least[severity],
                at_least=self._at_least[severity],
                median=median(fixed) if fixed else None,
                nine_tenths=quantiles(fixed, n=10, method="inclusive")[-1] if len(fixed) >= _FEW else None,
                gone=self._gone[severity],
                open=len(still),
                open_median=median(still) if still else None,
            )


class _Series:
    """Counts by name and scan, of what was there from one scan until another."""

    def __init__(self, scans: int) -> None:
        self._scans = scans
        self._steps: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (scans + 1))

    def add(self, name: str, first: int, until: int) -> None:
        """One more, from a scan until another one, by their places."""
        self._steps[name][first] += 1
        self._steps[name][until] -= 1

    def all(self) -> dict[str, tuple[int, ...]]:
        """The counts of each name, sorted."""
        return {name: tuple(accumulate(steps[: self._scans])) for name, steps in sorted(self._steps.items())}
