"""Small SVG charts, written by hand so that drawing needs no library. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 36, 44, 44
#: readable on white and for people who do not tell red from green
COLOURS = ("#0b6fb8", "#d1600a", "#4b4b4b", "#8a3ffc")
Points = Sequence[tuple[float, float]]


def curves(title: str, across: str, series: Mapping[str, Points]) -> str:
    """Lines over logarithmic axes, on which a cost that grows with the size is a straight diagonal."""
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    left, right, low, high = *_decades(xs), *_decades(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (math.log10(x) - left) / (right - left) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM),
        )

    parts = []
    for power in range(left, right + 1):
        x, _ = place(10.0**power, 10.0**low)
        parts += [_line(x, TOP, x, HEIGHT - BOTTOM), _text(x, HEIGHT - BOTTOM + 16, f"{10**power:,}", "middle")]
    for power in range(low, high + 1):
        _, y = place(10.0**left, 10.0**power)
        parts += [_line(LEFT, y, WIDTH - RIGHT, y), _text(LEFT - 6, y + 4, f"{10.0**power:,g}", "end")]
    labels: list[float] = []
    for (name, points), colour in zip(series.items(), COLOURS, strict=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [_dot(*place(*point), colour) for point in points]
        x, y = place(*points[-1])
        beside = y - 8
        while any(abs(beside - taken) < 14 for taken in labels):
            beside += 14  # lines that end together: below the one that is there
        labels.append(beside)
        parts.append(_text(x - 6, beside, name, "end", colour))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle"))
    return _svg(title, parts, HEIGHT)


def bars(title: str, values: Mapping[str, tuple[float, str]]) -> str:
    """Horizontal bars from zero: label → value and the text beside its bar."""
    most = max((value for value, _ in values.values()), default=1.0) or 1.0
    start, step = 230, 26
    parts = []
    for number, (label, (value, text)) in enumerate(values.items()):
        y = TOP + number * step
        length = value / most * (WIDTH - start - 130)
        parts.append(_text(start - 8, y + 13, label, "end"))
        parts.append(f'<rect x="{start}" y="{y}" width="{length:.1f}" height="18" fill="{COLOURS[0]}"/>')
        parts.append(_text(start + length + 6, y + 13, text, "start"))
    return _svg(title, parts, TOP + len(values) * step + 12)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten that enclose the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _svg(title: str, parts: Sequence[str], height: int) -> str:
    style = "font-family:sans-serif;font-size:12px"
    heading = _text(12, 22, title, "start").replace("<text ", '<text font-weight="bold" ')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" style="{style}">'
    back = f'<rect width="{WIDTH}" height="{height}" fill="white"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", back, heading, *parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#222222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dddddd"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
