"""Conditions that let a statement hold for nobody but an organisation, or from nowhere but some addresses."""

import ipaddress
from collections.abc import Mapping
from typing import Any

from checks.aws.iam.statements import listed
from scanner.model.patterns import pattern
from scanner.model.trust import Foreign

_ORGANIZATION = pattern(r"o-[a-z0-9]{10,32}")
#: A wider range is public, as Amazon counts it.
_WIDEST = {4: 8, 6: 32}


def limited_to(statement: Mapping[str, Any]) -> dict[str, Foreign]:
    """What the only condition of a statement limits it to, in words; empty where that is not known to be a limit."""
    blocks = [(str(operator).lower(), block) for operator, block in (statement.get("Condition") or {}).items()]
    tests = [(operator, str(key).lower(), listed(block[key])) for operator, block in blocks for key in block]
    match tests:
        case [("stringequals", "aws:principalorgid", values)] if values and all(map(_is_organization, values)):
            return {f"of organisation {value}": Foreign.organization(value) for value in values}
        case [("ipaddress", "aws:sourceip", values)] if values and all(map(_is_narrow, values)):
            return {f"from {value}": Foreign.address(value) for value in values}
    return {}


def _is_organization(value: Any) -> bool:
    return isinstance(value, str) and _ORGANIZATION.fullmatch(value) is not None


def _is_narrow(value: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]
