"""What CycloneDX wants texts to be: properties, addresses, versions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

#: Begins the names of properties that CycloneDX does not define.
_PREFIX = "mlposture"
#: The longest text that is a version.
_LONGEST = 1024
#: What stands in addresses for itself.
_RESERVED = ":/?#[]@!$&'()*+,;=%~"


def prop(name: str, value: str) -> Json:
    """A property of ours."""
    return {"name": f"{_PREFIX}:{name}", "value": value}


def full(**members: Any) -> Json:
    """An object of these members, without the empty ones. `_` in a name stands for `-`."""
    return {name.replace("_", "-"): value for name, value in members.items() if value not in ("", None, [], {})}


def address(text: str) -> str:
    """Text as an address: what may not stand in one is escaped."""
    return quote(text, safe=_RESERVED)


def version(text: str) -> str:
    """Text as a version."""
    return text[:_LONGEST]
