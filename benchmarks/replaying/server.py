"""HTTP/1.1 on loopback: one asyncio protocol, replies after a fixed latency, in the order of the requests."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import time
import traceback
from collections import deque
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import cast

import msgspec

from replaying.cloud import Cloud, Refused, Reply, Request
from replaying.counters import Counters
from replaying.limits import Denials, Limits

_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}
_MANAGEMENT = "/_replay/"


class Replay:
    """A cloud with latency, limits, denials and counters around it."""

    def __init__(
        self,
        cloud: Cloud,
        counters: Counters,
        limits: Limits,
        denials: Denials,
        *,
        latency: float = 0.0,
        jitter: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.cloud = cloud
        self.counters = counters
        self.limits = limits
        self.denials = denials
        self._latency = latency
        self._jitter = jitter
        self._random = random.Random(seed)  # noqa: S311 (nothing depends on it but jitter)
        cloud.serve = self.serve

    def delay(self) -> float:
        """Seconds that the next reply takes."""
        return self._latency + self._random.uniform(0, self._jitter) if self._jitter else self._latency

    def serve(self, request: Request) -> Reply:
        """Count a call, then deny, throttle or answer it."""
        cloud = self.cloud
        try:
            call = cloud.identify(request)
        except (ValueError, KeyError):
            return Reply(b'{"message": "the request does not parse"}', status=400)
        where = (call.account, call.region, call.operation)
        count = self.counters.of(call.operation)
        count.calls += 1
        throttled = False
        try:
            if self.denials.match(*where):
                raise cloud.denied(call)
            wait = self.limits.wait(*where, time.monotonic())
            if wait:
                throttled = True
                raise cloud.throttled(call, wait)
            reply = cloud.answer(request, call)
        except Refused as refused:
            reply = cloud.refuse(request, call, refused)
        except Exception as error:  # a mistake in the generated world must not end the connection
            traceback.print_exc()
            reply = cloud.refuse(request, call, Refused(500, "InternalFailure", f"the replay failed: {error!r}"))
        if throttled:
            count.throttled += 1
        elif reply.status >= 400:
            count.errors += 1
        self.counters.write(*where, call.resource, reply.status)
        return reply

    def manage(self, request: Request) -> Reply:
        """`/_replay/...`: counters, reset, faults. Not counted and not delayed."""
        match request.method, request.path.removeprefix(_MANAGEMENT):
            case "GET", "counters":
                return Reply(msgspec.json.encode(self.counters.report()))
            case "POST", "reset":
                self.counters.reset()
                self.limits.refill()
                return Reply(b"{}")
            case "POST", "faults":
                try:
                    faults = msgspec.json.decode(request.body, type=dict[str, list[str]])
                except msgspec.MsgspecError as error:
                    return Reply(msgspec.json.encode({"message": str(error)}), status=400)
                self.denials = Denials(faults.get("deny", []))
                return Reply(msgspec.json.encode({"deny": self.denials.patterns}))
        return Reply(b'{"message": "GET counters, POST reset or POST faults"}', status=404)


class _Pending:
    """A reply that waits for its time, and for the replies to earlier requests of its connection."""

    __slots__ = ("due", "wire")

    def __init__(self, wire: bytes) -> None:
        self.wire = wire
        self.due = False


class Connection(asyncio.Protocol):
    """One connection: any number of requests, sent one by one or without waiting."""

    def __init__(self, replay: Replay, loop: asyncio.AbstractEventLoop) -> None:
        self._replay = replay
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._pending: deque[_Pending] = deque()
        self._head: tuple[list[str], dict[str, str], int] | None = None
        self._closing = False
        self._arrived = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        self._replay.counters.in_flight -= len(self._pending)
        self._pending.clear()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._arrived = self._loop.time()
        data = self._unread + data
        start = 0
        while not self._closing:
            if self._head is None:
                end = data.find(b"\r\n\r\n", start)
                if end < 0:
                    break
                try:
                    self._head = _head(data[start:end])
                except ValueError:
                    self._closing = True
                    self._send(_wire(Reply(b"", status=400), close=True))
                    break
                start = end + 4
            line, headers, length = self._head
            stop = start + length
            if len(data) < stop:
                break
            self._head = None
            self._take(Request(line[0], line[1], headers, data[start:stop]))
            start = stop
        self._unread = data[start:]

    def _take(self, request: Request) -> None:
        replay = self._replay
        self._closing = request.headers.get("connection", "").lower() == "close"
        if request.path.startswith(_MANAGEMENT):
            self._send(_wire(replay.manage(request), close=self._closing))
            return
        counters = replay.counters
        counters.in_flight += 1
        counters.max_in_flight = max(counters.max_in_flight, counters.in_flight)
        reply = replay.serve(request)
        if request.method != "HEAD":
            counters.bytes += len(reply.body)
        pending = _Pending(_wire(reply, close=self._closing, head=request.method == "HEAD"))
        self._pending.append(pending)
        delay = replay.delay()
        if delay > 0:
            # From its arrival: the time that it takes to make the reply is not added.
            self._loop.call_at(self._arrived + delay, self._finish, pending)
        else:
            self._finish(pending)

    def _finish(self, pending: _Pending) -> None:
        pending.due = True
        waiting, ready = self._pending, []
        while waiting and waiting[0].due:
            ready.append(waiting.popleft().wire)
        self._replay.counters.in_flight -= len(ready)
        if ready:
            self._send(ready[0] if len(ready) == 1 else b"".join(ready))

    def _send(self, wire: bytes) -> None:
        if self._transport is not None:
            self._transport.write(wire)
            if self._closing and not self._pending:
                self._transport.close()


def _head(raw: bytes) -> tuple[list[str], dict[str, str], int]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError("a header without a colon")
        headers[name.lower()] = value.strip()
    parts = first.split(" ")
    if len(parts) != 3 or "transfer-encoding" in headers:
        raise ValueError("only HTTP/1.1 with Content-Length is spoken")
    length = int(headers.get("content-length") or 0)
    if length < 0:
        raise ValueError("a negative length")
    return parts, headers, length


def _wire(reply: Reply, *, close: bool = False, head: bool = False) -> bytes:
    return b"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s%s\r\n%s" % (
        reply.status,
        _REASONS.get(reply.status, b"-"),
        reply.media,
        len(reply.body),
        reply.headers,
        b"Connection: close\r\n" if close else b"",
        b"" if head else reply.body,
    )


@contextlib.asynccontextmanager
async def listening(replay: Replay, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on a free port of loopback; yields the URL."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(replay, loop), "127.0.0.1", 0, ssl=tls, backlog=1024)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
