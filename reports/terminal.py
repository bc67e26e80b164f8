"""What a person sees on standard output: findings worst first, then what was and was not seen, then the sums.

For each cloud the worst few with what to do about them, and a line for each of the next; all of them with `details`.

Text of others is only ever a plain segment here: nothing parses it as markup, and `clean` has been over it.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import IO, TYPE_CHECKING, Literal

from reports.terminal_accounts import accounts
from reports.terminal_findings import every, worst
from reports.terminal_fixes import fixes
from reports.terminal_suppressed import suppressions
from reports.terminal_systems import systems
from reports.terminal_text import Line, Look, table, theirs, wrap
from reports.terminal_unseen import absences, gaps, unanswered
from reports.writing import clean
from scanner.history.states import State
from scanner.model.claims import Posture
from scanner.model.nouns import Severity
from scanner.model.reported import Report

if TYPE_CHECKING:
    from rich.console import Console

#: Principals of a cloud.
MAX_NAMES = 3
MIN_WIDTH = 60
PIPE_WIDTH = 120

#: `auto` is in colour at a terminal, unless NO_COLOR is set, and elsewhere if FORCE_COLOR is.
Colour = Literal["auto", "always", "never"]


def render(
    report: Report, *, colour: bool, width: int, details: bool = False, controls: bool = False, ending: str = ""
) -> str:
    """The report as text, with ANSI styles and links if `colour`, wrapped to `width` columns.

    `ending` are the last lines: what is new, how this ends, and why.
    """
    lines = layout(report, Look(width, details, controls), ending)
    if not colour:
        return plain_text(lines)
    from rich.console import Console

    return _rich_text(
        lines, Console(file=io.StringIO(), force_terminal=True, no_color=False, width=width, color_system="standard")
    )


def print_report(
    report: Report,
    console: Console | None = None,
    *,
    colour: Colour = "auto",
    quiet: bool = False,
    details: bool = False,
    controls: bool = False,
    notes: Sequence[str] = (),
    ending: str = "",
) -> None:
    """Print the report to standard output, in colour if that is wanted. If `quiet`, nothing but the last line.

    `notes` stand before the last line.
    """
    terminal = console.is_terminal if console else sys.stdout.isatty()
    in_colour = not console.no_color and terminal if console else wants_colour(colour, terminal=terminal)
    file, encoding = (console.file, console.encoding) if console else (sys.stdout, sys.stdout.encoding)
    width = console.width if console else shutil.get_terminal_size((PIPE_WIDTH, 0)).columns
    look = Look(width if terminal else PIPE_WIDTH, details, controls)
    lines = _ending(ending, look.width) if quiet else layout(report, look, ending, notes)
    if in_colour:
        from rich.console import Console  # only where somebody sees it: it is slow to import

        system: Literal["auto", "standard"] = "auto" if terminal else "standard"
        text = _rich_text(lines, console or Console(force_terminal=True, no_color=False, color_system=system))
    else:
        text = plain_text(lines)
    # Not through the console: it ends the process when nobody reads, and knows no way round an encoding.
    _write(file, text, encoding)


def wants_colour(colour: Colour, *, terminal: bool) -> bool:
    """Whether output is in colour. What was asked for on the command line counts more than the environment."""
    if colour != "auto":
        return colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    return terminal if forced in ("", "0") else True


def _write(file: IO[str], text: str, encoding: str) -> None:
    file.write(text.encode(encoding, "backslashreplace").decode(encoding))


def plain_text(lines: Iterable[Line]) -> str:
    """Lines without styles and links."""
    return "".join("".join(text for _, text, _ in line).rstrip() + "\n" for line in lines)


def _rich_text(lines: Iterable[Line], console: Console) -> str:
    from rich.style import Style
    from rich.text import Text

    with console.capture() as capture:
        for line in lines:
            text = Text()
            for style, content, link in line:
                text.append(content, Style.parse(style) + Style(link=link or None))
            console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)
    return capture.get()


def layout(report: Report, look: Look, ending: str = "", notes: Sequence[str] = ()) -> list[Line]:
    """All lines of the report."""
    look = look._replace(width=max(look.width, MIN_WIDTH))
    width, details = look.width, look.details
    clouds = len({scope.provider for scope in report.scopes}) or 1
    parts = (
        every(report.findings, look) if details else worst(report.findings, look, clouds),
        fixes(report, width, details=details),
        _kinds(report) if details else (),
        systems(report.assessment, width, details=details),
        gaps(report, width),
        unanswered(report, width),
        absences(report, width),
        suppressions(report, width, details=details),
        accounts(report, width),
        _sums(report, width),
        _notes(notes),
        _ending(ending, width),
    )
    return [line for part in parts for line in part]


def _ending(text: str, width: int) -> Iterator[Line]:
    for part in text.splitlines():
        for line in wrap(clean(part), width):
            yield [("bold", line, "")]


def _notes(notes: Iterable[str]) -> Iterator[Line]:
    """What was written where, and commands: not wrapped, so that they can be copied."""
    for note in notes:
        yield [("", theirs(note), "")]


def _kinds(report: Report) -> Iterator[Line]:
    """Kinds that exist or could not be listed, with the verdicts on them."""
    seen: dict[str, int] = {}
    partial: set[str] = set()
    for listing in report.listings:
        seen[listing.kind] = seen.get(listing.kind, 0) + listing.observed
        if not listing.complete:
            partial.add(listing.kind)
    verdicts: dict[str, list[int]] = {}
    for check in report.checks:
        count = report.check_counts[check.id]
        row = verdicts.setdefault(check.kind, [0, 0, 0])
        for column, number in enumerate((count.passed, count.open, count.unknown)):
            row[column] += number
    rows = [
        (clean(kind), _seen(kind, seen, partial), *map(str, verdicts.get(kind, [0, 0, 0])))
        for kind in sorted(seen.keys() | verdicts.keys())
        if seen.get(kind) or kind in partial or any(verdicts.get(kind, ()))
    ]
    if rows:
        yield from table(("kind", "seen", "pass", "fail", "unknown"), rows)
        if partial:
            yield [("", "+ not all of them could be listed; see what was not observed", "")]
        yield []


def _seen(kind: str, seen: Mapping[str, int], partial: Collection[str]) -> str:
    """How many resources of a kind were seen. What is about any kind has none of its own."""
    return "" if kind == "any" else f"{seen.get(kind, 0)}{'+' if kind in partial else ''}"


def _sums(report: Report, width: int) -> Iterator[Line]:
    if not report.counts["fail"]:
        none = "No open failures" if report.counts["suppressed"] else "No failures"
        yield [("bold", f"{none}." if report.complete else f"{none} in what was observed.", "")]
    failures = ", ".join(f"{report.by_severity[severity]} {severity}" for severity in Severity)
    for text in wrap(f"{report.resources} resources. Failures: {failures}.", width):
        yield [("", text, "")]
    yield from _principals(report, width)
    if report.cached:
        since = (
            f", the oldest read at {report.cached_since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            if report.cached_since
            else ""
        )
        yield [("", f"{report.cached} of {report.resources} resources have details from the local cache{since}.", "")]
    counts = report.counts
    yield [("", f"Verdicts: {counts['pass']} pass, {counts['fail']} fail, {counts['unknown']} unknown, "
                f"{counts['not_applicable']} not applicable{_suppressed(counts['suppressed'])}.", "")]  # fmt: skip
    if report.states is not None:
        for text in wrap(_since(report.states, first=report.earlier.begun == 0), width):
            yield [("", text, "")]
    if report.unmanaged is not None:
        yield [("", f"{len(report.unmanaged)} of {report.resources} resources are unmanaged: no code made them.", "")]
    if report.trusted:
        entries = sum(use.passes > 0 for use in report.trust)
        yield [("", f"{report.trusted} of {counts['pass']} passes rest on [trust], on {entries} of its entries.", "")]
    yield [("bold", posture_line(report.score), "")]


def _since(states: Mapping[str, int], *, first: bool) -> str:
    """What has become of findings; of the first scan of a history there is nothing to say."""
    if first:
        return "First scan kept, for later ones to be compared with."
    counts = ", ".join(f"{count} {state}" for state, count in states.items() if state != State.NOT_COMPARED)
    unseen = states.get(State.NOT_COMPARED, 0)
    looked = f"{unseen} first looked at in this scan, and not counted as new" if unseen else ""
    return f"Since earlier scans: {'; '.join(filter(None, (counts, looked))) or 'nothing failed, and nothing does'}."


def _suppressed(count: int) -> str:
    return f", {count} suppressed" if count else ""


def _principals(report: Report, width: int) -> Iterator[Line]:
    """In whose name each cloud was read."""
    names: dict[str, set[str]] = {scope.provider: set() for scope in report.scopes}
    for principal in report.principals:
        names.setdefault(principal.provider, set()).add(principal.name)
    for provider, found in sorted(names.items()):
        known = [theirs(name) for name in sorted(found - {""})]
        said = known[:MAX_NAMES]
        if len(known) > MAX_NAMES:
            said.append(f"{len(known) - MAX_NAMES} more, all of them in the report file (-o)")
        if "" in found or not found:
            said.append("somebody unnamed" if found else "somebody who was not recorded")
        for line in wrap(f"Read {clean(provider)} as {', '.join(said)}.", width):
            yield [("", line, "")]


def posture_line(score: Posture) -> str:
    """Posture, coverage and range in one line: one number alone would hide what was not seen."""
    if score.posture is None:
        return f"Posture n/a: too little was assessed. Coverage {score.coverage} %."
    return (
        f"Posture of what was assessed {score.posture} %. Coverage {score.coverage} %. "
        f"Range {score.lower} to {score.upper} %."
    )
