"""Text in SARIF: names of others, times, and links that messages may hold."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from reports.writing import clean, redact
from scanner.model import own
from scanner.model.patterns import pattern

#: What an address in a message may not hold as it is.
_NO_ADDRESS = pattern(r"[\s<>\\`\"|{}^]")
#: A backslash there would take away what one of ours does to the bracket, or to the one that we set after the text.
_BEFORE_BRACKET = pattern(r"\\+(?=[\[\]]|\Z)")
_ENCODED = str.maketrans({"(": "%28", ")": "%29", "[": "%5B", "]": "%5D"})
#: Longer addresses are none that a console has.
_LONGEST = 2000


def label(text: str) -> str:
    """Text of others inside a message: no controls, no secrets, and no link of its own."""
    return _label(text, own.known())


@lru_cache(maxsize=512)  # thousands of results have the message of a check, the title of a kind and a place
def _label(text: str, _known: int) -> str:
    text = clean(redact(text))
    if "\\" in text:
        text = _BEFORE_BRACKET.sub(lambda found: found[0] * 2, text)
    return text.replace("[", r"\[").replace("]", r"\]")


def link(text: str, address: str) -> str:
    """A link to an address that is one; empty for any other."""
    harmless = address.startswith("https://") and address.isascii() and address.isprintable()
    if not harmless or len(address) > _LONGEST or _NO_ADDRESS.search(address) or redact(address) != address:
        return ""
    return f"[{text}]({address.translate(_ENCODED)})"


def last(id: str) -> str:
    """The last segment of a resource's full name."""
    return id.rstrip("/").rpartition("/")[2].rpartition(":")[2] or id


def iso(time: datetime) -> str:
    """A time in UTC as SARIF writes it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
