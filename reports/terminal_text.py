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
