"""What a page does to text before it is laid out: it may be hostile, and it may be long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from reports.writing import clean, redact
from scanner.model import own

#: The longest text that is shown whole: more says nothing to a person, and would push everything else off the page.
LONGEST = 600

_BETWEEN = re.compile(r"[/:]+")


def shown(text: str, longest: int = LONGEST) -> str:
    """Text of others as a page may hold it: in one line, nothing invisible, no credentials, not too long."""
    if len(text) <= LONGEST:
        return _shown(text, longest, own.known())
    return cut(clean(redact(text)), longest)


@lru_cache(maxsize=4096)  # findings say the same of many things
def _shown(text: str, longest: int, _known: int) -> str:
    return cut(clean(redact(text)), longest)


def cut(text: str, longest: int) -> str:
    """Text of at most this length. It is cut in the middle: ids tell themselves apart by how they end."""
    if len(text) <= longest:
        return text
    end = longest // 2
    return f"{text[: longest - end - 1]}…{text[-end:]}"


def step(id: str, names: Mapping[str, str]) -> tuple[str, str]:
    """A step of a path: its type, and its name, as far as names are known: an id may end in a number instead."""
    what, name = last(id)
    return what, names.get(id) or name


def last(id: str) -> tuple[str, str]:
    """The last two segments of a resource's full name: what comes before its name, often its type, and the name."""
    parts = [part for part in _BETWEEN.split(id) if part]
    return (parts[-2] if len(parts) > 1 else "", parts[-1] if parts else id)
