"""AI Services collector: one list a subscription gives full properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.azure.ai_services.resources import ACCOUNTS, Account
from scanner.model.collectors import collector

if TYPE_CHECKING:
    from checks.azure.client.api import AzureApi

VERSION = "2024-10-01"
#: Kinds that serve generative models; vision, speech and the like are other products under the same resource type.
_KINDS = {"openai", "aiservices"}


@collector(Account, operations=(ACCOUNTS,), per="account")
def accounts(api: AzureApi) -> Iterator[Account]:
    path = f"/subscriptions/{api.account}/providers/Microsoft.CognitiveServices/accounts"
    if api.none_here(ACCOUNTS):
        return
    for item in api.pages(ACCOUNTS, path, VERSION):
        if str(item.get("kind")).lower() in _KINDS:
            yield api.snapshot(Account, ACCOUNTS, item)
