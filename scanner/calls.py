"""How a provider is asked: pacing, retries, circuit breakers, bounded concurrency, and the guard over what is asked.

Providers differ in SDK, not in manners, so the manners live here. A facade turns its SDK's exceptions into `CallFailed`
and runs every attempt through `Calls.run`.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from scanner.collector import Collector, Recorder
from scanner.decode import decode
from scanner.errors import CallFailed
from scanner.model import Reason, Reply, Resource, Scope

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
U = TypeVar("U")


class Manners(Struct, frozen=True, kw_only=True):
    """Tunables. Times in seconds; `rate` in calls a second per (account, region, operation), `burst` in calls."""

    concurrency: int = 16
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    rate: float = 20.0
    burst: int = 100
    first_delay: float = 0.25
    longest_delay: float = 20.0
    #: consecutive failures to connect after which a service in a region is left alone for the rest of the scan
    breaker_threshold: int = 4
    throttled_attempts: int = 10
    error_attempts: int = 4
    unreachable_attempts: int = 3
    timeout_attempts: int = 2

    def attempts(self, reason: Reason) -> int:
        """How often a call is tried that keeps failing for this reason."""
        return {
            Reason.THROTTLED: self.throttled_attempts,
            Reason.ERROR: self.error_attempts,
            Reason.UNREACHABLE: self.unreachable_attempts,
            Reason.TIMEOUT: self.timeout_attempts,
        }.get(reason, 1)


class UndeclaredOperation(Exception):
    """A collector asked for something it did not declare, or that is not a read. A defect, never a user's error."""


class Calls:
    """Shared by all units of one provider: a token bucket per operation, breakers, slots for calls in flight."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.stopping = threading.Event()
        self._slots = threading.BoundedSemaphore(manners.concurrency)
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self._failures: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.pool = ThreadPoolExecutor(manners.concurrency, thread_name_prefix="call")

    def run(self, scope: Scope, service: str, operation: str, attempt: Callable[[], T]) -> T:
        """The result of `attempt`, tried again while that may help. Raises CallFailed."""
        host, exact = (scope.account, scope.region, service), (scope.account, scope.region, operation)
        tried = 0
        while True:
            self._refuse_if_open(host, exact)
            self._bucket(exact).take(self.stopping)
            try:
                with self._slots:
                    if self.stopping.is_set():
                        raise CallFailed(Reason.ERROR, "the scan was interrupted")
                    result = attempt()
            except CallFailed as failure:
                tried += 1
                self._note(failure, host, exact)
                if not failure.retry or tried >= self.manners.attempts(failure.reason):
                    raise
                self.stopping.wait(self._delay(tried, failure.retry_after))
            else:
                with self._lock:
                    self._failures.pop(host, None)
                    self._failures.pop(exact, None)
                return result

    def close(self) -> None:
        self.stopping.set()
        # Not waiting: after an interruption, calls in flight may take until they time out.
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _bucket(self, key: tuple[str, str, str]) -> "_Bucket":
        with self._lock:
            if key not in self._buckets:
                self._buckets[key] = _Bucket(self.manners.rate, self.manners.burst)
            return self._buckets[key]

    def _note(self, failure: CallFailed, host: tuple[str, ...], exact: tuple[str, ...]) -> None:
        # A host that cannot be reached is down for every operation; a read that times out may be slow alone.
        key = {Reason.UNREACHABLE: host, Reason.TIMEOUT: exact}.get(failure.reason)
        if key is not None:
            with self._lock:
                self._failures[key] = self._failures.get(key, 0) + 1

    def _refuse_if_open(self, host: tuple[str, ...], exact: tuple[str, ...]) -> None:
        with self._lock:
            for key, reason in ((host, Reason.UNREACHABLE), (exact, Reason.TIMEOUT)):
                if self._failures.get(key, 0) >= self.manners.breaker_threshold:
                    raise CallFailed(reason, "left alone after repeated failures")

    def _delay(self, tried: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return min(retry_after, self.manners.longest_delay)
        ceiling = min(self.manners.longest_delay, self.manners.first_delay * 2.0**tried)
        return self._random.uniform(ceiling / 2, ceiling)


class _Bucket:
    """A token bucket: `burst` calls at once, then `rate` a second."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._tokens, self._burst = rate, float(burst), burst
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self, stopping: threading.Event) -> None:
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            wait = -self._tokens / self._rate if self._tokens < 0 else 0.0
        if wait:
            stopping.wait(wait)


class Unit:
    """The handle one collector gets for one scope. Facades subclass it and add `call` and `pages`."""

    def __init__(self, calls: Calls, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        self.scope = scope
        self.calls = calls
        self.collector = collector
        self.recorder = recorder
        self._inside = threading.local()

    # -- for facades -----------------------------------------------------------------------------------------------

    def is_read(self, operation: str) -> bool:
        """Whether the operation only reads, and reads neither secrets nor model data."""
        raise NotImplementedError

    def permission(self, operation: str) -> str:
        """What a role must allow for this operation."""
        raise NotImplementedError

    def ask(self, operation: str, attempt: Callable[[], T]) -> T:
        """Run one call through the guard and the manners. Raises CallFailed, or UndeclaredOperation for a defect."""
        if operation not in self.collector.operations:
            raise UndeclaredOperation(f"the collector of {self.collector.kind.kind} does not declare {operation}")
        if not self.is_read(operation):
            raise UndeclaredOperation(f"{operation} is not a permitted read")
        return self.calls.run(self.scope, self.collector.service, operation, attempt)

    def reply(self, operation: str, attempt: Callable[[], Mapping[str, Any]], absent: tuple[str, ...] = ()) -> Reply:
        """The reply; `None` if the provider answered with an `absent` error code; `UNSET` and a gap if it failed."""
        try:
            return self.ask(operation, attempt)
        except CallFailed as failure:
            if failure.code in absent:
                return None
            self.gap(operation, failure)
            return UNSET

    def gap(self, operation: str, failure: CallFailed) -> None:
        self.recorder.gap(
            self.collector.kind.kind, self.scope, operation, failure.reason, self.permission(operation), failure.detail
        )

    # -- for collectors --------------------------------------------------------------------------------------------

    def decode(self, kind: type[R], replies: Mapping[str, Reply], **identity: Any) -> R:
        """A snapshot; the scope is filled in unless given. Members of a wrong type stay `UNSET` and become gaps."""
        resource, problems = decode(kind, replies, **{"scope": self.scope, **identity})
        for problem in problems:
            detail = f"{problem.field}: {problem.detail}"
            failure = CallFailed(Reason.MALFORMED, detail)
            self.gap(problem.operation, failure)
        return resource

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
        """`function` of every item on the shared pool, in order, with a bounded number ahead of the reader.

        Inside such a function it runs in place: a pool that waits for itself would stop for ever.
        """
        if self.calls.manners.concurrency == 1 or getattr(self._inside, "worker", False):
            yield from map(function, items)
            return

        def work(item: T) -> U:
            self._inside.worker = True
            try:
                return function(item)
            finally:
                self._inside.worker = False

        ahead: deque[Future[U]] = deque()
        try:
            for item in items:
                ahead.append(self.calls.pool.submit(work, item))
                if len(ahead) >= 2 * self.calls.manners.concurrency:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
