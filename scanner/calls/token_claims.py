"""What a token says of whom it was issued to."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec


def claims_of(token: object) -> Mapping[str, Any]:
    """The claims of a JSON web token, which nobody verified; none of what is no such token."""
    try:
        body = str(token).split(".")[1]
        found = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
