"""What reports say of the resources that findings are about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.model.nouns import Resource


class Answers(Struct, frozen=True):
    """Who answers for a resource: declared by the manifest of AI systems, or recorded by a tag that people wrote."""

    name: str
    kind: Literal["declared", "recorded"]


class Described(Struct, frozen=True, kw_only=True):
    """A resource, the AI systems that it belongs to, and what is known beside. None is what was not observed."""

    resource: Resource
    systems: tuple[str, ...] = ()
    owners: tuple[Answers, ...] = ()
    tags: Mapping[str, str] | None = None
    created_at: datetime | None = None
