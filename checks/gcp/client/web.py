"""Addresses, credentials and connections: how a single call reaches Google. With `api`, all that needs its SDK."""

import functools
import ipaddress
import os
import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import google.auth
import google.auth.exceptions
import msgspec
import urllib3
from google.auth import credentials as auth
from google.auth import transport
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ProtocolError, ProxyError, ReadTimeoutError, SSLError

from checks.gcp.client.errors import from_reply, inside
from checks.gcp.client.shapes import Shape, shapes
from checks.gcp.credential_sources import unfit
from checks.gcp.names import STORAGE
from scanner.calls.client import Manners
from scanner.calls.token_claims import claims_of
from scanner.model import own
from scanner.model.errors import CallFailed, CannotScan
from scanner.model.nouns import Extent, Reason
from scanner.model.patterns import pattern
from scanner.model.proxies import NETWORK
from scanner.model.sanitize import quote

_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
_LOGIN = "run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or attach a service account"
_RENEW = "sign in again, or give the scanner new credentials"
_STRANGE = "what is no token came from where tokens are issued"
#: What can stand in a header.
_TOKEN = pattern(r"[!-~]+")
#: Google compresses only for those who say it twice.
_HEADERS = {"User-Agent": "mlposture (gzip)", "Accept-Encoding": "gzip"}


class Web:
    """Where Google is reached, as whom, and over which connections. Shared by all threads."""

    def __init__(self, manners: Manners) -> None:
        self._base = os.environ.get("MLPOSTURE_GCP_ENDPOINT", "").rstrip("/")
        self._emulator = os.environ.get("STORAGE_EMULATOR_HOST", "").rstrip("/")
        if self._emulator and "://" not in self._emulator:
            self._emulator = f"http://{self._emulator}"
        plain = urlsplit(self._base).scheme == "http"
        loopback = _is_loopback(self._base)
        if plain and not loopback:
            raise CannotScan("Google Cloud: MLPOSTURE_GCP_ENDPOINT must be https, or http on this machine")
        self._connections = Connections(manners, proxies={} if plain else getproxies())
        self._refreshing = threading.Lock()
        #: the token that came last in the place of one that was refused
        self._replacement = ""
        self._refresh = _TokenRequests(self._connections)
        self._credentials, self.project = _credentials(simulated=plain and loopback)
        try:
            self._keep_fresh()
            #: whose credentials they are
            self.principal = _principal(self._credentials)
            #: the address that the credentials are of; empty where they do not say it
            self.identity = _identity(self._credentials)
        except google.auth.exceptions.GoogleAuthError as error:
            advice = NETWORK if isinstance(error, google.auth.exceptions.TransportError) else _LOGIN
            raise CannotScan(
                f"Google Cloud: the credentials gave no access token ({_said(error)}); {advice}"
            ) from error

    def close(self) -> None:
        self._connections.close()

    def send(
        self, operation: str, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Mapping[str, Any]:
        """One call, once. Members of the query that are lists are repeated. Raises CallFailed."""
        return _decoded(shapes()[operation], self._reply(method, path, query, body))

    def content(self, path: str, query: Mapping[str, Any]) -> bytes:
        """What a file holds. Raises CallFailed."""
        return _content(self._reply("GET", path, query, None))

    def _reply(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> urllib3.BaseHTTPResponse:
        """What was said to a call. Raises CallFailed where nothing was."""
        try:
            return self._exchange(method, path, query, body)
        except NoToken as error:
            raise CallFailed(Reason.MALFORMED, f"no access token: {error}") from error
        except google.auth.exceptions.TransportError as error:
            raise CallFailed(Reason.UNREACHABLE, "no access token: TransportError", retry=True) from error
        except google.auth.exceptions.GoogleAuthError as error:
            if error.retryable:
                raise CallFailed(Reason.ERROR, f"no access token: {_said(error)}", retry=True) from error
            # Whoever gets none can ask for nothing else, and need not try that once a call.
            why = f"no access token: {_said(error).rstrip('.')}; {_RENEW}"
            raise CallFailed(Reason.DENIED, why, permission="", extent=Extent.EVERYTHING) from error
        except ReadTimeoutError as error:
            raise CallFailed(Reason.TIMEOUT, "ReadTimeout", retry=True) from error
        except (ConnectTimeoutError, ProtocolError, ProxyError, SSLError) as error:
            raise CallFailed(Reason.UNREACHABLE, type(error).__name__, retry=True) from error
        except HTTPError as error:
            raise CallFailed(Reason.ERROR, type(error).__name__) from error

    def _exchange(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> urllib3.BaseHTTPResponse:
        """What was said to a call; where its token was refused, to the same with another one."""
        url, headers = self._signed(path)
        if query:
            url = f"{url}?{urlencode(query, doseq=True)}"
        if body is not None:
            body = msgspec.json.encode(body)
            headers["Content-Type"] = "application/json"
        reply = self._connections.request(method, url, body=body, headers=headers, redirect=False)
        if reply.status == 401 and self._replaced(headers):
            reply = self._connections.request(method, url, body=body, headers=headers, redirect=False)
        return reply

    def _signed(self, path: str) -> tuple[str, dict[str, str]]:
        """Where a path is, and the headers of a call to it."""
        headers = dict(_HEADERS)
        if self._emulator and path.startswith(f"{STORAGE}/"):
            # An emulator wants no credentials, so it never gets any.
            return self._emulator + path.removeprefix(STORAGE), headers
        self._keep_fresh()
        # google-auth's own session would also look up where the account may work, at an address of its own choice.
        self._credentials.apply(headers)  # type: ignore[no-untyped-call]
        return f"{self._base}/{path}" if self._base else f"https://{path}", headers

    def _keep_fresh(self) -> None:
        """A valid token. Without the lock every thread would ask for one when it expires."""
        if not self._credentials.valid:
            with self._refreshing:
                if not self._credentials.valid:
                    self._renew()

    def _replaced(self, headers: dict[str, str]) -> bool:
        """Put another token into headers whose token was refused before its time; whether there is one.

        One that came in the place of another is not replaced: if it is refused too, it is not the token.
        """
        refused = headers.get("authorization", "")
        with self._refreshing:
            token = str(self._credentials.token)
            if not refused or token == self._replacement == refused.removeprefix("Bearer "):
                return False
            if refused == f"Bearer {token}":
                self._replacement = token  # where there is no other, those who wait here need not ask for one
                try:
                    self._renew()
                except google.auth.exceptions.TransportError:
                    self._replacement = ""
                    raise
                self._replacement = str(self._credentials.token)
        self._credentials.apply(headers)  # type: ignore[no-untyped-call]
        return True

    def _renew(self) -> None:
        try:
            self._credentials.refresh(self._refresh)  # type: ignore[no-untyped-call]
        except google.auth.exceptions.GoogleAuthError as error:
            if isinstance(error.__cause__, google.auth.exceptions.TransportError):
                raise error.__cause__ from error  # a machine's metadata, which were not reached, refused nothing
            raise
        except Exception as error:  # whatever the SDK stumbles over in a reply that is none
            raise NoToken(_STRANGE) from error  # type: ignore[no-untyped-call]
        token = self._credentials.token
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            self._credentials.token = None
            raise NoToken(_STRANGE)  # type: ignore[no-untyped-call]
        own.note(token)


class NoToken(google.auth.exceptions.RefreshError):
    """What came from where tokens are had is no reply of it."""


class _TokenRequests(transport.Request):
    """How google-auth asks for tokens. What it asks with must not be written either.

    Its own class for urllib3 imports cryptography, which takes longer than all else that a scan imports.
    """

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections

    def __call__(
        self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **more: Any
    ) -> urllib3.BaseHTTPResponse:
        own.note_headers(headers or {})
        own.note_grant(body)
        try:
            return self._connections.request(method, url, body=body, headers=headers, timeout=timeout, **more)
        except HTTPError as error:
            raise google.auth.exceptions.TransportError(error) from error  # type: ignore[no-untyped-call]


class Connections:
    """Pools of connections to any host, directly or through the proxies of the environment (by scheme of the URL)."""

    def __init__(self, manners: Manners, proxies: Mapping[str, str]) -> None:
        self._timeout = urllib3.Timeout(connect=manners.connect_timeout, read=manners.read_timeout)
        self._proxies = proxies
        self._proxy = functools.cache(self._proxy_of)
        # One context for all: to load the certificates anew for each connection costs more than several calls.
        context = urllib3.util.create_urllib3_context()
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where()
        try:
            context.load_verify_locations(**{"capath" if Path(bundle).is_dir() else "cafile": bundle})
        except (OSError, ssl.SSLError) as error:
            raise CannotScan(f"Google Cloud: {bundle} is no bundle of certificates ({error})") from error
        # Retries are ours, see scanner.calls.client.
        self._options: dict[str, Any] = {"num_pools": 64, "maxsize": manners.concurrency, "ssl_context": context}
        self._managers: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def request(self, method: str, url: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """A reply, read to its end. Raises urllib3's HTTPError."""
        options["timeout"] = self._timeout  # also of google-auth's requests for tokens, which would wait for longer
        scheme, _, rest = url.partition("://")
        return self._through(self._proxy(scheme, rest.partition("/")[0])).request(method, url, retries=False, **options)

    def close(self) -> None:
        for manager in self._managers.values():
            manager.clear()

    def _proxy_of(self, scheme: str, host: str) -> str:
        proxy = self._proxies.get(scheme) or self._proxies.get("all") or ""
        if not proxy or proxy_bypass(host):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"

    def _through(self, proxy: str) -> urllib3.PoolManager:
        with self._lock:
            if proxy not in self._managers:
                self._managers[proxy] = _manager(proxy, self._options)
            return self._managers[proxy]


def _manager(proxy: str, options: Mapping[str, Any]) -> urllib3.PoolManager:
    if not proxy:
        return urllib3.PoolManager(**options)
    parts = urlsplit(proxy)
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    headers = urllib3.make_headers(proxy_basic_auth=login)
    return urllib3.ProxyManager(proxy, proxy_headers=headers, proxy_ssl_context=options["ssl_context"], **options)


def _said(error: Exception) -> str:
    """What an error of google-auth says, without the details that it may have beside."""
    return quote(str(error.args[0] if error.args else "")) or type(error).__name__


def _decoded(shape: Shape, reply: urllib3.BaseHTTPResponse) -> Mapping[str, Any]:
    """The reply, if it is one of the operation's. Raises CallFailed."""
    try:
        body = msgspec.json.decode(reply.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not 200 <= reply.status < 300:
        raise from_reply(reply.status, body, reply.headers.get("Retry-After"))
    if not isinstance(body, dict):
        raise CallFailed(Reason.MALFORMED, "the reply is not a JSON object")
    if "error" in body:
        raise inside(body)
    if reply.status != 200 or "json" not in reply.headers.get("Content-Type", "json") or not shape.fits(body):
        raise CallFailed(Reason.MALFORMED, "the reply is not one of this operation")
    return body


def _content(reply: urllib3.BaseHTTPResponse) -> bytes:
    """The body of a download, which Cloud Storage marks. Raises CallFailed."""
    if reply.status != 200:
        try:
            said = msgspec.json.decode(reply.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = None
        raise from_reply(reply.status, said, reply.headers.get("Retry-After"))
    if not any(name.lower().startswith("x-goog-") for name in reply.headers):
        raise CallFailed(Reason.MALFORMED, "the reply is no download of Cloud Storage")
    return reply.data


def _credentials(*, simulated: bool) -> tuple[auth.Credentials, str | None]:
    file = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS") or (str(_login()) if _login().is_file() else "")
    if simulated and not file:
        return auth.AnonymousCredentials(), os.environ.get("GOOGLE_CLOUD_PROJECT")  # type: ignore[no-untyped-call]
    try:
        return google.auth.default(scopes=[_SCOPE])
    except google.auth.exceptions.GoogleAuthError as error:
        why = f"the credentials in {file} cannot be used" if file else "no credentials found"
        raise CannotScan(f"Google Cloud: {why} ({_said(error)}); {_LOGIN}") from error
    except ImportError:  # what these credentials call for is missing, whatever is in their file
        raise
    except Exception as error:  # a file that is none, cannot be read, or holds whatever the SDK stumbles over
        said = getattr(error, "strerror", None) or unfit(Path(file)) or error
        raise CannotScan(f"Google Cloud: the credentials in {file} cannot be used ({said}); {_LOGIN}") from error


def _principal(credentials: auth.Credentials) -> str:
    """The account, else the client that asks in the name of one; the kind of the credentials if they say neither."""
    for name in ("service_account_email", "account", "client_id"):
        found = getattr(credentials, name, None)
        if isinstance(found, str) and found not in ("", "default"):
            return found
    return type(credentials).__name__


def _identity(credentials: auth.Credentials) -> str:
    """The e-mail address of the account: as the credentials name it, else as the ID token does that came with a token.

    That is not verified: it came from where tokens are issued, and nothing is allowed by it.
    """
    for name in ("service_account_email", "account"):
        found = getattr(credentials, name, None)
        if isinstance(found, str) and "@" in found:
            return quote(found)
    found = claims_of(getattr(credentials, "id_token", None)).get("email")
    return quote(found) if isinstance(found, str) else ""


def _login() -> Path:
    """Where `gcloud auth application-default login` leaves its credentials."""
    # Private, and imported here: whoever has credentials that work depends on it in no way.
    from google.auth._cloud_sdk import get_application_default_credentials_path

    return Path(get_application_default_credentials_path())  # type: ignore[no-untyped-call]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
