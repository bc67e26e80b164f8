"""Deferred patterns behave as compiled ones, and every one in the product compiles."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator

import pytest
from support import registered

from scanner.model.patterns import _Deferred, pattern


def deferred(value: object) -> Iterator[_Deferred]:
    """Patterns in a value, also in tuples of tuples."""
    if isinstance(value, _Deferred):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from deferred(item)


def every_pattern() -> list[tuple[str, _Deferred]]:
    registered()
    for name in ("reports.writing", "checks.gcp.client.errors", "scanner.model.sanitize"):
        importlib.import_module(name)
    return [
        (f"{module}.{name}", found)
        for module in sorted(sys.modules)
        if module.partition(".")[0] in ("scanner", "checks", "reports")
        for name, value in vars(sys.modules[module]).items()
        for found in deferred(value)
    ]


def test_it_acts_like_a_compiled_pattern() -> None:
    made = pattern(r"a(b+)", re.IGNORECASE)

    assert [made.fullmatch(text) is not None for text in ("aB", "abbc")] == [True, False]
    assert made.search("xxABB")[1] == "BB"  # type: ignore[index]
    assert made.sub("-", "ab xx abb") == "- xx -"
    assert [found[0] for found in made.finditer("ab ab")] == ["ab", "ab"]


@pytest.mark.parametrize(("name", "made"), every_pattern())
def test_every_pattern_compiles(name: str, made: _Deferred) -> None:
    assert re.compile(made._text, made._flags)
