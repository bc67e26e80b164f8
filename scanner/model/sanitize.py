"""What is done to text that others control (names, tags, messages of providers, files) before anybody is shown it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import msgspec

from scanner.model import own
from scanner.model.nouns import plain
from scanner.model.patterns import pattern
from scanner.model.secrets import shapes
from scanner.model.secrets.shapes import has_shape

REDACTED = "[looks like a credential; redacted]"
TOO_DEEP = "[nested too deep; left out]"
#: Levels of nesting that are gone into. Nothing that a provider has needs as many.
_DEEPEST = 100

#: GitHub runners obey a line that starts with `::`, and the older `##[` anywhere in a line.
_COMMAND = pattern(r"(?:(?<=\s)|^):(?=:)|#(?=#\[)")
_WORD = pattern(r"[^\s'\"]+")
#: Services explain at length, and what stands before them may answer with whole pages.
_LONGEST, _READ = 300, 8192
#: Longer texts that quote a credential of the scan's own are hidden as a whole: to find the words takes too long.
_SEARCHED = 65536
#: Bytes that hardly any document has, and letters that a text in one with more is cut after.
LARGE, _LONGEST_IN_LARGE = 2**18, 2**14


def clean(text: str, *, lines: bool = False) -> str:
    r"""Text that is safe to show: the unprintable becomes visible (`\x1b`, `\u202e`), workflow commands are broken.

    `lines` keeps line feeds, for texts of several lines. Markup is left alone: no format may interpret it.
    """
    if not (text.replace("\n", "") if lines else text).isprintable():
        text = "".join(
            c if c.isprintable() or (lines and c == "\n") else c.encode("unicode_escape").decode() for c in text
        )
    return _COMMAND.sub(lambda found: found[0] + " ", text) if "::" in text or "##[" in text else text


def redact(text: str) -> str:
    """Text without what has the shape of a credential, or is one of this scan's: the words that do, or all of it."""
    if own.may_quote(text):
        text = own.hide(text) if len(text) <= _SEARCHED else own.HIDDEN
    if not has_shape(text):
        return text
    text = _WORD.sub(lambda found: REDACTED if has_shape(found[0]) else found[0], text)
    return REDACTED if has_shape(text) else text


def redact_wholly(text: str) -> str:
    """The same, and of the scan's own credentials not a part, in no encoding. For text that speaks of a failure.

    It takes too long for all that is in a report.
    """
    return redact(own.hide(text))


def quote(text: str, longest: int = _LONGEST) -> str:
    """What a provider says, as a detail may hold it: in one line, without credentials, and cut if it is long."""
    return _quoted(text[: _READ + 1], longest, own.known())  # of more, nothing need be remembered


@lru_cache(maxsize=512)  # a provider says the same of many things
def _quoted(text: str, longest: int, _known: int) -> str:
    words = redact_wholly(text[:_READ]).split()
    if len(text) > _READ and len(" ".join(words)) <= longest:
        words = words[:-1]  # of a credential that is cut off nobody could tell
    text = " ".join(words)
    return text if len(text) <= longest else text[:longest] + "…"


def may_hold_secret(document: bytes) -> bool:
    """Whether `redact` may have something to do in JSON text: one look at all of it."""
    return shapes.may_hold_secret(document) or own.may_be_in(document)


def encode(document: Any, *, order: Literal["sorted"] | None = None) -> bytes:
    """JSON. An unpaired surrogate, which a provider's JSON can smuggle in and UTF-8 cannot hold, becomes its escape."""
    try:
        return msgspec.json.encode(document, order=order)
    except UnicodeEncodeError:
        return msgspec.json.encode(map_strings(plain(document), storable), order=order)


def shorten(text: str) -> str:
    """A text as it is kept of a document so large that no provider means it."""
    return text if len(text) <= _LONGEST_IN_LARGE else text[:_LONGEST_IN_LARGE] + "…"


def storable(text: str) -> str:
    """Text as UTF-8 can hold it: an unpaired surrogate becomes its escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def map_strings(value: Any, change: Callable[[str], str], levels: int = _DEEPEST) -> Any:
    """`change` of every string in a value of JSON types, keys included, without what is nested too deep to go into."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict | list | tuple) and not levels:
        return TOO_DEEP
    if isinstance(value, dict):
        return {map_strings(key, change): map_strings(item, change, levels - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [map_strings(item, change, levels - 1) for item in value]
    return value
