"""AI Services collector: one list a subscription gives full properties; of open accounts, perimeters too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.azure.ai_services.resources import ACCOUNTS, PERIMETERS, Account
from checks.azure.details import is_deleted, with_perimeters
from scanner.model.collectors import collector

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

VERSION = "2024-10-01"
#: Kinds that serve generative models; vision, speech and the like are other products under the same resource type.
_KINDS = {"openai", "aiservices"}


@collector(Account, operations=(ACCOUNTS, PERIMETERS), per="account")
def accounts(api: AzureApi) -> Iterator[Account]:
    path = f"/subscriptions/{api.account}/providers/Microsoft.CognitiveServices/accounts"
    if api.none_here(ACCOUNTS):
        return

    def enclosed(some: list[Account]) -> list[Account]:
        return list(with_perimeters(api, PERIMETERS, some, VERSION, missing))

    def missing(account: Account) -> Account | None:
        return None if is_deleted(api, ACCOUNTS, account.id, VERSION, PERIMETERS) else account

    items = (item for item in api.pages(ACCOUNTS, path, VERSION) if str(item.get("kind")).lower() in _KINDS)
    for made in api.each(enclosed, api.groups(api.snapshot(Account, ACCOUNTS, item) for item in items)):
        yield from made
