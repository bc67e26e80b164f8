"""What the clouds show of a way back from what a system serves, and of people before it, for its dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scanner.evidence.dossier_types import Piece
from scanner.model.claims import Kind
from scanner.systems.names import Key

if TYPE_CHECKING:
    from scanner.store.inventory import Inventory
    from scanner.systems.manifest import System
    from scanner.systems.ownership import Ownership

_STOP, _PEOPLE = "rollback-kill-switch", "human-approval"


def fallbacks_of(system: System, inventory: Inventory, owners: Ownership) -> Mapping[str, tuple[Piece, ...]]:
    """What rests on resources of the system alone, by objective. Sentences name no resource that may be withheld."""
    from checks.across import fallbacks as facts
    from checks.across.serving_now import NEEDS
    from scanner.store.inventory import InventoryView

    found: Counter[str] = Counter()
    people = {name.lower() for name in system.oversight.people} if system.oversight else set()
    overseers = 0
    clouds = {scope.provider for scope in inventory.scopes}
    for one in facts.fallbacks(InventoryView(inventory, NEEDS), clouds):
        if all(system.id in owners.of_key(Key(*each)) for each in one.rests_on):
            found[one.what] += 1
            overseers += one.what == facts.APPROVED and not people.isdisjoint(one.people)
    by = f", and {overseers} by one whom `oversight` names" if overseers else ""
    said = {
        facts.APPROVED: "approved, and changed by somebody else since it was registered: {} of its model packages that "
        f"serve{by}; who approved is not recorded",
        facts.EARLIER_PACKAGE: "an earlier approved version with a model made of it: for {} of its model packages that "
        "serve",
        facts.SECOND_MODEL: "more than one model deployed: on {} of its Vertex AI endpoints",
        facts.EARLIER_VERSION: "an earlier version in the registry: for {} of its Vertex AI models that serve",
        facts.SECOND_DEPLOYMENT: "more than one deployment: behind {} of its Azure ML online endpoints",
    }
    pieces = {
        what: Piece(kind=Kind.OBSERVED, text=text.format(found[what])) for what, text in said.items() if found[what]
    }
    review = tuple(piece for what, piece in pieces.items() if what == facts.APPROVED)
    stop = tuple(piece for what, piece in pieces.items() if what != facts.APPROVED)
    return {objective: some for objective, some in ((_PEOPLE, review), (_STOP, stop)) if some}
