"""What each kind is in a bill of materials, and which of its fields name what: kinds.yaml, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from scanner.bom.items import Role
from scanner.model.yaml_text import parse

T = TypeVar("T")

#: What a field may name that no resource is.
Named = Literal["image", "artifact", "dataset", "code", "model", "hub"]
#: Why a bill has a value of a field.
Group = Literal["hardware", "control", "data-use", "setting"]
Patterns = tuple[str, ...]


class Recipe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"role": "as"}):
    """What a kind is. Patterns are of names of members, as `leaves` spells them; `*` is any text.

    `version` and `created` are fields; the version `id` is the end of the id. `provider` is who runs a service that is
    nobody's own. One that is `only_linked` is left out where nothing leads from it and no system has it.
    """

    role: Role
    version: str = ""
    created: str = ""
    provider: str = ""
    only_linked: bool = False
    names: dict[Named, Patterns] = {}
    facts: dict[Group, Patterns] = {}


class Recipes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All kinds: what they are, or why they are no part of a bill."""

    kinds: Mapping[str, Recipe]
    excused: Mapping[str, str]


@cache
def load_recipes() -> Recipes:
    """What kinds.yaml says."""
    document = parse(Path(__file__).with_name("kinds.yaml").read_bytes(), "it is shipped with kinds")
    return msgspec.convert(document.value, Recipes)


@lru_cache(maxsize=4096)  # a label, too, has a name, and others choose those
def named(kind: str, member: str) -> Named | None:
    """What a member of a kind names, if anything."""
    return _first(load_recipes().kinds[kind].names, member)


@lru_cache(maxsize=4096)
def group(kind: str, member: str) -> Group | None:
    """Why a bill has the value of a member of a kind, if it has."""
    return _first(load_recipes().kinds[kind].facts, member)


def _first(words: Mapping[T, Patterns], member: str) -> T | None:
    return next((word for word, patterns in words.items() if any(fnmatchcase(member, one) for one in patterns)), None)
