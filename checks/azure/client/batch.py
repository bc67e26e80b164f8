"""Several GETs in one request to `/batch`, which only saves round trips: whatever it does not give is asked singly.

See docs/decisions/0015-azure-asks-less.md for what is known of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, Union

from checks.azure.client.replies import refused
from scanner.calls.client import Calls
from scanner.model.errors import CallFailed
from scanner.model.nouns import Extent, Reason, Scope

T = TypeVar("T")
#: What became of one GET: its reply, a failure that stands, or None for one that has to be asked singly.
Outcome = Union[Mapping[str, Any], CallFailed, None]

PATH = "/batch"
VERSION = "2020-06-01"
#: the name under which calls to it are paced; it needs no permission of its own
OPERATION = "batch"
#: GETs in one request; with more of them it answers later, from another address
SIZE = 20


class Batches:
    """Asks in batches until that fails once: from then on, for the rest of the scan, everything is asked singly.

    A subscription that throttles an inner request gets no more of them: there the quota is what takes time, and
    single calls are paced to it.
    """

    def __init__(self, calls: Calls, send: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        self._calls = calls
        self._send = send
        self._off = False
        self._throttled: set[str] = set()

    def groups(self, account: str, items: Iterable[T]) -> Iterator[list[T]]:
        """The items in the numbers in which they should be asked for."""
        rest = iter(items)
        while group := list(islice(rest, SIZE if self._usable(account) else 1)):
            yield group

    def get(self, scope: Scope, operation: str, urls: Sequence[str]) -> list[Outcome]:
        """What became of a GET of each of at most 20 addresses, in their order. Raises nothing."""
        if len(urls) < 2 or not self._usable(scope.account):
            return [None] * len(urls)
        body = {"requests": [{"httpMethod": "GET", "name": str(n), "url": url} for n, url in enumerate(urls)]}
        try:
            # As a service of its own: that it cannot be reached says nothing about the service that is asked for.
            found = self._calls.run(scope, OPERATION, OPERATION, lambda: _replies(self._send(body), len(urls)))
        except CallFailed as failure:
            if failure.extent < Extent.OPERATION:
                return [failure] * len(urls)  # so would each of them
            self._off = True
            return [None] * len(urls)
        return [self._outcome(scope, operation, url, found.get(str(n))) for n, url in enumerate(urls)]

    def _usable(self, account: str) -> bool:
        return not self._off and account not in self._throttled

    def _outcome(self, scope: Scope, operation: str, url: str, reply: Mapping[str, Any] | None) -> Outcome:
        if reply is None:
            return None
        status, content = reply["httpStatusCode"], reply.get("content")
        if status == 200:
            return content if isinstance(content, Mapping) and "error" not in content and _is_json(reply) else None
        if status == 401:
            return None  # alone it is asked again with a new token, before it counts as refused
        failure = refused(operation, url, status, content)
        if failure.extent <= Extent.ACCOUNT:
            self._calls.note_refusal(scope, OPERATION, failure)
        if failure.reason is Reason.THROTTLED:
            self._throttled.add(scope.account)
        return None if failure.retry else failure


def _is_json(reply: Mapping[str, Any]) -> bool:
    headers = reply.get("headers")
    return not isinstance(headers, Mapping) or "json" in str(headers.get("Content-Type", "json"))


def _replies(page: Mapping[str, Any], number: int) -> dict[str, Mapping[str, Any]]:
    """The replies by name. Raises CallFailed for what is not a reply of a batch."""
    replies = page.get("responses")
    if not isinstance(replies, list) or len(replies) != number:
        raise CallFailed(Reason.MALFORMED, "the reply has no list `responses` of the right length")
    found = {}
    for reply in replies:
        whole = isinstance(reply, Mapping) and isinstance(reply.get("httpStatusCode"), int)
        if not whole or not isinstance(reply.get("name"), str):
            raise CallFailed(Reason.MALFORMED, "a reply of the batch has no name or status")
        found[reply["name"]] = reply
    return found
