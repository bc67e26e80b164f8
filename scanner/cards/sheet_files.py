"""Data sheets in files beside data: which names they have, and what there is in one. Its text is not kept.

As of model cards in files, whoever may write to the folder may write one: see docs/decisions/0073 and 0082.
"""

import hashlib
from datetime import datetime
from typing import Any

from scanner.cards.card_files import ARCHIVED, LARGEST, NO_TEXT, TOO_LARGE, UNREAD, text_of
from scanner.cards.croissant_sheet import conforms, read_croissant
from scanner.cards.dataset_card import read_dataset_card
from scanner.cards.sheet import Sheet
from scanner.model.nouns import Part

#: The names that are asked for, exactly so. `metadata.json` is called by many, and counts where it says what it is.
SHEET_NAMES = ("croissant.json", "metadata.json", "README.md", "dataset_card.md", "datasheet.md")
_BY_ITSELF = "metadata.json"


class SheetFile(Part, frozen=True, kw_only=True):
    """A file that may be a data sheet. Of its text nothing is kept: `sheet` is what there is in it, or why that is not
    known; `digest` is the SHA-256 of all of it, None where it was not read.

    `version` is what the store calls its version, and `changed` when it was put there.
    """

    name: str | None = None
    sheet: Sheet | None = None
    digest: str | None = None
    version: str | None = None
    changed: datetime | None = None


def read_sheet(name: str, content: bytes) -> Sheet:
    """What there is in a file with one of `SHEET_NAMES`, or called alike; `problem` says why nothing could be read."""
    if len(content) > LARGEST:
        return unread_sheet(TOO_LARGE)
    text = text_of(content)
    if text is None:
        return unread_sheet(NO_TEXT)
    if not name.endswith(".json"):
        return read_dataset_card(text)
    found = read_croissant(text)
    if name == _BY_ITSELF and not conforms(found):
        return Sheet(format="json", problem="it does not say that it is Croissant")
    return found


def sheet_of(name: str, content: bytes, **facts: Any) -> SheetFile:
    """A file with this content, of which no more is kept than that."""
    digest = hashlib.sha256(content).hexdigest() if len(content) <= LARGEST else None
    return SheetFile(name=name, sheet=read_sheet(name, content), digest=digest, **facts)


def is_sheet(file: SheetFile) -> bool:
    """Whether a file with one of the names is one of data sheets: a `metadata.json` of anything else is not."""
    return file.name != _BY_ITSELF or may_describe(file) or file.sheet is None or conforms(file.sheet)


def unread_sheet(why: str = ARCHIVED) -> Sheet:
    """The sheet of a file that is there, and that nobody read."""
    return Sheet(format=UNREAD, problem=why)


def may_describe(file: SheetFile) -> bool:
    """Whether a file may be a data sheet for all that is known: it was not read, or is no text that could be."""
    return file.sheet is None or file.sheet.format == UNREAD
