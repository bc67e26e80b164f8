"""What could not be read, as pages say it: once for each operation, reason and permission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from scanner.evidence.dossier_types import NotSeen
from scanner.model.nouns import Gap


class Unseen(NamedTuple):
    """What could not be read, why, the permission that would show it, in how many scopes, for how many checks.

    `detail` is what the provider said the first time.
    """

    operation: str
    reason: str
    permission: str
    scopes: int
    checks: int
    detail: str


def unseen(gaps: Iterable[Gap | NotSeen]) -> list[Unseen]:
    """Gaps by operation, reason and permission; first what most checks need."""
    groups: dict[tuple[str, str, str], list[Gap | NotSeen]] = {}
    for gap in gaps:
        groups.setdefault((gap.operation, str(gap.reason), gap.permission), []).append(gap)
    found = [
        Unseen(
            *key,
            scopes=len({gap.scope for gap in group}),
            checks=len({check for gap in group for check in gap.checks}),
            detail=group[0].detail,
        )
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.checks, one.operation, one.reason))
