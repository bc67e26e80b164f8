"""Credentials and the wire: one request to Resource Manager and what came back. Imports the SDKs."""

import base64
import binascii
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import requests
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError, ServiceResponseError
from azure.identity import AzureAuthorityHosts, ClientSecretCredential, DefaultAzureCredential
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import requote_uri
from urllib3.exceptions import ReadTimeoutError

from checks.azure.client.refusals import REFUSALS
from checks.azure.client.replies import checked, refused
from scanner.calls.client import Manners
from scanner.calls.token_claims import claims_of
from scanner.calls.token_files import fault
from scanner.model import own
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Extent, Reason
from scanner.model.proxies import NETWORK
from scanner.model.refusals import Refusal, find
from scanner.model.sanitize import quote

#: Where the clouds of Microsoft's that are not the public one sign in, by the host of their Resource Manager.
_AUTHORITIES = {
    "management.usgovcloudapi.net": AzureAuthorityHosts.AZURE_GOVERNMENT,
    "management.chinacloudapi.cn": AzureAuthorityHosts.AZURE_CHINA,
}
_MICROSOFT = {
    AzureAuthorityHosts.AZURE_PUBLIC_CLOUD,
    AzureAuthorityHosts.AZURE_GOVERNMENT,
    AzureAuthorityHosts.AZURE_CHINA,
}
#: seconds before a token runs out at which a new one is fetched
_RENEW = 300
_RENEWAL = "sign in again with `az login`, or give the application a new secret or certificate"
_BOM = b"\xef\xbb\xbf"
_AADSTS = re.compile(r"AADSTS\d+")
#: What says that a sign-in may work soon: a service that fails or throttles, in the words of the SDK or by a code.
_TRANSIENT = re.compile(r"HTTP Error: (?:429|5\d\d)|AADSTS(?:90033|90055)\b")
#: What can stand in a header.
_TOKEN = re.compile(r"[!-~]+")
_CLAIMS = re.compile(r'\bclaims="([^"]+)"')


class Transport:
    """One credential and one connection pool. Raises CannotScan, with advice, when there are no usable credentials.

    Requests go to the connection pool directly: the SDK's pipeline costs more CPU than all the rest of a call.
    """

    def __init__(self, endpoint: str, manners: Manners) -> None:
        self._endpoint = endpoint
        self._timeout = (manners.connect_timeout, manners.read_timeout)
        try:
            self._token = token_for(endpoint, f"{endpoint}/.default", manners)
            self.credential = self._token.credential
            #: whose credential it is
            self.principal = _principal(self._token.text())
            #: who that is, as far as its token says; empty where it does not
            self.identity = _identity(self._token.text())
        except Exception as error:  # the SDK's own, or whatever it stumbles over in a reply or a file that is none
            raise CannotScan(f"Azure: {_advice(error, endpoint)}") from error
        # Proxies and certificates as the environment names them, looked up once: all requests go to one host.
        with requests.Session() as session:
            around = session.merge_environment_settings(endpoint, {}, False, None, None)
        self._verify: bool | str = around["verify"] or False
        self._proxies = around["proxies"]
        self._adapter = HTTPAdapter(pool_maxsize=manners.concurrency)

    def send(
        self, operation: str, method: str, url: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """One attempt; the JSON object it gave. No retries and no redirects. Raises CallFailed."""
        address = url if url.startswith("https://") else self._endpoint + url
        if query:
            address += ("&" if "?" in address else "?") + urlencode(query)
        address = requote_uri(address)
        content = msgspec.json.encode(body) if body is not None else None
        token = self._bearer()
        response = self._exchange(method, address, content, token)
        if response.status_code == 401:
            claims = claims_in(response.headers.get("WWW-Authenticate", ""))
            another = self._bearer(refused=token, claims=claims)
            if another != token:
                response = self._exchange(method, address, content, another)
        if response.status_code != 200:
            after = response.headers.get("Retry-After")
            raise refused(operation, address, response.status_code, _parsed(response.content), after)
        found = _parsed(response.content)
        if found is None or "json" not in response.headers.get("Content-Type", "json"):
            raise CallFailed(Reason.MALFORMED, "the reply is not JSON")
        return checked(operation, address, found)

    def close(self) -> None:
        self._adapter.close()

    def _bearer(self, **challenge: str) -> str:
        return bearer(self._token, **challenge)

    def _exchange(self, method: str, address: str, content: bytes | None, token: str) -> requests.Response:
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, address, content
        request.headers = CaseInsensitiveDict(
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "Authorization": f"Bearer {token}",
                "User-Agent": "mlposture",
            }
        )
        if content is not None:
            request.headers.update({"Content-Type": "application/json", "Content-Length": str(len(content))})
        around = {"timeout": self._timeout, "verify": self._verify, "proxies": self._proxies}
        return exchange(self._adapter, request, around)


def exchange(adapter: HTTPAdapter, request: requests.PreparedRequest, around: Mapping[str, Any]) -> requests.Response:
    """What was said to a request, all of it; no redirect is followed. Raises CallFailed where nothing was."""
    # The text of these errors holds the address and the port, which differ from run to run behind an endpoint.
    try:
        response = adapter.send(request, **around)
        _ = response.content
    except requests.ReadTimeout as error:
        raise CallFailed(Reason.TIMEOUT, type(error).__name__, retry=True) from error
    except requests.exceptions.ContentDecodingError as error:
        raise CallFailed(Reason.MALFORMED, type(error).__name__) from error
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        slow = any(isinstance(cause, ReadTimeoutError) for cause in error.args)
        reason = Reason.TIMEOUT if slow else Reason.UNREACHABLE
        raise CallFailed(reason, type(error).__name__, retry=True) from error
    except requests.RequestException as error:
        raise CallFailed(Reason.ERROR, type(error).__name__) from error
    return response


def bearer(token: "OneToken", **challenge: str) -> str:
    """The text of a token, as `OneToken.text` gives it. Raises CallFailed where there is none to be had."""
    try:
        return token.text(**challenge)
    except ClientAuthenticationError as error:
        if (passing := _passing(error)) is not None:
            raise passing from error
        known = _sign_in(error)
        if known is not None:
            raise known.failure(_number(error)) from error
        # Whoever gets none can ask for nothing else, and need not try that once a call.
        why = f"no token: the credential was refused; {_RENEWAL}"
        raise CallFailed(Reason.DENIED, why, permission="", extent=Extent.EVERYTHING) from error
    except AzureError as error:
        if (passing := _passing(error)) is not None:
            raise passing from error
        raise CallFailed(Reason.ERROR, f"no token: {type(error).__name__}") from error
    except Exception as error:  # whatever the SDK stumbles over in a reply that is none
        raise CallFailed(Reason.MALFORMED, "no token: what is none came from the sign-in") from error


def token_for(endpoint: str, scope: str, manners: Manners) -> "OneToken":
    """A token of the credential that signs in where the cloud of this endpoint does."""
    return OneToken(partial(_credential, endpoint, manners.connect_timeout, manners.read_timeout), scope)


class OneToken:
    """A token shared by threads: one of them fetches it, the others wait for it."""

    def __init__(self, make: Callable[[], TokenCredential], scope: str) -> None:
        self._make = make
        self.credential = make()
        self._scope = scope
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        #: the token that came last in the place of one that was refused, and the claims that it was asked for with
        self._replacement = ("", "")

    def text(self, *, refused: str = "", claims: str = "") -> str:
        """The token; a new one if it runs out soon, or if it is the one refused, perhaps for want of claims.

        One that came in the place of another is not replaced: if it is refused too, it is not the token.
        """
        with self._lock:
            token = self._token
            if token is None or token.expires_on - time.time() < _RENEW:
                return self._fetch()
            if token.token == refused and self._replacement != (refused, claims):
                return self._replace(refused, claims)
            return token.token

    def _replace(self, refused: str, claims: str) -> str:
        self._replacement = (refused, claims)  # where there is no other, those who wait here need not ask for one
        if not claims:  # the credential would give the same one, which it keeps as long as that is said to last
            self.credential = self._make()
        try:
            self._replacement = (self._fetch(claims), claims)
        except AzureError as error:
            if _passing(error) is not None:
                self._replacement = ("", "")
            raise
        return self._replacement[0]

    def _fetch(self, claims: str = "") -> str:
        options: dict[str, Any] = {"claims": claims} if claims else {}
        token = self.credential.get_token(self._scope, **options)
        if not _TOKEN.fullmatch(token.token):
            raise ValueError("what is no token came from the sign-in")
        own.note(token.token)
        self._token = token
        return token.token


def _principal(token: str) -> str:
    """The tenant and the object that a token was issued to; where it does not say so, what the environment names."""
    tenant, object = os.environ.get("AZURE_TENANT_ID", "unknown"), os.environ.get("AZURE_CLIENT_ID", "unknown")
    said = claims_of(token)
    return f"{said.get('oid', object)} of tenant {said.get('tid', tenant)}"


def _identity(token: str) -> str:
    """The user or application that a token was issued to, with its object and tenant; empty if it says neither."""
    said = claims_of(token)
    user = next((said[name] for name in ("upn", "unique_name", "preferred_username") if said.get(name)), "")
    application = next((f"application {said[name]}" for name in ("appid", "azp") if said.get(name)), "")
    parts = (
        user or application,
        f"object {said['oid']}" if said.get("oid") else "",
        f"tenant {said['tid']}" if said.get("tid") else "",
    )
    return quote(", ".join(filter(None, map(str, parts))))


def _authority(endpoint: str) -> str:
    """Where to sign in: as the environment says, else where the cloud of this endpoint does."""
    public = AzureAuthorityHosts.AZURE_PUBLIC_CLOUD
    return os.environ.get("AZURE_AUTHORITY_HOST") or _AUTHORITIES.get(urlsplit(endpoint).hostname or "", public)


def _credential(endpoint: str, connect_timeout: float, read_timeout: float) -> TokenCredential:
    """A service principal from the environment if it is complete, else whatever the SDK's usual chain finds."""
    authority = _authority(endpoint)
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
    # Releases of the SDK before 1.23 do not know what the variable says: that tools of developers are all to be tried.
    tools = os.environ.get("AZURE_TOKEN_CREDENTIALS", "").strip().lower() == "dev"
    return DefaultAzureCredential(
        authority=authority,
        disable_instance_discovery=not microsoft,
        exclude_interactive_browser_credential=True,
        **({"exclude_managed_identity_credential": True} if tools else {}),
    )


def _passing(error: Exception) -> CallFailed | None:
    """What kept a sign-in from being answered, though it may be said to be a refusal; None if it was answered."""
    for each in (error, error.__cause__):
        if isinstance(each, ServiceRequestError | ServiceResponseError):
            cause = type(each.inner_exception or each).__name__
            return CallFailed(Reason.UNREACHABLE, f"no token: {cause}", retry=True)
    if found := _TRANSIENT.search(str(error)):
        return CallFailed(Reason.ERROR, f"no token: {found[0]}", retry=True)
    return None


def _number(error: Exception) -> str:
    """The code of a sign-in that was refused, empty if there is none."""
    found = _AADSTS.search(str(error))
    return found[0] if found else ""


def _sign_in(error: Exception) -> Refusal | None:
    """Why a sign-in was refused, as far as its code tells."""
    return find(REFUSALS, code, "") if (code := _number(error)) else None


def _advice(error: Exception, endpoint: str) -> str:
    # The first line says what was wrong; what follows lists every credential that was tried, with links.
    said = str(error).strip().partition("\n")[0].partition(" Trace ID")[0].rstrip(".")
    if unreadable := _unreadable():
        return f"no usable credentials: {unreadable}"
    if "certificate is not yet valid" in said or "certificate has expired" in said:
        return f"no token ({said}); set the clock of this machine right, or else the certificate is out of date"
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"no token ({said}); set REQUESTS_CA_BUNDLE to the certificates of your proxy or endpoint"
    if (passing := _passing(error)) is not None and passing.reason is Reason.UNREACHABLE:
        return f"no token ({said}); {NETWORK}"
    if known := _sign_in(error):
        return f"no usable credentials ({said}); {known.detail}"
    variables = "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
    # Another cloud signs in elsewhere, and a refusal of the wrong place does not say so.
    elsewhere = urlsplit(endpoint).hostname != "management.azure.com"
    cloud = f"; signed in at {_authority(endpoint)}, set AZURE_AUTHORITY_HOST if that is wrong" if elsewhere else ""
    return f"no usable credentials ({said}); run `az login`, or set {variables}{cloud}"


def _unreadable() -> str:
    """What the environment names as a credential and holds none; empty if there is nothing like it.

    The SDK goes on to the next credential of its chain then, and in the end says nothing of it.
    """
    for name in ("AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"):
        path = os.environ.get(name)
        if path and (why := fault(path)):
            return f"{name} names {path}, which {why}; look at the set-up of workload identity or of the certificate"
    return ""


def claims_in(challenge: str) -> str:
    """The claims that a new token must have (continuous access evaluation); empty if none are asked for."""
    found = _CLAIMS.search(challenge) if "insufficient_claims" in challenge else None
    if found is None:
        return ""
    encoded = found[1].replace("+", "-").replace("/", "_").rstrip("=")
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _parsed(content: bytes) -> Any:
    """Parsed JSON; None if it is none."""
    try:
        return msgspec.json.decode(content.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
