"""What a run needs: selected checks → kinds → collectors in stages → operations. Pure."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from scanner.model.checks import Check
from scanner.model.collectors import Collector
from scanner.model.nouns import Resource
from scanner.model.selection import without_systems


class Plan(Struct, frozen=True):
    """Checks to run and collectors to run for them; a stage may take references from the stages before it.

    `named` are the ids of what the manifest of AI systems names, for the collectors that ask about it.
    """

    checks: tuple[Check, ...]
    stages: tuple[tuple[Collector, ...], ...]
    named: tuple[str, ...] = ()

    @property
    def collectors(self) -> tuple[Collector, ...]:
        return tuple(collector for stage in self.stages for collector in stage)

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(sorted({name for collector in self.collectors for name in collector.operations}))

    @property
    def verifies(self) -> bool:
        """Whether it asks the provider to confirm what was found."""
        return any(collector.opt_in == "verify" for collector in self.collectors)

    @property
    def systems(self) -> bool:
        """Whether it reads what matters where AI systems are declared alone."""
        return any(collector.opt_in == "systems" for collector in self.collectors)

    @property
    def tags(self) -> tuple[str, ...]:
        """The providers that are asked for tags."""
        return tuple(sorted({collector.provider for collector in self.collectors if collector.opt_in == "tags"}))


def make_plan(
    checks: Sequence[Check],
    collectors: Mapping[str, Collector],
    *,
    verify: bool = False,
    tags: Collection[str] = (),
    systems: bool = True,
    documents: bool = False,
    named: tuple[str, ...] = (),
) -> Plan:
    """The collectors that these checks need, no more; with `verify` those that verify, with `documents` those that read
    files beside artifacts.

    `tags` are providers whose tags are to be read: no check judges by them, and selectors of AI systems do. Without
    `systems`, nothing is read that matters where AI systems are declared alone, and checks that need it are left out.
    """
    checks = checks if systems else without_systems(checks, collectors)
    needed = {kind.kind for check in checks for kind in (check.kind, *check.needs)}
    # Checks do without these where one account is scanned, and have them read where there are several.
    needed |= {kind.kind for check in checks for kind in check.also if collectors[kind.kind].opt_in == "accounts"}
    asked = {"verify": verify, "systems": systems, "documents": documents}
    wanted = {kind for kind in needed if asked.get(collectors[kind].opt_in or "", True)}
    wanted |= {kind for kind, made in collectors.items() if made.opt_in == "tags" and made.provider in tags}
    # A kind that is only found by following references, and is itself judged, needs all that may refer to it.
    pending = [check.kind for check in checks]
    while pending:
        for source in collectors[pending.pop().kind].follows:
            if source.kind not in wanted or collectors[source.kind].follows:
                pending.append(source)
            wanted.add(source.kind)
    chosen = [collectors[kind] for kind in sorted(wanted)]
    depth: dict[str, int] = {}
    stages: dict[int, list[Collector]] = {}
    for collector in chosen:
        stages.setdefault(_depth(collector.kind, collectors, depth), []).append(collector)
    return Plan(tuple(checks), tuple(tuple(stages[level]) for level in sorted(stages)), named)


def _depth(kind: type[Resource], collectors: Mapping[str, Collector], known: dict[str, int]) -> int:
    if kind.kind not in known:
        follows = collectors[kind.kind].follows
        known[kind.kind] = 1 + max((_depth(source, collectors, known) for source in follows), default=-1)
    return known[kind.kind]
