"""From saved inventories to the draft of a card or a data sheet in its place."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.cards.card_draft import Draft, Question, Section
from scanner.cli.card_facts import Saved, card_draft, read_saved, sheet_draft
from scanner.cli.config import check_place, refuse_undecoded
from scanner.cli.judging import places_of, write_to
from scanner.cli.process import say
from scanner.model.errors import InputError


def write_card(name: str, inventories: Sequence[str], how: str, output: str) -> None:
    """The draft of a model card to its place. Raises InputError."""
    from reports.cards.cyclonedx_draft import render_cyclonedx
    from reports.cards.huggingface_draft import render_huggingface
    from reports.cards.sagemaker_draft import render_sagemaker

    draft = card_draft(_read(name, inventories, output), name)
    render = {"hf": render_huggingface, "sagemaker": render_sagemaker, "cyclonedx": render_cyclonedx}[how]
    _put(draft, render(draft), output)


def write_sheet(name: str, inventories: Sequence[str], how: str, output: str) -> None:
    """The draft of a data sheet to its place. Raises InputError."""
    from reports.cards.croissant import render_croissant
    from reports.cards.markdown_card import render_sheet

    draft = sheet_draft(_read(name, inventories, output), name, sheet_sections())
    _put(draft, render_sheet(draft) if how == "markdown" else render_croissant(draft), output)


def sheet_sections() -> tuple[Section, ...]:
    """The 57 questions of data sheets."""
    from scanner.frameworks import load

    controls = load(("datasheets",)).frameworks["datasheets"].controls
    return tuple(
        Section(section.title, tuple(Question(one.id, one.title) for one in controls if one.parent == section.id))
        for section in controls
        if section.level == "section"
    )


def _read(name: str, inventories: Sequence[str], output: str) -> Saved:
    check_places({"name": name, "output": output, "inventory": inventories}, inventories, output)
    return read_saved(inventories)


def check_places(given: Mapping[str, Any], read: Sequence[str], output: str) -> None:
    """Raises InputError where what was given is no text, or the output cannot be written or is what is read."""
    refuse_undecoded(given)
    places = places_of({"output": output}, read)
    if output != "-":
        places.note(f"-o {output}", check_place("-o", output))
    elif sys.stdout is None:
        raise InputError("-o: standard output is closed")


def _put(draft: Draft, made: str, output: str) -> None:
    write_to(None if output == "-" else output, [made.encode("utf-8", "backslashreplace")])
    if output != "-":
        total = sum(len(section.questions) for section in draft.sections)
        say(f"{output}: {total - len(draft.open)} of {total} answered from what was seen; {len(draft.open)} are open")
