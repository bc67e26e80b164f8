"""One request to a server and what came back, with Python's own HTTP client."""

import http.client
import os
import ssl
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from email.message import Message
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from checks.mlflow.client.databricks import ServicePrincipal
from checks.mlflow.client.managed import is_arn, managed, signed
from checks.mlflow.client.refusals import REFUSALS
from scanner import HOME, __version__
from scanner.calls.client import Manners
from scanner.calls.plain_http import NoRedirects, broken, is_local, parsed, rest
from scanner.model import own
from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.nouns import Reason
from scanner.model.refusals import find

if TYPE_CHECKING:
    from botocore.credentials import Credentials as AwsCredentials

USER, PASSWORD, TOKEN = "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN"
#: What statuses say, whoever answers with them.
_SAID = {401: "UNAUTHENTICATED", 429: "REQUEST_LIMIT_EXCEEDED"}
_CERTIFICATES = "MLFLOW_TRACKING_SERVER_CERT_PATH"


class Answer(NamedTuple):
    """What came back, whatever the status."""

    status: int
    headers: Message
    body: bytes


class Credentials(NamedTuple):
    """What is sent to a server, and whose it is; both empty where there is none."""

    header: str = ""
    owner: str = ""
    #: `basic` or `bearer`
    form: str = ""
    user: str = ""


def credentials(environment: Mapping[str, str]) -> Credentials:
    """Those that MLflow's own client would take from the environment. Raises InputError for what is none."""
    user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
    if user and password:
        own.note(password)
        encoded = b64encode(f"{user}:{password}".encode()).decode()
        own.note(encoded)
        return Credentials(f"Basic {encoded}", f"user {user}", "basic", user)
    if user or password:
        raise InputError(f"{USER} and {PASSWORD}: one is set without the other; set both, or none")
    if token:
        own.note(token)
        if not token.isascii() or not token.isprintable() or " " in token:
            raise InputError(f"{TOKEN}: what this variable holds is no token; set it to the token alone")
        return Credentials(f"Bearer {token}", f"who holds {TOKEN}", "bearer")
    return Credentials()


class Transport:
    """Requests to any of the servers, each with the credentials or without. No retries, no redirects.

    Those to servers that SageMaker manages are signed with the credentials of AWS, and those to others are not. Those
    to the workspace of a service principal have its token, and no other.
    """

    def __init__(
        self,
        made: Credentials,
        manners: Manners,
        tunnel: str = "",
        aws: "AwsCredentials | None" = None,
        principal: ServicePrincipal | None = None,
    ) -> None:
        self._credentials, self._aws, self._principal = made, aws, principal
        self._tunnel = tunnel
        self._timeout = manners.read_timeout
        certificates = os.environ.get(_CERTIFICATES, "")
        context = _context(certificates) if certificates else None
        handlers = (NoRedirects(), _Http(manners), _Https(manners, context))
        self._opener = urllib.request.build_opener(*handlers)
        # An address of this machine is no proxy's business: it would see the credentials.
        self._direct = urllib.request.build_opener(*handlers, urllib.request.ProxyHandler({}))

    def get(
        self,
        server: str,
        path: str,
        query: Mapping[str, Any],
        *,
        anonymous: bool = False,
        origin: str = "",
        at_most: int | None = None,
    ) -> Answer:
        """One attempt; of the body no more than so many bytes. Raises CallFailed where no answer came."""
        headers = {"Accept": "application/json", "User-Agent": f"mlposture/{__version__} (+{HOME})"}
        if origin:
            headers["Origin"] = origin
        path += f"?{urlencode(query, quote_via=quote)}" if query else ""  # a signature is of %20, and not of +
        if is_arn(server):
            known = managed(server)
            server, headers[known.header] = known.url, known.arn
            if not anonymous and self._aws is not None:
                headers = signed(known, server + path, headers, self._aws)
        elif anonymous:
            pass
        elif self._principal is not None and server == self._principal.workspace:
            headers["Authorization"] = self._principal.header(self._post)
        elif self._credentials.header:
            headers["Authorization"] = self._credentials.header
        return self._sent(server, path, headers, at_most=at_most)

    def _post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """What the workspace of the service principal answers to a request for a token."""
        assert self._principal is not None  # noqa: S101 - which alone asks
        found = self._sent(self._principal.workspace, path, dict(headers), body)
        return found.status, found.body

    def _sent(
        self, server: str, path: str, headers: dict[str, str], body: bytes | None = None, at_most: int | None = None
    ) -> Answer:
        if self._tunnel:
            headers["Host"] = urlsplit(server).netloc
        address = (self._tunnel or server) + path
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - `addresses.server` saw it
        opener = self._direct if is_local(address) else self._opener
        try:
            with opener.open(request, timeout=self._timeout) as reply:
                return Answer(reply.status, reply.headers, reply.read(at_most))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, rest(refusal, _CERTIFICATES))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise broken(error, _CERTIFICATES) from error


def decoded(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of an answer with status 200. Raises CallFailed for any other."""
    if answer.status != 200:
        raise refused(answer)
    found = parsed(answer.body)
    if not isinstance(found, Mapping) or "json" not in answer.headers.get("Content-Type", ""):
        raise CallFailed(Reason.MALFORMED, "the reply is no JSON object")
    if "error_code" in found:
        raise CallFailed(Reason.MALFORMED, f"an error with the status of a success: {found['error_code']}")
    return found


def refused(answer: Answer) -> CallFailed:
    """What a status other than 200 means."""
    content, after = parsed(answer.body), answer.headers.get("Retry-After", "")
    code, message = str(answer.status), answer.body[:200].decode(errors="replace")
    if isinstance(content, Mapping):
        code, message = str(content.get("error_code") or code), str(content.get("message") or "")
    known = find(REFUSALS, code, message if answer.status in (401, 403) else "")
    if known is None and answer.status in _SAID:
        known = find(REFUSALS, _SAID[answer.status], "")
    if known is not None:
        return known.failure(code, retry_after=float(after) if after.isdecimal() else None)
    if 300 <= answer.status < 400:
        said = "it is not followed: credentials go to the server that was named; give the address that it leads to"
        return CallFailed(Reason.ERROR, f"HTTP {answer.status}, a redirect: {said}", code=code)
    text = f": {message}" if isinstance(content, Mapping) and answer.status < 500 else ""
    if answer.status == 403:  # of a proxy, perhaps, whose page says more to people than to us
        return CallFailed(Reason.DENIED, f"HTTP 403 {code}{text}", code=code, permission="")
    return CallFailed(Reason.ERROR, f"HTTP {answer.status} {code}{text}", code=code, retry=answer.status >= 500)


def _context(certificates: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=certificates or None)
    except (OSError, ssl.SSLError) as error:
        raise CannotScan(f"MLflow: {_CERTIFICATES} names no file of certificates: {error}") from error


class _Http(urllib.request.HTTPHandler):
    """Connections that have less time to be made than to answer."""

    def __init__(self, manners: Manners) -> None:
        super().__init__()
        self._manners = manners

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_hasty(http.client.HTTPConnection, self._manners), req)


class _Https(urllib.request.HTTPSHandler):
    """The same, under TLS: by these certificates, or those of the system.

    The latter are read when they are needed first. A server without TLS is scanned in less time than that takes.
    """

    def __init__(self, manners: Manners, context: ssl.SSLContext | None) -> None:
        urllib.request.AbstractHTTPHandler.__init__(self)  # that of an HTTPSHandler may read those of the system
        self._manners, self._given = manners, context

    @cached_property
    def _secure(self) -> ssl.SSLContext:
        return self._given or _context("")

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_hasty(http.client.HTTPSConnection, self._manners), req, context=self._secure)


def _hasty(kind: type[Any], manners: Manners) -> Any:
    """A kind of connection that is made within the time for that."""

    class Connection(kind):  # type: ignore[misc]  # whichever of the two it is
        def connect(self) -> None:
            self.timeout = manners.connect_timeout
            super().connect()
            self.sock.settimeout(manners.read_timeout)

    return Connection
