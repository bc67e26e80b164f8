"""The Azure facade: credentials, subscriptions, every call to Resource Manager. The only module that imports azure."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import AzureAuthorityHosts, ClientSecretCredential, DefaultAzureCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from msgspec import UNSET

from checks.azure.ids import arm_id, subscription
from checks.azure.permissions import NAME_CHECK, is_read, permission
from scanner.calls import Calls, UndeclaredOperation, Unit
from scanner.collector import Collector, Recorder
from scanner.errors import CallFailed, CannotScan
from scanner.model import ANYWHERE, Reason, Reply, Resource, Scope

R = TypeVar("R", bound=Resource)

# Codes that say that the subscription does not use the service at all.
_UNREGISTERED = ("MissingSubscriptionRegistration", "SubscriptionNotRegistered")

_PUBLIC = "https://management.azure.com"
_PORTALS = {
    "management.usgovcloudapi.net": "https://portal.azure.us",
    "management.chinacloudapi.cn": "https://portal.azure.cn",
}
_MICROSOFT = {
    AzureAuthorityHosts.AZURE_PUBLIC_CLOUD,
    AzureAuthorityHosts.AZURE_GOVERNMENT,
    AzureAuthorityHosts.AZURE_CHINA,
}
_SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"
_SUBSCRIPTIONS_VERSION = "2022-12-01"
#: seconds before a token runs out at which a new one is fetched
_RENEW = 300
# States in which nothing runs; in Warned and PastDue, which come before them, resources keep serving.
_CLOSED = {"Disabled", "Deleted"}
# Azure answers so for a subscription that the caller has no role in.
_UNSEEN = {"SubscriptionNotFound", "InvalidSubscriptionId"}


def connect(settings: Mapping[str, Any], calls: Calls) -> "AzureProvider":
    """A provider for `subscriptions` (all that are in use and that the credential sees if empty).

    Raises CannotScan when there are no usable credentials or the endpoint is not an https address.
    """
    return AzureProvider(calls, subscriptions=tuple(settings.get("subscriptions", ())))


class AzureProvider:
    """One credential and one connection pool to Azure Resource Manager."""

    name = "azure"

    def __init__(self, calls: Calls, *, subscriptions: tuple[str, ...] = ()) -> None:
        self.calls = calls
        self._wanted = subscriptions
        self.endpoint = os.environ.get("MLPOSTURE_AZURE_ENDPOINT", _PUBLIC).rstrip("/")
        host = urlsplit(self.endpoint)
        if host.scheme != "https" or not host.hostname:
            raise CannotScan(
                f"Azure: MLPOSTURE_AZURE_ENDPOINT is {self.endpoint!r}; it must begin with https://, "
                "because a bearer token must not travel in the clear"
            )
        self.portal = _PORTALS.get(host.hostname, "https://portal.azure.com")
        manners = calls.manners
        scope = f"{self.endpoint}/.default"
        # The SDK warns of every credential it tries and may quote replies; what matters is in our own errors.
        logging.getLogger("azure").setLevel(logging.CRITICAL)
        try:
            credential = _OneToken(_credential(manners.connect_timeout, manners.read_timeout))
            credential.get_token(scope)
        except (AzureError, ValueError) as error:
            raise CannotScan(f"Azure: {_advice(error)}") from error
        self._session = requests.Session()
        self._session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=manners.concurrency))
        # No retry, redirect or logging policy: retries are ours (scanner.calls), and bodies are logged nowhere.
        self._client: ARMPipelineClient[HttpRequest, HttpResponse] = ARMPipelineClient(
            self.endpoint,
            policies=[UserAgentPolicy("mlposture"), ARMChallengeAuthenticationPolicy(credential, scope)],
            transport=RequestsTransport(
                session=self._session,
                session_owner=False,
                connection_timeout=manners.connect_timeout,
                read_timeout=manners.read_timeout,
            ),
        )

    def accounts(self) -> tuple[str, ...]:
        """The subscriptions asked for, else all in use. Raises CannotScan for one that cannot be seen."""
        scope = Scope(self.name, "", ANYWHERE)

        def ask(attempt: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
            return self.calls.run(scope, "subscriptions", _SUBSCRIPTIONS, attempt)

        try:
            seen = list(self.walk(ask, _SUBSCRIPTIONS, "/subscriptions", {"api-version": _SUBSCRIPTIONS_VERSION}))
        except CallFailed as failure:
            if self._wanted and failure.reason is Reason.DENIED:
                return tuple(sorted({wanted.lower() for wanted in self._wanted}))
            raise CannotScan(
                f"Azure: subscriptions could not be listed at {self.endpoint}: {failure.detail}; try --subscription"
            ) from failure
        visible = {subscription(item["id"]): item.get("state") for item in seen}
        for wanted in self._wanted:
            if wanted.lower() not in visible:
                raise CannotScan(
                    f"Azure: subscription {wanted!r} is not visible to this credential; "
                    "check the id, or give the credential the Reader role there"
                )
        chosen = {wanted.lower() for wanted in self._wanted} or {
            key for key, state in visible.items() if state not in _CLOSED
        }
        if not chosen:
            raise CannotScan("Azure: the credential sees no enabled subscription; give it the Reader role on one")
        return tuple(sorted(chosen))

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:  # noqa: ARG002
        # Resource Manager answers for all locations at once, so every collector asks once a subscription.
        return (Scope(self.name, account, ANYWHERE),)

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> "AzureApi":
        return AzureApi(self, collector, scope, recorder)

    def close(self) -> None:
        self.calls.close()
        self._session.close()

    def send(
        self, operation: str, method: str, url: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """One attempt; the JSON object it gave. Raises CallFailed."""
        request = HttpRequest(method, self._client.format_url(url), params=dict(query), json=body)
        try:
            response = self._client.send_request(request)
        except ClientAuthenticationError as error:
            raise CallFailed(Reason.DENIED, "no token: the credential was refused") from error
        except ServiceResponseTimeoutError as error:
            raise CallFailed(Reason.TIMEOUT, _cause(error), retry=True) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise CallFailed(Reason.UNREACHABLE, _cause(error), retry=True) from error
        except DecodeError as error:
            raise CallFailed(Reason.MALFORMED, type(error).__name__) from error
        except AzureError as error:
            raise CallFailed(Reason.ERROR, type(error).__name__) from error
        if response.status_code != 200:
            raise _refused(operation, response)
        found = _json(response)
        if not isinstance(found, Mapping):
            raise CallFailed(Reason.MALFORMED, "the reply is not a JSON object")
        return found

    def walk(
        self,
        ask: Callable[[Callable[[], Mapping[str, Any]]], Mapping[str, Any]],
        operation: str,
        path: str,
        query: Mapping[str, str],
    ) -> Iterator[Mapping[str, Any]]:
        """Items of a listing, page by page; `ask` runs an attempt. Raises CallFailed."""
        links: set[str] = set()
        while True:
            page = ask(lambda path=path, query=query: self.send(operation, "GET", path, query))  # type: ignore[misc]
            items = page.get("value")
            if not isinstance(items, list):
                raise CallFailed(Reason.MALFORMED, "the page has no list `value`")
            for item in items:
                if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
                    raise CallFailed(Reason.MALFORMED, "an item of the page has no id")
                yield item
            link = page.get("nextLink")
            if not link:
                return
            if not isinstance(link, str) or link in links or _host(link) != _host(self.endpoint):
                raise CallFailed(Reason.MALFORMED, "nextLink leads to another host or in a circle")
            links.add(link)
            path, query = link, {}


class AzureApi(Unit):
    """The handle of one collector. Operations are spelled as permissions; paths are those of Resource Manager."""

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
            # An object without an id is no resource: to read it would turn every member into "observed absent".
            if method == "GET" and not isinstance(found.get("id"), str):
                raise CallFailed(Reason.MALFORMED, "the reply has no id")
            return found

        return self.reply(operation, attempt, absent)

    def pages(self, operation: str, path: str, api_version: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Items of a listing. A failure ends it, leaves a gap and marks the listing incomplete.

        That the subscription has not registered the service is an answer: it can hold no such resource. It is none
        where it cannot be true: inside a resource that was seen, or for roles, which every subscription has.
        """
        try:
            yield from self._provider.walk(
                lambda attempt: self.ask(operation, attempt), operation, path, {"api-version": api_version, **query}
            )
        except CallFailed as failure:
            kind = self.collector.kind.kind
            if failure.reason is Reason.NOT_ENABLED and self._may_be_unused(operation):
                self.recorder.listed(kind, self.scope, complete=True, absent=failure.detail)
                return
            self.gap(operation, failure)
            self.recorder.listed(kind, self.scope, complete=False)

    def _may_be_unused(self, operation: str) -> bool:
        return not self.collector.follows and not operation.startswith("Microsoft.Authorization/")

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


class _OneToken:
    """A credential shared by threads: one of them fetches a token, the others wait for it."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._token: AccessToken | None = None

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        with self._lock:
            stale = self._token is None or self._token.expires_on - time.time() < _RENEW
            if stale or options.get("claims"):
                self._token = self._credential.get_token(*scopes, **options)
            assert self._token is not None  # noqa: S101  (for the type checker)
            return self._token


def _credential(connect_timeout: float, read_timeout: float) -> TokenCredential:
    """A service principal from the environment if it is complete, else whatever the SDK's usual chain finds."""
    authority = os.environ.get("AZURE_AUTHORITY_HOST") or AzureAuthorityHosts.AZURE_PUBLIC_CLOUD
    microsoft = authority.removeprefix("https://").rstrip("/") in _MICROSOFT
    values = [os.environ.get(f"AZURE_{name}") for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")]
    if all(values):
        tenant, client, secret = (str(value) for value in values)
        return ClientSecretCredential(
            tenant,
            client,
            secret,
            authority=authority,
            disable_instance_discovery=not microsoft,
            connection_timeout=connect_timeout,
            read_timeout=read_timeout,
            retry_total=2,
        )
    return DefaultAzureCredential(
        authority=authority, disable_instance_discovery=not microsoft, exclude_interactive_browser_credential=True
    )


def _advice(error: Exception) -> str:
    # The first line says what was wrong; what follows lists every credential that was tried, with links.
    said = str(error).strip().partition("\n")[0].partition(" Trace ID")[0].rstrip(".")
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"no token ({said}); set REQUESTS_CA_BUNDLE to the certificates of your proxy or endpoint"
    variables = "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
    return f"no usable credentials ({said}); run `az login`, or set {variables}"


def _refused(operation: str, response: HttpResponse) -> CallFailed:
    """What a status other than 200 means. Messages are left out: they name the caller and differ from run to run."""
    status = response.status_code
    code = _code(response)
    detail = f"HTTP {status} {code}".rstrip()
    namespace = operation.partition("/")[0]
    if code in _UNREGISTERED:
        detail = f"resource provider {namespace} is not registered in the subscription"
        return CallFailed(Reason.NOT_ENABLED, detail, code=code)
    if status in (401, 403) or code in _UNSEEN:
        return CallFailed(Reason.DENIED, f"{code or detail}: {operation}", code=code)
    after = _seconds(response.headers.get("Retry-After"))
    if status == 429:
        return CallFailed(Reason.THROTTLED, detail, code=code, retry=True, retry_after=after)
    return CallFailed(Reason.ERROR, detail, code=code, retry=status >= 500, retry_after=after)


def _json(response: HttpResponse) -> Any:
    try:
        return response.json()
    except (ValueError, AzureError) as error:
        raise CallFailed(Reason.MALFORMED, "the reply is not JSON") from error


def _code(response: HttpResponse) -> str:
    try:
        found = response.json()
    except (ValueError, AzureError):
        return ""
    error = found.get("error") if isinstance(found, Mapping) else None
    return str(error.get("code") or "") if isinstance(error, Mapping) else ""


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None


def _cause(error: AzureError) -> str:
    # The SDK's text holds the address and the port, which differ from run to run behind a custom endpoint.
    return type(error.inner_exception or error).__name__


def _host(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or 443
