"""The risk triage at a terminal: one question after the other, and each answer kept at once."""

import textwrap
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from scanner.model.errors import InputError
from scanner.model.sanitize import clean, redact
from scanner.objects.transfer import write
from scanner.store.files import write_atomically
from scanner.systems.triage import Open, Triage
from scanner.systems.triage_answers import Answer, begun, claims, parse_answers, with_answer
from scanner.systems.triage_questions import UNKNOWN, Question, load_questions

#: What may be said besides the answers of a question, and is none.
_LATER = "later"
_WIDTH = 100


class Asking:
    """One sitting: who answers, and what was put off."""

    def __init__(self, path: Path, today: date) -> None:
        self._path = path
        self._today = today
        self._by = _said("Who answers, for the record")
        self._later: set[str] = set()

    def step(self, found: Triage) -> bool:
        """Ask the next question and keep its answer; False where there is none left but what was put off."""
        waiting = next((one for one in found.missing if one.question not in self._later), None)
        if waiting is None:
            return False
        question = load_questions().by_id[waiting.question]
        click.echo("\n" + clean(redact("\n".join(_lines(question, waiting, found))), lines=True))
        said = _said("Answer", type=click.Choice([*question.answers, UNKNOWN, _LATER]))
        if said == _LATER:
            self._later.add(question.id)
        else:
            keep(self._path, found.system, question.id, self._answer(question, said), self._today)
        return True

    def _answer(self, question: Question, said: str) -> Answer:
        """The answer with its reason, which a claim cannot do without."""
        default = None if claims(question, said) else ""  # without a default, it asks until there is something
        reason = _said("Reason", default=default, show_default=False).strip()
        return Answer(answer=said, reason=reason or None, by=self._by, on=self._today)


def _said(prompt: str, **options: Any) -> str:
    """What is typed. Raises InputError where a file of answers could not hold it."""
    try:
        text = str(click.prompt(prompt, **options))
        text.encode()
    except UnicodeError as error:
        raise InputError("what was typed is no text in UTF-8; run it again, the answers so far are kept") from error
    return text


def keep(path: Path, system: str, name: str, answer: Answer, today: date) -> None:
    """Add an answer to the file. Raises InputError, and leaves the file as it is, where that cannot be done."""
    by, on = answer.by or "", answer.on or today
    text = path.read_text(encoding="utf-8-sig") if path.exists() else begun(system, by, on)
    longer = with_answer(text, name, answer).encode()
    try:
        added = parse_answers(longer, load_questions(), system, today, path.name).answers.get(name) == answer
    except InputError:
        added = False
    if not added:
        raise InputError(
            f"{path.name}: no answer can be added at its end; let answers: be the last of it, not in braces"
        )
    write(str(path), partial(write_atomically, chunks=longer))


def _lines(question: Question, waiting: Open, found: Triage) -> Iterator[str]:
    """A question with what one should know before answering it."""
    questions = load_questions()
    checked = "" if question.checked else f"; {questions.sources[question.source].read}"
    yield f"{questions.parts[question.part]}: {question.id} ({', '.join(waiting.articles)}{checked})"
    yield from textwrap.wrap(question.question, _WIDTH)
    yield from _indented(f"Why: {question.why}")
    if question.trap:
        yield from _indented(f"Mind: {question.trap}")
    for prompt in found.prompts.get(question.id, ()):
        yield from _indented(f"See: {prompt}")
    for answer, choice in question.answers.items():
        leads = ", ".join(lead.says for lead in choice.leads_to)
        yield from _indented(f"{answer}: {choice.text or answer}" + (f" → {leads}" if leads else ""))
    yield from _indented(f"{UNKNOWN}: not known yet → a person must decide")
    yield from _indented(f"{_LATER}: leave it without an answer for now")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
