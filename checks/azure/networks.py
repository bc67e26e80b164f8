"""Addresses and networks: one answer to each question, so that no two checks of a report contradict each other."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Protocol, Union

from msgspec import UNSET, Struct

from checks.azure.members import IpRule, folded
from scanner.model.nouns import Observed, Resource, Verdict, failed_unless_known, passed, unknown
from scanner.model.trust import Foreign, few

_Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

#: Ranges as wide as this, alone or together, are no list of known clients.
_WIDE = {4: 8, 6: 16}
#: Ranges that no packet from the internet comes from or goes to.
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("0.0.0.0/32", "fc00::/7", "fe80::/10", "::/127"),
    )
)


class Opening(Struct, frozen=True):
    """Whether any address may connect; None if that is not known. `fields` say so, or would have to.

    `foreign` are the ranges that alone open it, and `missing` what would not be known if these were the reader's.
    """

    to_all: bool | None
    fields: tuple[str, ...]
    foreign: tuple[Foreign, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """What to say where all of these ranges are the reader's."""
        ranges = [name for each in self.foreign for _, name in each.names]
        return f"of large parts of the internet only {few(ranges)} may connect"


def judge_opening(resource: Resource, found: Opening, opened: str, closed: str, *shown: str) -> Verdict:
    """The verdict on a resource that all networks may connect to, or not. `shown` are further fields as evidence."""
    if found.to_all is None:
        return unknown(*found.fields)
    evidence = {name: getattr(resource, name) for name in (*shown, *found.fields)}
    if found.to_all:
        return failed_unless_known(found.foreign, opened, known=found.known, missing=found.missing, **evidence)
    return passed(closed, **evidence)


class Fenced(Protocol):
    """A resource with the firewall that several Azure services share."""

    @property
    def public_network_access(self) -> Observed[str]: ...
    @property
    def network_default_action(self) -> Observed[str]: ...
    @property
    def network_ip_rules(self) -> Observed[tuple[IpRule, ...]]: ...


def firewall(resource: Fenced, *rules: str) -> Opening:
    """Whether any address may connect to a resource, as its own firewall says. `rules` are the fields of its rules.

    Azure opens one to all networks unless told otherwise. Behind a default of Deny, rules that let in a large share of
    the internet open it as well.
    """
    rules = rules or ("network_ip_rules",)
    match folded(resource.public_network_access):
        case "disabled":
            return Opening(False, ("public_network_access",))
        case "enabled" | None:
            pass
        case _:
            return Opening(None, ("public_network_access",))
    match folded(resource.network_default_action):
        case "allow" | None:
            return Opening(True, ("public_network_access", "network_default_action"))
        case "deny" if unread := tuple(name for name in rules if getattr(resource, name) is UNSET):
            return Opening(None, unread)
        case "deny":
            ranges = (text for name in rules for text in values(getattr(resource, name) or ()))
            return letting(ranges, ("network_default_action", *rules))
        case _:
            return Opening(None, ("network_default_action",))


def letting(ranges: Iterable[str], fields: tuple[str, ...]) -> Opening:
    """Whether these ranges let in most of the internet; not known if one of them is no range, and might be wide."""
    return _letting(tuple(ranges), fields)


@lru_cache(maxsize=1024)  # several checks ask the same of a resource
def _letting(ranges: tuple[str, ...], fields: tuple[str, ...]) -> Opening:
    odd = tuple(f"what the rule `{text}` lets in" for text in ranges if _network(text) is None)
    if wide(ranges):
        return Opening(True, fields, tuple(map(Foreign.address, _opening_ranges(ranges))), odd)
    return Opening(None, odd) if odd else Opening(False, fields)


def _opening_ranges(ranges: Sequence[str]) -> list[str]:
    """The ranges without which the others let in no large share of the internet."""
    found = wide(ranges)
    return found + _opening_ranges([text for text in ranges if text not in found]) if found else []


def of_joined(kind: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The fields of an opening that are fields of a joined resource, as `unknown` takes them; words stay words."""
    return tuple(name if " " in name else f"{kind}.{name}" for name in fields)


def values(rules: Iterable[IpRule]) -> list[str]:
    """The ranges that rules of a firewall let in."""
    return [rule.value or "" for rule in rules]


def wide(ranges: Iterable[str]) -> list[str]:
    """Those of these ranges that hold the whole internet or a large share of it, alone or, if none does, together."""
    known = [(text, network) for text in ranges if (network := _network(text)) is not None and not _inside(network)]
    alone = [text for text, network in known if network.prefixlen <= _WIDE[network.version]]
    if alone:
        return alone
    narrow = [network for _, network in known if isinstance(network, ipaddress.IPv4Network)]
    together = sum(network.num_addresses for network in ipaddress.collapse_addresses(narrow))
    return [text for text, _ in known] if together >= 2 ** (32 - _WIDE[4]) else []


def is_public(address: str) -> bool:
    """Whether an address can be reached from the internet. Azure also gives inner ones, and empty texts, for public."""
    network = _network(address)
    return network is not None and not _inside(network)


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _inside(network: _Network) -> bool:
    return any(
        network.version == inner.version and network.subnet_of(inner)  # type: ignore[arg-type]
        for inner in _INSIDE
    )
