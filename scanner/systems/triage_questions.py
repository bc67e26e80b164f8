"""The questions of the risk triage, as triage.yaml has them: what is asked, why, and what each answer leads to.

They are a graph: some are always asked, others where an answer before them asks them. An answer that is `unknown` leads
nowhere: a person must decide.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scanner.systems.manifest import Declared, Text

#: The answer that every question may have.
UNKNOWN = "unknown"
#: What an answer may lead to: that the Act does not reach it, a banned practice, a route to high risk, a claim that an
#: exception or the derogation holds, a duty that follows from one, openness towards people, duties for general-purpose
#: models, a role, a day, something for a management system or report, or something to know.
Kind = Literal[
    "outside", "prohibited", "annex-i", "annex-iii", "exception", "derogation", "duty", "transparency", "gpai", "role",
    "timing", "management", "note",
]  # fmt: skip
#: Claims, by which less binds a system: who makes one gives a reason.
CLAIMS: frozenset[Kind] = frozenset({"outside", "exception", "derogation"})
Strings = tuple[Text, ...]


class Source(Declared, frozen=True, kw_only=True):
    """A text that questions rest on, and how it was read."""

    name: Text
    read: Text


class Lead(Declared, frozen=True, kw_only=True):
    """What an answer leads to, in words that follow "as answered". Without articles it has those of its question."""

    kind: Kind
    says: Text
    articles: Strings = ()


class Choice(Declared, frozen=True, kw_only=True):
    """One answer to a question, what it leads to, and what it asks next. Yes and no need no text.

    `against` are answers of other questions, by their ids, beside which it is a contradiction.
    """

    text: str = ""
    leads_to: tuple[Lead, ...] = ()
    asks: Strings = ()
    against: dict[Text, Strings] = msgspec.field(default_factory=dict)


class Rule(Declared, frozen=True, kw_only=True):
    """An answer that the manifest gives, where it says all of `when`. `also` are those that it does not contradict."""

    when: dict[Text, Text]
    answer: Text
    also: Strings = ()


class Question(Declared, frozen=True, kw_only=True):
    """One question. `shows` are places of the manifest to look at, `hints` what an inventory may show.

    `trap` is what is often got wrong. `checked` says whether it was compared with its source.
    """

    id: Text
    part: Text
    team: Literal["governance", "engineering", "both"]
    always: bool = False
    question: Text
    why: Text
    articles: Annotated[Strings, Meta(min_length=1)]
    trap: Text | None = None
    hints: Strings = ()
    shows: Strings = ()
    recorded: tuple[Rule, ...] = ()
    source: Text
    checked: bool
    answers: dict[Text, Choice]

    def articles_of(self, lead: Lead) -> Strings:
        """The provisions that something which an answer leads to rests on."""
        return lead.articles or self.articles


class HintRule(Declared, frozen=True, kw_only=True):
    """Words of names, or names of tags, that may bear on a question, and what they speak of."""

    id: Text
    words: Strings = ()
    tags: Strings = ()
    says: Text


class Questions(Declared, frozen=True, kw_only=True):
    """All of triage.yaml. `structure` has the provisions that are cited and no row of a framework."""

    act: Text
    sources: dict[Text, Source]
    structure: dict[Text, Text]
    parts: dict[Text, Text]
    hints: tuple[HintRule, ...]
    questions: tuple[Question, ...]

    @property
    def by_id(self) -> Mapping[str, Question]:
        """The questions by id, in order."""
        return {question.id: question for question in self.questions}

    def asked(self, given: Mapping[str, str]) -> Iterator[Question]:
        """The questions that these answers lead to, answered or not, in order."""
        wanted = {question.id for question in self.questions if question.always}
        for question in self.questions:  # an answer asks what comes after it
            if question.id in wanted:
                yield question
                choice = question.answers.get(given.get(question.id, UNKNOWN))
                wanted.update(choice.asks if choice else ())

    def below(self, question: Question) -> Iterator[Question]:
        """The question and all that any of its answers may ask, each once."""
        known = self.by_id
        found = {question.id}
        todo = [question]
        for one in todo:  # grows while it is gone through
            yield one
            for name in (name for choice in one.answers.values() for name in choice.asks):
                if name not in found:
                    found.add(name)
                    todo.append(known[name])


def leads(questions: Sequence[Question]) -> Iterator[tuple[Question, Lead]]:
    """All that any answer to these questions leads to."""
    for question in questions:
        for choice in question.answers.values():
            yield from ((question, lead) for lead in choice.leads_to)


@cache
def load_questions() -> Questions:
    """The questions that are shipped, read once per process."""
    from scanner.model.yaml_text import parse

    document = parse(Path(__file__).with_name("triage.yaml").read_bytes(), "it is shipped with questions")
    return msgspec.convert(document.value, Questions)
