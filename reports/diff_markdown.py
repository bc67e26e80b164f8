"""What two scans differ in as Markdown, for a step summary or a comment on a pull request."""

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
from reports.markdown_text import code, fitting, head, prose, row
from scanner.history.causes import ASKED, Causes
from scanner.history.comparing import Fate, What
from scanner.history.comparison import Comparison
from scanner.model.nouns import Severity

#: GitHub takes no comment of more than 65,536 characters.
_MOST_BYTES = 60_000
_SENTENCE = 1000
#: Findings of a sort that are shown, reasons, and logs that were not read.
_MOST, _REASONS, _UNREAD = 50, 8, 20


def render(found: Comparison) -> Iterator[bytes]:
    """The comparison as Markdown. It is bounded, however many findings there are."""
    lines = list(_lines(found))
    kept = fitting(lines, _MOST_BYTES)
    if len(kept) < len(lines):
        kept += ["", f"{len(lines) - len(kept)} more lines are left out; the JSON has all."]
    yield "\n".join(kept).encode() + b"\n"


def _lines(found: Comparison) -> Iterator[str]:
    tally = found.tally
    yield f"# What changed: {tally.of(What.NEW)} new, {tally.of(What.FIXED) + tally.of(What.GONE)} fixed or gone"
    yield ""
    yield f"- Before: {code(compared(found.before), _SENTENCE)}"
    yield f"- After: {code(compared(found.after), _SENTENCE)}"
    yield ""
    if found.differences:
        yield "What only one of them looked at, or judged otherwise:"
        yield ""
        yield from (f"- {code(difference(one), _SENTENCE)}" for one in found.differences)
    else:
        yield alike(found)
    yield ""
    yield head(("State", *(one.capitalize() for one in Severity), "All"))
    yield from map(row, counted(found))
    for what in What:
        if what not in COUNTED and tally.of(what):
            yield from _sort(found, what)
    if found.causes is not None:
        yield from _causes(found.causes, found)


def _sort(found: Comparison, what: What) -> Iterator[str]:
    count = found.tally.of(what)
    yield ""
    yield f"## {what.capitalize()} ({count})"
    yield ""
    yield prose(f"{MEANINGS[what][0].upper()}{MEANINGS[what][1:]}.")
    yield ""
    reasons = [(why, many) for why, many in found.reasons(what)[:_REASONS] if why]
    if reasons:
        yield from (f"- {many}: {code(why, _SENTENCE)}" for why, many in reasons)
        yield ""
    yield head(("Severity", "Check", "Resource", "What"), text=4)
    yield from map(_fate, islice(found.fates(what), _MOST))
    if count > _MOST:
        yield ""
        yield f"{count - _MOST} more are in the JSON."


def _fate(fate: Fate) -> str:
    told, about = fate.told, fate.about
    resource = f"{about.name or about.id} ({about.kind}, {about.account} {about.region})"
    return row((told.severity or "unrated", code(told.check), code(resource), code(told.message)))


def _causes(causes: Causes, found: Comparison) -> Iterator[str]:
    """What logs say of the findings that are shown, of what the scanner may do, and what was not read."""
    yield ""
    yield "## Recorded changes"
    yield ""
    yield prose(span(causes) + ".")
    yield ""
    for one in causes.access:
        yield from _list(access(one), recorded(one.recorded))
    for what in ASKED:
        for fate in islice(found.fates(what), _MOST):
            if known := causes.of(fate):
                about = fate.about
                yield from _list(f"{what}, {fate.told.check}: {about.name or about.id}", recorded(known))
    missing = list(unread(causes.unread))
    yield from (f"- Not read to its end: {code(one, _SENTENCE)}" for one in missing[:_UNREAD])
    if len(missing) > _UNREAD:
        yield f"- {len(missing) - _UNREAD} more logs were not read to their end; the JSON has them."
    if causes.left_out:
        yield f"- Of {causes.left_out} more findings nothing was asked: their resources are too many."


def _list(about: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"- {code(about, _SENTENCE)}"
    yield from (f"  - {code(one, _SENTENCE)}" for one in lines)
