"""GitHub's API, asked within bounds: no redirect, no token in the clear, and again where that may help."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from scanner import HOME, __version__
from scanner.calls.bounds import Bounds
from scanner.calls.clock import Clock
from scanner.model import own
from scanner.model.errors import CannotScan, InputError
from scanner.model.proxies import NETWORK
from scanner.model.sanitize import quote as quoted
from scanner.upload.github_refusals import Act, Refusal, refused
from scanner.upload.sending import Broken, Reply, Sender, checked

PUBLIC = "https://api.github.com"
#: Seconds before the next attempts.
_PAUSES = (1.0, 4.0, 15.0)
#: A limit that lasts longer ends the command, which says when to come back.
_LONGEST_PAUSE = 120.0
_BOUNDS = Bounds()
_PER_PAGE = 100
_AGAIN = (500, 502, 503, 504)


class GitHub:
    """The API at one address, with one token. `clock` is what is waited by."""

    def __init__(self, url: str, token: str, clock: Clock) -> None:
        example = "https://HOST/api/v3"
        self._url = checked(url, "--url", example=example, what="the token").rstrip("/")
        self._token = token
        self._clock = clock
        self._sender = Sender(self._url, _BOUNDS)

    def ask(
        self,
        act: Act,
        repo: str,
        path: str,
        *,
        method: str = "GET",
        body: Any = None,
        query: Mapping[str, Any] | None = None,
    ) -> Any:
        """The JSON of a reply about a repository; `path` is below it. Raises InputError and CannotScan, explained."""
        url = f"{self._url}/repos/{quote(repo)}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else msgspec.json.encode(body)
        for pause in (*_PAUSES, None):
            try:
                reply = self._once(method, url, data)
            except Broken as error:
                if pause is None:
                    raise CannotScan(f"{self._url}: GitHub could not be reached ({error}); {NETWORK}") from error
            else:
                if 200 <= reply.status < 300:
                    return _decoded(reply, self._url)
                limit = _limited(reply)
                may_pass = reply.status in _AGAIN or (limit is not None and limit <= _LONGEST_PAUSE)
                if pause is None or not may_pass:
                    raise refused(Refusal(reply.status, reply.headers, _said(reply), limit), act, repo)
                self.wait(max(pause, limit or 0))
                continue
            self.wait(pause)
        raise AssertionError("the last attempt returns or raises")

    def pages(self, act: Act, repo: str, path: str, **query: str) -> Iterator[Any]:
        """The items of a list, which is asked for page by page."""
        for page in range(1, _BOUNDS.pages + 1):
            items = self.ask(act, repo, path, query={**query, "per_page": _PER_PAGE, "page": page})
            if not isinstance(items, list):
                raise CannotScan(_stranger(self._url))
            yield from items
            if len(items) < _PER_PAGE:
                return
        raise CannotScan(f"{self._url}: a list of {repo} does not end after {_BOUNDS.pages} pages")

    def wait(self, seconds: float) -> None:
        """Until so long has passed."""
        self._clock.wait(Event(), seconds)

    def _once(self, method: str, url: str, data: bytes | None) -> Reply:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": f"mlposture/{__version__} (+{HOME})",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if data is not None:
            headers["Content-Type"] = "application/json"
        # `checked` has seen to it that this leads to where a token may go.
        return self._sender.send(urllib.request.Request(url, data=data, method=method, headers=headers))  # noqa: S310


def read_token(name: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The token of a variable: the named one, else GITHUB_TOKEN or GH_TOKEN. Raises InputError without one."""
    names = (name,) if name else ("GITHUB_TOKEN", "GH_TOKEN")
    for one in names:
        if token := environment.get(one, "").strip():
            own.note(token)
            if not token.isascii() or not token.isprintable() or " " in token:
                raise InputError(f"{one}: what this variable holds is no token; set it to the token alone")
            return token
    if name:
        raise InputError(f"--token-env {name}: this variable is not set, or empty; set it to a token of GitHub's")
    raise InputError(
        "no token: set GITHUB_TOKEN (in a workflow, env: {GITHUB_TOKEN: ${{ github.token }}}) or GH_TOKEN, "
        "or name another variable with --token-env"
    )


def _decoded(reply: Reply, url: str) -> Any:
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CannotScan(_stranger(url)) from error


def _stranger(url: str) -> str:
    return (
        f"{url}: what answered is not GitHub's API; look at the address (that of an Enterprise server ends in /api/v3) "
        "and at the proxy if HTTPS_PROXY names one"
    )


def _said(reply: Reply) -> str:
    """The message of a refusal, with its details."""
    try:
        body = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    details = [str(one.get("message") or one.get("code")) if isinstance(one, dict) else str(one)
               for one in (errors if isinstance(errors, list) else [errors] if errors else [])]  # fmt: skip
    return quoted(": ".join(filter(None, (str(body.get("message") or ""), "; ".join(details)))))


def _limited(reply: Reply) -> float | None:
    """Seconds until a limit of requests is over, None where it is no such limit that refused."""
    if reply.status not in (403, 429):
        return None
    after = reply.headers.get("Retry-After", "")
    if after.isdecimal():
        return float(after)
    reset = reply.headers.get("x-ratelimit-reset", "")
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, int(reset) - datetime.now(UTC).timestamp())
    return 60.0 if reply.status == 429 else None
