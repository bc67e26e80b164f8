"""What Azure is asked about logs of online endpoints, and what comes of its answers."""

from __future__ import annotations

import copy

from scanning import calm, document, running, take_inventory
from support import registered
from worlds.base import Fault

from checks.azure.insights.resources import SETTINGS, DiagnosticSetting
from checks.azure.operational_insights.resources import TABLES, LogTable

CHECK = registered()[0]["MLP-5523"]


def test_settings_of_endpoints_are_read_and_the_tables_that_there_are() -> None:
    inventory = calm("azure")[0]

    settings = {one.name: one.endpoint_id for one in inventory.of(DiagnosticSetting)}
    assert {name: str(of).rpartition("/")[2] for name, of in settings.items()} == {
        "stream-quality": "retina-good",
        "everything": "retina-open",
    }
    tables = {one.name: one.total_retention_in_days for one in inventory.of(LogTable)}
    assert tables == {"AmlOnlineEndpointTrafficLog": 365, "AmlOnlineEndpointConsoleLog": 30}
    assert inventory.complete(LogTable)


def test_a_workspace_of_another_subscription_is_not_asked() -> None:
    changed = copy.deepcopy(document("azure"))
    elsewhere = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg/providers/"
    for settings in changed["diagnostic_settings"].values():
        for one in settings:
            one["properties"]["workspaceId"] = elsewhere + "Microsoft.OperationalInsights/workspaces/logs"
    with running("azure", changed) as world:
        take_inventory("azure", [CHECK])

    assert TABLES not in world.operations()


def test_denied_settings_are_a_gap_and_tables_are_not_asked() -> None:
    with running("azure") as world:
        world.faults.append(Fault(SETTINGS, "deny"))
        inventory = take_inventory("azure", [CHECK])

    assert {gap.operation for gap in inventory.gaps} == {SETTINGS}
    assert not inventory.complete(DiagnosticSetting)
