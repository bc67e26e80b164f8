"""What one account refuses says nothing of another: checks of what is in one account ask how that one was read."""

from __future__ import annotations

import pytest
from support import Case, all_cases, registered

from checks.gcp.dlp.resources import DiscoveryConfig, JobTrigger
from checks.gcp.logging.resources import LogSink
from checks.gcp.monitoring.resources import AlertPolicy
from scanner.model.nouns import Resource, Scope
from scanner.store.inventory import InventoryView, Listing

ELSEWHERE = Scope("gcp", "example-fraud-elsewhere", "global")
#: Checks, and the kinds of which they judge what is in the account of their subject alone.
OWN: dict[str, tuple[type[Resource], ...]] = {
    "vertex_endpoint_alert_reaches_nobody": (AlertPolicy,),
    "vertex_endpoint_logs_expire_early": (LogSink,),
    "vertex_training_data_outside_discovery": (DiscoveryConfig, JobTrigger),
}


@pytest.mark.parametrize("slug", OWN)
def test_a_verdict_is_the_same_beside_an_account_that_refuses(slug: str) -> None:
    check = next(one for one in registered()[0].values() if one.slug == slug)
    cases: list[Case] = all_cases()[slug]
    for case in cases:
        inventory = case.inventory()
        for kind in OWN[slug]:
            inventory.listings[(kind.kind, ELSEWHERE)] = Listing(kind=kind.kind, scope=ELSEWHERE, complete=False)
        assert check(case.resource, InventoryView(inventory, check.needs)).status is case.expected, case.name
    assert len(cases) > 5
