"""The Azure facade: subscriptions, and every call to Resource Manager. The wire itself is in transport.py.

A little over 400 lines: the provider and the handle that it makes for each collector need each other.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from msgspec import UNSET, UnsetType

from checks.azure.actions import NAME_CHECK
from checks.azure.client import census, subscriptions
from checks.azure.client.batch import PATH, SIZE, VERSION, Batches, Outcome
from checks.azure.client.blobs import Blobs
from checks.azure.client.census import PERMISSIONS, Census
from checks.azure.client.management import Management
from checks.azure.client.replies import following, items, resource, unregistered
from checks.azure.client.subscriptions import DESCENDANTS, Chosen
from checks.azure.client.transport import Transport
from checks.azure.error_kinds import MISSING, UNREGISTERED
from checks.azure.ids import arm_id, subscription
from checks.azure.members import folded
from checks.azure.permissions import DOCUMENTS, is_read, permission
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls, UndeclaredOperation
from scanner.cards.card_files import LARGEST, NAMES
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import ANYWHERE, Reason, Reply, Resource, Scope
from scanner.model.patterns import pattern

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

#: A listing of all of a type in a subscription.
_SUBSCRIPTION = pattern(r"/subscriptions/[^/]+/providers/[^/]+/[^/]+")
_PUBLIC = "https://management.azure.com"
_PORTAL = "https://portal.azure.com"
_PORTALS = {
    "management.usgovcloudapi.net": "https://portal.azure.us",
    "management.chinacloudapi.cn": "https://portal.azure.cn",
}


def connect(settings: Mapping[str, Any], calls: Calls) -> "AzureProvider":
    """A provider for `subscriptions` and what is below `management_groups`; for all that are in use if both are empty.

    `no_index` asks each of them for everything, even where Resource Graph lists nothing.
    Raises CannotScan when there are no usable credentials or the endpoint is not an https address.
    """
    return AzureProvider(
        calls,
        subscriptions=tuple(settings.get("subscriptions", ())),
        management_groups=tuple(settings.get("management_groups", ())),
        census=not settings.get("no_index"),
    )


class AzureProvider:
    """One credential and one connection pool to Azure Resource Manager."""

    name = "azure"
    #: one credential serves all subscriptions, so there is nothing to open
    opens_with = ""
    organizations = ()

    def __init__(
        self,
        calls: Calls,
        *,
        subscriptions: tuple[str, ...] = (),
        management_groups: tuple[str, ...] = (),
        census: bool = True,
    ) -> None:
        self.calls = calls
        self._wanted = subscriptions
        self._groups = management_groups
        self._wants_census = census
        self.endpoint = os.environ.get("MLPOSTURE_AZURE_ENDPOINT", _PUBLIC).rstrip("/")
        host = urlsplit(self.endpoint)
        if host.scheme != "https" or not host.hostname:
            raise CannotScan(
                f"Azure: MLPOSTURE_AZURE_ENDPOINT is {self.endpoint!r}; it must begin with https://, "
                "because a bearer token must not travel in the clear"
            )
        self.portal = _PORTALS.get(host.hostname, _PORTAL)
        self._transport = Transport(self.endpoint, calls.manners)
        self.blobs = Blobs(self.endpoint, calls.manners)
        self.principal = self._transport.principal
        self.management = Management(self.endpoint, self._transport.credential, self._manage, calls.manners.bounds)
        self.batches = Batches(calls, lambda body: self.send("batch", "POST", PATH, {"api-version": VERSION}, body))
        #: whether resources may be in a network security perimeter; not, where neither index nor lists say
        self.has_perimeters = not census
        self._registrations: dict[tuple[str, str], str] = {}
        self._chosen = Chosen(())
        self.census = Census()

    @property
    def names(self) -> Mapping[str, str]:
        return self._chosen.names

    @property
    def subscriptions(self) -> tuple[str, ...]:
        return self._chosen.accounts

    def asks_as(self, account: str) -> str:  # noqa: ARG002 - the same in every subscription
        return self._transport.identity

    def accounts(self) -> tuple[str, ...]:
        """The subscriptions to scan. Raises CannotScan for one named that cannot be seen, and when there is none."""

        def walk(operation: str, path: str, version: str) -> Iterator[Mapping[str, Any]]:
            return self.walk(lambda attempt: self._ask(operation, attempt), operation, path, {"api-version": version})

        self._chosen = subscriptions.choose(self.management, walk, self._wanted, self._groups, self.endpoint)
        if self._wants_census:
            self.census = self._count()
            self.has_perimeters = self.census.has_perimeters or (not self.census.taken and self._lists_perimeters())
        return self._chosen.accounts

    def open(self, account: str) -> None:
        """Nothing to do: every call says for itself whether it is allowed."""

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:  # noqa: ARG002
        # Resource Manager answers for all locations at once, so every collector asks once a subscription.
        return (Scope(self.name, account, ANYWHERE),)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "AzureApi":
        # Subscriptions below a group that could not be looked into are missing: said once a kind, beside one that is
        # scanned, so that nothing is concluded from absence.
        if scope.account in self._chosen.accounts[:1]:
            for group, failure in self._chosen.unread.items():
                missing = Scope(self.name, subscriptions.group_path(group), ANYWHERE)
                kind = collector.kind.kind
                recorder.gap(kind, missing, DESCENDANTS, failure.reason, permission(DESCENDANTS), failure.detail)
                recorder.listed(kind, scope, complete=False)
        return AzureApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()
        self.blobs.close()
        self._transport.close()

    def send(
        self, operation: str, method: str, url: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """One attempt; the JSON object it gave. Raises CallFailed."""
        return self._transport.send(operation, method, url, query, body)

    def walk(
        self,
        ask: Callable[[Callable[[], Mapping[str, Any]]], Mapping[str, Any]],
        operation: str,
        path: str,
        query: Mapping[str, str],
        first: Mapping[str, Any] | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing, page by page; `ask` runs an attempt, `first` is the first page if it is known already.

        Raises CallFailed.
        """
        listing = Listing(self.calls.manners.bounds)
        page = first
        while True:
            if page is None:
                page = ask(lambda path=path, query=query: self.send(operation, "GET", path, query))  # type: ignore[misc]
            yield from items(page)
            link = following(page, self.endpoint, listing)
            if not link:
                return
            page, path, query = None, link, {}

    # -- the census ------------------------------------------------------------------------------------------------

    def _ask(self, operation: str, attempt: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """A call on the provider's own account. Raises CallFailed."""
        return self.calls.run(Scope(self.name, "", ANYWHERE), "subscriptions", operation, attempt)

    def _manage(self, operation: str, address: str) -> Mapping[str, Any]:
        return self._ask(operation, lambda: self.send(operation, "GET", address, {}))

    def is_unused(self, namespace: str, account: str) -> bool:
        """Whether a subscription surely has nothing of a provider, because it is not registered there.

        A provider cannot be unregistered while there are resources of it. Source: Azure resource providers and types,
        https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-providers-and-types
        """
        key = (namespace, account)
        if key not in self._registrations:
            try:
                self._registrations[key] = self.management.registration(account, namespace)
            except CallFailed:
                self._registrations[key] = ""
        return folded(self._registrations[key]) == "notregistered"

    def _count(self) -> Census:
        """What there is in the chosen subscriptions. That it cannot be counted costs calls and nothing else."""
        accounts = self._chosen.accounts

        def query(body: Mapping[str, Any]) -> Mapping[str, Any]:
            asked = {"api-version": census.QUERY_VERSION}
            return self._ask(census.QUERY, lambda: self.send(census.QUERY, "POST", census.QUERY_PATH, asked, body))

        rows = self.calls.discoveries.submit(lambda: list(census.rows(query, accounts, self.calls.manners.bounds)))
        readers = self._readers()
        try:
            found = Census(accounts, rows.result(), readers)
            if found.without:
                census.log.warning(census.LAGS, found.without)
            return found
        except CallFailed as failure:
            census.log.debug("Azure: no census: %s", failure.detail)
            return Census()

    def _lists_perimeters(self) -> bool:
        """Whether a subscription lists a perimeter, where the index does not say: none, if it may not be asked."""

        def listed(account: str) -> bool:
            path = f"/subscriptions/{account}/providers/Microsoft.Network/networkSecurityPerimeters"
            version = {"api-version": census.PERIMETERS_VERSION}
            try:
                asked = self.walk(
                    lambda attempt: self._ask(census.PERIMETERS, attempt), census.PERIMETERS, path, version
                )
                return any(True for _ in asked)
            except CallFailed:
                return False

        found = [self.calls.discoveries.submit(listed, account) for account in self._chosen.accounts]
        return any(each.result() for each in found)

    def _readers(self) -> dict[str, census.Allowed]:
        """What the credential may do in each subscription; asked of groups first, as what they give holds below."""
        found: dict[str, census.Allowed] = {}
        for group, below in self._chosen.groups.items():
            [allowed] = self._allowed([subscriptions.group_path(group)])
            if census.reads_all(allowed):
                found |= dict.fromkeys(below, allowed)
        rest = [account for account in self._chosen.accounts if account not in found]
        groups = [rest[start : start + SIZE] for start in range(0, len(rest), SIZE)]
        work = [
            self.calls.discoveries.submit(self._allowed, [f"/subscriptions/{name}" for name in some]) for some in groups
        ]
        for some, done in zip(groups, work, strict=True):
            found |= dict(zip(some, done.result(), strict=True))
        return found

    def _allowed(self, scopes: Sequence[str]) -> list[census.Allowed]:
        asked = {"api-version": census.PERMISSIONS_VERSION}
        paths = [f"{scope}/providers/Microsoft.Authorization/permissions" for scope in scopes]
        outcomes = self.batches.get(
            Scope(self.name, "", ANYWHERE), PERMISSIONS, [f"{path}?{urlencode(asked)}" for path in paths]
        )

        def known(path: str, outcome: Outcome) -> census.Allowed:
            try:
                if outcome is None:
                    outcome = self._ask(PERMISSIONS, lambda: self.send(PERMISSIONS, "GET", path, asked))
            except CallFailed:
                return ()
            return () if isinstance(outcome, CallFailed) else census.permissions(outcome)

        return [known(path, outcome) for path, outcome in zip(paths, outcomes, strict=True)]


class AzureApi(BaseApi):
    """The handle of one collector. Operations are spelled as permissions; paths are those of Resource Manager."""

    documents = DOCUMENTS

    def __init__(self, provider: AzureProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.account = scope.account

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    def call(
        self,
        operation: str,
        path: str,
        api_version: str,
        *,
        absent: tuple[str, ...] = (),
        method: str = "GET",
        body: Mapping[str, Any] | None = None,
        **query: str,
    ) -> Reply:
        """The reply; `None` for one of the `absent` error codes; `UNSET` and a gap for any other failure."""
        if method != "GET" and operation != NAME_CHECK:
            raise UndeclaredOperation(f"{operation} is not asked for with {method}")

        def attempt() -> Mapping[str, Any]:
            found = self._provider.send(operation, method, path, {"api-version": api_version, **query}, body)
            if method == "GET":
                return resource(found)
            if not isinstance(found.get("nameAvailable"), bool):
                raise CallFailed(Reason.MALFORMED, "the reply does not say whether the name is available")
            return found

        return self.reply(operation, attempt, absent)

    def document(
        self, account: str, path: str, *, codes: tuple[str, ...]
    ) -> tuple[Mapping[str, str], bytes] | str | UnsetType:
        """A blob with one of the names of model cards: the headers of the reply, and its content.

        Else a code, where that is one of `codes`; `UNSET` and a gap for any other failure. `account` is the address of
        the blob endpoint. Of a file that is larger than a card may be, one byte more than that is read.
        """
        if path.rpartition("/")[2] not in NAMES:
            raise UndeclaredOperation(f"{path} has none of the names of documents")
        [operation] = DOCUMENTS
        try:
            return self.ask_for_content(
                operation, lambda: self._provider.blobs.get(account, path, LARGEST + 1), service=account
            )
        except CallFailed as failure:
            if failure.code in codes:
                return failure.code
            self.gap(operation, failure)
            return UNSET

    def pages(
        self,
        operation: str,
        path: str,
        api_version: str,
        *,
        first: Outcome = None,
        **query: str,
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing. A failure ends it, leaves a gap and marks the listing incomplete.

        That the subscription has not registered the service is an answer: it can hold no such resource. Who may not
        list is told of it all the same. It is none where it cannot be true: inside a resource that was seen, or for
        roles, which every subscription has.
        `first` is what became of asking for the first page, if that was done already.
        """
        try:
            if isinstance(first, CallFailed):
                raise first
            if first is not None:
                self.paged()
            yield from self._provider.walk(
                lambda attempt: self._page(operation, attempt),
                operation,
                path,
                {"api-version": api_version, **query},
                first,
            )
        except CallFailed as failure:
            kind = self.collector.kind.kind
            if self._may_be_unused(operation, path):
                namespace = operation.partition("/")[0]
                if failure.reason is Reason.DENIED and self._provider.is_unused(namespace, self.account):
                    failure = unregistered(namespace)
                if failure.code in UNREGISTERED:
                    why = f"resource provider {namespace} is not registered in the subscription"
                    self.recorder.listed(kind, self.scope, complete=True, absent=why)
                    return
            if self.collector.follows and failure.code in MISSING:
                self.gone()  # the resource that they are inside was deleted since it was listed
                return
            self.gap(operation, failure)
            self.recorder.listed(kind, self.scope, complete=False)

    def _page(self, operation: str, attempt: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        page = self.ask(operation, attempt)
        self.paged()
        return page

    def listing(
        self, operation: str, path: str, api_version: str, *, absent: tuple[str, ...] = (), first: Outcome = None
    ) -> list[Mapping[str, Any]] | UnsetType | None:
        """Items of a listing that tells more of a resource that was seen; `UNSET` and a gap if it failed.

        None for one of the `absent` error codes. `first` is what became of asking for the first page, as in `pages`.
        """
        query = {"api-version": api_version}
        try:
            if isinstance(first, CallFailed):
                raise first
            asked = self._provider.walk(lambda attempt: self.ask(operation, attempt), operation, path, query, first)
            return list(asked)
        except CallFailed as failure:
            if failure.code in absent:
                return None
            self.gap(operation, failure)
            return UNSET

    def _may_be_unused(self, operation: str, path: str) -> bool:
        whole = not self.collector.follows or _SUBSCRIPTION.fullmatch(path) is not None
        return whole and not operation.startswith("Microsoft.Authorization/")

    # -- many at once ----------------------------------------------------------------------------------------------

    def groups(self, items: Iterable[T]) -> Iterator[list[T]]:
        """The items in the numbers in which `replies` and `listings` should be given them, for `each`."""
        return self._provider.batches.groups(self.account, items)

    def replies(
        self, operation: str, paths: Sequence[str], api_version: str, *, absent: tuple[str, ...] = ()
    ) -> list[Reply]:
        """What `call` gives for each of a group of paths."""

        def reply(path: str, outcome: Outcome) -> Reply:
            if outcome is None:
                return self.call(operation, path, api_version, absent=absent)
            try:
                if isinstance(outcome, CallFailed):
                    raise outcome
                return resource(outcome)
            except CallFailed as failure:
                if failure.code in absent:
                    return None
                self.gap(operation, failure)
                return UNSET

        outcomes = self.ask_together(operation, paths, api_version)
        return [reply(path, outcome) for path, outcome in zip(paths, outcomes, strict=True)]

    def listings(self, operation: str, paths: Sequence[str], api_version: str) -> list[list[Mapping[str, Any]]]:
        """What `pages` gives for each of a group of paths."""
        outcomes = self.ask_together(operation, paths, api_version)
        return [
            list(self.pages(operation, path, api_version, first=outcome))
            for path, outcome in zip(paths, outcomes, strict=True)
        ]

    def ask_together(self, operation: str, paths: Sequence[str], api_version: str) -> list[Outcome]:
        """What became of a GET of each path, with or without a query. Raises UndeclaredOperation as `ask` does."""
        if operation not in self.collector.operations or not self.is_read(operation):
            raise UndeclaredOperation(f"{operation} is not declared, or no permitted read")
        query = urlencode({"api-version": api_version})
        urls = [f"{path}{'&' if '?' in path else '?'}{query}" for path in paths]
        return self._provider.batches.get(self.scope, operation, urls)

    # -- the census ------------------------------------------------------------------------------------------------

    def none_here(self, operation: str) -> bool:
        """Whether the index shows nothing in the subscription that `operation` reads. If so, the listing says so."""
        kind = operation.removesuffix("/read")
        if self._provider.census.holds(kind, self.account) is not False:
            return False
        return self._absent(f"Resource Graph, which may lag by minutes, lists no {kind} in the subscription")

    def none_anywhere(self, *operations: str) -> bool:
        """Whether the index shows nothing that these operations read anywhere. If so, the listing says so."""
        kinds = [operation.removesuffix("/read") for operation in operations]
        if not all(self._provider.census.nowhere(kind) for kind in kinds):
            return False
        listed = " and no ".join(kinds)
        return self._absent(f"Resource Graph, which may lag by minutes, lists no {listed} in any scanned subscription")

    @property
    def accounts(self) -> tuple[str, ...]:
        """The subscriptions of this scan."""
        return self._provider.subscriptions

    def is_sovereign(self) -> bool:
        """Whether this is a cloud of its own, such as that of a government, which gets new versions of APIs later."""
        return self._provider.portal != _PORTAL

    def has_perimeters(self) -> bool:
        """Whether the index shows a network security perimeter in any scanned subscription, or is not to be asked."""
        return self._provider.has_perimeters

    def _absent(self, why: str) -> bool:
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=True, absent=why)
        return True

    def snapshot(self, kind: type[R], operation: str, item: Mapping[str, Any], **fields: Any) -> R:
        """A resource from an item that `operation` gave; one without properties keeps its identity alone."""
        reply: Reply = item
        if not isinstance(item.get("properties"), Mapping):
            reply = UNSET
            self.gap(operation, CallFailed(Reason.MALFORMED, "a resource has no properties"))
        return self.decode(kind, {operation: reply}, **{**self.identity(item), **fields})

    def identity(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """id, name, scope and console address of an item. The region is the resource's own location."""
        path = str(item["id"])
        location = item.get("location")
        region = location.replace(" ", "").lower() if isinstance(location, str) and location else ANYWHERE
        return {
            "id": arm_id(path),
            "name": path.rstrip("/").rpartition("/")[2],
            "scope": Scope(self._provider.name, subscription(path) or self.account, region),
            "console_url": f"{self._provider.portal}/#resource{path}",
        }
