"""Drafts of model cards and data sheets: what a scan saw, item by item; what only people can say is marked as open."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from scanner.cards.card import Measure
from scanner.cards.card_items import ITEMS

#: What Hugging Face marks open items with. Whoever reads cards, this project as well, takes it for a placeholder.
OPEN = "[More Information Needed]"
#: How a statement is known: from the provider, by a join of what it said, or because people wrote it there.
Basis = Literal["observed", "inferred", "recorded"]


class Statement(NamedTuple):
    """One thing that a scan saw: how it is known, what it is, and the value."""

    basis: Basis
    what: str
    value: str


class Question(NamedTuple):
    """An item of a card, or a question of a data sheet."""

    id: str
    title: str


class Section(Struct, frozen=True):
    """A part of a framework: its title and the questions in it."""

    title: str
    questions: tuple[Question, ...]


class Draft(Struct, frozen=True, kw_only=True):
    """What there is to say of one model or data set.

    `answers` are by the id of a question; one without is open. `about` is what was seen beside. `measures` are metrics
    that a card that exists records. `artifacts`, `data` and `job` are addresses and names as formats want them.
    """

    ref: str
    name: str
    kind: str
    version: str
    taken_at: datetime
    sections: tuple[Section, ...]
    answers: Mapping[str, tuple[Statement, ...]]
    about: tuple[Statement, ...]
    artifacts: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    job: str = ""
    measures: tuple[Measure, ...] = ()

    @property
    def open(self) -> tuple[Question, ...]:
        """What only people can say."""
        return tuple(one for section in self.sections for one in section.questions if not self.answers.get(one.id))


#: The sections of a model card, by what the ids of their items begin with.
_SECTIONS = (
    ("MC-1.", "Model details"),
    ("MC-2.", "Intended use"),
    ("MC-3.", "Factors"),
    ("MC-4.", "Metrics"),
    ("MC-5.", "Evaluation data"),
    ("MC-6.", "Training data"),
    ("MC-7.", "Quantitative analyses"),
    ("MC-8.", "Ethical considerations"),
    ("MC-9.", "Caveats and recommendations"),
)


def card_sections() -> tuple[Section, ...]:
    """The 30 items of a model card."""
    return tuple(
        Section(title, tuple(Question(item.id, item.title) for item in ITEMS if item.id.startswith(prefix)))
        for prefix, title in _SECTIONS
    )


def gathered(pairs: Iterable[tuple[str, Statement]]) -> dict[str, tuple[Statement, ...]]:
    """Statements by the question that they answer, each once."""
    found: dict[str, dict[Statement, None]] = {}
    for id, statement in pairs:
        found.setdefault(id, {})[statement] = None
    return {id: tuple(statements) for id, statements in found.items()}


def values(statements: Sequence[Statement], what: str) -> tuple[str, ...]:
    """The values of what is called so."""
    return tuple(one.value for one in statements if one.what == what)
