"""Ranges of network addresses."""

import ipaddress
from collections.abc import Iterable
from typing import Union

_Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

#: Ranges as wide as this, alone or together, are no list of known clients.
_WIDE = {4: 8, 6: 16}


#: Ranges that no packet from the internet comes from.
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    )
)


def are_wide(ranges: Iterable[str]) -> bool | None:
    """Whether ranges, alone or together, are the internet or a large share of it; None if one of them is no range."""
    texts = list(ranges)
    known = [network for text in texts if (network := _network(text)) is not None]
    outside = [net for net in known if not _inside(net)]
    narrow = ipaddress.collapse_addresses(net for net in outside if isinstance(net, ipaddress.IPv4Network))
    together = sum(net.num_addresses for net in narrow)
    if together >= 2 ** (32 - _WIDE[4]) or any(net.prefixlen <= _WIDE[net.version] for net in outside):
        return True
    return False if len(known) == len(texts) else None


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
