"""The questions of a risk triage as two teams take them to a table: data, which a report renders.

Whoever is asked has every question that is theirs, and those that both have to answer.
"""

from collections.abc import Iterator

from msgspec import Struct

from scanner.systems.manifest import System
from scanner.systems.triage import UNDECIDED, Basis, Triage
from scanner.systems.triage_questions import UNKNOWN, Question, Questions, Source

_TEAMS = {"governance": "Governance and legal", "engineering": "Engineering"}


class Option(Struct, frozen=True, kw_only=True):
    """An answer that may be ticked, and what it leads to."""

    answer: str
    text: str
    leads_to: tuple[str, ...]
    ticked: bool


class Row(Struct, frozen=True, kw_only=True):
    """A question with all that one should know. `asked_if` are the answers that ask it, if it is not always asked."""

    question: str
    asks: str
    why: str
    articles: tuple[str, ...]
    trap: str
    prompts: tuple[str, ...]
    asked_if: tuple[str, ...]
    options: tuple[Option, ...]
    answered: Basis | None
    unchecked: str


class Section(Struct, frozen=True, kw_only=True):
    """The questions of one part."""

    title: str
    rows: tuple[Row, ...]


class Team(Struct, frozen=True, kw_only=True):
    """What one team is asked."""

    title: str
    sections: tuple[Section, ...]


class Worksheet(Struct, frozen=True, kw_only=True):
    """All that is printed about a system."""

    found: Triage
    purpose: str
    owner: str
    teams: tuple[Team, ...]
    sources: tuple[Source, ...]


def worksheet(questions: Questions, found: Triage, system: System) -> Worksheet:
    """The questions for each team, with what is answered so far."""
    return Worksheet(
        found=found,
        purpose=system.purpose.intended,
        owner=f"{system.owner.team}, {system.owner.contact}",
        teams=tuple(Team(title=title, sections=tuple(_sections(questions, found, team)))
                    for team, title in _TEAMS.items()),
        sources=tuple(questions.sources.values()),
    )  # fmt: skip


def _sections(questions: Questions, found: Triage, team: str) -> Iterator[Section]:
    answered = {basis.question: basis for basis in found.answers}
    for part, title in questions.parts.items():
        asked = [one for one in questions.questions if one.part == part and one.team in (team, "both")]
        if asked:
            rows = tuple(_row(questions, found, one, answered.get(one.id)) for one in asked)
            yield Section(title=title, rows=rows)


def _row(questions: Questions, found: Triage, question: Question, basis: Basis | None) -> Row:
    return Row(
        question=question.id,
        asks=question.question,
        why=question.why,
        articles=question.articles,
        trap=question.trap or "",
        prompts=found.prompts.get(question.id, ()),
        asked_if=tuple(_asked_if(questions, question)),
        options=tuple(_options(question, basis.answer if basis else "")),
        answered=basis,
        unchecked="" if question.checked else questions.sources[question.source].read,
    )


def _asked_if(questions: Questions, question: Question) -> Iterator[str]:
    asking: dict[str, list[str]] = {}
    for one in questions.questions:
        for answer, choice in one.answers.items():
            if question.id in choice.asks:
                asking.setdefault(answer, []).append(one.id)
    for answer, names in asking.items():
        yield f"{names[0]} is {answer}" if len(names) == 1 else f"any of {', '.join(names)} is {answer}"


def _options(question: Question, given: str) -> Iterator[Option]:
    for answer, choice in question.answers.items():
        leads = tuple(f"{lead.says} ({', '.join(question.articles_of(lead))})" for lead in choice.leads_to)
        yield Option(answer=answer, text=choice.text, leads_to=leads, ticked=answer == given)
    yield Option(answer=UNKNOWN, text="not known yet", leads_to=(UNDECIDED,), ticked=given == UNKNOWN)
