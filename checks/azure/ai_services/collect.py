"""AI Services collector: one list a subscription gives full properties, but for the perimeters that accounts are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from checks.azure.ai_services.resources import ACCOUNTS, PERIMETERS, Account
from checks.azure.associations import is_asked, perimeters
from checks.azure.error_kinds import MISSING
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

    def look(items: list[Mapping[str, Any]]) -> list[Account | None]:
        # Where the index does not say, no permission is asked for that only a perimeter takes.
        asked = [str(item["id"]) for item in items if is_asked(item, there=api.has_perimeters())]
        inside = perimeters(api, PERIMETERS, asked, VERSION)
        return [_account(api, item, inside) for item in items]

    listed = (item for item in api.pages(ACCOUNTS, path, VERSION) if str(item.get("kind")).lower() in _KINDS)
    for made in api.each(look, api.groups(listed)):
        yield from (account for account in made if account is not None)


def _account(api: AzureApi, item: Mapping[str, Any], inside: Mapping[str, Reply | bool]) -> Account | None:
    """`inside` has how accounts are in a perimeter, for those that were asked. None for one that is gone by now."""
    perimeter = inside.get(str(item["id"]))
    if isinstance(perimeter, bool):
        if api.call(ACCOUNTS, str(item["id"]), VERSION, absent=MISSING) is None:
            api.gone()
            return None
        api.gap(PERIMETERS, CallFailed(Reason.ERROR, "not found in an account that is there"))
        perimeter = UNSET
    reply: Reply = item
    if not isinstance(item.get("properties"), Mapping):
        reply = UNSET
        api.gap(ACCOUNTS, CallFailed(Reason.MALFORMED, "a resource has no properties"))
    said = {ACCOUNTS: reply, **({PERIMETERS: perimeter} if str(item["id"]) in inside else {})}
    return api.decode(Account, {ACCOUNTS: reply, PERIMETERS: perimeter}, said, **api.identity(item))
