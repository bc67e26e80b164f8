"""What the three simulated clouds share: an HTTP server on loopback, faults, and a log of every request.

A *world* is one simulated cloud built from a YAML file. Subclasses of `World` answer requests; this module owns
sockets, the request log and the faults that break the transport itself.
"""

from __future__ import annotations

import fnmatch
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from urllib.parse import parse_qsl, urlsplit

import yaml
from worlds.leaves import Leaf


class WorldError(Exception):
    """A world file that the provider's own API model rejects; the message lists every problem, one a line."""


@dataclass
class Fault:
    """Something that goes wrong for the requests it matches. Patterns are `fnmatch` patterns.

    `kind` is one of deny, throttle, timeout, reset, cut (the connection breaks off in the middle of the reply),
    malformed, error (HTTP 500), disabled (Google: API not enabled), gone (what is asked about is not there), say (an
    error with the status, code and message of `says`), answer (what `answer` makes of the request).
    `verb` is `list`, `get` or `*`. `times` limits how often it strikes; None means always.
    """

    operation: str
    kind: str
    region: str = "*"
    resource: str = "*"
    verb: str = "*"
    times: int | None = None
    says: tuple[int, str, str] = (0, "", "")
    answer: Callable[[World, Request], Response] | None = None

    def strikes(self, request: Request) -> bool:
        if self.times == 0 or not (
            fnmatch.fnmatchcase(request.operation, self.operation)
            and fnmatch.fnmatchcase(request.region, self.region)
            and fnmatch.fnmatchcase(request.resource, self.resource)
            and fnmatch.fnmatchcase(request.verb, self.verb)
        ):
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Request:
    """One request as the world understood it.

    `operation` is spelled as the provider's permission (`sagemaker:ListModels`, `aiplatform.endpoints.list`,
    `Microsoft.MachineLearningServices/workspaces/read`); `resource` is what it asked about (a name or path, may be "").
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    operation: str = ""
    verb: str = ""
    region: str = ""
    account: str = ""
    resource: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    status: int = 0
    #: the query as it was sent: `query` keeps one value of a parameter that is there several times
    raw_query: str = ""


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    #: the connection breaks off in the middle of the body
    cut: bool = False
    #: what is sent instead, head and body, piece by piece; the connection breaks off after the last
    raw: Iterator[bytes] | None = None


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def read_world(text: str, today: date | None = None) -> dict[str, Any]:
    """Parse a world file and move its timestamps by the days since its `as_of`: what was recent stays so."""
    document = yaml.load(text, Loader=_LOADER)
    as_of = document.pop("as_of", None)
    if as_of is None:
        return document  # type: ignore[no-any-return]
    return _moved(document, (today or datetime.now(UTC).date()) - as_of)  # type: ignore[no-any-return]


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(inner, by) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, by) for inner in value]
    try:
        if isinstance(value, datetime):
            return value + by
        if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
            return (datetime.fromisoformat(value) + by).isoformat().replace("+00:00", "Z")
    except OverflowError:
        pass  # "never", as clouds spell it: the last second of the year 9999
    return value


class World:
    """Base of the simulated clouds. Use as a context manager; `url` and `env()` are valid while it runs."""

    #: seconds a `timeout` fault holds the connection before it drops it
    hold_seconds = 30.0
    #: a request with a longer body is not read to its end: the connection breaks off
    longest_body: int | None = None
    tls: ssl.SSLContext | None = None
    #: attributes that outlive a change of document
    survivors: ClassVar[tuple[str, ...]] = ()

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self.log: list[Request] = []
        self.lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        self._stopping = threading.Event()
        self.prepare()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> World:
        """Read and validate a world file. Raises WorldError naming every key the provider's model does not know."""
        return cls(read_world(Path(path).read_text(encoding="utf-8")))

    def replace(self, document: dict[str, Any]) -> None:
        """Answer from another document from now on; socket, credentials and log stay. Raises WorldError."""
        before = self.document, {name: getattr(self, name) for name in self.survivors}
        self.document = document
        try:
            self.prepare()
        except WorldError:
            self.document = before[0]
            self.prepare()
            raise
        finally:
            vars(self).update(before[1])

    # -- what a cloud provides -------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Validate `self.document` and build indexes. Raises WorldError."""

    def identify(self, request: Request) -> None:
        """Fill in operation, verb, region, account, resource, params."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        """Answer an identified request that no fault struck."""
        raise NotImplementedError

    def refuse(self, request: Request, kind: str) -> Response:
        """The provider's own wording of a deny, throttle, error, malformed or disabled reply to this request."""
        raise NotImplementedError

    def say(self, request: Request, status: int, code: str, message: str) -> Response:
        """An error reply to this request, in the provider's own form."""
        raise NotImplementedError

    def gone(self, request: Request) -> Response:
        """The provider's own wording of the fact that what is asked about is not there."""
        raise NotImplementedError

    def leaves(self) -> Iterator[Leaf]:
        """Every boolean and enum of every resource in the document, with the values it could have instead."""
        raise NotImplementedError

    def knows(self, operation: str, path: tuple[str, ...]) -> bool:
        """Whether replies to the operation (of a list: its items) can have this member, by the provider's own model."""
        raise NotImplementedError

    def env(self) -> dict[str, str]:
        """Environment variables that point the command line at this world, with invented credentials."""
        raise NotImplementedError

    # -- running ---------------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        assert self._server is not None, "the world is not running"
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def operations(self) -> set[str]:
        return {request.operation for request in self.log}

    def handle(self, request: Request) -> Response | None:
        """Identify, log, apply faults, answer. None means: drop the connection without a word."""
        self.identify(request)
        with self.lock:
            self.log.append(request)
            fault = next((fault for fault in self.faults if fault.strikes(request)), None)
        kind = fault.kind if fault else None
        if kind == "timeout":
            self._stopping.wait(self.hold_seconds)
            return None
        if kind == "reset":
            return None
        if fault and kind == "say":
            response = self.say(request, *fault.says)
        elif fault and fault.answer is not None:
            response = fault.answer(self, request)
        elif kind == "gone":
            response = self.gone(request)
        else:
            response = self.refuse(request, kind) if kind and kind != "cut" else self.respond(request)
        response.cut = kind == "cut"
        request.status = response.status
        return response

    def start(self) -> World:
        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that hangs up is what half of these tests are about

        self._stopping.clear()
        self._server = Server(("127.0.0.1", 0), _handler(self))
        if self.tls is not None:
            # The handshake happens at the first read, in the connection's own thread: a silent client stalls no other.
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def close(self) -> None:
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> World:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()


def _send(handler: BaseHTTPRequestHandler, response: Response) -> None:
    handler.send_response(response.status)
    for name, value in response.headers.items():
        handler.send_header(name, value)
    # A reply to HEAD has no body, and says how long it would be.
    if handler.command != "HEAD" or "content-length" not in map(str.lower, response.headers):
        handler.send_header("Content-Length", str(len(response.body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(response.body[: len(response.body) // 2] if response.cut else response.body)
    handler.wfile.flush()
    handler.close_connection |= response.cut


def _send_raw(world: World, file: BinaryIO | BufferedIOBase, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        if world._stopping.is_set():
            return
        file.write(piece)
        file.flush()


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    """What answers the connections of a world."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write per reply: unbuffered small writes cost 40 ms each with delayed ACKs
        disable_nagle_algorithm = True

        def handle_expect_100(self) -> bool:
            going_on = super().handle_expect_100()
            self.wfile.flush()  # which a client waits for, for a second
            return going_on

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def answer(self) -> None:
            request = self.received()
            response = world.handle(request) if request is not None else None
            if response is None:
                self.close_connection = True
                # An RST rather than a FIN, as a crashed peer would send.
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                self.send(response)

        def received(self) -> Request | None:
            split = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            if world.longest_body is not None and length > world.longest_body:
                self.rfile.read(world.longest_body)
                return None
            return Request(
                method=self.command,
                path=split.path,
                query=dict(parse_qsl(split.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
                raw_query=split.query,
            )

        def send(self, response: Response) -> None:
            if response.raw is None:
                _send(self, response)
            else:
                self.close_connection = True
                _send_raw(world, self.wfile, response.raw)

        do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = answer

    return Handler


def wait_forever() -> None:
    """Block until interrupted; for the command-line servers."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
