"""What an entry of Dataplex Universal Catalog says of data: an overview, contacts, and aspects that people made.

Source: "Manage aspects and enrich metadata" in the documentation of Google Cloud, and `Entry` of its REST API.
"""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from scanner.cards.card import Entries, below, listed
from scanner.cards.filled import State, best, state_of
from scanner.cards.sheet import Sheet, is_summary, note_text, sheet_entries
from scanner.cards.sheet_items import questions_named
from scanner.model.patterns import pattern

#: The project of the types that Google defines, by its id and by its number, as replies have it.
_GOOGLES = frozenset({"dataplex-types", "655216118709"})
_OVERVIEW, _CONTACTS = "overview", "contacts"
#: Records in records.
_DEEPEST = 4
#: `dataRetention` is two words.
_HUMP = pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def is_of_people(name: str) -> bool:
    """Whether people fill an aspect, by its name, and not BigQuery or a scan of the data; and whether all the table has
    it, and not a column.
    """
    type = name.rpartition(".")[2]
    return "@" not in name and (type in (_OVERVIEW, _CONTACTS) or name.partition(".")[0] not in _GOOGLES)


def read_aspects(aspects: Mapping[str, Any]) -> Sheet:
    """The data sheet that aspects come to, by their names such as `project.global.type`."""
    entries = sheet_entries()
    states = list[State]()
    for name, aspect in aspects.items():
        type, data = name.rpartition(".")[2], below(aspect, "data")
        if type == _OVERVIEW:
            text = below(data, "content")
            states.append(note_text(entries, _markdown(text) if isinstance(text, str) else "", type))
        elif type == _CONTACTS:
            people = listed(below(data, "identities"))
            entries.note(("DS-7.1",), [below(one, "name") for one in people], type)
            entries.note(("DS-7.2",), [below(one, "id") for one in people], type)
        else:
            entries.note(questions_named(_words(type)), data, type)
            states += _note_members(entries, data, type, _DEEPEST)
    return Sheet(format="dataplex", description=best(states), entries=entries.made())


def _note_members(entries: Entries, data: Any, where: str, levels: int) -> list[State]:
    """Notes what the fields of an aspect speak of, by their names; the states of those that are a description."""
    states = list[State]()
    for key, value in data.items() if isinstance(data, Mapping) and levels else ():
        words, place = _words(str(key)), f"{where}.{key}"
        if is_summary(words):
            states.append(state_of(value))
        named = questions_named(words)
        entries.note(named, value, place)
        if not named:
            states += _note_members(entries, value, place, levels - 1)
    return states


def _words(name: str) -> str:
    return str(_HUMP.sub(" ", name))


def _markdown(text: str) -> str:
    """An overview, which is HTML or Markdown, with its headings as those of Markdown."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    """Keeps text, and begins a line where HTML does. What is no HTML comes out as it was."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as it is called
        heading = len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"
        self.parts.append(
            f"\n{'#' * int(tag[1])} " if heading else "\n" if tag in ("p", "div", "li", "br", "tr") else ""
        )

    def handle_endtag(self, tag: str) -> None:
        self.parts.append("\n" if len(tag) == 2 and tag[0] == "h" else "")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
