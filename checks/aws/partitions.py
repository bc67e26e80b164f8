"""The parts of AWS (partitions), their regions and domains, as botocore knows them; readable without it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from scanner.model.decode import decoder_of

#: Where people sign in. Partitions that are not here have a console that no public page names.
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}


class Partition(Struct, frozen=True):
    """One part of AWS, with accounts and names of its own."""

    domains: frozenset[str]
    regions: frozenset[str]


@cache
def partitions() -> Mapping[str, Partition]:
    """All that are known, by name."""
    content = Path(__file__).with_suffix(".json").read_bytes()
    found: dict[str, Partition] = decoder_of(dict[str, Partition]).decode(content)
    return found


@cache
def regions() -> frozenset[str]:
    """Every region that exists."""
    return frozenset().union(*(partition.regions for partition in partitions().values()))


@cache
def regions_beside(region: str) -> frozenset[str]:
    """Every region of the partition that a region is in; of all, where it is in none that is known."""
    return next((each.regions for each in partitions().values() if region in each.regions), regions())


@cache
def domains() -> tuple[str, ...]:
    """Every domain below which AWS answers, the longest first."""
    found = frozenset().union(*(partition.domains for partition in partitions().values()))
    return tuple(sorted(found, key=lambda domain: (-len(domain), domain)))


def console(partition: str, path: str, region: str = "") -> str:
    """An address in the console of a partition, of one region or for all; empty where no public page names it."""
    host = _CONSOLES.get(partition)
    if host is None:
        return ""
    return f"https://{region}.{host}/{path}" if region else f"https://{host}/{path}"
