"""Conditions that let nobody in but those of an organisation, or from some addresses: of what is allowed, or spared.

They may stand alone, with others, or in a denial of everybody else, as the perimeters of AWS' guides have them.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple

from msgspec import Struct

from checks.aws.iam.conditions import Values
from checks.aws.iam.matching import filled
from checks.aws.iam.requests import SOMETHING
from checks.aws.iam.statements import Rule, Rules, listed
from scanner.model.patterns import pattern
from scanner.model.trust import Foreign

_ORGANIZATION = pattern(r"(o-[a-z0-9]{10,32})(/.*)?")
_ID, _PATHS, _ADDRESS = "aws:principalorgid", "aws:principalorgpaths", "aws:sourceip"
_SERVICES = ("aws:principalisawsservice", "aws:viaawsservice")
#: So many ways of being within all limits of a statement are told apart, each line's with each other's.
_MOST = 100
#: A wider range is public, as Amazon counts it.
_WIDEST = {4: 8, 6: 32}
#: What a request has under a key that comes from nowhere that a policy names.
_ELSEWHERE: dict[str, Values] = {_ID: (SOMETHING,), _PATHS: (f"o-{SOMETHING}/r-{SOMETHING}/",), _ADDRESS: ()}
#: Operators that keep to some values, or that deny all but some, by what they compare.
_TEXTS = ("stringequals", "stringlike")
_OPERATORS: dict[str, dict[bool, tuple[str, ...]]] = {
    _ID: {False: _TEXTS, True: ("stringnotequals", "stringnotlike")},
    _PATHS: {
        False: ("foranyvalue:stringequals", "foranyvalue:stringlike", *_TEXTS),
        True: ("foranyvalue:stringnotlike", "forallvalues:stringnotequals", "forallvalues:stringnotlike"),
    },
    _ADDRESS: {False: ("ipaddress",), True: ("notipaddress",)},
}


class Limit(Struct, frozen=True):
    """An organisation or some addresses: in words, in the keys of a request from there, and by what it is known."""

    label: str
    keys: Mapping[str, Values]
    foreign: Foreign


class _Line(NamedTuple):
    """One line of a condition: operator and key in lower case."""

    operator: str
    key: str
    values: list[Any]


def limits_of(rules: Rules) -> tuple[Limit, ...]:
    """What conditions limit statements to, each once."""
    return tuple({limit.label: limit for rule in rules.rules for limit in _limits(rule)}.values())


def nowhere(rules: Rules) -> dict[str, Values]:
    """Keys of a request from outside all such limits, of those keys that nothing else asks about."""
    lines = [each for rule in rules.rules for each in _read(rule)]
    limited = {line.key for line, found in lines if found}
    others = {line.key for line, found in lines if not found}
    return {key: _ELSEWHERE[key] for key in sorted(limited - others)}


def spared_by(rule: Rule) -> Mapping[str, Values]:
    """Keys of a role that a denial for everybody did not hit: its organisation, where only that can be why."""
    lines = list(_lines(rule))
    organisations = [line for line in lines if line.key == _ID]
    if len(organisations) != 1 or not all(line in organisations or _is_no_service(line) for line in lines):
        return {}
    found = tuple(_limited(organisations[0], denies=True))
    return found[0].keys if len(found) == 1 else {}


def _is_no_service(line: _Line) -> bool:
    """Whether a line is met by all that people and their programs ask for themselves."""
    is_false = [str(value).lower() for value in line.values] == ["false"]
    return is_false and line.key in _SERVICES and line.operator.removesuffix("ifexists") == "bool"


def _limits(rule: Rule) -> Iterator[Limit]:
    """Where several lines limit a statement, it takes all of them: then each is one of each line's together."""
    found = [limits for _, limits in _read(rule) if limits]
    if rule.denies:  # a denial of who is not of one, or not of the other
        for limits in found:
            yield from limits
    elif found:
        for several in product(*found):
            yield _together(several)


def _read(rule: Rule) -> list[tuple[_Line, tuple[Limit, ...]]]:
    """Each line of a statement with what it limits to; all with nothing where too much would have to be told apart."""
    found = [(line, tuple(_limited(line, denies=rule.denies))) for line in _lines(rule)]
    counts = [len(limits) for _, limits in found if limits]
    too_many = not rule.denies and len(counts) > 1 and prod(counts) > _MOST
    return [(line, ()) for line, _ in found] if too_many else found


def _together(limits: tuple[Limit, ...]) -> Limit:
    first, *others = limits
    for each in others:
        first = Limit(f"{first.label} {each.label}", {**first.keys, **each.keys}, first.foreign | each.foreign)
    return first


def _lines(rule: Rule) -> Iterator[_Line]:
    written = rule.statement.get("Condition")
    for operator, block in written.items() if isinstance(written, Mapping) else ():
        for key, values in block.items() if isinstance(block, Mapping) else ():
            yield _Line(str(operator).lower(), str(key).lower(), listed(values))


def _limited(line: _Line, *, denies: bool) -> Iterator[Limit]:
    """What a line limits to; nothing where one of its values is no limit, or another operator."""
    operator = line.operator.removesuffix("ifexists") if denies else line.operator
    if operator not in _OPERATORS.get(line.key, {}).get(denies, ()) or not all(map(str, line.values)):
        return
    found = [_limit(line.key, str(value)) for value in line.values]
    if None not in found:
        yield from (each for each in found if each is not None)


def _limit(key: str, value: str) -> Limit | None:
    if key == _ADDRESS:
        first = _first_of(value)
        return Limit(f"from {value}", {key: (first,)}, Foreign.address(value)) if first else None
    match = _ORGANIZATION.fullmatch(value)
    if match is None or (match[2] is None) is not (key == _ID):
        return None
    keys: dict[str, Values] = {_ID: (match[1],)}
    if key == _PATHS:
        keys[_PATHS] = (filled(value),)
    return Limit(f"of organisation {value.removesuffix('/*')}", keys, Foreign.organization(match[1]))


def _first_of(network: str) -> str:
    """The first address of a range; empty where it is none, or so wide that it is public."""
    try:
        found = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return ""
    return str(found[0]) if found.prefixlen >= _WIDEST[found.version] else ""
