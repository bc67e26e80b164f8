"""Subscriptions, tenants and registered providers, through the SDK's clients of Resource Manager.

The clients know the addresses, the versions and how pages follow each other. The rest of a call is ours: their pipeline
has no policy of the SDK's (its own would retry, wait, and register providers, which is a write), its transport is the
one of every other call, and what a reply says is read from the JSON as it came, never from a model of theirs.
"""

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.pipeline.transport import HttpTransport
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from checks.azure.client.replies import following, items
from scanner.calls.bounds import Bounds, Listing

SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"
TENANTS = "Microsoft.Resources/tenants/read"
PROVIDERS = "Microsoft.Resources/subscriptions/providers/read"

#: Makes one call with the manners of every call: operation and address → the JSON object. Raises CallFailed.
Ask = Callable[[str, str], Mapping[str, Any]]


class Management:
    """What the provider asks of Resource Manager on its own account."""

    def __init__(self, endpoint: str, credential: TokenCredential, ask: Ask, bounds: Bounds) -> None:
        self._endpoint = endpoint
        self._bounds = bounds
        self._options: dict[str, Any] = {
            "credential": credential,
            "base_url": endpoint,
            "policies": [],
            "transport": _Wire(ask),
        }
        self._subscriptions = SubscriptionClient(**self._options)

    def subscriptions(self) -> Iterator[Mapping[str, Any]]:
        """Every subscription that the credential sees. Raises CallFailed."""
        return self._pages(SUBSCRIPTIONS, self._subscriptions.subscriptions.list)

    def tenants(self) -> Iterator[Mapping[str, Any]]:
        """Every tenant that the credential is known to. Raises CallFailed."""
        return self._pages(TENANTS, self._subscriptions.tenants.list)

    def registration(self, subscription: str, namespace: str) -> str:
        """Whether a subscription uses a provider: `Registered`, `NotRegistered` and so on. Raises CallFailed."""
        replies: list[Mapping[str, Any]] = []
        client = ResourceManagementClient(subscription_id=subscription, **self._options)
        client.providers.get(namespace, operation=PROVIDERS, replies=replies)
        return str(replies[0].get("registrationState") or "")

    def _pages(self, operation: str, listing: Callable[..., Any]) -> Iterator[Mapping[str, Any]]:
        replies: list[Mapping[str, Any]] = []
        followed = Listing(self._bounds)
        for _ in listing(operation=operation, replies=replies).by_page():
            page = replies.pop()
            yield from items(page)
            following(page, self._endpoint, followed)  # before the client follows it


class _Wire(HttpTransport[Any, Any]):
    """Where the pipeline ends: options of the call say which operation it is and where its reply goes."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def send(self, request: Any, **options: Any) -> "_Reply":
        reply = self._ask(options["operation"], request.url)
        options["replies"].append(reply)
        return _Reply(reply)

    def open(self) -> None:
        """The connections are those of every other call."""

    def close(self) -> None:
        """They are closed with the provider."""

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """As `close`."""


class _Reply:
    """What the client needs of a reply: that there was one, and where the next page is."""

    status_code = 200

    def __init__(self, reply: Mapping[str, Any]) -> None:
        self._next = reply.get("nextLink")

    def json(self) -> dict[str, Any]:
        return {"nextLink": self._next}
