"""The MLflow facade: servers, and every read of their REST API. The wire itself is in transport.py.

An account is a server, by its address. There are no regions.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from checks.mlflow.client.addresses import refuse_in_the_clear, server
from checks.mlflow.client.refusals import NOT_FOUND
from checks.mlflow.client.transport import Answer, Transport, credentials, decoded
from checks.mlflow.permissions import is_read, permission
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import ANYWHERE, Reason, Reply, Scope

_BASE = "/api/2.0/mlflow/"
_URI = "MLFLOW_TRACKING_URI"


def connect(settings: Mapping[str, Any], calls: Calls) -> "MlflowProvider":
    """A provider for the servers in `urls`, or the one that MLFLOW_TRACKING_URI names.

    Raises InputError for what is no address, and for one that credentials would go to in the clear.
    """
    given = [(url, "--url") for url in settings.get("urls", ())]
    if not given and (url := os.environ.get(_URI, "")):
        given = [(url, _URI)]
    if not given:
        raise InputError(f"mlflow: no server is named; give its address with --url, or set {_URI}")
    servers = {server(url, said): said for url, said in given}
    made = credentials(os.environ)
    if made.header:
        for url, said in servers.items():
            refuse_in_the_clear(url, said)
    return MlflowProvider(calls, tuple(servers), Transport(made, calls.manners.read_timeout), made.owner, made.form)


class MlflowProvider:
    """Servers, and the credentials that each of them is asked with."""

    name = "mlflow"
    #: every call says for itself whether it is allowed
    opens_with = ""
    organizations = ()

    def __init__(self, calls: Calls, servers: tuple[str, ...], transport: Transport, owner: str, form: str) -> None:
        self.calls = calls
        self.transport = transport
        self.principal = owner or "nobody"
        #: `basic` or `bearer`, empty where no credentials are sent
        self.form = form
        self._servers = servers

    def asks_as(self, account: str) -> str:  # noqa: ARG002 - the same for every server
        return self.principal if self.form else ""

    def accounts(self) -> tuple[str, ...]:
        return self._servers

    def open(self, account: str) -> None:
        """Nothing to do."""

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:  # noqa: ARG002
        return (Scope(self.name, account, ANYWHERE),)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "MlflowApi":
        return MlflowApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()


class MlflowApi(BaseApi):
    """The handle of one collector. Operations are spelled as in MLflow's protocol; paths are below its API."""

    def __init__(self, provider: MlflowProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.server = scope.account
        self.form = provider.form

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    def call(self, operation: str, path: str, member: str, **query: Any) -> Reply:
        """The member of the reply that holds what was asked about; `None` where there is no such thing.

        `UNSET` and a gap for any other failure.
        """

        def attempt() -> Mapping[str, Any]:
            found = decoded(self._get(_BASE + path, query)).get(member)
            if not isinstance(found, Mapping):
                raise CallFailed(Reason.MALFORMED, f"the reply has no `{member}`")
            return found

        return self.reply(operation, attempt, (NOT_FOUND,))

    def answer(self, operation: str, path: str, *, anonymous: bool = False, origin: str = "", **query: Any) -> Answer:
        """What the server itself answers, whatever the status, to a path below its address. Raises CallFailed."""
        return self.ask(operation, lambda: self._get(path, query, anonymous=anonymous, origin=origin))

    def pages(self, operation: str, path: str, member: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        """Items of a listing. A failure ends it, leaves a gap and marks the listing incomplete."""
        listing = Listing(self.calls.manners.bounds)
        asked: Mapping[str, Any] = query
        try:
            while True:
                page = self._page(operation, path, asked)
                items = _items(page, member)
                yield from items
                token = page.get("next_page_token")
                if not token:
                    return
                if endless := listing.endless(token, items):
                    raise endless
                asked = {**query, "page_token": token}
        except CallFailed as failure:
            self.gap(operation, failure)
            self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)

    def _page(self, operation: str, path: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
        page = self.ask(operation, lambda: decoded(self._get(_BASE + path, query)))
        self.paged()
        return page

    def _get(self, path: str, query: Mapping[str, Any], **how: Any) -> Answer:
        return self._provider.transport.get(self.server, path, query, **how)


def _items(page: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    """The items of a page. MLflow leaves empty lists out. Raises CallFailed for a page that is none."""
    found = page.get(member, [])
    if not isinstance(found, list) or (member not in page and page.keys() - {"next_page_token"}):
        raise CallFailed(Reason.MALFORMED, f"the page has no list `{member}`")
    if not all(isinstance(item, Mapping) for item in found):
        raise CallFailed(Reason.MALFORMED, f"what `{member}` lists are no objects")
    return found
