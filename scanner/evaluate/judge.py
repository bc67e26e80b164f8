"""Judge an inventory: every check on every resource of its kind gives exactly one verdict. Pure and deterministic."""

import hashlib
import logging
from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.model.checks import Check
from scanner.model.nouns import Resource, Status, Verdict
from scanner.model.views import View
from scanner.store.inventory import Inventory, InventoryView

log = logging.getLogger("mlposture")


class Judgement(Struct, frozen=True):
    """One verdict, with what gave it and what it is about."""

    check: Check
    resource: Resource
    verdict: Verdict


def evaluate(inventory: Inventory, checks: Sequence[Check]) -> Iterator[Judgement]:
    """Judgements by kind, then resource id, then check id: each resource is read once.

    A check that breaks gives `unknown`.
    """
    by_kind: dict[str, list[Check]] = {}
    for check in sorted(checks, key=lambda c: c.id):
        by_kind.setdefault(check.kind.kind, []).append(check)
    # Checks that join the same kinds share a view, and with it the indexes derived from it.
    views: dict[frozenset[str], View] = {}
    for _, of_kind in sorted(by_kind.items()):
        seeing = []
        for check in of_kind:
            needs = frozenset(kind.kind for kind in check.needs)
            if needs not in views:
                views[needs] = InventoryView(inventory, check.needs)
            seeing.append((check, views[needs]))
        for resource in inventory.all(of_kind[0].kind):
            for check, view in seeing:
                yield Judgement(check, resource, judge(check, resource, view))


def judge(check: Check, resource: Resource, view: View | None = None) -> Verdict:
    """The verdict of one check on one resource. A check that joins nothing needs no view."""
    try:
        return check(resource, view)
    except Exception as error:
        log.warning("%s broke on %s: %s", check.id, resource.id, error, exc_info=log.isEnabledFor(logging.DEBUG))
        return Verdict(Status.UNKNOWN, f"the check broke on this resource ({type(error).__name__}); please report it")


def fingerprint(check_id: str, resource: Resource, subkey: str = "") -> str:
    """Identity of a finding across runs: check, provider, account, resource, sub-key; never message, order or time."""
    parts = (check_id, resource.scope.provider, resource.scope.account, resource.id, subkey)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
