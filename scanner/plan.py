"""What a run needs: selected checks → kinds → collectors in stages → operations. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from scanner.check import Check
from scanner.collector import Collector
from scanner.errors import InputError
from scanner.inventory import Inventory
from scanner.model import Gap, Listing, Reason, Resource, Scope, Severity


class Plan(Struct, frozen=True):
    """Checks to run and collectors to run for them; a stage may take references from the stages before it."""

    checks: tuple[Check, ...]
    stages: tuple[tuple[Collector, ...], ...]

    @property
    def collectors(self) -> tuple[Collector, ...]:
        return tuple(collector for stage in self.stages for collector in stage)

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(sorted({name for collector in self.collectors for name in collector.operations}))


def select(
    checks: Iterable[Check],
    *,
    wanted: Sequence[str] = (),
    skipped: Sequence[str] = (),
    least: Severity = Severity.INFORMATIONAL,
) -> tuple[Check, ...]:
    """The checks named by id or slug (all if none are named), less the skipped and the less severe, sorted by id.

    Raises InputError for a name that no check has.
    """
    every = sorted(checks, key=lambda check: check.id)
    names = {name: check for check in every for name in (check.id, check.slug)}
    for name in (*wanted, *skipped):
        if name not in names:
            raise InputError(
                f"no check of these clouds is called {name!r}; `mlposture list checks` lists all{_nearest(name, names)}"
            )
    keep = {names[name].id for name in wanted} if wanted else {check.id for check in every}
    drop = {names[name].id for name in skipped}
    return tuple(
        check for check in every if check.id in keep and check.id not in drop and check.severity.rank <= least.rank
    )


def make_plan(checks: Sequence[Check], collectors: Mapping[str, Collector]) -> Plan:
    """The collectors that these checks need, no more."""
    wanted = {kind.kind for check in checks for kind in (check.kind, *check.needs)}
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
    return Plan(tuple(checks), tuple(tuple(stages[level]) for level in sorted(stages)))


def note_unasked(inventory: Inventory, checks: Sequence[Check], collectors: Mapping[str, Collector]) -> None:
    """Add a gap for each kind that these checks need and that nobody asked an account for when the inventory was taken.

    Of a kind that was asked for in other accounts the listing there is incomplete: nothing may follow from absence.
    """
    asked: dict[tuple[str, str], set[str]] = {(scope.provider, scope.account): set() for scope in inventory.scopes}
    for kind, scope in inventory.listings:
        asked.setdefault((scope.provider, scope.account), set()).add(kind)
    somewhere = set().union(*asked.values())
    needed = sorted({kind.kind for check in checks for kind in (check.kind, *check.needs)})
    gaps = []
    for (provider, account), known in sorted(asked.items()):
        scope = Scope(provider, account)
        for kind in [kind for kind in needed if collectors[kind].provider == provider and kind not in known]:
            gaps.append(
                Gap(
                    kind=kind,
                    operation=collectors[kind].operations[0],
                    scope=scope,
                    reason=Reason.ERROR,
                    permission="",
                    detail="not in the inventory: the scan that took it did not ask for this",
                    checks=tuple(check.id for check in checks if kind in {k.kind for k in (check.kind, *check.needs)}),
                )
            )
            if kind in somewhere:
                inventory.listings[kind, scope] = Listing(kind=kind, scope=scope, complete=False)
    inventory.gaps = tuple(sorted({*inventory.gaps, *gaps}))


def _depth(kind: type[Resource], collectors: Mapping[str, Collector], known: dict[str, int]) -> int:
    if kind.kind not in known:
        follows = collectors[kind.kind].follows
        known[kind.kind] = 1 + max((_depth(source, collectors, known) for source in follows), default=-1)
    return known[kind.kind]


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(names), n=1)
    return f". Did you mean {close[0]}?" if close else ""
