"""Booleans and enums of a world document: what can be flipped, to which values, and which replies show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_SWITCHES = {"true": "false", "false": "true"}


@dataclass(frozen=True)
class Leaf:
    """One boolean or enum in a world document.

    `path` leads to it in the document; `resources` are the names or ids of the resources it belongs to; `sources` the
    replies that show it, as operation and dotted member (without indexes of lists); `alternatives` its other values.
    """

    path: Path
    resources: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    value: bool | str
    alternatives: tuple[bool | str, ...]

    @property
    def member(self) -> str:
        return self.sources[0][1]

    @property
    def family(self) -> str:
        """What is flipped together: the leaves that the same operation shows."""
        return self.sources[0][0]

    @property
    def operations(self) -> frozenset[str]:
        return frozenset(operation for operation, _ in self.sources)

    def __str__(self) -> str:
        return f"{self.resources[0]} {self.member} (was {self.value!r})"


@dataclass(frozen=True)
class Found:
    """A boolean or enum below some value, before anyone says whose it is."""

    path: Path
    member: str
    value: bool | str
    alternatives: tuple[bool | str, ...]


def walk(
    value: Any,
    shape: Any,
    inside: Callable[[Any, Any, str | None], Any],
    choices: Callable[[Any], Iterable[str]],
    path: Path = (),
    member: str = "",
) -> Iterator[Found]:
    """Every boolean and enum in `value`.

    `inside(shape, value, key)` is the shape of a member (of the items, where `key` is None), `choices(shape)` the enum.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            dotted = f"{member}.{key}" if member else str(key)
            yield from walk(item, inside(shape, value, key), inside, choices, (*path, key), dotted)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from walk(item, inside(shape, value, None), inside, choices, (*path, number), member)
    elif isinstance(value, bool | str):
        others = alternatives(value, choices(shape))
        if others:
            yield Found(path, member, value, others)


def alternatives(value: bool | str, allowed: Iterable[str] = ()) -> tuple[bool | str, ...]:
    """The other values: the opposite of a boolean, also of one in a string, or the rest of an enum."""
    if isinstance(value, bool):
        return (not value,)
    others = tuple(other for other in allowed if other != value)
    return others or ((_SWITCHES[value],) if value in _SWITCHES else ())


def changed(document: Any, path: Path, value: Any) -> Any:
    """A copy of the document with one leaf changed; what YAML aliases share with it elsewhere stays as it was."""
    if not path:
        return value
    key, *rest = path
    copy = list(document) if isinstance(document, list) else dict(document)
    copy[key] = changed(document[key], tuple(rest), value)
    return copy
