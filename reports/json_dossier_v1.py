"""Dossiers, and the populations beside them, as JSON: sorted, so that the same evidence gives the same bytes."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from reports.writing import dump, without_secrets
from scanner.model.sanitize import encode


def render(value: Struct) -> Iterator[bytes]:
    """A dossier or a population. Its texts are without what looks like a credential."""
    ordered = msgspec.json.decode(encode(without_secrets(value), order="sorted"))
    yield dump(ordered)
    yield b"\n"
