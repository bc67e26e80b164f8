"""How a history went, as the HTML report shows it: charts by day, with their numbers as text below them.

A day without a scan is a gap in every chart. Columns of a chart are drawn as one path a colour, in units of its grid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from scanner.history.by_day import Course, Sight, days
from scanner.history.trend import TimeToFix
from scanner.model.nouns import Severity

#: Days of a chart, and how many it has room for at least: few days are not drawn as broad blocks.
DAYS, FEWEST = 180, 45
#: Columns of a path: pages cut texts that are too long.
_TOGETHER = 12
#: Scans of the table, and systems or frameworks that have a row.
SCANS, SERIES = 30, 50
#: The height of a chart in units of its grid, and the part of a day's unit that a column takes.
HEIGHT, COLUMN = 100, 0.8
_MARK = 3.0


class Layer(NamedTuple):
    """What is drawn in one look: the paths of its columns."""

    look: str
    paths: tuple[str, ...]


class Chart(NamedTuple):
    """Columns by day. `words` say what it shows; `top` is what its height stands for."""

    title: str
    words: str
    top: str
    width: int
    layers: tuple[Layer, ...]


class Series(NamedTuple):
    """Counts of a system or framework: how many there were in the first scan that is counted, at most, in the last."""

    name: str
    first: int
    most: int
    last: int
    chart: Chart


class View(NamedTuple):
    """All that the page shows. `scans` are the last ones, the newest first; `left_out` days are before the charts.

    `axis` is where charts begin: before `first`, where the history is short.
    """

    course: Course
    axis: date
    first: date
    last: date
    missed: int
    left_out: int
    charts: tuple[Chart, ...]
    scans: tuple[Sight, ...]
    times: tuple[TimeToFix, ...]
    series: tuple[tuple[str, tuple[Series, ...], int], ...]


Days = Sequence[tuple[date, int | None]]
#: Where a column begins, and how high it is.
Box = tuple[float, float]


def view(course: Course) -> View | None:
    """What there is to show of a history; None of one that holds no scan."""
    if not course.sights:
        return None
    shown = days(course.sights, DAYS)
    first = min(one.day for one in course.sights)
    return View(
        course=course,
        axis=shown[0][0] - timedelta(days=_left(shown)),
        first=first,
        last=shown[-1][0],
        missed=sum(place is None for _, place in days(course.sights, (shown[-1][0] - first).days + 1)),
        left_out=(shown[0][0] - first).days,
        charts=(_failures(course.sights, shown), _posture(course.sights, shown), _coverage(course.sights, shown)),
        scans=tuple(reversed(course.sights[-SCANS:])),
        times=tuple(one for one in course.times if one.fixed or one.gone or one.open),
        series=tuple(_tables(course, shown)) if course.counted else (),
    )


def _failures(sights: Sequence[Sight], shown: Days) -> Chart:
    """What is open, each severity above the next: the worst at the bottom, and what was not judged on top."""
    looks = [(str(one), _of(one)) for one in Severity] + [("unjudged", _unknown)]
    totals = [sum(number(sight) for _, number in looks) for sight in sights]
    most = max((totals[place] for _, place in shown if place is not None), default=0)
    below = [0.0] * len(sights)
    layers: list[Layer] = []
    for look, number in looks:
        boxes: list[Box | None] = []
        for place, sight in enumerate(sights):
            height = HEIGHT * number(sight) / (most or 1)
            boxes.append((below[place], height))
            below[place] += height
        layers.append(Layer(look, _columns(shown, boxes)))
    words = f"{_between(shown, totals)} At most {most}. {_gaps(shown)}"
    return _chart("Open failures by day", words, f"{most:,}", shown, layers)


def _of(severity: Severity) -> Callable[[Sight], int]:
    return lambda sight: sight.by_severity.get(severity, 0)


def _unknown(sight: Sight) -> int:
    return sight.unknown


def _posture(sights: Sequence[Sight], shown: Days) -> Chart:
    """The bounds of each day, and where in them the posture of what was assessed is."""
    bounds = [(one.score.lower, max(one.score.upper - one.score.lower, 0.5)) for one in sights]
    marks = [None if one.score.posture is None else (_mark(one.score.posture), _MARK) for one in sights]
    layers = [Layer("bounds", _columns(shown, bounds)), Layer("mark", _columns(shown, marks))]
    told = ["n/a" if one.score.posture is None else f"{one.score.posture:g} %" for one in sights]
    what = "Bounds count what is unknown as failed, and as passed."
    words = f"{_between(shown, told)} {what} {_gaps(shown)}"
    return _chart("Posture and bounds by day", words, "100 %", shown, layers)


def _mark(posture: float) -> float:
    return min(max(posture - _MARK / 2, 0.0), HEIGHT - _MARK)


def _coverage(sights: Sequence[Sight], shown: Days) -> Chart:
    layers = [Layer("cover", _columns(shown, [(0.0, one.score.coverage) for one in sights]))]
    words = f"{_between(shown, [f'{one.score.coverage:g} %' for one in sights])} {_gaps(shown)}"
    return _chart("Coverage by day", words, "100 %", shown, layers)


def _tables(course: Course, shown: Days) -> Iterator[tuple[str, tuple[Series, ...], int]]:
    """The worst now first, and how many more there are."""
    by_day = dict(days(course.sights[: course.counted], DAYS))
    counted = [(day, by_day.get(day)) for day, _ in shown]
    for title, series in (("AI system", course.systems), ("Framework", course.frameworks)):
        worst = sorted(series.items(), key=lambda one: (-one[1][-1], one[0]))
        if worst:
            rows = tuple(_series(name, counts, counted, shown) for name, counts in worst[:SERIES])
            yield title, rows, len(worst) - len(rows)


def _series(name: str, counts: Sequence[int], of_days: Days, shown: Days) -> Series:
    top = max(counts) or 1
    boxes = [(0.0, HEIGHT * count / top) for count in counts]
    words = f"{_between(of_days, counts)} At most {max(counts)}."
    chart = _chart(
        f"Open failures of {name} by day", words, str(top), shown, [Layer("count", _columns(of_days, boxes))]
    )
    return Series(name, counts[0], max(counts), counts[-1], chart)


def _chart(title: str, words: str, top: str, shown: Days, layers: Iterable[Layer]) -> Chart:
    left = _left(shown)
    missed = (f"M{x} 0h1v{HEIGHT}h-1z" for x, (_, place) in enumerate(shown, left) if place is None)
    all_layers = (Layer("missed", _together(missed)), *layers)
    return Chart(title, words, top, left + len(shown), tuple(one for one in all_layers if one.paths))


def _left(shown: Days) -> int:
    """The room for days before the history began, where it is short."""
    return max(FEWEST - len(shown), 0)


def _columns(shown: Days, boxes: Sequence[Box | None]) -> tuple[str, ...]:
    """A column for each day that has a scan: how far above the ground it begins, and how high it is."""
    return _together(
        f"M{x + 0.1:g} {HEIGHT - box[0]:.2f}v{-box[1]:.2f}h{COLUMN}v{box[1]:.2f}z"
        for x, (_, place) in enumerate(shown, _left(shown))
        if place is not None and (box := boxes[place]) is not None and box[1] > 0
    )


def _together(drawn: Iterable[str]) -> tuple[str, ...]:
    pieces = list(drawn)
    return tuple("".join(pieces[one : one + _TOGETHER]) for one in range(0, len(pieces), _TOGETHER))


def _between(shown: Days, numbers: Sequence[object]) -> str:
    """The first and the last day that has a scan, and what there was."""
    found = [(day, place) for day, place in shown if place is not None]
    if not found:
        return "Nothing was counted on these days."
    (first, one), (last, other) = found[0], found[-1]
    return f"{first}: {numbers[one]}. {last}: {numbers[other]}." if first != last else f"{first}: {numbers[one]}."


def _gaps(shown: Days) -> str:
    missed = sum(place is None for _, place in shown)
    return f"Without a scan: {missed} of {len(shown)} days." if missed else "Every day has a scan."
