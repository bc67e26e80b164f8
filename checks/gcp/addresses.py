"""Ranges of network addresses."""

import ipaddress
from collections.abc import Iterable


def are_all(ranges: Iterable[str]) -> bool | None:
    """Whether ranges, together, are every IPv4 or every IPv6 address; None if one of them is no range."""
    try:
        networks = [ipaddress.ip_network(text, strict=False) for text in ranges]
    except ValueError:
        return None
    four = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv4Network))
    six = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv6Network))
    return any(net.prefixlen == 0 for net in four) or any(net.prefixlen == 0 for net in six)
