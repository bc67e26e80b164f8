"""Dossiers, and the populations beside them, as JSON: sorted, so that the same evidence gives the same bytes."""

from collections.abc import Iterator
from typing import Any

import msgspec

from reports.writing import dump, without_secrets
from scanner.model.sanitize import encode


def render(value: Any) -> Iterator[bytes]:
    """A dossier, or what lies beside it. Its texts are without what looks like a credential."""
    ordered = msgspec.json.decode(encode(without_secrets(value), order="sorted"))
    yield dump(ordered)
    yield b"\n"
