"""AI Services collector: one list a subscription gives full properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.azure.ai_services.resources import ACCOUNTS, PERIMETERS, Account
from checks.azure.error_kinds import MISSING
from checks.azure.networks import asks_for_perimeter
from scanner.model.collectors import collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason, Reply

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
    items = (item for item in api.pages(ACCOUNTS, path, VERSION) if str(item.get("kind")).lower() in _KINDS)
    for made in api.each(partial(_account, api), items):
        if made is not None:
            yield made


def _account(api: AzureApi, item: Mapping[str, Any]) -> Account | None:
    """An account, with the network security perimeter where that may decide who connects; None if it was deleted."""
    made = api.snapshot(Account, ACCOUNTS, item)
    if not asks_for_perimeter(made):
        return made
    path = str(item["id"])
    address = f"{path}/networkSecurityPerimeterConfigurations"
    found = api.listing(PERIMETERS, address, VERSION, absent=MISSING)
    if found is None:
        if api.call(ACCOUNTS, path, VERSION, absent=MISSING) is None:
            api.gone()
            return None
        api.gap(PERIMETERS, CallFailed(Reason.ERROR, "not found in an account that is there"))
    # An account can belong to one perimeter.
    perimeter: Reply = next(iter(found), None) if isinstance(found, list) else UNSET
    return api.decode(Account, {ACCOUNTS: item, PERIMETERS: perimeter}, **api.identity(item))
