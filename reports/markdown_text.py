"""Markdown that says what it is given and nothing else, whoever reads it: GitHub, GitLab, a browser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.html.text import shown
from reports.writing import clean, redact
from scanner.model.patterns import pattern

#: The longest text of others that is shown whole.
LONGEST = 200
#: What would end a span of code, or a cell, in a way that readers of Markdown do not agree on.
_LOOKALIKES = str.maketrans({"`": "'", "|": "¦"})
#: What Markdown, or HTML in it, may take for markup.
_MARKUP = pattern(r"[\\*_\[\]<>#|~&!$]")
#: What would end an address.
_NO_ADDRESS = pattern(r"[\s<>\\`|]")
#: Longer addresses are none that a console has.
_LONGEST_ADDRESS = 2000


def code(text: str, longest: int = LONGEST) -> str:
    """Text of others, as code: nobody looks there for markup, HTML, links, mentions, emoji or numbers of issues."""
    text = shown(text, longest).translate(_LOOKALIKES).strip()
    return f"`{text}`" if text else "(none)"


def prose(text: str) -> str:
    """Text of ours in one line; what stands between backticks in it stays code."""
    parts = clean(" ".join(text.split())).split("`")
    if len(parts) % 2 == 0:
        return _plain(" ".join(parts))
    return "".join(code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    return _MARKUP.sub(lambda found: "\\" + found[0], text)


def link(label: str, address: str) -> str:
    """A link to an address that is one, and nothing to any other."""
    harmless = address.startswith("https://") and address.isascii() and address.isprintable()
    if not harmless or len(address) > _LONGEST_ADDRESS or _NO_ADDRESS.search(address) or redact(address) != address:
        return ""
    return f"[{label}](<{address}>)"


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def head(names: Sequence[str], *, text: int = 1) -> str:
    """The first two lines of a table; all but the first `text` columns are numbers."""
    return "\n".join((row(names), row("---" if number < text else "---:" for number in range(len(names)))))


def fitting(rows: Iterable[str], most: int) -> list[str]:
    """The first rows, whole, that take no more than so many bytes. Of the others, none is asked for but the next."""
    kept = []
    for one in rows:
        most -= len(one.encode()) + 1
        if most < 0:
            break
        kept.append(one)
    return kept
