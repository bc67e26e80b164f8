"""What tells the reply of an operation from any other JSON, as Google's discovery documents have it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from scanner.model.decode import decoder_of


class Shape(Struct, frozen=True):
    """The reply of one operation: members of which it has one or more, whether one without any is an empty list, and
    what its `kind` is, where replies have that."""

    any: frozenset[str]
    empty: bool = False
    kind: str = ""

    def fits(self, reply: Mapping[str, Any]) -> bool:
        """Whether it may be a reply of the operation."""
        if not reply:
            return self.empty
        return not self.any.isdisjoint(reply) and (not self.kind or reply.get("kind", self.kind) == self.kind)


@cache
def shapes() -> dict[str, Shape]:
    """All that is known, by operation."""
    found: dict[str, Shape] = decoder_of(dict[str, Shape]).decode(Path(__file__).with_suffix(".json").read_bytes())
    return found
