"""The single values in a resource, each with the names of the members that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET
from msgspec.structs import astuple

from scanner.model.nouns import Part, Resource, plain

#: Fields that say which resource it is.
_IDENTITY = frozenset(Resource.__struct_fields__)
#: What an observed absence is shown as.
NOT_SET = "not set"
#: Members that say which version of another one is meant.
_VERSIONS = {"model": "model_version_id", "image": "image_digest"}


def leaves(resource: Resource) -> Iterator[tuple[str, str]]:
    """Each value that was observed in a field of a resource, as text: `variants.model_name` and the name.

    A field that was seen to be absent is `NOT_SET`. What a part lacks is left out.
    """
    for name, value in zip(type(resource).__struct_fields__, astuple(resource), strict=True):
        if name in _IDENTITY or value is UNSET:
            continue
        if value is None:
            yield name, NOT_SET
        else:
            yield from _below(name, value)


def _below(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _below(path, item)
    elif isinstance(value, Part):
        for name in type(value).__struct_fields__:
            inner = getattr(value, name)
            version = getattr(value, _VERSIONS.get(name, ""), None)
            if inner is not None:
                joined = version and "@" not in str(inner)
                yield from _below(f"{path}.{name}", f"{inner}@{version}" if joined else inner)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(f"{path}.{key}", item)
    elif value is not None:
        yield path, text_of(value)


def text_of(value: Any) -> str:
    """A single value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(plain(value))
