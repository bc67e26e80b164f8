"""A model card as it was read: which items it has, and what it says it is about. Its prose is not kept."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scanner.cards.card_items import ITEMS, TITLES, items_named
from scanner.cards.filled import State, state_of
from scanner.model.evaluations import subgroup
from scanner.model.nouns import Part
from scanner.model.sanitize import redact, storable

#: Of what a card names, so many are kept, and so much of each. Cards are written by anybody.
_MOST, _LONGEST = 100, 1024
#: So many items are named in a message; evidence has all.
_NAMED = 5


class Entry(Part, frozen=True, kw_only=True):
    """One item that a card speaks of: whether it is filled or a placeholder, and in which member or heading."""

    state: str | None = None
    where: str | None = None


class Measure(Part, frozen=True, kw_only=True):
    """A metric with the value that a card gives; None where that is no number."""

    name: str | None = None
    value: float | None = None


class Card(Part, frozen=True, kw_only=True):
    """What was read of a model card. It was recorded: whether it is true is not known.

    `entries` are by the ids of items; an item without one is empty. `models` are names and ids of what the card says it
    is of. `digests` are of artifacts that it names, each with its algorithm (`md5:…`), `image_digests` the SHA-256 of
    images. `problem` says why nothing could be read.
    """

    format: str | None = None
    entries: dict[str, Entry] | None = None
    models: tuple[str, ...] | None = None
    version: str | None = None
    artifacts: tuple[str, ...] | None = None
    digests: tuple[str, ...] | None = None
    image_digests: tuple[str, ...] | None = None
    training_job: str | None = None
    training_data: tuple[str, ...] | None = None
    measures: tuple[Measure, ...] | None = None
    problem: str | None = None


class Completeness(Part, frozen=True, kw_only=True):
    """How far the items of a card are there, each by its id."""

    filled: tuple[str, ...] = ()
    placeholder: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Items that say nothing."""
        return tuple(item.id for item in ITEMS if item.id not in self.filled)


class Entries:
    """Gathers what there is of each item; of what several places say of one, the best counts.

    `named` says which items a name speaks of, and `order` has all of them: those of model cards unless told.
    """

    def __init__(
        self, named: Callable[[str], tuple[str, ...]] = items_named, order: Iterable[str] = tuple(TITLES)
    ) -> None:
        self._found: dict[str, Entry] = {}
        self._named, self._order = named, order

    def note(self, items: Iterable[str], value: Any, where: str) -> None:
        """What a place says of items."""
        state = state_of(value)
        if state == "empty":
            return
        for id in items:
            known = self._found.get(id)
            if known is None or (known.state, state) == ("placeholder", "filled"):
                self._found[id] = Entry(state=state, where=name(where))

    def by_names(self, values: Any, where: str) -> None:
        """What tags, labels or custom details say, by their names."""
        if isinstance(values, Mapping):
            for key, value in values.items():
                self.note(self._named(str(key)), value, f"{where}.{key}")

    def measures(self, measures: Iterable[Measure], where: str) -> None:
        """What measured values speak of: performance, and groups where their names say some."""
        for measure in measures:
            self.note(("MC-4.1",), measure.name or "", where)
            found = subgroup(measure.name or "")
            if found is not None:
                self.note(("MC-7.1",) if len(found.group) == 1 else ("MC-7.2",), measure.name, where)

    def made(self) -> dict[str, Entry]:
        """The entries, in the order of the items."""
        return {id: self._found[id] for id in self._order if id in self._found}


def completeness(card: Card, elsewhere: Iterable[str] = ()) -> Completeness:
    """Which items a card has; those `elsewhere` the registry itself states."""
    states: dict[str, State] = dict.fromkeys(TITLES, "empty")
    states |= {id: entry.state for id, entry in (card.entries or {}).items() if id in states and entry.state}  # type: ignore[misc] # set by Entries alone
    states |= dict.fromkeys(elsewhere, "filled")
    of = {state: tuple(id for id, one in states.items() if one == state) for state in ("filled", "placeholder")}
    empty = tuple(id for id, one in states.items() if one not in of)
    return Completeness(filled=of["filled"], placeholder=of["placeholder"], empty=empty)


def open_items(found: Completeness) -> str:
    """Which items say nothing, the first of them by their titles, as a message says it."""
    missing = found.missing
    first = ", ".join(f"{id} {TITLES[id]}" for id in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return f"{len(missing)} of 30 items say nothing: {first}{more}"


def name(text: Any) -> str:
    """A name, an address or a digest as it is kept of a card: without credentials, and not endless."""
    return storable(redact(str(text)))[:_LONGEST]


def names(*values: Any) -> tuple[str, ...]:
    """The texts among these values and lists of values, each once, without placeholders."""
    flat = [one for value in values for one in (value if isinstance(value, list | tuple) else (value,))]
    texts = (name(one) for one in flat if isinstance(one, str) and state_of(one) == "filled")
    return tuple(dict.fromkeys(texts))[:_MOST]


def below(value: Any, *path: str) -> Any:
    """What a path of members leads to; None where one is missing, or is no object."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def listed(value: Any) -> list[Any]:
    """A list, bounded; nothing where it is none."""
    return value[:_MOST] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A finite number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        made = float(value)
    except OverflowError:  # an integer of thousands of digits
        return None
    return made if made - made == 0 else None  # neither infinite nor NaN
