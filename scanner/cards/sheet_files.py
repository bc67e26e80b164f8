"""Data sheets in files beside data: which names they have, and what there is in one. Its text is not kept.

As of model cards in files, whoever may write to the folder may write one: see docs/decisions/0073 and 0082.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import UNSET

from scanner.cards.card_files import ARCHIVED, LARGEST, NAMES, NO_TEXT, TOO_LARGE, UNREAD, is_plain, text_of
from scanner.cards.croissant_sheet import names_specification, read_croissant
from scanner.cards.dataset_card import read_dataset_card
from scanner.cards.sheet import Sheet, describes
from scanner.model.nouns import Part
from scanner.model.patterns import pattern

#: The names that are asked for, exactly so. `metadata.json` is called by many, and counts where it says what it is.
SHEET_NAMES = ("croissant.json", "metadata.json", "README.md", "dataset_card.md", "datasheet.md")
#: All that a scan may open, with `--read-documents` and not otherwise.
DOCUMENT_NAMES = frozenset((*NAMES, *SHEET_NAMES))
_BY_ITSELF = "metadata.json"
#: The last part of an address that is a file, or what names of files begin with: `all.csv`, `part-`. Folders of
#: versions have dots as well: `v1.2`, `2026.Q1`, `tickets.v2`.
_FILE = pattern(r".*(?:\.(?!v\d+$)[a-z][a-z0-9]{1,9}|\.[A-Z]{3,10}|[-_.]|\*.*)")
#: What folders are called that are a part of a data set: what describes it lies above them.
_PARTS = frozenset(
    {"train", "training", "test", "testing", "validation", "valid", "val", "eval", "evaluation", "data", "input"}
)


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
    if name == _BY_ITSELF and not names_specification(found):
        return Sheet(format="json", problem="it does not say that it is Croissant")
    return found


def sheet_of(name: str, content: bytes, **facts: Any) -> SheetFile:
    """A file with this content, of which no more is kept than that."""
    digest = hashlib.sha256(content).hexdigest() if len(content) <= LARGEST else None
    return SheetFile(name=name, sheet=read_sheet(name, content), digest=digest, **facts)


class Sheets(NamedTuple):
    """What was read beside data: by id what a view has of each folder, with `documents` and `refused`, or UNSET."""

    folders: Mapping[str, Any]

    @property
    def unseen(self) -> bool:
        """Whether some folder was not looked at."""
        return any(one is UNSET or one.documents is UNSET for one in self.folders.values())

    @property
    def describe(self) -> bool:
        """Whether a file says what the data is; that stands whatever else may lie in folders that were looked at."""
        return not self.unseen and any(file.sheet and describes(file.sheet) for file in self.found)

    @property
    def complete(self) -> bool:
        """Whether there surely is no other file, and it is known what is in each."""
        return not self.unseen and all(
            folder.refused == () and not any(map(may_describe, folder.documents or ()))
            for folder in self.folders.values()
        )

    @property
    def found(self) -> list[SheetFile]:
        return [file for files in self.evidence.values() for file in files]

    @property
    def evidence(self) -> dict[str, tuple[SheetFile, ...]]:
        """The files that there are, by the ids of their folders."""
        seen = {id: one.documents for id, one in self.folders.items() if one is not UNSET}
        return {id: files for id, files in seen.items() if files is not UNSET and files}


def sheets_in(folders: Mapping[str, Any]) -> Sheets:
    """The sheets in folders, by id; None stands for one that is not there."""
    return Sheets({id: folder for id, folder in folders.items() if folder is not None})


def is_sheet(file: SheetFile) -> bool:
    """Whether a file with one of the names is one of data sheets: a `metadata.json` of anything else is not."""
    return file.name != _BY_ITSELF or may_describe(file) or file.sheet is None or names_specification(file.sheet)


def unread_sheet(why: str = ARCHIVED) -> Sheet:
    """The sheet of a file that is there, and that nobody read."""
    return Sheet(format=UNREAD, problem=why)


def folders_beside(place: str) -> tuple[str, ...]:
    """Where data sheets of data may lie, given `bucket/key` of the data; nothing where a step of the key is `..`.

    That is the folder that the data is or lies in, and where that is called as a part of a data set, `train` and the
    like, the folder above it. Nothing says whether a key is a file or a folder, so that its ending has to.
    """
    bucket, _, key = place.strip("/").partition("/")
    if not bucket or not is_plain(key):
        return ()
    steps = [bucket, *(key.split("/") if key else ())]  # `a//b` is another place than `a/b`
    if len(steps) > 1 and _FILE.fullmatch(steps[-1]):
        steps.pop()
    found = ["/".join(steps)]
    if len(steps) > 1 and steps[-1].lower() in _PARTS:
        found.append("/".join(steps[:-1]))
    return tuple(found)


def may_describe(file: SheetFile) -> bool:
    """Whether a file may be a data sheet for all that is known: it was not read, or is no text that could be."""
    return file.sheet is None or file.sheet.format == UNREAD
