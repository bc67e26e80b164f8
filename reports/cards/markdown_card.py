"""A draft as Markdown: a heading for each question, and below it what was seen, or that it is open."""

from __future__ import annotations

from collections.abc import Iterator

from reports.markdown_text import code, prose
from scanner.cards.card_draft import OPEN, Draft, Statement

#: The longest value that is shown whole.
_LONGEST = 1024


def body(draft: Draft, what: str) -> Iterator[str]:
    """The lines of a draft; `what` it is a draft of."""
    yield f"# {what} of {code(draft.name)}"
    yield ""
    yield f"{OPEN} A draft: each line says how it is known, and what people have to say is marked like this one."
    yield ""
    for section in draft.sections:
        yield f"## {prose(section.title)}"
        yield ""
        for question in section.questions:
            yield f"### {prose(question.title)}"
            yield ""
            answers = draft.answers.get(question.id, ())
            yield from map(line, answers)
            if not answers:
                yield OPEN
            yield ""
    yield "## What else was seen"
    yield ""
    yield from map(line, draft.about)


def line(statement: Statement) -> str:
    """A statement in a line: how it is known, what it is, and the value as it was read."""
    return f"- {statement.basis}: {prose(statement.what)}: {code(statement.value, _LONGEST)}"


def render_sheet(draft: Draft) -> str:
    """A data sheet."""
    return "\n".join((*body(draft, "Data sheet"), ""))
