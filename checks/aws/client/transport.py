"""HTTP to AWS for all accounts: shared connections, and calls that are signed and read without the SDK's machinery.

A call through an SDK client costs about 1 ms of CPU time, most of it spent on what is the same for every call.
"""

import http.client
import io
import os
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import urllib3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import ProxyConfiguration, create_urllib3_context, get_cert_path
from botocore.session import Session
from botocore.utils import get_environ_proxies
from msgspec import Struct
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from checks.aws.client import wire
from checks.aws.client.addresses import Addresses
from checks.aws.client.failures import translated, unparsed
from checks.aws.client.shapes import find, services
from checks.aws.client.signing import Frozen, Signer
from scanner import __version__
from scanner.calls.client import Manners
from scanner.model import own
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

USER_AGENT = f"mlposture/{__version__}"
#: urllib3's spelling of "neither retries nor redirects".
_ONCE = urllib3.Retry(False)
#: What goes wrong below HTTP, by botocore's names for it; the first that fits.
_BROKEN: tuple[tuple[type[Exception], Reason, str], ...] = (
    (urllib3.exceptions.SSLError, Reason.UNREACHABLE, "SSLError"),
    (urllib3.exceptions.NewConnectionError, Reason.UNREACHABLE, "EndpointConnectionError"),
    (urllib3.exceptions.ProxyError, Reason.UNREACHABLE, "ProxyConnectionError"),
    (urllib3.exceptions.ConnectTimeoutError, Reason.UNREACHABLE, "ConnectTimeoutError"),
    (urllib3.exceptions.ReadTimeoutError, Reason.TIMEOUT, "ReadTimeoutError"),
    (urllib3.exceptions.ProtocolError, Reason.UNREACHABLE, "ConnectionClosedError"),
    (Exception, Reason.UNREACHABLE, "HTTPClientError"),
)
#: What it takes to make the credentials of an account anew.
ASSUME = "sts:AssumeRole"
_VERSIONS = {"ec2": "2016-11-15"}


class Credentials(Protocol):
    """Credentials that may change while a scan runs."""

    def get_frozen_credentials(self) -> Frozen: ...


class _Answer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Host(Struct, frozen=True):
    """One service in one region: its connections, what is asked of them, and its signer."""

    pool: HTTPConnectionPool
    target: str
    signer: Signer


class Transport:
    """Connections to every service and region. Shared by all threads and accounts."""

    def __init__(self, session: Session, manners: Manners) -> None:
        self.addresses = Addresses(session)
        self._session = session
        # Also what the session asks itself, such as STS and IAM Identity Center, to make the credentials.
        session.register("before-send.*", self.prepared)
        self._manners = manners
        self._hosts: dict[tuple[str, str], _Host] = {}
        self._managers: dict[str, urllib3.PoolManager] = {}
        self._tls: ssl.SSLContext | None = None
        self._lock = threading.RLock()
        self._opened = opened = _Opened()
        # Looking through the environment takes longer than signing, and a bucket is asked several things in a row.
        self._proxies = lru_cache(maxsize=4 * manners.concurrency)(_proxies_of)
        self._pools = {
            "http": _tracking(HTTPConnectionPool, HTTPConnection, opened.note),
            "https": _tracking(HTTPSConnectionPool, HTTPSConnection, opened.note),
        }

    def json(
        self, service: str, name: str, region: str, credentials: Credentials, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The reply of an operation that checks/aws/client/shapes.json knows. Raises CallFailed."""
        shape, known = find(service, name), services()[service]
        assert shape is not None, f"{service}:{name} is not known; see scripts/build_shapes.py"  # noqa: S101
        headers = {
            "content-type": f"application/x-amz-json-{known.version}",
            "x-amz-target": f"{known.target}.{name}",
        }
        answer = self._post(service, region, credentials, headers, wire.json_body(parameters))
        if answer.status >= 300:
            raise wire.json_refusal(answer.status, answer.headers, answer.body)
        if answer.status != 200 or "json" not in answer.headers.get("content-type", "json"):
            raise unparsed()
        return wire.json_reply(shape, answer.body)

    def query(self, service: str, name: str, region: str, credentials: Credentials, **parameters: str) -> ET.Element:
        """The reply of an operation of EC2, as XML. Raises CallFailed."""
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = wire.query_body(name, _VERSIONS[service], parameters)
        answer = self._post(service, region, credentials, headers, body)
        if answer.status >= 300:
            raise wire.query_refusal(answer.status, answer.body)
        if answer.status != 200:
            raise unparsed()
        return wire.query_reply(name, answer.body)

    def prepared(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Send what a client of the SDK has prepared and signed: a handler for its `before-send` event."""
        pool, target = self._pool(request.url)
        headers = dict(request.headers.items())
        answer = _send(pool, request.method, target, headers, request.body)
        # Botocore reads a body from a stream of urllib3's; here it has come already.
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))

    def close(self) -> None:
        """Break every connection, so that nobody waits for an answer that nobody wants, and let go of those at rest."""
        self._opened.close()
        with self._lock:
            managers = list(self._managers.values())
            self._hosts.clear()
        for manager in managers:
            manager.clear()

    def _post(
        self, service: str, region: str, credentials: Credentials, headers: dict[str, str], body: bytes
    ) -> _Answer:
        host = self._hosts.get((service, region)) or self._resolve(service, region)
        signed = host.signer.sign(frozen(credentials), headers, body, datetime.now(UTC))
        signed["user-agent"] = USER_AGENT
        return _send(host.pool, "POST", host.target, signed, body)

    def _resolve(self, service: str, region: str) -> _Host:
        with self._lock:
            if (service, region) not in self._hosts:
                place = translated(lambda: self.addresses.place(service, region))
                pool, target = self._pool(place.url)
                known = services().get(service)
                signed_for = known.signing_name if known and known.signing_name else place.service
                self._hosts[service, region] = _Host(pool, target, Signer(place.url, signed_for, place.region))
            return self._hosts[service, region]

    def _pool(self, url: str) -> tuple[HTTPConnectionPool, str]:
        """Connections to the host of an address, through a proxy if the environment says so, and what to ask them."""
        split = urlsplit(url)
        target = (split.path or "/") + (f"?{split.query}" if split.query else "")
        proxies = self._proxies(f"{split.scheme}://{split.netloc}")
        proxy: str | None = proxies.proxy_url_for(url)
        with self._lock:
            pool = self._manager(split.scheme, proxy, proxies).connection_from_url(url)
        return pool, url if proxy and split.scheme == "http" else target

    def _manager(self, scheme: str, proxy: str | None, proxies: ProxyConfiguration) -> urllib3.PoolManager:
        key = f"{scheme} {proxy}"
        if key not in self._managers:
            limits = self._manners
            settings: dict[str, Any] = {
                # Each bucket is a host of its own, and as many of them as calls in flight are asked at a time.
                "num_pools": 64 + 2 * limits.concurrency,
                "maxsize": limits.concurrency,
                "timeout": urllib3.Timeout(connect=limits.connect_timeout, read=limits.read_timeout),
            }
            if scheme == "https":
                settings["ssl_context"] = self._trust()
            if proxy is None:
                made = urllib3.PoolManager(**settings)
            else:
                headers = proxies.proxy_headers_for(proxy)
                made = urllib3.ProxyManager(proxy, proxy_headers=headers, **settings)
            made.pool_classes_by_scheme = self._pools
            self._managers[key] = made
        return self._managers[key]

    def _trust(self) -> ssl.SSLContext:
        """Botocore's own settings of TLS, with the authorities read once and not for each connection."""
        if self._tls is None:
            bundle = self._session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE") or True
            context: ssl.SSLContext = create_urllib3_context()
            context.check_hostname = True
            try:
                context.load_verify_locations(get_cert_path(bundle))
            except OSError as error:
                raise CallFailed(Reason.UNREACHABLE, f"the certificates in {bundle} cannot be read") from error
            self._tls = context
        return self._tls


def _proxies_of(host: str) -> ProxyConfiguration:
    return ProxyConfiguration(get_environ_proxies(host))


def frozen(credentials: Credentials) -> Frozen:
    """Credentials for one call, refreshed if they expire soon. Raises CallFailed.

    The failure has no code: one that STS gave would read as what the service said about the resource.
    """
    try:
        found = translated(credentials.get_frozen_credentials)
    except CallFailed as failure:
        raise CallFailed(
            failure.reason,
            f"no credentials: {failure.detail}",
            retry=failure.retry,
            permission=failure.remedy(ASSUME),
        ) from failure
    except (RuntimeError, OSError, EOFError) as error:
        # botocore's, for new credentials that are expired (the clock is wrong), or what they are made from is gone
        raise CallFailed(Reason.DENIED, f"no credentials: {error}", permission="") from error
    own.note(found.access_key, found.secret_key, found.token)
    return found


class _Body(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self.read()]


class _Opened:
    """Connections that were opened. It knows no pool: urllib3 holds what is in a pool until that is let go of."""

    def __init__(self) -> None:
        self._connections: weakref.WeakSet[HTTPConnection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def note(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._connections.add(connection)
            closed = self._closed
        if closed:
            _break(connection)

    def close(self) -> None:
        """Break what is open, and what will be."""
        with self._lock:
            self._closed = True
            connections = list(self._connections)
        for connection in connections:
            _break(connection)


def _tracking(pool: type[Any], connection: type[Any], note: Callable[[Any], None]) -> type[Any]:
    """A class of pools whose connections are noted when they open, if urllib3 makes them as this takes for granted.

    Otherwise its own: nobody then breaks off what is under way at the end, and a request may take two packets.
    """
    if getattr(pool, "ConnectionCls", None) is not connection or not issubclass(connection, http.client.HTTPConnection):
        return pool

    class Tracked(connection):  # type: ignore[misc]
        _held: list[bytes] | None = None

        def connect(self) -> None:
            super().connect()
            note(self)

        def request(self, *args: Any, **more: Any) -> None:
            # Headers and body leave together: one packet, and one turn of the interpreter less to wait for.
            self._held = []
            try:
                super().request(*args, **more)
                whole = b"".join(self._held)
            finally:
                self._held = None
            super().send(whole)

        def send(self, data: Any) -> None:
            if self._held is None:
                super().send(data)
            else:
                self._held.append(data)

    return type("TrackedPool", (pool,), {"ConnectionCls": Tracked})


def _break(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):  # closed by now
            # The plain method: that of TLS would change state under a thread that is reading.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _send(
    pool: HTTPConnectionPool, method: str, target: str, headers: Mapping[str, Any], body: bytes | None
) -> _Answer:
    """One request and its whole answer, whatever its status. Raises CallFailed when there is none."""
    try:
        answer = pool.urlopen(
            method,
            target,
            body=body,
            headers=headers,
            retries=_ONCE,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # a body that is cut short does not parse, and says so
        )
        if answer.status != 200:  # it may quote what it was sent
            own.note_headers(headers)
        return _Answer(answer.status, answer.headers, answer.data)
    except CallFailed:  # it exceeds a bound
        raise
    except Exception as error:
        reason, name = next((reason, name) for kind, reason, name in _BROKEN if isinstance(error, kind))
        raise CallFailed(reason, name, retry=True) from error
