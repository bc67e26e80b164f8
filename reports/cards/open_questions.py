"""Which of the 57 questions a data sheet answers, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from reports.writing import clean, redact
from scanner.cards.sheet import Sheet, answers_of
from scanner.cards.sheet_items import QUESTION_TITLES

_FORMATS = {"croissant": "Croissant", "huggingface": "a dataset card", "markdown": "Markdown"}
_DESCRIPTION = {
    "filled": "its description says what the data is",
    "placeholder": "its description is a placeholder",
    "empty": "it has no description",
}


def render_questions(name: str, sheet: Sheet) -> str:
    """What a file is, and each question by how far the file answers it. None of its text is shown."""
    return "".join(f"{clean(redact(line))}\n" for line in _lines(name, sheet))


def _lines(name: str, sheet: Sheet) -> Iterator[str]:
    yield f"{name}: {', '.join(_facts(sheet))}"
    if sheet.problem:
        yield f"not all of it was read: {sheet.problem}"
    answers = answers_of(sheet)
    groups = (("answered", answers.filled), ("placeholders", answers.placeholder), ("open", answers.open))
    for title, ids in groups:
        if ids:
            yield from ("", f"{title}: {len(ids)} of {len(QUESTION_TITLES)}")
            yield from (_question(sheet, id) for id in ids)
    yield from ("", "An answer is what somebody wrote there; whether it is true is not known.")


def _facts(sheet: Sheet) -> Iterator[str]:
    yield " ".join((_FORMATS.get(sheet.format or "", "a data sheet"), *_specifications(sheet)))
    if sheet.name:
        yield f"data set {sheet.name}"
    if sheet.version:
        yield f"version {sheet.version}"
    if sheet.date:
        yield f"of {sheet.date}"
    if sheet.digests:
        count = len(sheet.digests)
        yield f"{count} digest{'' if count == 1 else 's'} of files"
    yield _DESCRIPTION[sheet.description or "empty"]


def _specifications(sheet: Sheet) -> Iterator[str]:
    """`1.1 and RAI 1.0`, as the file says what it follows."""
    if sheet.specifications:
        yield " and ".join(one.replace("/", " ") for one in sheet.specifications)


def _question(sheet: Sheet, id: str) -> str:
    entry = (sheet.entries or {}).get(id)
    where = f" ({entry.where})" if entry and entry.where else ""
    return f"  {id:<7} {QUESTION_TITLES[id]}{where}"
