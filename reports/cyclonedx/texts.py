"""What CycloneDX wants texts to be: properties, addresses, versions."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from scanner.model.patterns import pattern
from scanner.model.sanitize import storable

Json = dict[str, Any]

#: Begins the names of properties that CycloneDX does not define.
_PREFIX = "mlposture"
#: The longest text that is a version.
_LONGEST = 1024
#: Longer addresses are none that a bucket or a console has.
_LONGEST_ADDRESS = 2000
#: What stands in addresses for itself, beside letters and digits.
_RESERVED = ":/?@!$&'()*+,;=%~"
#: The scheme of an address, its host, and the rest; and the hosts that need no escaping.
_PARTS = pattern(r"([A-Za-z][A-Za-z0-9+.-]*:)?(//[^/]*)?(.*)", re.DOTALL)
_HOST = pattern(r"|//[A-Za-z0-9_.-]+(?:@[A-Za-z0-9_.-]+)?(?::[0-9]+)?")
_NO_ESCAPE = pattern(r"%(?![0-9A-Fa-f]{2})")


def prop(name: str, value: str) -> Json:
    """A property of ours."""
    return {"name": f"{_PREFIX}:{name}", "value": value}


def full(**members: Any) -> Json:
    """An object of these members, without the empty ones. `_` in a name stands for `-`."""
    return {name.replace("_", "-"): value for name, value in members.items() if value not in ("", None, [], {})}


def address(text: str) -> str:
    """Text as an address, with what may not stand in one escaped; empty where it is too long for one.

    It may be a relative one, which begins with no scheme.
    """
    if len(text) > _LONGEST_ADDRESS:
        return ""
    escaped = _NO_ESCAPE.sub("%25", storable(text))
    # The key of an object may have a number sign, which begins nothing there.
    before, number_sign, after = escaped.partition("#") if escaped.startswith("http") else (escaped, "", "")
    found = _PARTS.fullmatch(before)
    assert found is not None  # noqa: S101 - any text fits
    scheme, host, rest = (part or "" for part in found.groups())
    host = host if _HOST.fullmatch(host) else "//" + quote(host[2:], safe="")
    rest = quote(rest, safe=_RESERVED if scheme else _RESERVED.replace(":", ""))
    return scheme + host + rest + number_sign + quote(after, safe=_RESERVED)


def version(text: str) -> str:
    """Text as a version."""
    return text[:_LONGEST]
