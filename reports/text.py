"""What every format does to text that others control: resource names, tags and provider messages are hostile input."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from scanner.model import plain
from scanner.secrets import suspicious_names

REDACTED = "[looks like a credential; redacted]"

#: GitHub runners obey a line that starts with `::`, and the older `##[` anywhere in a line.
_COMMAND = re.compile(r"(?:(?<=\s)|^):(?=:)|#(?=#\[)")
_WORD = re.compile(r"[^\s'\"]+")
#: Controls, bidi and zero-width characters: all that JSON may hold as it is and that a terminal or reader obeys.
_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def clean(text: str, *, lines: bool = False) -> str:
    r"""Text that is safe to show: the unprintable becomes visible (`\x1b`, `\u202e`), workflow commands are broken.

    `lines` keeps line feeds, for texts of several lines. Markup is left alone: no format may interpret it.
    """
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() or (lines and c == "\n") else c.encode("unicode_escape").decode() for c in text
        )
    return _COMMAND.sub(lambda found: found[0] + " ", text) if "::" in text or "##[" in text else text


def one_line(text: str) -> str:
    """Prose of ours, folded in the source, as one line."""
    return clean(" ".join(text.split()))


def first_paragraph(text: str) -> str:
    """The first paragraph as one line."""
    return one_line(text.strip().partition("\n\n")[0])


def sentence(text: str) -> str:
    """Text that ends like a sentence."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else text + "."


def redact(text: str) -> str:
    """Text without what has the shape of a credential: the words that do, or all of it."""
    if not suspicious_names({"": text}):
        return text
    text = _WORD.sub(lambda found: REDACTED if suspicious_names({"": found[0]}) else found[0], text)
    return REDACTED if suspicious_names({"": text}) else text


def without_secrets(value: Any) -> Any:
    """A value as JSON types, with every string redacted."""
    return _strings(plain(value), redact)


def dump(document: Any) -> str:
    r"""Indented JSON. Invisible characters are written as `\uXXXX`: nothing is lost, and `cat` shows them."""
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:  # unpaired surrogates, which a provider's JSON can smuggle in and UTF-8 cannot hold
        encoded = msgspec.json.encode(_strings(plain(document), _without_surrogates))
    return _INVISIBLE.sub(_escape, msgspec.json.format(encoded, indent=1).decode())


def _strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_strings(key, change): _strings(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_strings(item, change) for item in value]
    return value


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
