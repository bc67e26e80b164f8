"""Which published holes a version of the server has: data, with where it was published."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from scanner.model.patterns import pattern

_DATA = Path(__file__).with_name("holes.yaml")
#: `3.5.0`, `3.8.0rc0`, `2.14.2.dev0`; what follows, as of builds that others patch, says nothing of holes.
_VERSION = pattern(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:\.?(rc|dev|a|b)\d*)?$", re.ASCII)


class Hole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published hole, which holds of all versions before `fixed`."""

    id: str
    fixed: str
    kind: Literal["anyone", "login"]
    what: str
    source: str
    also: tuple[str, ...] = ()


@cache
def holes() -> tuple[Hole, ...]:
    """All that are known, by the version that mends them."""
    import yaml

    document = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return msgspec.convert(document["holes"], tuple[Hole, ...])


def ordered(version: str) -> tuple[int, ...] | None:
    """A version as it is compared, candidates before the release; None for what is no version of MLflow's own."""
    found = _VERSION.fullmatch(version)
    return (*(int(part) for part in found.groups()[:3]), 0 if found[4] else 1) if found else None


def holes_of(version: str) -> Sequence[Hole] | None:
    """The holes of a version; None where it is none that can be compared."""
    own = ordered(version)
    return None if own is None else [hole for hole in holes() if own < (ordered(hole.fixed) or ())]
