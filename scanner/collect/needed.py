"""What a plan needs its credentials to be allowed to do, from what collectors and providers declare. Asks nobody."""

import importlib
from collections import defaultdict
from collections.abc import Collection, Iterator

from scanner.collect.plan import Plan
from scanner.model.collectors import Collector
from scanner.model.needs import Asked, Need


def needs_of(provider: str, plan: Plan, *, wide: bool = False, causes: bool = False) -> tuple[Need, ...]:
    """The permissions that a scan needs, sorted, with `wide` also those to find the accounts of an organisation.

    With `causes` also those to read the logs of what changed between two scans.
    """
    known = importlib.import_module(f"checks.{provider}.permissions")
    collectors = [collector for collector in plan.collectors if collector.provider == provider]
    titles: defaultdict[str, set[str]] = defaultdict(set)
    purposes: defaultdict[str, list[str]] = defaultdict(list)
    needed: set[str] = set()
    for collector in collectors:
        for operation in collector.operations:
            titles[known.permission(operation)].add(collector.kind.title)
            if operation not in known.OPTIONAL:
                needed.add(known.permission(operation))
    beside = {**known.DISCOVERY, **(known.ENUMERATION if wide else {}), **(known.CAUSES if causes else {})}
    for operation, asked in beside.items():
        if _is_asked(asked, collectors):
            purposes[known.permission(operation)].append(asked.purpose)
            if not asked.optional:
                needed.add(known.permission(operation))
    return tuple(
        Need(permission, "; ".join([*purposes[permission], *_read(titles[permission])]), permission not in needed)
        for permission in sorted({*titles, *purposes})
    )


def _read(titles: Collection[str]) -> Iterator[str]:
    """What is read with a permission, in words; nothing if it is for no kind."""
    if titles:
        yield ", ".join(sorted(titles))


def _is_asked(asked: Asked, collectors: list[Collector]) -> bool:
    return any(not asked.regional or collector.per == "region" for collector in collectors)
