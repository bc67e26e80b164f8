"""The Google Cloud facade: credentials, projects, locations, and every call to Google. Nothing else imports its SDK."""

import functools
import ipaddress
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.auth
import google.auth.exceptions
import msgspec
import requests
from google.auth import credentials as auth
from google.auth._cloud_sdk import get_application_default_credentials_path
from google.auth.transport.requests import Request
from requests.adapters import HTTPAdapter

from checks.gcp.errors import DISABLED, ServiceDisabled, from_reply
from checks.gcp.locations import KNOWN, is_region
from checks.gcp.names import AIPLATFORM, PROJECTS, STORAGE
from checks.gcp.permissions import is_read, permission
from scanner.calls import Calls, Unit
from scanner.collector import Collector, Recorder
from scanner.errors import CallFailed, CannotScan
from scanner.model import ANYWHERE, Reason, Reply, Scope

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_Prepared = requests.PreparedRequest
_LOCATIONS = "aiplatform.locations.list"
_PROJECT = "resourcemanager.projects.get"
_LOGIN = "run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or attach a service account"


def connect(settings: Mapping[str, Any], calls: Calls) -> "GcpProvider":
    """A provider for `projects` (the configured one if empty) and `locations` (all of Vertex AI if empty).

    `taken_at` is the time that recent jobs are reckoned from. Raises CannotScan when there are no usable credentials.
    """
    return GcpProvider(
        calls,
        projects=tuple(settings.get("projects", ())),
        locations=tuple(settings.get("locations", ())),
        taken_at=settings.get("taken_at"),
    )


class GcpProvider:
    """One set of credentials for any number of projects."""

    name = "gcp"

    def __init__(
        self,
        calls: Calls,
        *,
        projects: tuple[str, ...] = (),
        locations: tuple[str, ...] = (),
        taken_at: datetime | None = None,
    ) -> None:
        self.calls = calls
        self.locations = locations
        self.taken_at = taken_at or datetime.now(UTC)
        self._web = _Web(calls)
        self._projects = projects or tuple(filter(None, [self._web.project]))
        self._lock = threading.RLock()
        self._numbers: dict[str, str] = {}
        self._regions: dict[str, tuple[str, ...] | CallFailed] = {}

    @functools.cached_property
    def _accounts(self) -> tuple[str, ...]:
        if not self._projects:
            raise CannotScan("Google Cloud: no project is configured; pass --project or set GOOGLE_CLOUD_PROJECT")
        return tuple(sorted({self._by_id(project) for project in self._projects}))

    def accounts(self) -> tuple[str, ...]:
        """Ids of the projects to scan."""
        return self._accounts

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:
        """The locations asked for, else all that Vertex AI lists; if it lists none, all known ones, and a gap.

        Where the API is not enabled there is one scope, `global`, whose calls say so.
        """
        if self.locations:
            return tuple(Scope(self.name, account, place) for place in sorted(set(self.locations)))
        anywhere = Scope(self.name, account, ANYWHERE)
        regions = self._discover(account)
        if isinstance(regions, ServiceDisabled):
            return (anywhere,)
        if isinstance(regions, CallFailed):
            detail = f"{regions.detail} (asked every region known to have Vertex AI instead)"
            recorder.gap(collector.kind.kind, anywhere, _LOCATIONS, regions.reason, permission(_LOCATIONS), detail)
            regions = KNOWN
        return tuple(Scope(self.name, account, region) for region in regions)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "GcpApi":
        return GcpApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()
        self._web.close()

    def number(self, account: str) -> str:
        """The number of a project, which names in replies carry, asked for once. Raises CallFailed."""
        if account not in self._numbers:
            found = self.send("GET", f"{PROJECTS}/v3/projects/{account}", {}).get("name")
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

    def known_disabled(self, account: str, path: str) -> CallFailed | None:
        """What discovery found out already about the API that a path belongs to."""
        known = self._regions.get(account)
        concerned = path.partition("/")[0].endswith(AIPLATFORM)
        return known if concerned and isinstance(known, ServiceDisabled) else None

    def send(self, method: str, path: str, query: Mapping[str, Any], body: Any = None) -> Mapping[str, Any]:
        """One call, once. Raises CallFailed."""
        return self._web.send(method, path, query, body)

    def _by_id(self, project: str) -> str:
        if not project.isdigit():
            return project
        scope, path = Scope(self.name, project, ANYWHERE), f"{PROJECTS}/v3/projects/{project}"
        try:
            found = self.calls.run(scope, "projects", _PROJECT, lambda: self.send("GET", path, {})).get("projectId")
        except CallFailed as failure:
            raise CannotScan(f"Google Cloud: project {project}: {failure.detail}; pass the project's id") from failure
        if not isinstance(found, str):
            raise CannotScan(f"Google Cloud: project {project} did not say its id; pass the project's id")
        return found

    def _discover(self, account: str) -> tuple[str, ...] | CallFailed:
        with self._lock:
            if account not in self._regions:
                try:
                    self._regions[account] = tuple(sorted(filter(is_region, self._list_locations(account))))
                except CallFailed as failure:
                    other = isinstance(failure, ServiceDisabled) and not self.disabled_here(account, failure)
                    self._regions[account] = CallFailed(failure.reason, failure.detail) if other else failure
            return self._regions[account]

    def _list_locations(self, account: str) -> Iterator[str]:
        scope = Scope(self.name, account, ANYWHERE)
        query: dict[str, Any] = {"pageSize": 100}
        while True:
            page = self.calls.run(
                scope,
                "vertex_ai",
                _LOCATIONS,
                functools.partial(self.send, "GET", f"{AIPLATFORM}/v1/projects/{account}/locations", dict(query)),
            )
            yield from (str(item.get("locationId", "")) for item in _items(page, "locations"))
            token = page.get("nextPageToken")
            if not token or token == query.get("pageToken"):
                return
            query["pageToken"] = token


class GcpApi(Unit):
    """The handle of one collector. Paths start with the API's host: `storage.googleapis.com/storage/v1/b/NAME`."""

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
        return self._provider.accounts()

    @property
    def locations(self) -> tuple[str, ...]:
        """Locations that the scan is restricted to; empty for all."""
        return self._provider.locations

    def days_ago(self, days: int) -> datetime:
        """Midnight so many days before the scan."""
        then = self._provider.taken_at - timedelta(days=days)
        return then.replace(hour=0, minute=0, second=0, microsecond=0)

    def regional(self, service: str) -> str:
        """Host of a regional API for this unit's location."""
        return service if self.scope.region == ANYWHERE else f"{self.scope.region}-{service}"

    def number(self, operation: str, project: str) -> str | None:
        """Number of a project of this scan; None and a gap of `operation` if it is not known."""
        try:
            return self.ask(operation, lambda: self._provider.number(project))
        except CallFailed as failure:
            self.gap(operation, failure)
            return None

    def fetch(self, operation: str, path: str, *, body: Any = None, **query: Any) -> Mapping[str, Any]:
        """The reply. Raises CallFailed and leaves the gap to the caller. With a body it is a POST."""

        return self.ask(operation, self._attempt(path, body, query))

    def call(self, operation: str, path: str, *, absent: tuple[str, ...] = (), body: Any = None, **query: Any) -> Reply:
        """The reply; `None` for one of the `absent` error codes; `UNSET` and a gap for any other failure."""
        return self.reply(operation, self._attempt(path, body, query), absent)

    def pages(self, operation: str, path: str, items: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Named items of a listing. A failure ends it and leaves a gap; a disabled API is absence."""
        try:
            yield from self.walk(operation, path, items, **query)
        except CallFailed as failure:
            kind = self.collector.kind.kind
            if failure.code == DISABLED and self._provider.disabled_here(self.project, failure):
                service = operation.partition(".")[0]
                absent = f"{service}.googleapis.com is not enabled in project {self.project}"
                self.recorder.listed(kind, self.scope, complete=True, absent=absent)
                return
            self.gap(operation, failure)
            self.recorder.listed(kind, self.scope, complete=False)

    def walk(self, operation: str, path: str, items: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Like `pages`, but raises CallFailed."""
        while True:
            page = self.fetch(operation, path, **query)
            for item in _items(page, items):
                if isinstance(item.get("name"), str):
                    yield item
                else:
                    self._incomplete(operation, Reason.MALFORMED, f"one of the {items} has no name")
            if silent := page.get("unreachable"):
                places = ", ".join(sorted(str(place).rpartition("/")[2] for place in silent))
                self._incomplete(operation, Reason.UNREACHABLE, f"no answer from {places}")
            token = page.get("nextPageToken")
            if not token:
                return
            if token == query.get("pageToken"):
                raise CallFailed(Reason.MALFORMED, "the same page came twice")
            query = {**query, "pageToken": token}

    def whole(self, operation: str, item: Mapping[str, Any], member: str) -> Reply:
        """The item as a reply, or `UNSET` and a gap if it lacks a member that every such resource has."""
        if isinstance(item.get(member), Mapping):
            return item
        self.gap(operation, CallFailed(Reason.MALFORMED, f"an item has no {member}"))
        return msgspec.UNSET

    def _attempt(self, path: str, body: Any, query: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
        def attempt() -> Mapping[str, Any]:
            known = self._provider.known_disabled(self.project, path)
            if known is not None:
                raise known
            return self._provider.send("GET" if body is None else "POST", path, query, body)

        return attempt

    def _incomplete(self, operation: str, reason: Reason, detail: str) -> None:
        self.gap(operation, CallFailed(reason, detail))
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)


class _Web:
    """Addresses, credentials and connections."""

    def __init__(self, calls: Calls) -> None:
        manners = calls.manners
        self._timeout = (manners.connect_timeout, manners.read_timeout)
        self._base = os.environ.get("MLPOSTURE_GCP_ENDPOINT", "").rstrip("/")
        self._emulator = os.environ.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
        if self._emulator and "://" not in self._emulator:
            self._emulator = f"http://{self._emulator}"
        plain = urlsplit(self._base).scheme == "http"
        loopback = _is_loopback(self._base)
        if plain and not loopback:
            raise CannotScan("Google Cloud: MLPOSTURE_GCP_ENDPOINT must be https, or http on this machine")
        self._refreshing = threading.Lock()
        self._refresh = functools.partial(Request(), timeout=self._timeout)
        self._credentials, self.project = _credentials(simulated=plain and loopback)
        try:
            self._keep_fresh()
        except google.auth.exceptions.GoogleAuthError as error:
            raise CannotScan(
                f"Google Cloud: the credentials gave no access token ({error.args[0]}); {_LOGIN}"
            ) from error
        self._session = requests.Session()
        adapter = HTTPAdapter(64, manners.concurrency, max_retries=0)  # retries are ours, see scanner.calls
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.headers["User-Agent"] = "mlposture"
        # The one thing that threads would share and change.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.trust_env = not plain  # no proxy between us and a simulated cloud

    def close(self) -> None:
        self._session.close()

    def send(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> Mapping[str, Any]:
        url, sign = self._route(path)
        try:
            self._keep_fresh()
            reply = self._session.request(
                method, url, params=dict(query), json=body, auth=sign, timeout=self._timeout, allow_redirects=False
            )
        except google.auth.exceptions.TransportError as error:
            raise CallFailed(Reason.UNREACHABLE, "no access token: TransportError", retry=True) from error
        except google.auth.exceptions.GoogleAuthError as error:
            raise CallFailed(Reason.DENIED, f"no access token: {type(error).__name__}") from error
        except requests.exceptions.ReadTimeout as error:
            raise CallFailed(Reason.TIMEOUT, "ReadTimeout", retry=True) from error
        except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            # A body that stops arriving is reported as a lost connection.
            late = any(type(cause).__name__ == "ReadTimeoutError" for cause in error.args)
            reason = Reason.TIMEOUT if late else Reason.UNREACHABLE
            raise CallFailed(reason, type(error).__name__, retry=True) from error
        except requests.exceptions.RequestException as error:
            raise CallFailed(Reason.ERROR, type(error).__name__) from error
        return _decoded(reply)

    def _route(self, path: str) -> tuple[str, Callable[[_Prepared], _Prepared]]:
        if self._emulator and path.startswith(f"{STORAGE}/"):
            # An emulator wants no credentials, so it never gets any.
            return self._emulator + path.removeprefix(STORAGE), lambda prepared: prepared
        return f"{self._base}/{path}" if self._base else f"https://{path}", self._sign

    def _sign(self, prepared: _Prepared) -> _Prepared:
        # google-auth's own session would also look up where the account may work, at an address of its own choice.
        self._credentials.apply(prepared.headers)  # type: ignore[no-untyped-call]
        return prepared

    def _keep_fresh(self) -> None:
        """A valid token. Without the lock every thread would ask for one when it expires."""
        if not self._credentials.valid:
            with self._refreshing:
                if not self._credentials.valid:
                    self._credentials.refresh(self._refresh)  # type: ignore[no-untyped-call]


def _decoded(reply: requests.Response) -> Mapping[str, Any]:
    try:
        body = msgspec.json.decode(reply.content)
    except msgspec.DecodeError:
        body = None
    if not 200 <= reply.status_code < 300:
        raise from_reply(reply.status_code, body, reply.headers.get("Retry-After"))
    if not isinstance(body, dict):
        raise CallFailed(Reason.MALFORMED, "the reply is not a JSON object")
    return body


def _items(page: Mapping[str, Any], member: str) -> Iterable[Mapping[str, Any]]:
    """Items of a page. Google leaves empty lists out, so a page without the member is an empty one."""
    found = page.get(member, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise CallFailed(Reason.MALFORMED, f"{member} is not a list of objects")
    return found


def _credentials(*, simulated: bool) -> tuple[auth.Credentials, str | None]:
    configured = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS") or _has_login()
    if simulated and not configured:
        return auth.AnonymousCredentials(), os.environ.get("GOOGLE_CLOUD_PROJECT")  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[_SCOPE])
    except google.auth.exceptions.GoogleAuthError as error:
        raise CannotScan(f"Google Cloud: no credentials found ({error.args[0]}); {_LOGIN}") from error


def _has_login() -> bool:
    return Path(get_application_default_credentials_path()).is_file()  # type: ignore[no-untyped-call]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
