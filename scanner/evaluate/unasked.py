"""What chosen checks need and a saved inventory does not have, because the scan that took it had other checks."""

from collections.abc import Mapping, Sequence

from scanner.model.checks import Check
from scanner.model.collectors import Collector
from scanner.model.nouns import Gap, Listing, Reason, Scope
from scanner.store.inventory import Inventory


def note_unasked(inventory: Inventory, checks: Sequence[Check], collectors: Mapping[str, Collector]) -> None:
    """Add a gap for each kind that these checks need and that nobody asked an account for when the inventory was taken.

    Of a kind that was asked for in other accounts the listing there is incomplete: nothing may follow from absence.
    """
    asked: dict[tuple[str, str], set[str]] = {(scope.provider, scope.account): set() for scope in inventory.scopes}
    for kind, scope in inventory.listings:
        asked.setdefault((scope.provider, scope.account), set()).add(kind)
    somewhere = set().union(*asked.values())
    joined = {kind.kind for check in checks for kind in (check.kind, *check.needs)}
    needed = sorted(kind for kind in joined if not collectors[kind].opt_in)
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
