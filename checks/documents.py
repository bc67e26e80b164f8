"""Files beside artifacts that may be model cards, as the checks of several providers look at them."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from msgspec import UNSET

from scanner.cards.card import Card
from scanner.cards.card_files import Document, is_unread
from scanner.model.nouns import Observed, Resource


class _Folder(Protocol):
    """Where an artifact lies: its documents, and the names of which it is not known whether there is such a file."""

    @property
    def id(self) -> str: ...
    @property
    def documents(self) -> Observed[tuple[Document, ...]]: ...
    @property
    def refused(self) -> Observed[tuple[str, ...]]: ...


class Documents(NamedTuple):
    """What was read in the folders beside the artifacts of a model; `known` unless one of them was not looked at."""

    folders: tuple[_Folder, ...] = ()
    known: bool = True

    @property
    def complete(self) -> bool:
        """Whether there surely is no other one. What is found without asking this stands whatever else may be there."""
        return self.known and all(one.refused == () for one in self.folders) and not any(map(_may_be, self.found))

    @property
    def found(self) -> list[Document]:
        return [one for folder in self.folders for one in folder.documents or ()]

    @property
    def cards(self) -> list[Card]:
        """What there is in those that could be read."""
        return [one.card for one in self.found if one.card]

    def evidence(self) -> dict[str, Any]:
        """What was found, by folder."""
        return {"ModelFolder.documents": {one.id: one.documents for one in self.folders}} if self.folders else {}


#: Nobody was told to look, or nothing is there to look at.
NONE = Documents()
#: There may be some that nobody saw.
UNSEEN = Documents(known=False)


def gathered(folders: Iterable[_Folder | Any]) -> Documents:
    """The documents in folders as a view gives them: one that was not seen leaves open what is in it."""
    asked = [one for one in folders if one is not None]
    seen = [one for one in asked if isinstance(one, Resource) and one.documents is not UNSET]  # type: ignore[attr-defined]
    return Documents(tuple(seen), len(seen) == len(asked))  # type: ignore[arg-type]


def _may_be(document: Document) -> bool:
    return document.card is None or is_unread(document.card)
