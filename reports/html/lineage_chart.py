"""The geometry of a drawing of lineage, which `charts.html` draws as SVG, and that SVG as a file of its own."""

from __future__ import annotations

from typing import NamedTuple

from reports.html.charts import HEIGHT, WIDTH
from reports.html.pages import environment
from reports.html.text import cut, shown
from scanner.lineage.drawing import Drawing

#: The room between two columns and two rows.
_ACROSS, _DOWN = 48, 14
_LETTERS = 21
#: After which a name may go on in the next line, the best first.
_MARKS = "/:-_. "
_WORDS = {"dataset": "data set", "model": "model", "job": "job", "run": "run", "endpoint": "endpoint"}
#: The colours of a file of its own, which has no page around it. They are those of a page on paper.
_STYLE = (
    "text{font:10.5px sans-serif;fill:#1c1c1c}.what{font-size:9px;fill:#555}.box{fill:#f4f4f2;stroke:#777}"
    ".model{fill:#e3ecf7}.endpoint{fill:#e6f2e6}.arrow{stroke:#1c1c1c;stroke-width:1.3;fill:none}"
    ".perhaps{stroke-dasharray:2 3}"
)


class Box(NamedTuple):
    """A node: where it stands, what it is, and its name in one line or two."""

    x: int
    y: int
    sort: str
    what: str
    lines: tuple[str, ...]


class Curve(NamedTuple):
    """An edge, as the path of an SVG."""

    path: str
    perhaps: bool


class Chart(NamedTuple):
    """A drawing with its size, and what it shows in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    words: tuple[str, ...]
    left_out: int


def lineage(drawing: Drawing) -> Chart:
    """Where everything stands."""
    rows: dict[int, int] = {}
    boxes: list[Box] = []
    for spot in drawing.spots:
        row = rows[spot.column] = rows.get(spot.column, -1) + 1
        x, y = spot.column * (WIDTH + _ACROSS), row * (HEIGHT + _DOWN)
        what = _WORDS[spot.node.sort] + (f", {spot.node.state}" if spot.node.state else "")
        boxes.append(Box(x, y, spot.node.sort, what, _lines(spot.node.label)))
    width = max((box.x + WIDTH for box in boxes), default=0)
    height = max((box.y + HEIGHT for box in boxes), default=0)
    curves = tuple(Curve(_curve(boxes[line.source], boxes[line.target]), line.perhaps) for line in drawing.lines)
    names = [shown(cut(spot.node.label, 200)) for spot in drawing.spots]
    words = tuple(
        f"{names[line.source]} {'is perhaps the same data as' if line.perhaps else 'leads to'} {names[line.target]}"
        for line in drawing.lines
    )
    return Chart(width, height, tuple(boxes), curves, words, drawing.left_out)


def svg(drawing: Drawing) -> bytes:
    """The drawing as an SVG file that needs nothing else."""
    template = '{% from "charts.html" import lineage with context %}{{ lineage(chart, alone) }}'
    chart = lineage(drawing)
    return environment().from_string(template).render(chart=chart, alone=_STYLE).strip().encode() + b"\n"


def _lines(name: str) -> tuple[str, ...]:
    """A name in at most two lines, broken after a mark where there is one; of a long one the middle is left out."""
    text = shown(name) or "?"
    if len(text) <= _LETTERS:
        return (text,)
    if len(text) > 2 * _LETTERS:
        return (f"{text[: _LETTERS - 1]}…", text[-_LETTERS:])
    breaks = (text.rfind(mark, len(text) - _LETTERS - 1, _LETTERS) + 1 for mark in _MARKS)
    at = next(filter(None, breaks), _LETTERS)
    return (text[:at], text[at:])


def _curve(source: Box, target: Box) -> str:
    """From the right side of one box to the left side of another, or round between two that stand above each other."""
    x, y, to_y = source.x + WIDTH, source.y + HEIGHT // 2, target.y + HEIGHT // 2
    if target.x > source.x:
        middle = (x + target.x) // 2
        return f"M{x} {y}C{middle} {y} {middle} {to_y} {target.x} {to_y}"
    right = target.x + WIDTH
    return f"M{x} {y}C{x + _ACROSS // 2} {y} {right + _ACROSS // 2} {to_y} {right} {to_y}"
