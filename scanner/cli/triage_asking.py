"""The risk triage at a terminal: one question after the other, and each answer kept at once."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from scanner.model.errors import InputError
from scanner.model.sanitize import clean, redact
from scanner.objects.transfer import write
from scanner.store.files import check_target, write_atomically
from scanner.systems.triage import Open, Triage
from scanner.systems.triage_answers import Answer, begun, claims, parse_answers, with_answer
from scanner.systems.triage_questions import UNKNOWN, Question, load_questions

#: What may be said besides the answers of a question, and is none.
_LATER, _BACK = "later", "back"
_WIDTH = 100


class Asking:
    """One sitting: who answers, what was put off, and the way back."""

    def __init__(self, path: Path, today: date) -> None:
        check_target("answers", path.name, path)
        self._path = path
        self._today = today
        click.echo(f"Each answer is kept in {path.name} at once. Stop with Ctrl-C, and go on another day.")
        self._by = _said("Who answers, for the record", value_proc=_name)
        self._later: set[str] = set()
        self._undo: list[Callable[[], None]] = []

    def step(self, found: Triage) -> bool:
        """Ask the next question and keep its answer; False where there is none left but what was put off."""
        left = [one for one in found.missing if one.question not in self._later]
        if not left:
            return False
        question = load_questions().by_id[left[0].question]
        click.echo("\n" + clean(redact("\n".join(_lines(question, left, found))), lines=True))
        choices = [*question.answers, UNKNOWN, _LATER, *([_BACK] if self._undo else ())]
        said = _said("Answer", type=click.Choice(choices, case_sensitive=False))
        if said == _BACK:
            self._undo.pop()()
        elif said == _LATER:
            self._later.add(question.id)
            self._undo.append(partial(self._later.discard, question.id))
        else:
            before = self._content()
            keep(self._path, found.system, question.id, self._answer(question, said), self._today)
            self._undo.append(partial(self._restore, before, self._content()))
        return True

    def _content(self) -> bytes | None:
        return self._path.read_bytes() if self._path.exists() else None

    def _restore(self, before: bytes | None, after: bytes | None) -> None:
        """Take an answer out again. Raises InputError, and leaves the file as it is, where others wrote since."""
        if self._content() != after:
            raise InputError(f"{self._path.name}: was changed since that answer; correct it there")
        if before is None:
            self._path.unlink(missing_ok=True)
        else:
            write(str(self._path), partial(write_atomically, chunks=before))

    def _answer(self, question: Question, said: str) -> Answer:
        """The answer with its reason, which a claim cannot do without."""
        default = None if claims(question, said) else ""  # without a default, it asks until there is something
        reason = _said("Reason", default=default, show_default=False).strip()
        return Answer(answer=said, reason=reason or None, by=self._by, on=self._today)


def _name(text: str) -> str:
    """Who answers: a record without a name is none."""
    if not text.strip():
        raise click.UsageError("give a name, or that of a team")
    return text.strip()


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
    if path.exists() and name in parse_answers(text.encode(), load_questions(), system, today, path.name).answers:
        raise InputError(f"{path.name}: {name} was answered there meanwhile; run it again to go on")
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


def _lines(question: Question, left: Sequence[Open], found: Triage) -> Iterator[str]:
    """A question with what one should know before answering it, and how many are left with it."""
    questions = load_questions()
    checked = "" if question.checked else f"; {questions.sources[question.source].read}"
    yield f"{questions.parts[question.part]}: {question.id} ({', '.join(question.articles)}{checked})"
    yield from textwrap.wrap(f"[{len(left)} left] {question.question}", _WIDTH)
    yield from _indented(f"Why: {question.why}")
    if question.trap:
        yield from _indented(f"Mind: {question.trap}")
    for prompt in found.prompts.get(question.id, ()):
        yield from _indented(f"See: {prompt}")
    for answer, choice in question.answers.items():
        leads = ", ".join(lead.says for lead in choice.leads_to)
        says = f"{answer}: {choice.text}" if choice.text else answer
        yield from _indented(says + (f" → {leads}" if leads else ""))
    yield from _indented(f"{UNKNOWN}: not known yet → a person must decide")
    yield from _indented(f"{_LATER}: leave it without an answer for now; {_BACK}: to the question before")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
