"""The part of the terminal report about failures: the worst few with what to do about them, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.terminal_text import STYLE, Line, Look, cut, link, theirs, where, wrap
from reports.writing import clean, declared, first_paragraph
from scanner.model.reported import Finding, Findings

#: With details: checks, and resources of each.
MAX_BLOCKS, MAX_EACH = 50, 5
#: Without, for each cloud: checks that are shown with their fix, and those that have a line.
MAX_WORST, MAX_ROWS = 4, 8


def every(findings: Findings, look: Look) -> Iterator[Line]:
    """A block for each check that failed somewhere, worst first, with the resources it failed on."""
    more = 0
    for number, (total, found) in enumerate(findings.failures(MAX_EACH)):
        if number < MAX_BLOCKS:
            yield from _block(found, total, look)
            yield []
        else:
            more += 1
    if more:
        yield [("bold", f"… and {more} more checks, all of them in the report file (-o).", "")]
        yield []


def worst(findings: Findings, look: Look, clouds: int) -> Iterator[Line]:
    """The worst checks with one resource and the fix of each, a line for each of the next, a count of the others."""
    blocks, rows, more, number = clouds * MAX_WORST, clouds * MAX_ROWS, 0, -1
    for number, (total, found) in enumerate(findings.failures(MAX_EACH)):
        if number < blocks:
            yield from _brief(found[0], total, look)
        elif number < blocks + rows:
            if number == blocks:
                yield []
            yield _row(found, total, look.width)
        else:
            more += 1
    if more:
        yield [("", f"… and {more} more check{'s' if more > 1 else ''} that failed", "")]
    if number >= 0:
        said = "`mlposture explain ID` says why and how; --details has more, a report file (-o) all of it."
        yield from ([("dim", line, "")] for line in wrap(said, look.width))
        yield []


def _called(id: str) -> str:
    """The last part of an id, as people call it; a number says nothing without the part before it."""
    parts = id.rstrip("/").replace(":::", "/").split("/")
    return "/".join(parts[-2:] if parts[-1].isdigit() else parts[-1:])


def _brief(finding: Finding, total: int, look: Look) -> Iterator[Line]:
    """Six lines at most."""
    width = look.width
    more = f" and {total - 1} more" if total > 1 else ""
    resource = finding.resource
    kind = type(resource).title or type(resource).kind
    yield _head(finding)
    place = f"{where(resource.scope)} {kind} {clean(resource.name)}{more}: "
    yield [("blue", " --> ", ""), ("", cut(place + theirs(finding.message), width - 5), link(resource.console_url))]
    if finding.path:
        ends = (resource.name if id == resource.id else _called(id) for id in finding.path)
        names = " → ".join(map(clean, ends))
        yield [("dim", "     " + cut(names, width - 5), "")]
    if finding.remediation:
        yield _line("fix", first_paragraph(finding.remediation), width)
    if source := _source(finding):
        yield _line("source", source, width)
    if look.controls and finding.controls:
        yield _line("controls", _controls(finding), width)


def _line(label: str, text: str, width: int) -> Line:
    """A note in one line."""
    return [("blue", "  = ", ""), ("bold", f"{label}: ", ""), ("", cut(text, width - len(label) - 6), "")]


def _source(finding: Finding) -> str:
    """Where code declares the resource; empty where that is not known."""
    return theirs(declared(finding.source)) if finding.source else ""


def _controls(finding: Finding) -> str:
    by_framework: dict[str, list[str]] = {}
    for control in finding.controls:
        by_framework.setdefault(control.framework, []).append(control.id)
    return clean("; ".join(f"{framework} {', '.join(ids)}" for framework, ids in by_framework.items()))


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
    """How bad, and what. The id leads to the first reference of the check, where the terminal takes links."""
    page = next(filter(None, map(link, finding.references)), "")
    return [
        (STYLE[finding.severity], f"{finding.severity}[", ""),
        (STYLE[finding.severity], finding.check_id, page),
        (STYLE[finding.severity], "]", ""),
        ("bold", f": {clean(finding.title)}", ""),
    ]


def _block(findings: Sequence[Finding], total: int, look: Look) -> Iterator[Line]:
    first, width = findings[0], look.width
    yield _head(first)
    for finding in findings:
        yield from _place(finding, width)
    if total > len(findings):
        yield [("", f"  … and {total - len(findings)} more", "")]
    if first.remediation:
        yield from _note("fix", first_paragraph(first.remediation), width)
    if look.controls and first.controls:
        yield from _note("controls", _controls(first), width)
    yield from _note("explain", f"mlposture explain {first.check_id}", width)


def _place(finding: Finding, width: int) -> Iterator[Line]:
    resource = finding.resource
    kind = type(resource).title or type(resource).kind
    yield [("blue", " --> ", ""), ("", f"{where(resource.scope)} ", ""),
           ("underline", f"{kind} {clean(resource.name)}", link(resource.console_url))]  # fmt: skip
    for line in wrap(theirs(finding.message), width - 5):
        yield [("", "     " + line, "")]
    if finding.path:
        for line in wrap("path: " + " → ".join(clean(id) for id in finding.path), width - 5):
            yield [("dim", "     " + line, "")]
    if source := _source(finding):
        yield from _note("source", source, width)
    if finding.systems:
        for line in wrap(clean(f"AI system: {', '.join(finding.systems)}"), width - 5):
            yield [("dim", "     " + line, "")]


def _note(label: str, text: str, width: int) -> Iterator[Line]:
    lead = f"  = {label}: "
    first, *rest = wrap(text, width - len(lead)) or [""]
    yield [("blue", "  = ", ""), ("bold", f"{label}: ", ""), ("", first, "")]
    for line in rest:
        yield [("", " " * len(lead) + line, "")]
