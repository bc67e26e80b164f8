"""The worksheet of a risk triage, to be printed: a part for each team, with room to answer and to sign."""

from collections.abc import Callable, Iterator

from reports.html.pages import render
from reports.writing import clean, redact
from scanner.model.patterns import pattern
from scanner.systems.triage_sheet import Row, Worksheet

#: What Markdown, or HTML in it, would read as more than text; and addresses, which many readers make links.
_MARKUP = pattern(r"[\\`*_\[\]<>#|~&]|:(?=//)|@(?=\w)")
_LINE = "\\_" * 40


def markdown(sheet: Worksheet) -> bytes:
    """The worksheet as Markdown."""
    return ("\n".join(_lines(sheet)) + "\n").encode()


def page(sheet: Worksheet) -> bytes:
    """The worksheet as a page."""
    return render("worksheet.html", sheet=sheet)


def _lines(sheet: Worksheet) -> Iterator[str]:
    found = sheet.found
    yield f"# Risk triage of {_text(found.name)}"
    yield ""
    yield f"System {_text(found.system)}, owned by {_text(sheet.owner)}. As of {found.as_of}."
    yield ""
    yield f"Intended purpose: {_text(sheet.purpose)}."
    yield ""
    yield "What the answers so far lead to:"
    yield ""
    yield from (f"- {_text(line)}" for line in (*found.headline, *found.contradictions, *found.notes))
    for team in sheet.teams:
        yield from ("", f"## {team.title}", "", f"Present: {_LINE} Date: {_LINE[:40]}")
        for section in team.sections:
            yield from ("", f"### {_text(section.title)}")
            for row in section.rows:
                yield from _row(row)
    yield from ("", "## What the questions rest on", "")
    yield from (f"- {_text(source.name)}: {_text(source.read)}" for source in sheet.sources)


def _row(row: Row) -> Iterator[str]:
    yield from ("", f"**{_text(row.asks)}** ({_text(', '.join(row.articles))})", "")
    yield f"- {_text(row.question)}. {_text(row.why)}"
    if row.asked_if:
        yield f"- Asked if {_text(', or '.join(row.asked_if))}."
    if row.trap:
        yield f"- Mind: {_text(row.trap)}"
    yield from (f"- See: {_text(prompt)}." for prompt in row.prompts)
    if row.unchecked:
        yield f"- This question: {_text(row.unchecked)}"
    for option in row.options:
        leads = f" → {_text('; '.join(option.leads_to))}" if option.leads_to else ""
        text = f": {_text(option.text)}" if option.text else ""
        yield f"- [{'x' if option.ticked else ' '}] {_text(option.answer)}{text}{leads}"
    yield ""
    if row.answered is None:
        yield f"Reason: {_LINE} By: {_LINE[:30]} On: {_LINE[:20]}"
    else:
        reason = f" Reason: {_text(row.answered.reason)}." if row.answered.reason else ""
        yield f"Answered by {_text(row.answered.decided)}.{reason}"


def _text(text: str) -> str:
    """Text in one line in which nothing is markup."""
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", " ".join(clean(redact(text)).split()))


#: What is written, by how the name of the file ends.
FORMATS: dict[str, Callable[[Worksheet], bytes]] = {".html": page, ".md": markdown}
