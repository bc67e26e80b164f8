"""What an inventory was not taken for is a gap, never an absence."""

from __future__ import annotations

from factories.aws import HERE, notebook
from support import inventory_of, registered

from scanner.evaluate.unasked import note_unasked

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
