"""One request to a server of lineage and what came back, with Python's own HTTP client."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from checks.lineage.client.refusals import REFUSALS
from scanner import HOME, __version__
from scanner.calls.plain_http import NoRedirects, broken, is_local, parsed, rest, spelled
from scanner.model import own
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import Reason
from scanner.model.refusals import find

#: The variable that OpenLineage's own client takes a key from.
KEY = "OPENLINEAGE_API_KEY"
_EXAMPLE = "give one such as https://marquez.northwind.example"
#: The variable that Python itself takes certificates from.
_CERTIFICATES = "SSL_CERT_FILE"


def is_server(place: str) -> bool:
    """Whether a place is the address of a server, and not a path."""
    return place.lower().startswith(("http:/", "https:/"))  # with a slash too few it is one as well


def server(url: str) -> str:
    """The one spelling of a server's address: scheme, host, port and path. Raises InputError.

    One that may have a user or password in it, in whichever place, is not shown.
    """
    if "@" in url:
        raise InputError(f"lineage: leave the user and password out of the address; a key is taken from {KEY}")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # which raises for what is none
    except ValueError as error:
        raise InputError(f"lineage: what was given is no address; {_EXAMPLE}") from error
    if not host or not url.isprintable() or " " in url or parts.query or parts.fragment:
        raise InputError(f"lineage: give scheme, host, port and path of the server alone; {_EXAMPLE}")
    return spelled(parts).removesuffix("/api/v1")


def key(environment: Mapping[str, str]) -> str:
    """The key that servers are asked with, empty if there is none. Raises InputError for what is none."""
    found = environment.get(KEY, "")
    if found and (not found.isascii() or not found.isprintable() or " " in found):
        raise InputError(f"{KEY}: what this variable holds is no key; set it to the key alone")
    own.note(found)
    return found


def refuse_in_the_clear(url: str) -> None:
    """Raise InputError for a server that a key cannot be sent to."""
    if url.startswith("http://") and not is_local(url):
        raise InputError(f"lineage: {url}: the key in {KEY} would be sent in the clear; use https, or unset it")


class Transport:
    """Requests to any of the servers, or to the near end of a tunnel to the only one. No retries, no redirects."""

    def __init__(self, key: str, timeout: float, tunnel: str = "") -> None:
        self._tunnel = tunnel
        self._headers = {"Accept": "application/json", "User-Agent": f"mlposture/{__version__} (+{HOME})"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._timeout = timeout
        self._opener = urllib.request.build_opener(NoRedirects())
        # An address of this machine is no proxy's business: it would see the key.
        self._direct = urllib.request.build_opener(NoRedirects(), urllib.request.ProxyHandler({}))

    def get(self, server: str, path: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """The JSON object of one attempt. Raises CallFailed."""
        server = self._tunnel or server
        request = urllib.request.Request(f"{server}{path}?{urlencode(query)}", headers=self._headers)  # noqa: S310 - `server` saw it
        opener = self._direct if is_local(server) else self._opener
        try:
            with opener.open(request, timeout=self._timeout) as reply:
                status, content = reply.status, reply.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise _refused(
                    refusal.code, refusal.headers.get("Retry-After", ""), rest(refusal, _CERTIFICATES)
                ) from refusal
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise broken(error, _CERTIFICATES) from error
        return _decoded(status, content)


def _decoded(status: int, content: bytes) -> Mapping[str, Any]:
    if status != 200:
        raise _refused(status, "", content)
    found = parsed(content)
    if not isinstance(found, Mapping):
        raise CallFailed(Reason.MALFORMED, "the reply is no JSON object")
    return found


def _refused(status: int, after: str, content: bytes) -> CallFailed:
    """What a status other than 200 means, with what the server says of it."""
    found = parsed(content)
    message = str(found.get("message") or "") if isinstance(found, Mapping) else ""
    known = find(REFUSALS, str(status), "")
    if known is not None:
        return known.failure(str(status), named=message, retry_after=float(after) if after.isdecimal() else None)
    if 300 <= status < 400:
        said = "it is not followed: a key goes to the server that was named; give the address that it leads to"
        return CallFailed(Reason.ERROR, f"HTTP {status}, a redirect: {said}", code=str(status))
    if status == 404:
        # Marquez says so in words of its own; a page of somebody else's is none of them.
        code = "404" if isinstance(found, Mapping) and found.get("code") == 404 else ""
        said = "the server does not have this list; give the address that /api/v1 is below, or files of its events"
        return CallFailed(Reason.ERROR, f"HTTP 404: {said}", code=code)
    text = f": {message}" if message and status < 500 else ""
    return CallFailed(Reason.ERROR, f"HTTP {status}{text}", code=str(status), retry=status >= 500)
