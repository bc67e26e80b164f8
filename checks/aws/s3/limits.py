"""Conditions that let a statement hold for nobody but an organisation, or from nowhere but some addresses."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from checks.aws.iam.conditions import Values
from checks.aws.iam.requests import SOMETHING
from checks.aws.iam.statements import Rules, listed
from scanner.model.patterns import pattern
from scanner.model.trust import Foreign

_ORGANIZATION = pattern(r"o-[a-z0-9]{10,32}")
#: A wider range is public, as Amazon counts it.
_WIDEST = {4: 8, 6: 32}
#: What a request has under a key that comes from nowhere that a policy names.
_ELSEWHERE: dict[str, Values] = {"aws:principalorgid": (SOMETHING,), "aws:sourceip": ()}


class Limit(Struct, frozen=True):
    """An organisation or some addresses: in words, in the keys of a request from there, and by what it is known."""

    label: str
    keys: Mapping[str, Values]
    foreign: Foreign


def limits_of(rules: Rules) -> tuple[Limit, ...]:
    """What the only conditions of statements that allow limit them to, each once."""
    found = {limit.label: limit for rule in rules.rules if not rule.denies for limit in _limits(rule.statement)}
    return tuple(found.values())


def nowhere(rules: Rules) -> dict[str, Values]:
    """Keys of a request from outside all such limits, of those keys that no other condition asks about."""
    limited = {
        key for rule in rules.rules if not rule.denies for limit in _limits(rule.statement) for key in limit.keys
    }
    others = {
        key for rule in rules.rules if rule.denies or not any(_limits(rule.statement)) for key in rule.condition.keys
    }
    return {key: _ELSEWHERE[key] for key in sorted(limited - others)}


def _limits(statement: Mapping[str, Any]) -> Iterator[Limit]:
    blocks = [(str(operator).lower(), block) for operator, block in (statement.get("Condition") or {}).items()]
    tests = [(operator, str(key).lower(), listed(block[key])) for operator, block in blocks for key in block]
    match tests:
        case [("stringequals", "aws:principalorgid", values)] if values and all(map(_is_organization, values)):
            for value in values:
                yield Limit(f"of organisation {value}", {"aws:principalorgid": (value,)}, Foreign.organization(value))
        case [("ipaddress", "aws:sourceip", values)] if values and all(map(_is_narrow, values)):
            for value in values:
                first = str(ipaddress.ip_network(value, strict=False)[0])
                yield Limit(f"from {value}", {"aws:sourceip": (first,)}, Foreign.address(value))


def _is_organization(value: Any) -> bool:
    return isinstance(value, str) and _ORGANIZATION.fullmatch(value) is not None


def _is_narrow(value: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return False
    return network.prefixlen >= _WIDEST[network.version]
