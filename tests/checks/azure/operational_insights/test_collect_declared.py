"""What Azure is asked about the tables that AI systems name, and what comes of its answers."""

from __future__ import annotations

from msgspec import UNSET
from scanning import running, take_inventory
from support import registered
from worlds.base import Fault

from checks.azure.operational_insights.resources import TABLES, DeclaredLogTable
from scanner.store.inventory import Inventory

CHECK = registered()[0]["MLP-5525"]
LOGS = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina/providers"
    "/Microsoft.OperationalInsights/workspaces/logs/tables/"
)
DECISIONS = f"{LOGS}RetinaDecisions_CL"


def scanned(*logs: str, faults: tuple[Fault, ...] = ()) -> Inventory:
    """The inventory where systems name these logs."""
    with running("azure") as world:
        world.faults.extend(faults)
        return take_inventory("azure", [CHECK], logs=logs)


def test_tables_that_are_named_are_read_and_may_not_exist() -> None:
    tables = scanned(DECISIONS, f"{LOGS}AppTraces", DECISIONS.replace("000000000001", "000000000009"))

    assert {one.id: (one.name, one.exists, one.retention_days) for one in tables.of(DeclaredLogTable)} == {
        DECISIONS.lower(): ("RetinaDecisions_CL", True, 730),
        f"{LOGS}AppTraces".lower(): ("AppTraces", False, None),
    }


def test_where_none_is_named_nothing_is_asked() -> None:
    with running("azure") as world:
        inventory = take_inventory("azure", [CHECK], logs=())

    assert TABLES not in world.operations()
    assert inventory.complete(DeclaredLogTable)


def test_of_a_denied_table_nothing_is_known() -> None:
    inventory = scanned(DECISIONS, faults=(Fault(TABLES, "deny"),))
    [table] = inventory.of(DeclaredLogTable)

    assert (table.exists, table.retention_days) == (UNSET, UNSET)
    assert {gap.operation for gap in inventory.gaps} == {TABLES}
