"""What an inventory was not taken for is a gap, never an absence."""

from __future__ import annotations

import pytest
from factories.aws import HERE, notebook
from scanning import PROVIDERS, calm
from support import inventory_of, registered

from checks.aws.sagemaker.resources import Endpoint
from scanner.evaluate.unasked import note_unasked
from scanner.model.nouns import Listing, Scope
from scanner.store.inventory import Inventory

CHECKS, COLLECTORS = registered()


def test_what_a_scan_did_not_ask_for_is_a_gap_of_its_inventory() -> None:
    check = CHECKS["MLP-1001"]
    asked, unasked = inventory_of(notebook("a")), inventory_of(notebook("a"))
    unasked.listings.clear()
    for inventory in (asked, unasked):
        note_unasked(inventory, (check,), COLLECTORS)

    assert asked.gaps == ()
    assert [(gap.kind, gap.scope.account, gap.checks) for gap in unasked.gaps] == [
        (check.kind.kind, HERE.account, ("MLP-1001",))
    ]


def test_a_region_that_was_asked_for_other_kinds_of_a_service_alone_is_a_gap() -> None:
    check, elsewhere = CHECKS["MLP-1001"], Scope(HERE.provider, HERE.account, "us-east-1")
    inventory = inventory_of(notebook("a"))
    inventory.scopes = (HERE, elsewhere)
    note_unasked(inventory, (check,), COLLECTORS)
    assert inventory.gaps == (), "a service may be in fewer regions than another"

    inventory.listings[Endpoint.kind, elsewhere] = Listing(kind=Endpoint.kind, scope=elsewhere, complete=True)
    note_unasked(inventory, (check,), COLLECTORS)
    assert [(gap.kind, gap.scope) for gap in inventory.gaps] == [(check.kind.kind, elsewhere)]
    assert not inventory.listings[check.kind.kind, elsewhere].complete


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_whole_scan_asked_for_everything(provider: str) -> None:
    calmly = calm(provider)[0]
    inventory = Inventory(calmly.taken_at, calmly.store)
    inventory.scopes, inventory.listings = calmly.scopes, dict(calmly.listings)
    note_unasked(inventory, [check for check in CHECKS.values() if check.providers == {provider}], COLLECTORS)
    assert inventory.gaps == ()
