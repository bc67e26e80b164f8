"""What a scan must know of operations that speak JSON 1.1. Botocore's models say the same, but take long to load."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from scanner.model.decode import decoder_of


class Shape(Struct, frozen=True):
    """The reply of one operation: its members, which of them a listing lists, and which are times.

    Of several members that a listing lists, `items` has spaces between.

    `times` is a tree of members whose leaves are empty: {"Models": {"CreationTime": {}}}. Lists are passed through.
    """

    members: frozenset[str]
    times: Mapping[str, Any] = {}
    items: str = ""


class Service(Struct, frozen=True):
    """How a service is addressed (`target` goes before the operation in a header), and its operations that read.

    `signing_name` is what its requests are signed for, where that is not what the SDK calls it.
    """

    version: str
    target: str
    operations: dict[str, Shape]
    signing_name: str = ""


@cache
def services() -> dict[str, Service]:
    """All that is known, by service."""
    content = Path(__file__).with_suffix(".json").read_bytes()
    found: dict[str, Service] = decoder_of(dict[str, Service]).decode(content)
    return found


def find(service: str, name: str) -> Shape | None:
    """The shape of an operation; None for one that the SDK has to call."""
    known = services().get(service)
    return known.operations.get(name) if known else None
