"""Requests to an address that a user gave: no redirect, nothing secret in the clear, no reply without an end."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from email.message import Message
from typing import NamedTuple
from urllib.parse import urlsplit

from scanner.calls import replies
from scanner.calls.bounds import Bounds, Watch
from scanner.model.errors import CallFailed, InputError
from scanner.model.sanitize import quote as quoted

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: Seconds that a connection may be silent.
_SILENCE = 30


class Reply(NamedTuple):
    """What came back, whatever the status."""

    status: int
    headers: Message
    body: bytes


class Broken(Exception):
    """No reply came."""


class Sender:
    """Sends to the host of one address. Each request, with its reply, is over within `bounds`."""

    def __init__(self, url: str, bounds: Bounds) -> None:
        self._bounds = bounds
        # An address of this machine is no proxy's business: it would see what is sent.
        local = (urlsplit(url).hostname or "") in _LOOPBACK
        proxies = [urllib.request.ProxyHandler({})] if local else []
        self._opener = urllib.request.build_opener(_NoRedirects(), *proxies)
        replies.install()

    def send(self, request: urllib.request.Request, *, read: bool = True) -> Reply:
        """The reply, without its body unless that is to be `read`. Raises Broken."""
        try:
            return Watch(self._bounds).run(lambda: self._sent(request, read=read))
        except CallFailed as error:
            raise Broken(error.detail) from error
        except OSError as error:
            raise Broken(quoted(str(getattr(error, "reason", error)) or type(error).__name__)) from error
        except (http.client.HTTPException, ValueError) as error:  # these quote replies, which may quote the address
            raise Broken(f"its reply is not as HTTP has it: {type(error).__name__}") from error

    def _sent(self, request: urllib.request.Request, *, read: bool) -> Reply:
        silence = min(_SILENCE, self._bounds.call_seconds)
        try:
            with self._opener.open(request, timeout=silence) as answer:
                return Reply(answer.status, answer.headers, answer.read() if read else b"")
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Reply(refusal.code, refusal.headers, refusal.read() if read else b"")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is a reply, as it may lead to anybody."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _is_written(url: str) -> bool:
    """Whether all of an address can stand in a request as it is."""
    return url.isascii() and url.isprintable() and " " not in url


def checked(url: str, option: str, *, example: str, what: str, hidden: bool = False) -> str:
    """An address that `what` may be sent to. Raises InputError.

    Where the address may be a credential itself, it is `hidden`: it may have a query then, and is never shown.
    """
    form = f"give one such as {example}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        host.encode("idna")  # which raises where it is no name
        parts.port  # noqa: B018 - which raises where it is no number
    except ValueError as error:
        raise InputError(f"{option}: is no address; {form}") from error
    if "@" in parts.netloc or parts.fragment or (parts.query and not hidden):  # not shown, as it may hold a password
        raise InputError(f"{option}: give scheme, host and path alone; {what} comes from the environment")
    said = option if hidden else f"{option} {url}"
    if not host or parts.scheme not in ("http", "https") or not _is_written(url):
        raise InputError(f"{said}: is no address; {form}")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError(f"{said}: {what} would be sent in the clear; use https")
    return url
