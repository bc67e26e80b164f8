"""What a person sees on standard output: findings worst first, then what was and was not seen, then the sums.

For each cloud the worst few with what to do about them, and a line for each of the next; all of them with `details`.

Text of others is only ever a plain segment here: nothing parses it as markup, and `clean` has been over it.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import IO, TYPE_CHECKING

from reports.terminal_fixes import fixes
from reports.terminal_suppressed import suppressions
from reports.terminal_systems import systems
from reports.terminal_text import Line, cut, table, theirs, wrap
from reports.writing import clean, first_paragraph, sentence
from scanner.model.claims import Posture
from scanner.model.nouns import Finding, Findings, Gap, Reason, Report, Scope, Severity

if TYPE_CHECKING:
    from rich.console import Console

MAX_BLOCKS = 50
MAX_EACH = 5
#: For each cloud, without details.
MAX_WORST = 4
MAX_ROWS = 8
MAX_GAPS = 30
MAX_ACCOUNTS = 40
#: Principals of a cloud.
MAX_NAMES = 3
MIN_WIDTH = 60
PIPE_WIDTH = 120

STYLE = {
    Severity.CRITICAL: "bold magenta",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFORMATIONAL: "blue",
}

#: A line as (style, text, link) segments; style and link are empty for plain text.
Segment = tuple[str, str, str]


def render(report: Report, *, colour: bool, width: int, details: bool = False) -> str:
    """The report as text, with ANSI styles and links if `colour`, wrapped to `width` columns."""
    if not colour:
        return plain_text(layout(report, width, details=details))
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, no_color=False, width=width, color_system="standard")
    with console.capture() as capture:
        _print_rich(layout(report, width, details=details), console)
    return capture.get()


def print_report(report: Report, console: Console | None = None, *, details: bool = False) -> None:
    """Print the report: in colour at a terminal, as plain text elsewhere and under NO_COLOR."""
    if console is None and not sys.stdout.isatty():
        # No rich where nobody would see it: it takes longer to import than a small report takes to make.
        _write(sys.stdout, plain_text(layout(report, PIPE_WIDTH, details=details)), sys.stdout.encoding)
        return
    from rich.console import Console

    console = console or Console()
    lines = layout(report, console.width if console.is_terminal else PIPE_WIDTH, details=details)
    if console.is_terminal and not console.no_color:
        with console.capture() as capture:
            _print_rich(lines, console)
        text = capture.get()
    else:
        text = plain_text(lines)
    # Not through the console: it ends the process when nobody reads, and knows no way round an encoding.
    _write(console.file, text, console.encoding)


def _write(file: IO[str], text: str, encoding: str) -> None:
    file.write(text.encode(encoding, "backslashreplace").decode(encoding))


def plain_text(lines: Iterable[Line]) -> str:
    """Lines without styles and links."""
    return "".join("".join(text for _, text, _ in line).rstrip() + "\n" for line in lines)


def _print_rich(lines: Iterable[Line], console: Console) -> None:
    from rich.style import Style
    from rich.text import Text

    for line in lines:
        text = Text()
        for style, content, link in line:
            text.append(content, Style.parse(style) + Style(link=link or None))
        console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)


def layout(report: Report, width: int, *, details: bool = False) -> list[Line]:
    """All lines of the report."""
    width = max(width, MIN_WIDTH)
    clouds = len({scope.provider for scope in report.scopes}) or 1
    parts = (
        _findings(report.findings, width) if details else _worst(report.findings, width, clouds),
        fixes(report, width, details=details),
        _kinds(report),
        systems(report.assessment, width, details=details),
        _accounts(report, report.findings.failures_by_account()),
        _gaps(report, width),
        _unanswered(report, width),
        _absences(report, width),
        suppressions(report, width, details=details),
        _sums(report, width),
    )
    return [line for part in parts for line in part]


def _findings(findings: Findings, width: int) -> Iterator[Line]:
    """A block for each check that failed somewhere, worst first, with the resources it failed on."""
    more = 0
    for number, (total, worst) in enumerate(findings.failures(MAX_EACH)):
        if number < MAX_BLOCKS:
            yield from _block(worst, total, width)
            yield []
        else:
            more += 1
    if more:
        yield [("bold", f"… and {more} more checks, all of them in the report file (-o).", "")]
        yield []


def _worst(findings: Findings, width: int, clouds: int) -> Iterator[Line]:
    """The worst checks with one resource and the fix of each, a line for each of the next, a count of the others."""
    blocks, rows, more, number = clouds * MAX_WORST, clouds * MAX_ROWS, 0, -1
    for number, (total, worst) in enumerate(findings.failures(MAX_EACH)):
        if number < blocks:
            yield from _brief(worst[0], total, width)
        elif number < blocks + rows:
            if number == blocks:
                yield []
            yield _row(worst, total, width)
        else:
            more += 1
    if more:
        yield [("", f"… and {more} more checks that failed", "")]
    if number >= 0:
        yield [("dim", "All of it with --details, or in a report file (-o).", "")]
        yield []


def _brief(finding: Finding, total: int, width: int) -> Iterator[Line]:
    """Four lines at most."""
    more = f" and {total - 1} more" if total > 1 else ""
    resource = finding.resource
    kind = type(resource).title or type(resource).kind
    yield _head(finding)
    where = f"{_where(resource.scope)} {kind} {clean(resource.name)}{more}: "
    yield [("blue", " --> ", ""), ("", cut(where + theirs(finding.message), width - 5), _link(resource.console_url))]
    if finding.path:
        names = " → ".join(clean(id.rstrip("/").rpartition("/")[2]) for id in finding.path)
        yield [("dim", "     " + cut(names, width - 5), "")]
    if finding.remediation:
        yield [("blue", "  = ", ""), ("bold", "fix: ", ""),
               ("", cut(first_paragraph(finding.remediation), width - 9), "")]  # fmt: skip


def _row(findings: Sequence[Finding], total: int, width: int) -> Line:
    """One line: how bad, what, how often, where."""
    first = findings[0]
    lead, title = f"{first.severity:13} {first.check_id}", clean(first.title)
    names = ", ".join(clean(finding.resource.name) for finding in findings)
    names += ", …" if total > len(findings) else ""
    rest = width - len(lead) - 1
    shown = cut(title, max(rest - 24, 20)) + (f" ({total})" if total > 1 else "")
    return [
        (STYLE[first.severity], lead, ""),
        ("bold", f" {shown}", ""),
        ("", cut(f": {names}", rest - len(shown)), ""),
    ]


def _head(finding: Finding) -> Line:
    return [
        (STYLE[finding.severity], f"{finding.severity}[{finding.check_id}]", ""),
        ("bold", f": {clean(finding.title)}", ""),
    ]


def _block(findings: Sequence[Finding], total: int, width: int) -> Iterator[Line]:
    first = findings[0]
    yield _head(first)
    for finding in findings:
        yield from _place(finding, width)
    if total > len(findings):
        yield [("", f"  … and {total - len(findings)} more", "")]
    if first.remediation:
        yield from _note("fix", first_paragraph(first.remediation), width)
    if first.controls:
        by_framework: dict[str, list[str]] = {}
        for control in first.controls:
            by_framework.setdefault(control.framework, []).append(control.id)
        controls = "; ".join(f"{framework} {', '.join(ids)}" for framework, ids in by_framework.items())
        yield from _note("controls", clean(controls), width)


def _place(finding: Finding, width: int) -> Iterator[Line]:
    resource = finding.resource
    kind = type(resource).title or type(resource).kind
    yield [("blue", " --> ", ""), ("", f"{_where(resource.scope)} ", ""),
           ("underline", f"{kind} {clean(resource.name)}", _link(resource.console_url))]  # fmt: skip
    for line in wrap(theirs(finding.message), width - 5):
        yield [("", "     " + line, "")]
    if finding.path:
        for line in wrap("path: " + " → ".join(clean(id) for id in finding.path), width - 5):
            yield [("dim", "     " + line, "")]
    if finding.systems:
        for line in wrap(clean(f"AI system: {', '.join(finding.systems)}"), width - 5):
            yield [("dim", "     " + line, "")]


def _note(label: str, text: str, width: int) -> Iterator[Line]:
    lead = f"  = {label}: "
    first, *rest = wrap(text, width - len(lead)) or [""]
    yield [("blue", "  = ", ""), ("bold", f"{label}: ", ""), ("", first, "")]
    for line in rest:
        yield [("", " " * len(lead) + line, "")]


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


def _accounts(report: Report, failures: Mapping[tuple[str, str], int]) -> Iterator[Line]:
    """Where there are several: which account the failures and gaps are in; of very many, those with most of them."""
    accounts = sorted({(scope.provider, scope.account) for scope in report.scopes})
    if len(accounts) < 2 or sum(failures.values()) != report.counts["fail"]:
        return
    seen: Counter[tuple[str, str]] = Counter()
    for listing in report.listings:
        seen[listing.scope.provider, listing.scope.account] += listing.observed
    gaps = Counter((gap.scope.provider, gap.scope.account) for gap in report.gaps)
    shown = sorted(accounts, key=lambda account: (-failures.get(account, 0), -gaps[account]))[:MAX_ACCOUNTS]
    rows = [
        (clean(" ".join(account)), str(seen[account]), str(failures.get(account, 0)), str(gaps[account]))
        for account in sorted(shown)
    ]
    yield from table(("account", "seen", "fail", "gaps"), rows)
    if len(accounts) > len(shown):
        yield [("", f"… and {len(accounts) - len(shown)} more accounts with fewer failures.", "")]
    yield []


def _gaps(report: Report, width: int) -> Iterator[Line]:
    """What was not observed, once for each operation and reason: a missing permission is missing in every region."""
    if not report.gaps:
        return
    groups: dict[tuple[str, Reason, str], list[Gap]] = {}
    for gap in report.gaps:
        groups.setdefault((gap.operation, gap.reason, gap.permission), []).append(gap)
    yield [("bold", f"Not observed ({len(report.gaps)} gaps):", "")]
    for gaps in list(groups.values())[:MAX_GAPS]:
        yield from _gap(gaps, width)
    if len(groups) > MAX_GAPS:
        yield [("", f"  … and {len(groups) - MAX_GAPS} more operations, all of them in the report file (-o).", "")]
    yield []


def _gap(gaps: Sequence[Gap], width: int) -> Iterator[Line]:
    first = gaps[0]
    times = sum(gap.count for gap in gaps)
    yield [
        ("yellow", f"  {first.reason}", ""),
        ("", f": {clean(first.operation)}{'' if times == 1 else f', {times} times'}", ""),
    ]
    places = sorted({_where(gap.scope) for gap in gaps})
    more = "" if len(places) <= MAX_EACH else f" and {len(places) - MAX_EACH} more"
    yield from _indented(f"in {', '.join(places[:MAX_EACH])}{more}", width)
    for detail in sorted({gap.detail for gap in gaps if gap.detail})[:MAX_EACH]:
        yield from _indented(theirs(detail), width)
    if first.permission:
        yield from _indented(f"grant {theirs(first.permission)}", width)
    if checks := sorted({check for gap in gaps for check in gap.checks}):
        yield from _indented(clean(f"bears on {', '.join(checks)}"), width)


def _unanswered(report: Report, width: int) -> Iterator[Line]:
    """Why verdicts could not be given, each reason once."""
    together: dict[str, tuple[int, set[str]]] = {}
    for one in report.unanswered:
        count, checks = together.get(one.reason, (0, set()))
        together[one.reason] = (count + one.count, checks | set(one.checks))
    if not together:
        return
    yield [("bold", f"Unknown ({report.counts['unknown']} verdicts):", "")]
    worst = sorted(together.items(), key=lambda entry: (-entry[1][0], entry[0]))
    for reason, (count, checks) in worst[:MAX_GAPS]:
        first, *rest = wrap(f"{theirs(reason)} ({', '.join(sorted(checks))})", width - 8)
        yield [("yellow", f"  {count:4}", ""), ("", f"  {first}", "")]
        for line in rest:
            yield [("", " " * 8 + line, "")]
    if len(worst) > MAX_GAPS:
        yield [("", f"  … and {len(worst) - MAX_GAPS} more reasons, all of them in the report file (-o).", "")]
    yield []


def _indented(text: str, width: int) -> Iterator[Line]:
    for line in wrap(text, width - 4):
        yield [("", "    " + line, "")]


def _absences(report: Report, width: int) -> Iterator[Line]:
    """Why scopes can hold none of a kind, each reason once for each scope."""
    seen = sorted({(listing.scope, listing.absent) for listing in report.listings if listing.absent})
    for scope, why in seen:
        for line in wrap(f"{_where(scope)}: {sentence(theirs(why))}", width):
            yield [("", line, "")]
    if seen:
        yield []


def _sums(report: Report, width: int) -> Iterator[Line]:
    if not report.counts["fail"]:
        none = "No open failures" if report.counts["suppressed"] else "No failures"
        yield [("bold", f"{none}." if report.complete else f"{none} in what was observed.", "")]
    failures = ", ".join(f"{report.by_severity[severity]} {severity}" for severity in Severity)
    yield [("", f"{report.resources} resources. Failures: {failures}.", "")]
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
    if report.trusted:
        entries = sum(use.passes > 0 for use in report.trust)
        yield [("", f"{report.trusted} of {counts['pass']} passes rest on [trust], on {entries} of its entries.", "")]
    yield [("bold", posture_line(report.score), "")]


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
            said.append("somebody whom the credentials do not name" if found else "somebody who was not recorded")
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


def _where(scope: Scope) -> str:
    return clean(f"{scope.provider} {scope.account} {scope.region}")


def _link(url: str) -> str:
    """The console address if it is one and holds nothing that could end the escape sequence it goes into."""
    return url if url.startswith("https://") and url.isascii() and url.isprintable() else ""
