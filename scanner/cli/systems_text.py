"""What `mlposture systems check` prints: who claims what, and what nobody claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from scanner.model.sanitize import clean, redact
from scanner.systems.assign import Assignment, Claims, Via
from scanner.systems.manifest import Manifest, System
from scanner.systems.names import Key

#: Resources that are listed one by one without --details.
_MOST = 20


def summary(file: str, manifest: Manifest) -> str:
    """One line on a manifest that is valid."""
    count = len(manifest.systems)
    tiers = Counter(system.classification.eu_ai_act.tier for system in manifest.systems)
    of = ", ".join(f"{number} {tier}" for tier, number in sorted(tiers.items()))
    return f"{file}: valid, {count} AI {'system' if count == 1 else 'systems'} ({of})"


def assignment_text(manifest: Manifest, found: Assignment, *, details: bool) -> str:
    """Each system with what it claims, then what is shared, and what no system claims."""
    lines: list[str] = []
    shared_numbers = frozenset(found.shared.numbers)
    for system in manifest.systems:
        claims = found.systems[system.id]
        both = sum(number in shared_numbers for number in claims.claimed.numbers)
        lines += ["", *_system(system, claims, both, details=details), *_unseen(found.unseen[system.id])]
    shared = [f"  {_named(key)}: {', '.join(holders)}" for key, holders in found.shared.items()]
    lines += _block("Shared by several systems", shared, details=details)
    unclaimed = [f"  {_named(key)}" for key in found.unclaimed]
    lines += _block("Resources of ML that no system claims", unclaimed, details=details)
    return clean("\n".join(lines), lines=True)


def _system(system: System, claims: Claims, shared: int, *, details: bool) -> Iterator[str]:
    claimed = dict(claims.claimed.items())
    selected = sum(via.source is None for via in claimed.values())
    yield f"{system.id}: {_one_line(system.name)}"
    yield f"  {len(claimed)} resources: {selected} selected, {len(claimed) - selected} by joins, {shared} shared"
    if details:
        yield from (f"    {_named(key)}: {_one_line(str(via))}" for key, via in claimed.items())
    else:
        yield from _kinds(claimed)
    for key, exclude in claims.excluded.items():
        yield f"    excluded: {_named(key)}: {_one_line(exclude.reason)}"


def _unseen(named: Iterable[str]) -> Iterator[str]:
    """What a system names, and that the inventory says nothing of."""
    for text in named:
        yield f"    not seen: {_one_line(text)}, which it names"


def _kinds(claimed: Mapping[Key, Via]) -> Iterator[str]:
    """How many of each kind, and the ways that led there."""
    ways: dict[str, Counter[str]] = {}
    for key, via in claimed.items():
        ways.setdefault(key.kind, Counter())[_way(via)] += 1
    width = max(map(len, ways), default=0)
    for kind, found in sorted(ways.items()):
        said = ", ".join(f"{way} ({number})" if len(found) > 1 else way for way, number in sorted(found.items()))
        yield f"    {kind:<{width}}  {found.total():>5}  {said}"


def _way(via: Via) -> str:
    """How one comes by a resource, whatever the single resources are."""
    if via.source is None:
        return f"include {via.selector}" if via.selector else "named in the manifest"
    kind = via.source.kind.partition(".")[2]
    if via.part:
        return f"parts of {kind}"
    return f"{via.member} of {kind}" if via.member else f"what holds {kind}"


def _block(title: str, entries: list[str], *, details: bool) -> Iterable[str]:
    if not entries:
        return ["", f"{title}: none"]
    shown = entries if details else entries[:_MOST]
    more = [f"  and {len(entries) - _MOST} more; --details lists them"] if len(entries) > len(shown) else []
    return ["", f"{title}: {len(entries)}", *shown, *more]


def _named(key: Key) -> str:
    return " ".join(f"{key.kind}  {key.id}".split())


def _one_line(text: str) -> str:
    return " ".join(redact(text).split())
