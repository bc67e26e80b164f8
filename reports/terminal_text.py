"""Lines of text for a terminal, and how columns and paragraphs become lines."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.writing import clean, redact
from scanner.model.nouns import Scope, Severity

#: Style, text and link of each part of a line; style and link are empty for plain text.
Line = list[tuple[str, str, str]]

STYLE = {
    Severity.CRITICAL: "bold magenta",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFORMATIONAL: "blue",
}


class Look(NamedTuple):
    """How much is shown, in how many columns: every failure, not the worst alone, and controls that they speak to."""

    width: int
    details: bool = False
    controls: bool = False


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Line]:
    """Columns as wide as their widest cell; numbers, all but the first column, aligned to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for style, row in [("bold", head), *(("", row) for row in rows)]:
        padded = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield [(style, "  ".join(padded), "")]


def folded(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Iterator[Line]:
    """The same in so many columns: as several tables below each other, each with the first column, where they must be.

    The first column is cut to leave room for any other. None folds nothing.
    """
    if width is None:
        yield from table(head, rows)
        return
    widths = [max(len(row[column]) for row in (head, *rows)) + 2 for column in range(len(head))]
    first = max(min(widths[0] - 2, width - max(widths[1:], default=0)), 1)
    for number, columns in enumerate(_packed(widths[1:], width - first)):
        if number:
            yield []
        chosen = ((cut(row[0], first), *(row[column + 1] for column in columns)) for row in (head, *rows))
        top, *rest = chosen
        yield from table(top, rest)


def _packed(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """The numbers of columns, those that fit beside each other together."""
    group: list[int] = []
    for number, width in enumerate(widths):
        if group and sum(widths[one] for one in group) + width > room:
            yield group
            group = []
        group.append(number)
    yield group


def wrap(text: str, width: int) -> list[str]:
    """Lines of whole words: breaking inside one could bring a harmless `::` to the start of a line."""
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)


def counted(count: int, noun: str) -> str:
    """So many of what the noun says, which takes an s where it is not one."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def cut(text: str, width: int) -> str:
    """The text in one line, ended by an ellipsis where it is longer."""
    return text if len(text) <= width else text[: max(width - 1, 1)].rstrip() + "…"


def theirs(text: str) -> str:
    """Text of others: no controls, no secrets."""
    return clean(redact(text))


def where(scope: Scope) -> str:
    """Provider, account and region."""
    return clean(f"{scope.provider} {scope.account} {scope.region}")


def link(url: str) -> str:
    """The console address if it is one and holds nothing that could end the escape sequence it goes into."""
    return url if url.startswith("https://") and url.isascii() and url.isprintable() else ""
