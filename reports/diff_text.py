"""What two scans differ in, for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import islice

from reports.diff_words import (
    COUNTED,
    MEANINGS,
    access,
    alike,
    compared,
    counted,
    difference,
    recorded,
    span,
    unread,
)
from reports.writing import clean, redact
from scanner.history.causes import Causes
from scanner.history.comparing import Fate, What
from scanner.history.comparison import Comparison
from scanner.model.nouns import Severity

_WIDTH = 110
#: Findings of a sort that are shown, and with --details; and reasons of a sort.
_SHOWN, _MOST, _REASONS = 10, 100, 8


def diff_text(found: Comparison, *, details: bool = False) -> Iterator[str]:
    """What was compared, what keeps it from being compared in full, how many became what, and the worst of each."""
    return (clean(redact(line)) for line in _lines(found, _MOST if details else _SHOWN))


def _lines(found: Comparison, most: int) -> Iterator[str]:
    yield from _block([f"BEFORE  {compared(found.before)}", f"AFTER   {compared(found.after)}"], "")
    yield ""
    if found.differences:
        yield "What only one of them looked at, or judged otherwise:"
        yield from _block(map(difference, found.differences))
    else:
        yield alike(found)
    yield ""
    yield from _table(found)
    for what in What:
        if what not in COUNTED and found.tally.of(what):
            yield ""
            yield from _sort(found, what, most)
    if found.causes is not None:
        yield ""
        yield from _causes(found.causes, most)


def _table(found: Comparison) -> Iterator[str]:
    head = ("", *Severity, "all")
    rows = list(counted(found))
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()


def _sort(found: Comparison, what: What, most: int) -> Iterator[str]:
    """The worst that have become that, and why."""
    count = found.tally.of(what)
    yield from textwrap.wrap(f"{what.capitalize()} ({count}): {MEANINGS[what]}", _WIDTH)
    reasons = [(why, many) for why, many in found.reasons(what) if why]
    yield from _block(f"{many} because: {why}" for why, many in reasons[:_REASONS])
    if len(reasons) > _REASONS:
        yield f"  and {len(reasons) - _REASONS} more reasons"
    for fate in islice(found.fates(what), most):
        yield from _fate(fate)
        if found.causes is not None and (known := found.causes.of(fate)):
            yield from _whole(recorded(known))
    if count > most:
        yield f"  and {count - most} more, which are in the JSON (-o diff.json)"


def _fate(fate: Fate) -> Iterator[str]:
    told, about = fate.told, fate.about
    yield from _block([f"{told.severity or 'unrated'}  {told.check}  {told.title}".rstrip()])
    where = f"{about.name or about.id} ({about.kind}, {about.account} {about.region})"
    since = f"; first seen on {told.first_seen:%Y-%m-%d}" if told.first_seen else ""
    yield from _block([f"{where}: {told.message}{since}"], "    ")


def _causes(causes: Causes, most: int) -> Iterator[str]:
    """What was asked, changes of what the scanner may do, and what was not read."""
    yield from textwrap.wrap(span(causes) + ".", _WIDTH)
    for one in causes.access:
        yield from _block([access(one)])
        yield from _whole(recorded(one.recorded))
    missing = list(unread(causes.unread))
    if missing:
        yield "Logs that were not read to their end:"
        yield from _block(missing[:most])
    if len(missing) > most:
        yield f"  and {len(missing) - most} more, which are in the JSON (-o diff.json)"
    if causes.left_out:
        yield f"Of {causes.left_out} more findings nothing was asked: their resources are too many."


def _block(lines: Iterable[str], indent: str = "  ") -> Iterator[str]:
    for line in lines:  # what is cut in two is not recognised as a credential any more
        yield from textwrap.wrap(redact(line), _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Lines with names that are to be copied: they are broken between words alone."""
    for line in lines:
        yield from textwrap.wrap(
            redact(line),
            _WIDTH,
            initial_indent=" " * 6,
            subsequent_indent=" " * 8,
            break_long_words=False,
            break_on_hyphens=False,
        )
