"""The facade of lineage: places that hold events, which are files, folders, or servers that speak Marquez' HTTP API.

An account is a place: the name of a file or folder, or the address of a server. There are no regions.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, UnsetType

from checks.lineage.client.files import check_path, documents
from checks.lineage.client.transport import KEY, Transport, is_server, key, refuse_in_the_clear, server
from checks.lineage.permissions import DATASETS, EVENTS, JOBS, NAMESPACES, is_read, permission
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls
from scanner.lineage.events import Event, EventKind, NotAnEvent, read_event
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import ANYWHERE, Reason, Scope

_API = "/api/v1"
#: The variable that OpenLineage's own client takes a server from, and that of the near end of a tunnel to it.
_URL, _ENDPOINT = "OPENLINEAGE_URL", "MLPOSTURE_LINEAGE_ENDPOINT"
#: Of one page: as many as Marquez gives where nobody asks for a number.
_PAGE = 100
#: Marquez leaves out what lies before 1970 or, unless it is told, after 2029; and the latest come last, so that what
#: arrives meanwhile moves nothing from one page to the next.
_ALL_TIMES = {"after": "1970-01-01T00:00:00Z", "before": "9999-12-31T23:59:59Z", "sortDirection": "asc"}
#: The list of a namespace that each operation reads.
_LISTS = {JOBS: "jobs", DATASETS: "datasets"}
_KINDS = {EVENTS: EventKind.RUN, JOBS: EventKind.JOB, DATASETS: EventKind.DATASET}


def connect(settings: Mapping[str, Any], calls: Calls) -> "LineageProvider":
    """A provider for the places in `places`, or the server that OPENLINEAGE_URL names.

    Raises InputError for what is no place, and for two of one name.
    """
    given = tuple(dict.fromkeys(settings.get("places", ()))) or tuple(filter(None, [os.environ.get(_URL)]))
    if not given:
        raise InputError(f"lineage: nothing is named; give a file, a folder or a server's address, or set {_URL}")
    secret = key(os.environ)
    places: dict[str, Path | None] = {}
    for text in given:
        path = None if is_server(text) else check_path(text)
        account = server(text) if path is None else path.resolve().name or "/"
        if account in places:
            raise InputError(f"lineage: {text}: another place is called {account} too; name a folder above both")
        places[account] = path
    reached = _tunnel([account for account, path in places.items() if path is None], secret)
    transport = Transport(secret, calls.manners.read_timeout, reached)
    return LineageProvider(calls, places, transport, f"who holds {KEY}" if secret else "")


def _tunnel(servers: list[str], secret: str) -> str:
    """The near end of a tunnel to the only server; empty where there is none. Raises InputError."""
    end = os.environ.get(_ENDPOINT, "")
    if end and len(servers) > 1:
        raise InputError(f"{_ENDPOINT}: leads to one server, and {len(servers)} are named; name one, or unset it")
    for reached in [server(end)] if end else servers:
        if secret:
            refuse_in_the_clear(reached)
    return server(end) if end else ""


class LineageProvider:
    """Places, and the key that servers among them are asked with."""

    name = "lineage"
    #: every call says for itself whether it is allowed
    opens_with = ""
    organizations = ()
    #: an account is called by its address alone
    names: Mapping[str, str] = MappingProxyType({})

    def __init__(self, calls: Calls, places: Mapping[str, Path | None], transport: Transport, owner: str) -> None:
        self.calls = calls
        self.places = places
        self.transport = transport
        self.principal = owner or "nobody"
        self._owner = owner

    def asks_as(self, account: str) -> str:
        return self._owner if self.places.get(account) is None else ""

    def accounts(self) -> tuple[str, ...]:
        return tuple(self.places)

    def open(self, account: str) -> None:
        """Nothing to do."""

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:  # noqa: ARG002
        return (Scope(self.name, account, ANYWHERE),)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "LineageApi":
        return LineageApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()


class LineageApi(BaseApi):
    """The handle of one collector, for one place."""

    def __init__(self, provider: LineageProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self._path = provider.places[scope.account]
        self._incomplete = False

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    def events(self) -> Iterator[Event]:
        """The events of runs. What is none, or cannot be read, is a gap, and the listing incomplete."""
        if self._path is not None:
            yield from self._in_files(self._path, EVENTS)
            return
        for item in self._pages(EVENTS, "/events/lineage", "events", _ALL_TIMES):
            try:
                yield read_event(item)
            except NotAnEvent as error:
                self._failed(EVENTS, CallFailed(Reason.MALFORMED, f"an event is none: {error}"))

    def listed(self, operation: str) -> Iterator[Mapping[str, Any]]:
        """The jobs or data sets that a server lists, or that events without a run are about, as a server has them."""
        if self._path is not None:
            for event in self._in_files(self._path, operation):
                yield {**event.document[_KINDS[operation]], "updatedAt": event.at}
            return
        for namespace in self._pages(NAMESPACES, "/namespaces", "namespaces", {}):
            if not isinstance(name := namespace.get("name"), str):
                self._failed(NAMESPACES, CallFailed(Reason.MALFORMED, "a namespace has no name"))
            elif not namespace.get("isHidden"):
                path = f"/namespaces/{quote(name, safe='')}/{_LISTS[operation]}"
                yield from self._pages(operation, path, _LISTS[operation], {}, may_be_gone=True)

    def _in_files(self, path: Path, operation: str) -> Iterator[Event]:
        """The events of one kind in files. Each kind of resource reads them anew: they are too many to hold."""
        self.ask(operation, lambda: None)  # so that it is guarded, and counted, as any other read is
        try:
            for place, content in documents(path, lambda failure: self._failed(operation, failure)):
                if why := self.calls.stopped:
                    raise CallFailed(Reason.STOPPED, why)
                try:
                    event = read_event(content)
                except NotAnEvent as error:
                    self._failed(operation, CallFailed(Reason.MALFORMED, f"{place} is no event: {error}"))
                    continue
                if event.kind is _KINDS[operation]:
                    yield event
        except CallFailed as failure:
            self._failed(operation, failure)

    def _pages(
        self, operation: str, path: str, member: str, query: Mapping[str, Any], *, may_be_gone: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing. A failure ends it.

        The last page is the first empty one: a server may give fewer than it is asked for, and its count of all events
        counts those that it does not list.
        """
        listing = Listing(self.calls.manners.bounds)
        offset = 0
        try:
            while items := self._page(operation, path, member, {**query, "limit": _PAGE, "offset": offset}):
                yield from items
                offset += len(items)
                if endless := listing.endless(str(offset), items):
                    raise endless
        except CallFailed as failure:
            # A namespace that is gone since it was listed has nothing in it.
            if not (may_be_gone and failure.code == "404"):
                self._failed(operation, failure)

    def _page(self, operation: str, path: str, member: str, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        def attempt() -> list[Mapping[str, Any]]:
            found = self._provider.transport.get(self.scope.account, _API + path, query).get(member)
            if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
                raise CallFailed(Reason.MALFORMED, f"the page has no list `{member}` of objects")
            return found

        page = self.ask(operation, attempt)
        self.paged()
        return page

    def absent(self) -> UnsetType | None:
        """What is to be said of what a list does not have: that it is not there, unless the list was not read whole."""
        return UNSET if self._incomplete else None

    def malformed(self, operation: str, detail: str) -> None:
        """Note that something in a list could not be understood."""
        self._failed(operation, CallFailed(Reason.MALFORMED, detail))

    def _failed(self, operation: str, failure: CallFailed) -> None:
        self._incomplete = True
        self.gap(operation, failure)
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)
