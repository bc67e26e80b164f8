"""The collectors of plans and settings of Defender, in subscriptions with a job that made what serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.azure.error_kinds import MISSING, UNREGISTERED
from checks.azure.ids import subscription
from checks.azure.machine_learning.resources import Job
from checks.azure.security.resources import (
    OF_POSTURE,
    OF_STORAGE,
    PRICINGS,
    SETTINGS,
    DefenderPlan,
    StorageDefender,
)
from checks.azure.storage.resources import StorageAccount
from scanner.model.collectors import Found, collector

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

_PLANS_VERSION = "2024-01-01"
_SETTINGS_VERSION = "2025-01-01"
#: Without Defender there are no plans, and no settings.
_NONE = (*MISSING, *UNREGISTERED)


@collector(DefenderPlan, operations=(PRICINGS,), per="account", follows=(Job,), opt_in="systems")
def defender_plans(api: AzureApi, found: Found) -> Iterator[DefenderPlan]:
    if not any(True for _ in found.of(Job)):
        return
    above = f"/subscriptions/{api.account}/providers/Microsoft.Security/pricings"
    paths = [f"{above}/{name}" for name in (OF_POSTURE, OF_STORAGE)]
    for path, reply in zip(paths, api.replies(PRICINGS, paths, _PLANS_VERSION, absent=_NONE), strict=True):
        yield api.decode(DefenderPlan, {PRICINGS: reply}, **api.identity({"id": path}))


@collector(StorageDefender, operations=(SETTINGS,), per="account", follows=(Job, StorageAccount), opt_in="systems")
def storage_defenders(api: AzureApi, found: Found) -> Iterator[StorageDefender]:
    """Those of the accounts of the subscription that workspaces name."""

    def of(accounts: list[StorageAccount]) -> list[StorageDefender]:
        paths = [f"{one.id}/providers/Microsoft.Security/defenderForStorageSettings/current" for one in accounts]
        replies = api.replies(SETTINGS, paths, _SETTINGS_VERSION, absent=_NONE)
        return [
            api.decode(StorageDefender, {SETTINGS: reply}, **{**api.identity({"id": path}), "name": account.name})
            for account, path, reply in zip(accounts, paths, replies, strict=True)
        ]

    if not any(True for _ in found.of(Job)):
        return
    here = api.account.lower()
    there = (one for one in found.of(StorageAccount) if one.exists is True and subscription(one.id) == here)
    for made in api.each(of, api.groups(there)):
        yield from made
