"""What the credential lacks in a subscription, from what Resource Manager says that it may do there."""

from collections.abc import Mapping, Sequence
from typing import Any

from checks.azure.actions import allows
from checks.azure.client.api import AzureProvider
from checks.azure.client.census import PERMISSIONS, PERMISSIONS_VERSION, permissions
from checks.azure.ids import subscription
from checks.azure.permissions import DATA_ACTIONS
from scanner.model.credentials import Held
from scanner.model.errors import CallFailed
from scanner.model.needs import Need
from scanner.model.nouns import ANYWHERE, Scope


def held(provider: AzureProvider, needs: Sequence[Need], settings: Mapping[str, Any]) -> Held:
    """What Resource Manager says of the first subscription: of those named, else of those that the credential sees."""
    account, named = "", settings.get("subscriptions", ())
    try:
        account = named[0] if named else _first(provider)
        if not account:
            return Held("", None, "the credential sees no subscription")
        path = f"/subscriptions/{account}/providers/Microsoft.Authorization/permissions"
        query = {"api-version": PERMISSIONS_VERSION}
        reply: Any = provider.calls.run(
            Scope("azure", account, ANYWHERE),
            "Microsoft.Authorization",
            PERMISSIONS,
            lambda: provider.send(PERMISSIONS, "GET", path, query),
        )
    except CallFailed as failure:
        return Held(account, None, failure.detail)
    allowed = permissions(reply)
    lacking = [
        need.permission for need in needs if not allows(allowed, need.permission, data=need.permission in DATA_ACTIONS)
    ]
    return Held(account, tuple(lacking))


def _first(provider: AzureProvider) -> str:
    return next((subscription(item["id"]) for item in provider.management.subscriptions()), "")
