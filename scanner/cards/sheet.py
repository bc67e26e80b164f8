"""A data sheet as it was read: which of the 57 questions it answers, and what files it names. Its prose is not kept."""

from typing import NamedTuple

from scanner.cards.card import Entries, Entry
from scanner.cards.card_items import plain_words
from scanner.cards.filled import State, best, state_of_text
from scanner.cards.huggingface_card import LABELLED, Section, sections_of
from scanner.cards.sheet_items import DESCRIBING, QUESTION_TITLES, QUESTIONS, is_phrase, questions_named
from scanner.model.nouns import Part

#: Headings below which a text says in its own words what data it is about.
_SUMMARIES = frozenset({"dataset summary", "dataset description", "summary", "description", "overview", "about"})


class Sheet(Part, frozen=True, kw_only=True):
    """What was read of a data sheet. It was recorded: whether it is true is not known.

    `description` is how far a free text says what the data is: `filled`, a `placeholder` or `empty`. `entries` are by
    the ids of questions; a question without one is open. `specifications` are those that it says it follows,
    `rai` its members of Croissant's vocabulary for responsible AI that say something. `digests` are those that it names
    of files, as `sha256:…` or `md5:…`. `problem` says why nothing, or not all of it, could be read.
    """

    format: str | None = None
    name: str | None = None
    version: str | None = None
    date: str | None = None
    description: str | None = None
    entries: dict[str, Entry] | None = None
    specifications: tuple[str, ...] | None = None
    rai: tuple[str, ...] | None = None
    digests: tuple[str, ...] | None = None
    problem: str | None = None


class Answers(NamedTuple):
    """Questions of a data sheet by how far each is answered, by their ids."""

    filled: tuple[str, ...]
    placeholder: tuple[str, ...]
    open: tuple[str, ...]


def answers_of(sheet: Sheet) -> Answers:
    """Which of the 57 questions a sheet answers."""
    states = {id: entry.state for id, entry in (sheet.entries or {}).items()}
    every = [one.id for one in QUESTIONS]
    filled, placeholder = (tuple(id for id in every if states.get(id) == of) for of in ("filled", "placeholder"))
    return Answers(filled, placeholder, tuple(id for id in every if id not in (*filled, *placeholder)))


def describes(sheet: Sheet) -> bool:
    """Whether it says what the data is, as a description of a table has to: more than a name, a licence and fields."""
    return sheet.description == "filled" or not DESCRIBING.isdisjoint(answers_of(sheet).filled)


def sheet_entries() -> Entries:
    """Gathers what there is of each question."""
    return Entries(questions_named, QUESTION_TITLES)


def note_text(found: Entries, text: str, where: str = "") -> State:
    """Notes what the headings and labels of a Markdown text speak of; the state of what it says in its own words.

    That is what stands above all headings, below the first one, which is a title, and below such as "Summary".
    """
    states = list[State]()
    title = None
    for section in sections_of(text):
        title = section.heading if title is None and section.heading else title
        place = ": ".join(filter(None, (where, section.heading)))
        rest = _note_labels(found, section, place)
        if named := _named(section, title):
            found.note(named, section.text, place)
        elif section.heading in ("", title) or is_summary(section.heading):
            states.append(state_of_text(rest))
    return best(states)


def is_summary(name: str) -> bool:
    """Whether a heading, or the name of a member, is that of a text that says in its own words what the data is."""
    return plain_words(name) in _SUMMARIES


def _note_labels(found: Entries, section: Section, place: str) -> str:
    """Notes `**Curated by:** somebody` and the like; the text without these lines."""
    rest = []
    for line in section.text.splitlines():
        match = LABELLED.fullmatch(line[:1000])
        named = questions_named(match[1]) if match else ()
        if match and named:
            found.note(named, match[2], f"{place}: {match[1]}")
        else:
            rest.append(line)
    return "\n".join(rest)


def _named(section: Section, title: str | None) -> tuple[str, ...]:
    """The questions of a heading, or else of the nearest above it that speaks of some; a title is mostly a name."""
    for heading in () if is_summary(section.heading) else (section.heading, *reversed(section.above)):
        named = questions_named(heading) if heading != title or is_phrase(heading) else ()
        if named:
            return named
    return ()
