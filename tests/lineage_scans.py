"""Scans of lineage inside the test process, of files or of whatever the environment names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanning import QUICK, quick_calls
from support import registered

from checks.lineage.client.api import connect
from scanner.calls.client import Manners
from scanner.collect.plan import make_plan
from scanner.collect.run import collect
from scanner.evaluate.judge import evaluate
from scanner.model.nouns import Status
from scanner.store.inventory import Inventory


def scanned(manners: Manners = QUICK, **settings: Any) -> Inventory:
    """What a scan of these places, or of the server that the environment names, has seen."""
    checks = [check for check in registered()[0].values() if check.providers == {"lineage"}]
    inventory = Inventory(datetime.now(UTC))
    calls = quick_calls(manners)
    provider = connect(settings, calls)
    collect(make_plan(checks, registered()[1]), provider, inventory, concurrency=QUICK.concurrency, calls=calls)
    provider.close()
    return inventory


def verdicts(inventory: Inventory) -> dict[tuple[str, str], Status]:
    checks = [check for check in registered()[0].values() if check.providers == {"lineage"}]
    return {(j.check.id, j.resource.name): j.verdict.status for j in evaluate(inventory, checks)}
