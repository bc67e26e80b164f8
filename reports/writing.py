"""What every format does to text that others control: resource names, tags and provider messages are hostile input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.model.notes import Site, Source
from scanner.model.nouns import plain
from scanner.model.patterns import pattern
from scanner.model.sanitize import clean, encode, map_strings, may_hold_secret, redact

__all__ = [
    "Indented",
    "Pieces",
    "clean",
    "declared",
    "dump",
    "first_paragraph",
    "indent",
    "line",
    "one_line",
    "place",
    "redact",
    "sentence",
    "stream",
    "without_secrets",
]

#: Controls, bidi and zero-width characters, and GitHub's older workflow commands: all that JSON may hold as it is and
#: that a terminal, a reader or a runner obeys.
_INVISIBLE = pattern(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    r"|#(?=#\[)"
)


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


def without_secrets(value: Any) -> Any:
    """A value as JSON types, with every string redacted."""
    return map_strings(plain(value), redact)


def place(source: Site) -> str:
    """A line of the sources, as editors and terminals know it: `infra/main.tf:5`."""
    return f"{source.uri}:{source.line}"


def declared(source: Source) -> str:
    """The same with what stands there, and the outermost call that leads there: what to look for, and where."""
    via = f", called at {place(source.calls[0])}" if source.calls else ""
    return f"{place(source)} ({source.address}{via})"


def dump(document: Any) -> bytes:
    r"""Indented JSON. Invisible characters are written as `\uXXXX`: nothing is lost, and `cat` shows them."""
    return _without_invisible(msgspec.json.format(encode(document), indent=1))


def line(document: Any) -> bytes:
    """The same on one line, without its end and without credentials."""
    text = encode(document)
    if may_hold_secret(text):
        text = encode(without_secrets(document))
    return _without_invisible(text)


def _without_invisible(text: bytes) -> bytes:
    if text.isascii() and b"\x7f" not in text and b"##[" not in text:
        return text  # most texts; the pattern could find nothing else in them
    return _INVISIBLE.sub(_escape, text.decode()).encode()


class Indented(bytes):
    """JSON that is indented as its place in the document wants it."""


class Pieces(dict[str, Any]):
    """A JSON object to be streamed member by member, because some of it is too large to be in memory."""


def stream(document: Any, depth: int = 0) -> Iterator[bytes]:
    """What `dump` gives, in pieces. `Pieces` are taken apart, and iterators become arrays, one item at a time.

    Nothing below other values is taken apart. Bytes are JSON that `dump` has made.
    """
    members: Iterator[tuple[str | None, Any]]
    if isinstance(document, Pieces):
        opened, closed, members = b"{", b"}", iter(document.items())
    elif isinstance(document, Iterator):
        opened, closed, members = b"[", b"]", ((None, item) for item in document)
    elif isinstance(document, Indented):
        yield document
        return
    else:
        text = document if isinstance(document, bytes) else dump(document)
        yield indent(text, depth)
        return
    lead = opened + b"\n" + b" " * (depth + 1)
    empty = True
    for name, value in members:
        lead = lead if name is None else lead + dump(name) + b": "
        if isinstance(value, Indented):  # this and the next are what long lists are made of
            yield lead + value
        elif type(value) is dict:
            yield lead + indent(dump(value), depth + 1)
        else:
            yield lead
            yield from stream(value, depth + 1)
        lead = b",\n" + b" " * (depth + 1)
        empty = False
    yield opened + closed if empty else b"\n" + b" " * depth + closed


def indent(text: bytes, depth: int) -> Indented:
    """JSON that `dump` has made, as far to the right as it stands below `depth` other values."""
    return Indented(text.replace(b"\n", b"\n" + b" " * depth) if depth else text)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
