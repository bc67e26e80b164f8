"""How a history went, for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from reports.terminal_text import folded, wrap
from reports.writing import clean, redact
from scanner.history.states import State
from scanner.history.trend import Point, TimeToFix, Trend
from scanner.model.nouns import Severity

_STATES = (State.NEW, State.REOPENED, State.NOT_COMPARED, State.FIXED, State.GONE, State.UNKNOWN, State.SUPPRESSED)
#: Those that have a column even where there are none.
_ALWAYS = (State.NEW, State.FIXED)
_WIDTH = 110
#: Systems, or frameworks, that are shown.
_MOST = 20
_UNLIKE = (
    "A scan that looked at other accounts, regions or checks than the one before it, or was by another version, is "
    "marked: what differs there need not have changed."
)
_TIMES = "Days from the scan that found a failure to the one that saw it fixed. Not counted: what was there at first."


def trend_text(found: Trend, store: str, width: int | None = None) -> Iterator[str]:
    """The scans, how long failures stayed, and how many there were by system and framework.

    In so many columns; None folds no table, as is good to grep.
    """
    return (clean(redact(line)) for line in _lines(found, store, width))


def _lines(found: Trend, store: str, width: int | None) -> Iterator[str]:
    scans = f"{len(found.points)} {'scan' if len(found.points) == 1 else 'scans'}"
    yield f"{store}: {scans}"
    yield ""
    states = [one for one in _STATES if one in _ALWAYS or any(point.scan.states.get(one) for point in found.points)]
    head = ("scan", *(_short(one) for one in Severity), *states, "posture %", "bounds", "coverage %", "unlike")
    digits = max((len(str(point.scan.number)) for point in found.points), default=1)
    yield from _table(head, [_point(point, states, digits) for point in found.points], width)
    prose = min(width or _WIDTH, _WIDTH)
    if any(point.unlike for point in found.points):
        yield from wrap(_UNLIKE, prose)
    yield ""
    yield "Time to fix"
    head = ("severity", "fixed", "median", "nine in ten", "gone", "open", "open for")
    yield from _table(head, [_time(one) for one in found.times], width)
    yield from wrap(_TIMES, prose)
    for what, series in (("AI system", found.systems), ("framework", found.frameworks)):
        if series:
            yield ""
            yield f"Open failures by {what}"
            yield from _series(series, width)


def _point(point: Point, states: Sequence[State], digits: int) -> tuple[str, ...]:
    scan, score = point.scan, point.scan.score
    at = scan.started_at.astimezone(UTC)
    return (
        f"{scan.number:>{digits}}  {at:%Y-%m-%d %H:%M}{_extent(point)}",
        *(str(scan.by_severity.get(one, 0)) for one in Severity),
        *(str(scan.states.get(one, 0)) for one in states),
        "none" if score.posture is None else f"{score.posture:.1f}",
        f"{score.lower:.1f} to {score.upper:.1f}",
        f"{score.coverage:.1f}",
        ", ".join(point.unlike),
    )


def _extent(point: Point) -> str:
    """Whether a scan saw all, and if not whether that is news."""
    if point.scan.complete:
        return ""
    return " partial as before" if point.as_before else " partial"


def _time(one: TimeToFix) -> tuple[str, ...]:
    fixed = f"{one.fixed} ({one.at_least} not counted)" if one.at_least else str(one.fixed)
    days = (one.median, one.nine_tenths)
    return (one.severity, fixed, *map(_days, days), str(one.gone), str(one.open), _days(one.open_median))


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:.1f}"


def _short(severity: Severity) -> str:
    return "info" if severity is Severity.INFORMATIONAL else str(severity)


def _series(series: Mapping[str, Sequence[int]], width: int | None) -> Iterator[str]:
    """The worst now first: how many there were at the first of the scans, at most, and at the last."""
    worst = sorted(series.items(), key=lambda one: (-one[1][-1], one[0]))
    rows = [(name, str(counts[0]), str(max(counts)), str(counts[-1])) for name, counts in worst[:_MOST]]
    yield from _table(("", "first", "most", "last"), rows, width)
    if len(worst) > _MOST:
        yield f"and {len(worst) - _MOST} more, which are in the JSON (--json)"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    for line in folded(head, rows, width):
        yield "".join(text for _, text, _ in line).rstrip()
