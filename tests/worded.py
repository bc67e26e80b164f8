"""What an inventory and its verdicts allow to be said of controls: of all that was scanned, and of each demo system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache

from scanning import Verdicts
from support import ROOT, registered

from scanner.evidence.assess import Assessed, Counted
from scanner.frameworks import load
from scanner.model.claims import SystemState, Word
from scanner.model.nouns import Status
from scanner.model.reported import CheckCount
from scanner.store.inventory import Inventory
from scanner.systems.graph import Graph
from scanner.systems.manifest import Manifest, read_manifest
from scanner.systems.names import Key
from scanner.systems.ownership import Ownership

TODAY = date(2026, 12, 1)
#: What a word says: one of two halves, or that checks passed or failed. The other words say nothing.
SAYS = {
    Word.FOR: frozenset({"for"}),
    Word.AGAINST: frozenset({"against"}),
    Word.MIXED: frozenset({"for", "against"}),
    Word.PASS: frozenset({"pass"}),
    Word.FAIL: frozenset({"fail"}),
}
#: A control: of which system ("" for all that was scanned), in which framework.
Place = tuple[str, str, str]


@cache
def demo_manifest() -> Manifest:
    """The AI systems of the demo organisation."""
    return read_manifest(ROOT / "examples" / "ai-systems.yaml", TODAY).manifest


def states(
    provider: str,
    inventory: Inventory,
    verdicts: Verdicts,
    frameworks: tuple[str, ...],
    chosen: Collection[str] | None = None,
    *,
    systems: bool = True,
    manifest: Manifest | None = None,
) -> Iterator[SystemState]:
    """What there is to say of each system from these verdicts of all checks, or of those with a `chosen` slug.

    Without `systems`, of all that was scanned alone. Systems are those of the demo, unless there is a `manifest`.
    """
    checks = {check.slug: check for check in registered()[0].values() if check.providers == {provider}}
    declared = manifest or demo_manifest()
    owners = Ownership(declared, "ai-systems.yaml", Graph(inventory, registered()[1])) if systems else None
    counts: dict[str, Counter[Status]] = {slug: Counter() for slug in checks if chosen is None or slug in chosen}
    of_systems: dict[str, dict[str, Counter[Status]]] = {}
    for (slug, id), status in verdicts.items():
        if slug in counts:
            counts[slug][status] += 1
            for system in owners.of_key(Key(checks[slug].kind.kind, id)) if owners else ():
                of_systems.setdefault(system, {}).setdefault(slug, Counter())[status] += 1
    found = Counted(
        counts=_counts(provider, counts),
        listings=tuple(inventory.listings.values()),
        gaps=tuple(inventory.gaps),
        resources=inventory.count(),
        of_systems={system: _counts(provider, own) for system, own in of_systems.items()},
    )
    return iter(Assessed(found, checks.values(), load(frameworks), frameworks, TODAY, owners))


def _counts(provider: str, counted: Mapping[str, Counter[Status]]) -> dict[str, CheckCount]:
    ids = {check.slug: check.id for check in registered()[0].values() if check.providers == {provider}}
    return {
        ids[slug]: CheckCount(
            passed=own[Status.PASS],
            failed=own[Status.FAIL],
            unknown=own[Status.UNKNOWN],
            not_applicable=own[Status.NOT_APPLICABLE],
        )
        for slug, own in counted.items()
    }


def tidied(verdicts: Verdicts) -> Verdicts:
    """As if nothing had failed: the demo organisation is no example, and little there speaks for a control."""
    return {key: Status.PASS if status is Status.FAIL else status for key, status in verdicts.items()}


def said(found: Iterator[SystemState]) -> dict[Place, frozenset[str]]:
    """Of every control that something is said of, what."""
    return {
        (state.id, framework.id, control.id): SAYS[control.word]
        for state in found
        for framework in state.frameworks
        for control in framework.controls
        if control.word in SAYS
    }


def added(before: Mapping[Place, frozenset[str]], after: Mapping[Place, frozenset[str]], what: str) -> Iterator[str]:
    """What is said with less data, and was not said with more."""
    for place, words in after.items():
        if more := words - before.get(place, frozenset()):
            system, framework, control = place
            yield (
                f"{framework} {control} ({system or 'all'}) says {', '.join(sorted(more))} {what}, and did not before: "
                "no word may rest on what is missing"
            )
