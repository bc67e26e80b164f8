"""From a file that may be a data sheet to the questions that it leaves open."""

from collections.abc import Sequence

from scanner.cards.card_files import NO_TEXT, text_of
from scanner.cards.croissant_sheet import read_croissant
from scanner.cards.dataset_card import read_dataset_card
from scanner.cards.sheet import Sheet
from scanner.cli.card_writing import check_places
from scanner.cli.judging import write_to
from scanner.model.errors import InputError
from scanner.objects.transfer import content

#: Bytes of a file that is read. Croissant of thousands of files has a few.
_LARGEST = 16 << 20


def show_open(path: str, name: str | None, inventories: Sequence[str], output: str) -> None:
    """The questions of a file to their place. Raises InputError."""
    from reports.cards.open_questions import render_questions

    if name or inventories:
        raise InputError("--from reads a file alone; leave out DATASET and --inventory")
    check_places({"from": path, "output": output}, (path,), output)
    shown = render_questions(path, _sheet(path))
    write_to(None if output == "-" else output, [shown.encode("utf-8", "backslashreplace")])


def _sheet(name: str) -> Sheet:
    """What there is in a file: JSON is read as Croissant, and anything else as Markdown. Raises InputError."""
    text = text_of(content(name, _LARGEST, "any data sheet; it is not read"))
    if text is None:
        raise InputError(f"{name}: {NO_TEXT}")
    found = read_croissant(text) if text.lstrip()[:1] in ("{", "[") else read_dataset_card(text)
    if found.problem and not found.entries:
        raise InputError(f"{name}: {found.problem}")
    return found
