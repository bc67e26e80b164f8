"""What the provider asks on its own account, before any collector runs, with the manners of every call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from scanner.calls.bounds import Listing
from scanner.calls.client import Calls
from scanner.model.errors import CallFailed
from scanner.model.nouns import ANYWHERE, Reason, Scope

T = TypeVar("T")


class Discovery:
    """Calls of no collector. `send` makes one call, once."""

    def __init__(self, calls: Calls, send: Callable[..., Mapping[str, Any]]) -> None:
        self._calls = calls
        self._send = send

    def get(self, account: str, service: str, operation: str, path: str, **query: Any) -> Mapping[str, Any]:
        """One reply. Calls are paced, and a service is given up, for each `account` alone. Raises CallFailed."""
        scope = Scope("gcp", account, ANYWHERE)
        return self._calls.run(scope, service, operation, lambda: self._send(operation, "GET", path, query))

    def pages(self, account: str, service: str, operation: str, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """The pages of a listing, as far as they are wanted. Raises CallFailed."""
        listing = Listing(self._calls.manners.bounds)
        while True:
            page = self.get(account, service, operation, path, **query)
            yield page
            token = page.get("nextPageToken")
            if not token:
                return
            if endless := listing.endless(token, contents(page)):
                raise endless
            query["pageToken"] = token

    def start(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Run it beside the caller, which must not itself have been started so."""
        return self._calls.discoveries.submit(function, *arguments)


def contents(page: Mapping[str, Any]) -> list[Any]:
    """What a page holds, whatever its members are called."""
    return [item for value in page.values() if isinstance(value, list) for item in value]


def items(page: Mapping[str, Any], member: str) -> Sequence[Mapping[str, Any]]:
    """Items of a page. Google leaves empty lists out, so a page without the member is an empty one."""
    found = page.get(member, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise CallFailed(Reason.MALFORMED, f"{member} is not a list of objects")
    return found
