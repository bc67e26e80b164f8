"""What sources share that are asked with Python's own HTTP client: addresses, no redirects, and why no answer came."""

import http.client
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.proxies import NETWORK

#: The port of an address that names none, by scheme.
PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, as it may lead to anybody."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def is_local(url: str) -> bool:
    """Whether an address is one of this machine, to which no proxy leads."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def spelled(parts: SplitResult) -> str:
    """The one spelling of a server's address, whose scheme is one of `PORTS`: scheme, host, port and path."""
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = parts.port is None or parts.port == PORTS[parts.scheme]
    return f"{parts.scheme}://{host}{'' if default else f':{parts.port}'}{parts.path.rstrip('/')}"


def parsed(content: bytes) -> Any:
    """Parsed JSON; None if it is none."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def rest(refusal: urllib.error.HTTPError, certificates: str) -> bytes:
    """What an answer with an error has to say. Raises CallFailed, for which see `broken`."""
    try:
        return refusal.read()
    except (OSError, http.client.HTTPException) as error:
        raise broken(error, certificates) from error


def broken(error: Exception, certificates: str) -> CallFailed:
    """Why no answer came. `certificates` is the variable that names whom to trust.

    The text of these errors may hold addresses and ports that differ from run to run.
    """
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return CallFailed(Reason.TIMEOUT, "no answer in time", retry=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = f"its certificate is not trusted ({cause.verify_message}); set {certificates} to who signed it"
        return CallFailed(Reason.UNREACHABLE, said)
    return CallFailed(Reason.UNREACHABLE, f"{type(cause).__name__}; {NETWORK}", retry=True)
