"""What `mlposture systems triage` prints: what the answers lead to, who decided it when, and what nobody decided."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from scanner.model.sanitize import clean, redact
from scanner.systems.triage import Basis, Conclusion, Open, Triage
from scanner.systems.triage_questions import Questions

_WIDTH = 110
#: Questions that a message names.
_MOST = 20


def title(found: Triage) -> str:
    """Which system it is about, and as of when."""
    return _shown([f"{found.system}: {found.name}, as of {found.as_of}"])


def result_text(found: Triage, questions: Questions) -> str:
    """The headline, then what each answer leads to, what is open, and what to know of all that."""
    lines = [title(found), *_block(found.headline)]
    if found.conclusions:
        lines += ["", "What the recorded answers lead to:"]
        for conclusion in found.conclusions:
            lines += _conclusion(conclusion)
    if found.open:
        lines += ["", "Open, so that a person must decide:"]
        for waiting in found.open:
            lines += _open(waiting)
    if found.contradictions:
        lines += ["", "Contradictions:", *_block(found.contradictions)]
    lines += ["", "Answered by:", *_block(found.deciders or ("nobody",))]
    if found.notes:
        lines += ["", "To know:", *_block(found.notes)]
    lines += ["", *_sources(found, questions)]
    return _shown(lines)


def missing_text(found: Triage, file: str) -> str:
    """One line on the questions without an answer."""
    names = [one.question for one in found.missing]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{file}: {len(names)} without an answer: {', '.join(names[:_MOST])}{more}; answer each, if by unknown"


def _conclusion(one: Conclusion) -> Iterator[str]:
    since = f", applies from {one.since}" if one.since else ""
    yield from _block([f"{one.words} ({', '.join(one.articles)}){since}"])
    yield from _block([_basis(basis) for basis in one.rests_on], 4)


def _basis(basis: Basis) -> str:
    says = f" ({basis.says})" if basis.says else ""
    reason = f": {basis.reason}" if basis.reason else ""
    return f"{basis.question}: {basis.answer}{says}, {basis.decided}{reason}"


def _open(one: Open) -> Iterator[str]:
    yield from _block([f"{one.question} ({', '.join(one.articles)}): {one.asks}"])
    yield from _block([_basis(one.answered) if one.answered else "not answered"], 4)
    if one.depends:
        yield from _block([f"may lead to: {'; '.join(one.depends)}"], 4)


def _sources(found: Triage, questions: Questions) -> Iterator[str]:
    """How the questions were compared with what they rest on: those that were not, by name."""
    yield from textwrap.wrap(f"Questions on the Act: {questions.sources['act'].read}", _WIDTH)
    if found.unchecked:
        yield from textwrap.wrap(f"Not compared with their source: {', '.join(found.unchecked)}.", _WIDTH)
    yield "This is what the answers lead to, and no legal advice."


def _block(texts: Iterator[str] | tuple[str, ...] | list[str], indent: int = 2) -> list[str]:
    lead, rest = " " * indent, " " * (indent + 2)
    return [
        line
        for text in texts
        for line in textwrap.wrap(
            " ".join(text.split()), _WIDTH, initial_indent=lead, subsequent_indent=rest, break_long_words=False
        )
    ]


def _shown(lines: list[str]) -> str:
    return clean(redact("\n".join(lines)), lines=True)
