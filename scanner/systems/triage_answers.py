"""Answers to the questions of the risk triage: the file that keeps them, with who gave each and when.

docs/reference/ai-triage-v1.schema.json is generated from these types.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from scanner.model.errors import InputError
from scanner.model.selection import guess
from scanner.model.yaml_text import Document, Problem, brief
from scanner.model.yaml_text import Path as Place
from scanner.systems.manifest import Declared, SystemId, Text
from scanner.systems.triage_questions import CLAIMS, UNKNOWN, Question, Questions

SCHEMA = "ai-triage/1"
_WORDS = {True: "yes", False: "no"}
#: Problems that are listed of a file.
_MOST = 50


class Answer(Declared, frozen=True, kw_only=True):
    """One of the answers that a question has, or unknown. By whom and when the file says, where this does not."""

    answer: Text
    reason: Text | None = None
    by: Text | None = None
    on: date | None = None


class Answers(Declared, frozen=True, kw_only=True):
    """What was answered about one AI system."""

    schema: Literal["ai-triage/1"]
    system: SystemId
    answered_by: Text
    answered_on: date
    answers: dict[Text, Answer] = msgspec.field(default_factory=dict)


class AnswersError(InputError):
    """A file of answers that cannot be used: a line for each problem, in the order of the file."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        lines = [f"{path}:{line}:{column}: {text}" for line, column, text in sorted(problems)]
        more = [f"{path}: {len(lines) - _MOST} more"] if len(lines) > _MOST else []
        self.lines = (*lines[:_MOST], *more)
        super().__init__(self.lines[0])

    @property
    def shown(self) -> tuple[str, ...]:
        return self.lines


def read_answers(path: Path, questions: Questions, system: str, today: date, shown: str = "") -> Answers:
    """Read and check the answers about a system. Raises AnswersError with all that is wrong, InputError if unreadable.

    `shown` is what the file is called in messages, where that is not its path.
    """
    name = shown or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    return parse_answers(content, questions, system, today, name)


def parse_answers(content: bytes, questions: Questions, system: str, today: date, name: str) -> Answers:
    """The same, of what a file holds."""
    from scanner.model.fitting import fit
    from scanner.model.yaml_text import parse

    document = parse(content, "`mlposture systems triage` writes one as you answer")
    if not document.problems:
        _spell(document.value)
    problems = document.problems or fit(document, Answers, "")
    if problems:
        raise AnswersError(name, problems)
    answers = msgspec.convert(document.value, Answers)
    found = [*_file(answers, system, today), *_answers(answers, questions, today)]
    if found:
        raise AnswersError(name, [_located(document, place, text) for place, text in found])
    return answers


def _spell(value: Any) -> None:
    """Answers as words: YAML takes a bare yes or no for true or false."""
    given = value.get("answers") if isinstance(value, dict) else None
    for one in given.values() if isinstance(given, dict) else ():
        if isinstance(one, dict) and isinstance(one.get("answer"), bool):
            one["answer"] = _WORDS[one["answer"]]


def _located(document: Document, place: Place, text: str) -> Problem:
    return document.problem(place, text, key=len(place) == 2)


def _file(answers: Answers, system: str, today: date) -> Iterator[tuple[Place, str]]:
    if answers.system != system:
        yield ("system",), f"these are answers about {answers.system}, not {system}; name the file of that system"
    if answers.answered_on > today:
        yield ("answered_on",), f"{answers.answered_on} is in the future; give the day of the answers"


def _answers(answers: Answers, questions: Questions, today: date) -> Iterator[tuple[Place, str]]:
    known = questions.by_id
    for name, given in answers.answers.items():
        place: Place = ("answers", name)
        question = known.get(name)
        if question is None:
            yield place, f"no question is called {brief(name)!r}; {guess(name, known, 'a worksheet lists all')}"
            continue
        if given.answer != UNKNOWN and given.answer not in question.answers:
            yield (*place, "answer"), f"{name}: {_unfit(given.answer, question)}"
        elif claims(question, given.answer) and not given.reason:
            yield place, f"{name}: {given.answer} claims that less binds it; add reason, in which you say why"
        if given.on is not None and given.on > today:
            yield (*place, "on"), f"{name}: {given.on} is in the future; give the day of the answer"


def _unfit(answer: str, question: Question) -> str:
    names = [*question.answers, UNKNOWN]
    return f"write {', '.join(names[:-1])} or {names[-1]}, not {brief(answer)!r}"


def claims(question: Question, answer: str) -> bool:
    """Whether an answer claims that an exception or the derogation holds, or that the Act leaves a system out."""
    choice = question.answers.get(answer)
    return choice is not None and any(lead.kind in CLAIMS for lead in choice.leads_to)


def begun(system: str, by: str, on: date) -> str:
    """A file without an answer yet."""
    head = {"schema": SCHEMA, "system": system, "answered_by": by, "answered_on": on}
    return f"{_yaml(head)}answers:\n"


def with_answer(text: str, name: str, answer: Answer) -> str:
    """The text of a file with one more answer at its end; what stands there before is kept as it is."""
    import textwrap

    entry = {name: {key: value for key, value in msgspec.structs.asdict(answer).items() if value is not None}}
    return f"{text.rstrip()}\n{textwrap.indent(_yaml(entry), '  ')}"


def _yaml(value: Any) -> str:
    import yaml  # here, because start-up must not pay for it

    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110)
