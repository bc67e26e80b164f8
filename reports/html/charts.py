"""The geometry of charts. Templates draw them as SVG (`charts.html`), with the numbers as text beside them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from reports.html.text import cut, shown, step

#: Of a box: its size, the room between two, and how many letters a line of it holds.
WIDTH, HEIGHT, ARROW, LETTERS = 132, 46, 26, 18
#: Boxes of a path. Of a longer one the middle is left out.
MOST = 6


class Box(NamedTuple):
    """A resource of a path: where it stands, of what type it is, and its name in one line or two."""

    x: int
    what: str
    lines: tuple[str, ...]


class Path(NamedTuple):
    """Boxes from left to right, an arrow between any two."""

    width: int
    boxes: tuple[Box, ...]


class Segment(NamedTuple):
    """A part of a strip: where it begins and how wide it is, in percent."""

    label: str
    number: int
    look: str
    x: float
    width: float


def path(ids: Sequence[str], called: Mapping[str, str] = MappingProxyType({})) -> Path:
    """The resources that a finding goes through. `called` are names of some of them."""
    names = [step(id, called) for id in ids]
    if len(names) > MOST:
        first, end = MOST // 2, MOST - MOST // 2 - 1
        names = [*names[:first], ("", f"… {len(names) - first - end} more …"), *names[-end:]]
    boxes = tuple(Box(n * (WIDTH + ARROW), _line(what), _lines(name)) for n, (what, name) in enumerate(names))
    return Path(len(boxes) * (WIDTH + ARROW) - ARROW, boxes)


def strip(shares: Sequence[tuple[str, int, str]], whole: int = 0) -> tuple[Segment, ...]:
    """Shares, each a label, a number and how it looks, without those that are none of it.

    They are shares of `whole`, so that one strip may be longer than another; without it, of their sum.
    """
    whole = whole or sum(number for _, number, _ in shares)
    found: list[Segment] = []
    x = 0.0
    for label, number, look in shares:
        if number:
            width = 100 * number / whole
            found.append(Segment(label, number, look, round(x, 2), round(width, 2)))
            x += width
    return tuple(found)


def stretches(first: date, count: int, looks: Mapping[date, str]) -> tuple[Segment, ...]:
    """Days after each other that look alike, as parts of a strip of so many days. A day without a look is left open."""
    found: list[Segment] = []
    begun = 0
    for number in range(1, count + 1):
        look = looks.get(first + timedelta(days=begun), "")
        if number < count and looks.get(first + timedelta(days=number), "") == look:
            continue
        if look:
            x, width = 100 * begun / count, 100 * (number - begun) / count
            found.append(
                Segment(str(first + timedelta(days=begun)), number - begun, look, round(x, 2), round(width, 2))
            )
        begun = number
    return tuple(found)


def _line(text: str) -> str:
    """A type, which is written smaller than a name."""
    return cut(shown(text), LETTERS + 4)


def _lines(name: str) -> tuple[str, ...]:
    """A name in at most two lines, parted at a hyphen or a space if it has one."""
    return tuple(textwrap.wrap(cut(shown(name), 2 * LETTERS - 4), LETTERS)[:2]) or ("?",)
