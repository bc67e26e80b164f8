"""What stands before every page: who may ask, and how, and what the browser is told about the answer.

A page on the internet can have a browser ask this machine. It does so under a name of its own (DNS rebinding), which
`Host` then says, so that only our own names are answered. Forwarded headers are never looked at.
"""

from collections.abc import Collection, Mapping

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = ("GET", "HEAD")
#: What browsers say of requests that a page of somebody else makes, beside those that leave that page.
_OTHERS = (b"cross-site", b"same-site")


class Guard:
    """An ASGI application around another: refuses foreign names and whatever would change something."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], headers: Mapping[str, str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"], *(one for one in self._headers if one[0] not in given)
                ]  # fmt: skip
            await send(message)

        await (refusal or self._app)(scope, receive, told)

    def _is_ours(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        return host in self._hosts or (port.isdecimal() and f"{name}:*" in self._hosts)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        named = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or not self._is_ours(named[0]):
            return PlainTextResponse("This name is not answered here.\n", 421)
        if _is_of_others(dict(scope["headers"])):
            return PlainTextResponse("Pages of others are not answered here.\n", 403)
        if scope["method"] not in _METHODS:
            return PlainTextResponse("Nothing can be changed here.\n", 405, {"Allow": ", ".join(_METHODS)})
        return None


def _is_of_others(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page of somebody else asks. It may not read the answer, and would see how long a search took."""
    return headers.get(b"sec-fetch-site") in _OTHERS and headers.get(b"sec-fetch-mode") != b"navigate"
