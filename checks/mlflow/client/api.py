"""The MLflow facade: servers, and every read of their REST API. The wire itself is in transport.py.

An account is a server, by its address. There are no regions.
"""

import os
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET, UnsetType

from checks.mlflow.client.addresses import refuse_in_the_clear, server, tunnel
from checks.mlflow.client.databricks import ServicePrincipal, service_principal
from checks.mlflow.client.managed import aws_credentials, is_arn
from checks.mlflow.client.refusals import NO_ROUTE, NOT_FOUND
from checks.mlflow.client.transport import Answer, Credentials, Transport, credentials, decoded, refused
from checks.mlflow.permissions import DOCUMENTS, USER, is_read, permission
from checks.mlflow.table_names import LARGEST, is_table
from scanner.calls.bounds import Listing
from scanner.calls.client import BaseApi, Calls, UndeclaredOperation
from scanner.calls.plain_http import parsed
from scanner.model.collectors import Collector, Recorder
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import ANYWHERE, Reason, Reply, Scope
from scanner.model.patterns import pattern

_BASE = "/api/2.0/mlflow/"
_ARTIFACTS = "/get-artifact"
_URI = "MLFLOW_TRACKING_URI"
_ENDPOINT = "MLPOSTURE_MLFLOW_ENDPOINT"
#: What says who may read the answer from a web page.
_CORS = {"allow_origin": "Access-Control-Allow-Origin", "allow_credentials": "Access-Control-Allow-Credentials"}
#: Whom a server knows by a signature, without asking AWS who that is.
_OF_AWS = "who holds the credentials of AWS"
#: A version is no longer, and looks like this.
_LINE = 100
_VERSION = pattern(r"[0-9][\w.+-]*", re.ASCII)


def connect(settings: Mapping[str, Any], calls: Calls) -> "MlflowProvider":
    """A provider for the servers in `urls`, or the one that MLFLOW_TRACKING_URI names.

    MLPOSTURE_MLFLOW_ENDPOINT is the near end of a tunnel to a single one, which keeps its name. Raises InputError for
    what is no address, and for one that credentials would go to in the clear.
    """
    given = [(url, "--url") for url in settings.get("urls", ())]
    if not given and (url := os.environ.get(_URI, "")):
        given = [(url, _URI)]
    if not given:
        raise InputError(f"mlflow: no server is named; give its address with --url, or set {_URI}")
    servers = {server(url, said): said for url, said in given}
    made, through = credentials(os.environ), tunnel(os.environ.get(_ENDPOINT, ""), servers, _ENDPOINT)
    if made.header and not through:
        for url, said in servers.items():
            refuse_in_the_clear(url, said)
    aws = aws_credentials() if any(map(is_arn, servers)) else None
    principal = service_principal(os.environ, servers, tunnelled=bool(through))
    transport = Transport(made, calls.manners, through, aws, principal)
    return MlflowProvider(calls, tuple(servers), transport, made, principal)


class MlflowProvider:
    """Servers, and the credentials that each of them is asked with."""

    name = "mlflow"
    #: every call says for itself whether it is allowed
    opens_with = ""
    organizations = ()
    #: an account is called by its address alone
    names: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self,
        calls: Calls,
        servers: tuple[str, ...],
        transport: Transport,
        made: Credentials,
        principal: ServicePrincipal | None = None,
    ) -> None:
        self.calls = calls
        self.transport = transport
        self.user = made.user
        self._made, self._servers = made, servers
        self._own = {principal.workspace: principal.owner} if principal else {}
        of_aws = _OF_AWS if any(map(is_arn, servers)) else ""
        self.principal = " and ".join(filter(None, (*self._own.values(), made.owner or of_aws))) or "nobody"

    def form(self, account: str) -> str:
        """`basic`, `bearer`, or `sigv4` where requests are signed; empty where no credentials are sent."""
        if account in self._own:
            return "bearer"
        return "sigv4" if is_arn(account) else self._made.form

    def asks_as(self, account: str) -> str:
        return self._own.get(account) or (_OF_AWS if is_arn(account) else self._made.owner)

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

    documents = DOCUMENTS

    def __init__(self, provider: MlflowProvider, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        super().__init__(provider.calls, collector, scope, recorder)
        self._provider = provider
        self.server = scope.account
        self.form = provider.form(scope.account)

    def is_read(self, operation: str) -> bool:
        return is_read(operation)

    def permission(self, operation: str) -> str:
        return permission(operation)

    def call(
        self, operation: str, path: str, member: str, missing: tuple[str, ...] = (NOT_FOUND,), **query: Any
    ) -> Reply:
        """The member of the reply that holds what was asked about; `None` where there is no such thing, by these codes.

        `UNSET` and a gap for any other failure.
        """

        def attempt() -> Mapping[str, Any]:
            found = decoded(self._get(_BASE + path, query)).get(member)
            if not isinstance(found, Mapping):
                raise CallFailed(Reason.MALFORMED, f"the reply has no `{member}`")
            return found

        return self.reply(operation, attempt, missing)

    def probe(
        self, operation: str, member: str, *, anonymous: bool = False, origin: str = "", say: bool = False
    ) -> Reply:
        """How the server answers the smallest read of experiments: the status, and what it says of origins.

        `UNSET` and a gap where no answer came. A refusal is an answer; with `say` it is a gap as well, and a reply
        that is none of MLflow's no answer.
        """

        def attempt() -> Answer:
            found = self._get(f"{_BASE}experiments/search", {"max_results": 1}, anonymous=anonymous, origin=origin)
            if found.status == 429 or found.status >= 500:
                raise refused(found)
            return found

        try:
            answer = self.ask(operation, attempt)
            if say and answer.status < 400:  # a redirect is none
                _items(decoded(answer), member)
        except CallFailed as failure:
            self.gap(operation, failure)
            return UNSET
        if say and answer.status != 200:
            self.gap(operation, refused(answer))
        said = {name: answer.headers.get(header) for name, header in _CORS.items()}
        known = {name: value for name, value in said.items() if value is not None}
        return {"status": answer.status, "answer": _is_page(answer, member), **known}

    def version(self, operation: str, path: str, member: str) -> Reply:
        """The version that a page below the server's address holds, as `member`; `None` where there is none."""

        def attempt() -> Mapping[str, Any]:
            found = self._get(path, {})
            if found.status != 200:
                raise refused(found)
            line = found.body[:_LINE].decode("utf-8", "replace").strip()
            if not _VERSION.fullmatch(line):
                raise CallFailed(Reason.MALFORMED, "the reply is no version")
            return {member: line}

        return self.reply(operation, attempt, (NO_ROUTE, NOT_FOUND))

    def table(self, operation: str, run: str, path: str) -> bytes | UnsetType | None:
        """A table of results by group among the artifacts of a run; `None` where there is none.

        Of one that is larger than a table may be, one byte more than that is read. The server hands it out itself: an
        address that it leads to elsewhere is not followed.
        """
        if not is_table(path):
            raise UndeclaredOperation(f"{path} has no name that a table of groups has")

        def attempt() -> bytes:
            found = self._get(_ARTIFACTS, {"run_uuid": run, "path": path}, at_most=LARGEST + 1)
            if found.status != 200:
                raise refused(found)
            if len(found.body) <= LARGEST and not _is_table(parsed(found.body)):  # a page of a proxy, perhaps
                raise CallFailed(Reason.MALFORMED, "the reply is no table as log_table writes it")
            return found.body

        try:
            return self.ask_for_content(operation, attempt)
        except CallFailed as failure:
            if failure.code == NOT_FOUND:
                return None
            self.gap(operation, failure)
            return UNSET

    def incomplete(self) -> None:
        """Say that not all of the collector's kind was seen."""
        self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)

    def pages(
        self, operation: str, path: str, member: str, identity: tuple[str, ...], **query: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing, which say who they are by the members of `identity`.

        A failure ends it, leaves a gap and marks the listing incomplete. So does a user for whom lists are cut.
        """
        listing = Listing(self.calls.manners.bounds)
        asked: Mapping[str, Any] = query
        try:
            while True:
                page = self._page(operation, path, asked)
                items = _items(page, member, identity)
                yield from items
                token = page.get("next_page_token")
                if not token:
                    return self._end(operation)
                if endless := listing.endless(token, items):
                    raise endless
                asked = {**query, "page_token": token}
        except CallFailed as failure:
            self.gap(operation, failure)
            self.recorder.listed(self.collector.kind.kind, self.scope, complete=False)

    def _end(self, operation: str) -> None:
        """Lists leave out, without a word, what a user may not read who is no administrator.

        Where the server has no users of its own, who is let in sees all.
        """
        if self.form != "basic":
            return
        user = self.call(USER, "users/get", "user", (NO_ROUTE, "404"), username=self._provider.user)
        if user is not None and (user is UNSET or user.get("is_admin") is not True):
            if user is not UNSET:
                self.gap(operation, CallFailed(Reason.DENIED, "lists leave out what this user may not read"))
            self.incomplete()

    def _page(self, operation: str, path: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
        page = self.ask(operation, lambda: decoded(self._get(_BASE + path, query)))
        self.paged()
        return page

    def _get(self, path: str, query: Mapping[str, Any], **how: Any) -> Answer:
        return self._provider.transport.get(self.server, path, query, **how)


def _is_page(answer: Answer, member: str) -> bool:
    """Whether an answer is what the API gives, and no page of something before it."""
    try:
        _items(decoded(answer), member)
    except CallFailed:
        return False
    return True


def _is_table(document: Any) -> bool:
    """Whether a file has the shape of all that `log_table` writes."""
    return isinstance(document, Mapping) and all(isinstance(document.get(name), list) for name in ("columns", "data"))


def _items(page: Mapping[str, Any], member: str, identity: tuple[str, ...] = ()) -> list[Mapping[str, Any]]:
    """The items of a page. MLflow leaves empty lists out. Raises CallFailed for a page that is none."""
    found = page.get(member, [])
    if not isinstance(found, list) or (member not in page and page.keys() - {"next_page_token"}):
        raise CallFailed(Reason.MALFORMED, f"the page has no list `{member}`")
    for item in found:
        if not isinstance(item, Mapping) or not all(isinstance(item.get(name), str) for name in identity):
            raise CallFailed(Reason.MALFORMED, f"an item of `{member}` does not say which it is")
    return found
