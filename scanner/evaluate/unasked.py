"""What chosen checks need and a saved inventory does not have, because the scan that took it had other checks."""

from collections.abc import Iterable, Mapping, Sequence

from scanner.model.checks import Check
from scanner.model.collectors import Collector
from scanner.model.nouns import ANYWHERE, Gap, Listing, Reason, Scope
from scanner.store.inventory import Inventory


def asked_kinds(listings: Iterable[tuple[str, Scope]], gaps: Iterable[Gap]) -> frozenset[str]:
    """The kinds that a scan asked for, whatever was answered. `listings` are keys of an inventory's."""
    return frozenset({kind for kind, _ in listings} | {gap.kind for gap in gaps})


def note_unasked(inventory: Inventory, checks: Sequence[Check], collectors: Mapping[str, Collector]) -> None:
    """Add a gap for each kind that these checks need and that nobody asked an account for when the inventory was taken.

    Of a kind that was asked for in other accounts the listing there is incomplete: nothing may follow from absence. The
    same holds of regions, where other kinds of the service were asked for.
    """
    asked: dict[tuple[str, str], dict[str, set[str]]] = {}
    for scope in inventory.scopes:
        asked.setdefault((scope.provider, scope.account), {})
    for kind, scope in inventory.listings:
        asked.setdefault((scope.provider, scope.account), {}).setdefault(kind, set()).add(scope.region)
    somewhere = {kind for kinds in asked.values() for kind in kinds}
    joined = {kind.kind for check in checks for kind in (check.kind, *check.needs)}
    needed = sorted(kind for kind in joined if collectors[kind].opt_in in (None, "systems"))
    gaps = []
    for (provider, account), known in sorted(asked.items()):
        for kind in [kind for kind in needed if collectors[kind].provider == provider]:
            for scope in _unasked(Scope(provider, account), collectors[kind], known):
                gaps.append(_gap(collectors[kind], scope, checks))
                if kind in somewhere:
                    inventory.listings[kind, scope] = Listing(kind=kind, scope=scope, complete=False)
    inventory.gaps = tuple(sorted({*inventory.gaps, *gaps}))


def _unasked(account: Scope, collector: Collector, known: Mapping[str, set[str]]) -> list[Scope]:
    """Where nobody asked for a kind: in all of an account, or in some of the regions of its service."""
    kind = collector.kind.kind
    if kind not in known:
        return [account]
    if collector.per != "region" or ANYWHERE in known[kind]:
        return []
    service = kind.rpartition(".")[0]
    regions = {region for other, of in known.items() if other.rpartition(".")[0] == service for region in of}
    return [Scope(account.provider, account.account, region) for region in sorted(regions - known[kind] - {ANYWHERE})]


def _gap(collector: Collector, scope: Scope, checks: Sequence[Check]) -> Gap:
    kind = collector.kind.kind
    return Gap(
        kind=kind,
        operation=collector.operations[0],
        scope=scope,
        reason=Reason.ERROR,
        permission="",
        detail="not in the inventory: the scan that took it did not ask for this",
        checks=tuple(check.id for check in checks if kind in {k.kind for k in (check.kind, *check.needs)}),
    )
