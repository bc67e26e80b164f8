"""What a network security perimeter makes of the network settings of a resource.

Source: Transition to a network security perimeter, which has a table of access modes and public network access,
https://learn.microsoft.com/en-us/azure/private-link/network-security-perimeter-transition
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import UNSET

from checks.azure.members import PerimeterRule, folded
from checks.azure.networks import Fenced, Opening, firewall, letting
from scanner.model.nouns import Observed

SECURED = "securedbyperimeter"
_ENFORCED = "enforced"
#: Modes in which what the perimeter does not let in may come in by the resource's own rules: learning is now called
#: transition.
_BESIDE = ("learning", "transition", "audit")
_OPEN = ("enabled", None)
_FIELDS = ("public_network_access", "perimeter_mode", "perimeter_rules")


class Perimetered(Fenced, Protocol):
    """A resource with a firewall that may be in a network security perimeter."""

    @property
    def perimeter_mode(self) -> Observed[str]: ...
    @property
    def perimeter_rules(self) -> Observed[tuple[PerimeterRule, ...]]: ...


def is_enforced(resource: Perimetered) -> bool | None:
    """Whether the rules of a perimeter decide, and nothing of the resource's own; None if that is not known."""
    mode = folded(resource.perimeter_mode)
    if mode is UNSET or (mode is None and resource.perimeter_rules) or mode not in (None, _ENFORCED, *_BESIDE):
        return None
    return mode == _ENFORCED


def opening(resource: Perimetered, *rules: str) -> Opening:
    """Whether any address may connect to a resource. `rules` are its fields of rules, if it has more than one.

    In a perimeter that is enforced, its rules decide and nothing of the resource's own, be public access on or off. In
    one that learns they let in besides. A resource that leaves its network to a perimeter and is in none is closed.
    """
    access = folded(resource.public_network_access)
    if access not in (*_OPEN, "disabled", SECURED):
        return Opening(None, ("public_network_access",))
    if unread := tuple(name for name in _FIELDS[1:] if getattr(resource, name) is UNSET):
        return Opening(None, unread)
    mode = folded(resource.perimeter_mode)
    if mode is None and not resource.perimeter_rules:  # it is in none
        closed = Opening(False, ("public_network_access", "perimeter_mode"))
        return closed if access == SECURED else firewall(resource, *rules)
    inside = letting(_ranges(resource.perimeter_rules or ()), _FIELDS)
    if mode == _ENFORCED or access not in _OPEN:
        return inside
    return _either(firewall(resource, *rules), inside) if mode in _BESIDE else Opening(None, ("perimeter_mode",))


def _ranges(rules: Sequence[PerimeterRule]) -> list[str]:
    inward = (one.properties for one in rules if one.properties and folded(one.properties.direction) != "outbound")
    return [text for properties in inward for text in properties.address_prefixes or ()]


def _either(*each: Opening) -> Opening:
    """What lets in everybody where one or the other is enough."""
    fields = tuple(dict.fromkeys(name for one in each for name in one.fields))
    if opened := [one for one in each if one.to_all]:
        known = all(one.foreign for one in opened)
        foreign = tuple(range for one in opened for range in one.foreign) if known else ()
        unclear = tuple(name for one in each for name in (one.fields if one.to_all is None else one.missing))
        return Opening(True, fields, foreign, unclear)
    unknown = tuple(name for one in each if one.to_all is None for name in one.fields)
    return Opening(None, unknown) if unknown else Opening(False, fields)
