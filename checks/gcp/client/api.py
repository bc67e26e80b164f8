"""The Google Cloud facade: projects, locations, and every call that a collector makes. Connections are in `web`.

A little over 400 lines: the provider and the handle that it makes for each collector need each other.
"""

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import UnsetType

from checks.gcp.client.census import NONE_AT_ALL, NONE_ELSEWHERE, Census
from checks.gcp.client.discovery import Discovery, items
from checks.gcp.client.errors import Refused, ServiceDisabled, elsewhere
from checks.gcp.client.locations import KNOWN, MULTI, host, is_region, is_regional, region_of
from checks.gcp.client.strangers import STRANGE, refuse_strangers, refuse_unknown_locations
from checks.gcp.client.tree import Tree, projects_below, root
from checks.gcp.client.web import Web
from checks.gcp.error_kinds import DISABLED, NOT_FOUND
from checks.gcp.names import AIPLATFORM, PROJECTS, STORAGE
from checks.gcp.permissions import DOCUMENTS, is_read, permission
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls, UndeclaredOperation
from scanner.cards.card_files import LARGEST
from scanner.cards.sheet_files import DOCUMENT_NAMES
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import ANYWHERE, Reason, Reply, Scope

T = TypeVar("T")

_LOCATIONS = "aiplatform.locations.list"
_PROJECT = "resourcemanager.projects.get"
_FILE = "storage.objects.get"


def connect(settings: Mapping[str, Any], calls: Calls) -> "GcpProvider":
    """A provider for `projects` and all below `folders` and `organizations` (the configured project if none is named).

    `locations` limits the scan to some (all of Vertex AI if empty); `no_index` asks each of them even where Cloud Asset
    Inventory lists nothing; `taken_at` is the time that recent jobs are reckoned from. Raises CannotScan when
    there are no usable credentials, and InputError for a folder or organisation that is no number.
    """
    return GcpProvider(
        calls,
        projects=tuple(settings.get("projects", ())),
        roots=(
            *(root("folders", number) for number in settings.get("folders", ())),
            *(root("organizations", number) for number in settings.get("organizations", ())),
        ),
        locations=tuple(settings.get("locations", ())),
        census=not settings.get("no_index"),
        taken_at=settings.get("taken_at"),
    )


class GcpProvider:
    """One set of credentials for any number of projects."""

    name = "gcp"
    #: one token is good for every project, so that opening one takes no call
    opens_with = ""

    def __init__(
        self,
        calls: Calls,
        *,
        projects: tuple[str, ...] = (),
        roots: tuple[str, ...] = (),
        locations: tuple[str, ...] = (),
        census: bool = True,
        taken_at: datetime | None = None,
    ) -> None:
        self.calls = calls
        self.locations = locations
        self.taken_at = taken_at or datetime.now(UTC)
        self._web = Web(calls.manners)
        self.principal = self._web.principal
        self._discovery = Discovery(calls, self.send)
        self._roots = roots
        self.organizations = tuple(root.partition("/")[2] for root in roots if root.startswith("organizations/"))
        self._projects = projects or tuple(filter(None, [None if roots else self._web.project]))
        self._wants_census = census
        self._lock = threading.RLock()
        self._numbers: dict[str, str] = {}
        self._regions: dict[str, Future[tuple[str, ...] | CallFailed]] = {}
        self._shared: dict[str, Future[Any]] = {}
        self._refusals: dict[tuple[str, str], Refused] = {}

    @functools.cached_property
    def _tree(self) -> Tree:
        tree = projects_below(self._discovery, self._roots)
        self._numbers |= tree.numbers
        return tree

    @property
    def names(self) -> Mapping[str, str]:
        return self._tree.names

    @functools.cached_property
    def _accounts(self) -> tuple[str, ...]:
        if not self._projects and not self._roots:
            raise CannotScan("Google Cloud: no project is configured; pass --project or set GOOGLE_CLOUD_PROJECT")
        return tuple(sorted({*map(self._by_id, self._projects), *self._tree.numbers}))

    @functools.cached_property
    def _census(self) -> Census:
        wanted = self._accounts if self._wants_census else ()
        parents = {account: self._tree.roots.get(account, f"projects/{account}") for account in wanted}
        return Census(self._discovery, parents, self._tree.numbers)

    @property
    def every_project(self) -> bool:
        """Whether all that was to be scanned is: no folder kept its projects to itself."""
        return not self._tree.unlisted

    @property
    def projects(self) -> tuple[str, ...]:
        """Ids of the projects to scan, whether or not they exist."""
        return self._accounts

    def asks_as(self, account: str) -> str:  # noqa: ARG002 - the same in every project
        return self._web.identity

    def accounts(self) -> tuple[str, ...]:
        """Ids of the projects to scan. Raises CannotScan where none of them, or not each location, is there at all."""
        named = [account for account in self._accounts if account not in self._numbers]
        asked = {account: self._discovery.start(self._denial, account) for account in named}
        refuse_strangers(self._accounts, {account for account, denial in asked.items() if denial.result()})
        if self.locations:
            self._check_locations()
        return self._accounts

    def open(self, account: str) -> None:
        """Nothing to do: the credentials ask every project in their own name."""

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:
        """The locations asked for, else where Cloud Asset Inventory lists anything of Vertex AI.

        Where that cannot be asked, all that Vertex AI lists; if it lists none, all known ones, and a gap. Where the API
        is not enabled, or refuses the whole project, there is one scope, `global`, whose calls say so.
        """
        self._note_unlisted(collector, account, recorder)
        anywhere = Scope(self.name, account, ANYWHERE)
        # A location that was named is asked: the inventory may not have heard yet of what is new in it.
        used = None if self.locations else self._census.locations(account)
        if used is not None:
            recorder.listed(
                collector.kind.kind, anywhere, complete=True, absent=NONE_ELSEWHERE if used else NONE_AT_ALL
            )
            regions = used
        elif self.locations:
            if isinstance(self._known(account), ServiceDisabled | Refused):
                return (anywhere,)
            regions = tuple(sorted(set(map(region_of, self.locations))))
        else:
            found = self._discover(account)
            if isinstance(found, ServiceDisabled | Refused):
                return (anywhere,)
            if isinstance(found, CallFailed):
                detail = f"{found.detail} (asked every region known to have Vertex AI instead)"
                allowed = found.remedy(permission(_LOCATIONS))
                recorder.gap(collector.kind.kind, anywhere, _LOCATIONS, found.reason, allowed, detail)
                recorder.listed(collector.kind.kind, anywhere, complete=False)  # there may be others by now
                found = KNOWN
            regions = found
        return tuple(Scope(self.name, account, region) for region in regions)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "GcpApi":
        if collector.per == "account":
            self._note_unlisted(collector, scope.account, recorder)
        return GcpApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()
        self._web.close()

    def number(self, account: str) -> str:
        """The number of a project, which names in replies carry, asked for once. Raises CallFailed."""
        if account not in self._numbers:
            found = self.send(_PROJECT, "GET", f"{PROJECTS}/v3/projects/{account}", {}).get("name")
            if not isinstance(found, str):
                raise CallFailed(Reason.MALFORMED, "the reply has no name")
            self._numbers[account] = found.removeprefix("projects/")
        return self._numbers[account]

    def disabled_here(self, account: str, failure: CallFailed) -> bool:
        """Whether a failure says that the API is off in this very project, so that it can hold nothing of the API's.

        The project that pays for the calls may be another one, and says nothing about this one.
        """
        if not isinstance(failure, ServiceDisabled) or failure.consumer == f"projects/{account}":
            return isinstance(failure, ServiceDisabled)
        scope = Scope(self.name, account, ANYWHERE)
        try:
            number = self.calls.run(scope, "projects", _PROJECT, lambda: self.number(account))
        except CallFailed:
            return False
        return failure.consumer == f"projects/{number}"

    def refuse_if_known(self, account: str, operation: str, path: str) -> None:
        """Raise what is known already to stand against an operation of Vertex AI in all of a project.

        From discovery, or from another region: it is asked once, and not in all of them.
        """
        if not is_regional(path):
            return
        known = self._known(account)
        if isinstance(known, ServiceDisabled | Refused):
            raise known
        if (account, operation) in self._refusals:
            raise self._refusals[account, operation]

    def send_for(
        self, account: str, operation: str, path: str, query: Mapping[str, Any], body: Any
    ) -> Mapping[str, Any]:
        """One call of a collector. Raises CallFailed, and remembers a refusal that holds for all regions."""
        self.refuse_if_known(account, operation, path)
        try:
            return self.send(operation, "GET" if body is None else "POST", path, query, body)
        except Refused as failure:
            if is_regional(path):
                self._refusals[account, operation] = failure
            raise

    def once(self, key: str, find: Callable[[], T]) -> T:
        """What `find` gave, or raised, when it was called for this key for the first time."""
        with self._lock:
            first = key not in self._shared
            answer = self._shared.setdefault(key, Future())
        if first:
            try:
                answer.set_result(find())
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()  # type: ignore[no-any-return]

    def send(
        self, operation: str, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Mapping[str, Any]:
        """One call, once. Raises CallFailed."""
        return self._web.send(operation, method, path, query, body)

    def content(self, path: str, query: Mapping[str, Any]) -> bytes:
        """What a file in Cloud Storage holds. Raises CallFailed."""
        return self._web.content(path, query)

    def _by_id(self, project: str) -> str:
        if not project.isdigit():
            return project
        path = f"{PROJECTS}/v3/projects/{project}"
        try:
            found = self._discovery.get(project, "projects", _PROJECT, path).get("projectId")
        except CallFailed as failure:
            raise CannotScan(f"Google Cloud: project {project}: {failure.detail}; pass the project's id") from failure
        if not isinstance(found, str):
            raise CannotScan(f"Google Cloud: project {project} did not say its id; pass the project's id")
        return found

    def _note_unlisted(self, collector: Collector, account: str, recorder: Recorder) -> None:
        """Say for each kind, once, which folders kept their projects to themselves: nobody knows what is in those."""
        if account != self._accounts[0]:
            return
        kind = collector.kind.kind
        for one in self._tree.unlisted:
            scope = Scope(self.name, one.parent, ANYWHERE)
            failure = one.failure
            allowed = failure.remedy(permission(one.operation))
            recorder.gap(kind, scope, one.operation, failure.reason, allowed, failure.detail)
            recorder.listed(kind, scope, complete=False)

    def _denial(self, account: str) -> CallFailed | None:
        """Why a project can neither be read nor asked for its locations; None unless both are plainly denied."""
        scope = Scope(self.name, account, ANYWHERE)
        try:
            self.calls.run(scope, "projects", _PROJECT, lambda: self.number(account))
        except CallFailed as failure:
            found = self._list_locations(account) if failure.code in STRANGE else ()
            return failure if isinstance(found, CallFailed) and found.code in STRANGE else None
        return None

    def _check_locations(self) -> None:
        """Of the first project alone: the others have the same, and it takes a call."""
        first = self._accounts[0]
        with self._lock:
            self._regions.setdefault(first, self._discovery.start(self._list_locations, first))
        refuse_unknown_locations(self.locations, self._regions[first].result())

    def _known(self, account: str) -> tuple[str, ...] | CallFailed | None:
        """What is known already of where a project has Vertex AI; None if nothing is."""
        asked = self._regions.get(account)
        return asked.result() if asked and asked.done() else None

    def _discover(self, account: str) -> tuple[str, ...] | CallFailed:
        """The regions that Vertex AI lists for a project; all projects that need it are asked at once."""
        with self._lock:
            if account not in self._regions:
                for each in self._accounts:
                    if each not in self._regions and self._census.locations(each) is None:
                        self._regions[each] = self._discovery.start(self._list_locations, each)
        return self._regions[account].result()

    def _list_locations(self, account: str) -> tuple[str, ...] | CallFailed:
        path = f"{AIPLATFORM}/v1/projects/{account}/locations"
        try:
            pages = self._discovery.pages(account, "vertex_ai", _LOCATIONS, path, pageSize=100)
            found = {str(item.get("locationId", "")) for page in pages for item in items(page, "locations")}
        except CallFailed as failure:
            other = isinstance(failure, ServiceDisabled) and not self.disabled_here(account, failure)
            return elsewhere(failure) if other else failure
        return tuple(sorted(filter(is_region, found)))


class GcpApi(BaseApi):
    """The handle of one collector. Paths start with the API's host: `storage.googleapis.com/storage/v1/b/NAME`."""

    documents = DOCUMENTS

    def __init__(self, provider: GcpProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.project = scope.account

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    @property
    def projects(self) -> tuple[str, ...]:
        """Ids of all projects of this scan."""
        return self._provider.projects

    @property
    def every_project(self) -> bool:
        """Whether those are all that were to be scanned."""
        return self._provider.every_project

    @property
    def locations(self) -> tuple[str, ...]:
        """Locations that the scan is restricted to; empty for all."""
        return self._provider.locations

    def days_ago(self, days: int) -> datetime:
        """Midnight so many days before the scan."""
        then = self._provider.taken_at - timedelta(days=days)
        return then.replace(hour=0, minute=0, second=0, microsecond=0)

    def regional(self, service: str, location: str = "") -> str:
        """Host of a regional API for a location, this unit's unless another is given."""
        place = location or self.scope.region
        return service if place == ANYWHERE else host(service, place)

    def once(self, key: str, find: Callable[[], T]) -> T:
        """What all units of the scan need alike: found by the first, failure or not, and kept for the others."""
        return self._provider.once(key, find)

    def number(self, operation: str, project: str) -> str | None:
        """Number of a project of this scan; None and a gap of `operation` if it is not known."""
        try:
            return self.ask(operation, lambda: self._provider.number(project))
        except CallFailed as failure:
            self.gap(operation, failure)
            return None

    def fetch(self, operation: str, path: str, *, body: Any = None, **query: Any) -> Mapping[str, Any]:
        """The reply. Raises CallFailed and leaves the gap to the caller. With a body it is a POST."""

        return self.ask(operation, self._attempt(operation, path, body, query))

    def call(self, operation: str, path: str, *, absent: tuple[str, ...] = (), body: Any = None, **query: Any) -> Reply:
        """The reply; `None` for one of the `absent` error codes; `UNSET` and a gap for any other failure."""
        return self.reply(operation, self._attempt(operation, path, body, query), absent)

    def is_disabled(self, failure: CallFailed) -> bool:
        """Whether a call failed as its API is not enabled in this project."""
        return failure.code == DISABLED and self._provider.disabled_here(self.project, failure)

    def document(self, bucket: str, key: str) -> tuple[Mapping[str, Any], bytes | None] | UnsetType | None:
        """A file with one of the names of model cards and data sheets: what Cloud Storage says of it, and its content.

        No content of one that is larger than a card may be; `None` where there is no file, `UNSET` and a gap for any
        failure. Errors of a download are plain text, so what is there is asked for first.
        """
        if key.rpartition("/")[2] not in DOCUMENT_NAMES:
            raise UndeclaredOperation(f"{key} has none of the names of documents")
        path = f"{STORAGE}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(key, safe='')}"
        try:
            said = self.ask_for_content(_FILE, self._attempt(_FILE, path, None, {}))
            size = said.get("size")
            if not (isinstance(size, str) and size.isdecimal()):
                raise CallFailed(Reason.MALFORMED, "the reply has no size")
            if int(size) > LARGEST:
                return said, None
            query = {"alt": "media"} | ({"generation": said["generation"]} if "generation" in said else {})
            return said, self.ask_for_content(_FILE, lambda: self._provider.content(path, query))
        except CallFailed as failure:
            if failure.code == NOT_FOUND:
                return None
            self.gap(_FILE, failure)
            return msgspec.UNSET

    def pages(self, operation: str, path: str, member: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Named items of a listing. A failure ends it and leaves a gap; a disabled API is absence."""
        try:
            yield from self._walk(operation, path, member, query, counted=True)
        except CallFailed as failure:
            kind = self.collector.kind.kind
            if self.is_off(operation, failure):
                return
            if self.scope.region in MULTI and failure.code == NOT_FOUND:
                # Such a location is listed for what Google serves in it; most kinds of one's own it does not have.
                self.recorder.listed(kind, self.scope, complete=True, absent="the location has none of this kind")
                return
            self.incomplete(operation, elsewhere(failure) if failure.code == DISABLED else failure)

    def is_off(self, operation: str, failure: CallFailed) -> bool:
        """Whether a failure says that the API is off in this project. Then it is noted that there is nothing of it."""
        if not self.is_disabled(failure):
            return False
        service = operation.partition(".")[0]
        absent = f"{service}.googleapis.com is not enabled in project {self.project}"
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=True, absent=absent)
        return True

    def walk(self, operation: str, path: str, member: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Like `pages`, but raises CallFailed."""
        return self._walk(operation, path, member, query, counted=False)

    def _walk(
        self, operation: str, path: str, member: str, query: dict[str, Any], *, counted: bool
    ) -> Iterator[Mapping[str, Any]]:
        """A page is fetched while the one before it is worked on."""
        listing = Listing(self.calls.manners.bounds)
        page = self.fetch(operation, path, **query)
        while True:
            if counted:
                self.paged()
            found = items(page, member)
            token = page.get("nextPageToken")
            endless = listing.endless(token, found) if token else None
            if token and endless is None:
                query["pageToken"] = token
                coming = self.calls.pages.submit(self.fetch, operation, path, **query)
            for item in found:
                if isinstance(item.get("name"), str):
                    yield item
                else:
                    self.incomplete(operation, CallFailed(Reason.MALFORMED, f"one of the {member} has no name"))
            if silent := page.get("unreachable"):
                places = ", ".join(sorted(str(place).rpartition("/")[2] for place in silent))
                self.incomplete(operation, CallFailed(Reason.UNREACHABLE, f"no answer from {places}"))
            if endless is not None:
                raise endless
            if not token:
                return
            page = coming.result()

    def whole(self, operation: str, item: Mapping[str, Any], member: str) -> Reply:
        """The item as a reply, or `UNSET` and a gap if it lacks a member that every such resource has."""
        if isinstance(item.get(member), Mapping):
            return item
        self.gap(operation, CallFailed(Reason.MALFORMED, f"an item has no {member}"))
        return msgspec.UNSET

    def _attempt(
        self, operation: str, path: str, body: Any, query: Mapping[str, Any]
    ) -> Callable[[], Mapping[str, Any]]:
        return lambda: self._provider.send_for(self.project, operation, path, query, body)

    def incomplete(self, operation: str, failure: CallFailed) -> None:
        """Leave a gap, and let nothing be concluded from what was not listed."""
        self.gap(operation, failure)
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)
