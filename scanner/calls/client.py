"""How a provider is asked: pacing, retries, circuit breakers, bounded concurrency, and the guard over what is asked.

Providers differ in SDK, not in manners, so the manners live here. A facade turns its SDK's exceptions into `CallFailed`
and runs every attempt through `Calls.run`.
"""

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

from msgspec import UNSET, Struct

from scanner.calls import replies
from scanner.calls.bounds import Bounds, End, Watch, over
from scanner.calls.clock import Clock
from scanner.calls.crew import Crew
from scanner.calls.lanes import NAP, Lane, Slots, UnitLimits
from scanner.calls.meter import Meter
from scanner.calls.pace import Tuning
from scanner.model import provenance
from scanner.model.collectors import Collector, Memory, Recorder
from scanner.model.decode import decode
from scanner.model.errors import CallFailed
from scanner.model.nouns import Extent, Reason, Reply, Resource, Scope
from scanner.model.origins import Seen

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
U = TypeVar("U")

#: Of what is not asked any more; those before it say why.
LEFT_ALONE = "left alone after repeated failures"
_OVER = "the scan reached its time limit"


class Manners(Struct, frozen=True, kw_only=True):
    """Tunables. Times in seconds."""

    #: calls in flight, over everything
    concurrency: int = 32
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    #: what no call and no listing may exceed
    bounds: Bounds = Bounds()
    #: how the limits of each (account, region, operation) are learnt
    pace: Tuning = Tuning()
    first_delay: float = 0.25
    longest_delay: float = 20.0
    #: consecutive failures to connect after which a service in a region is left alone for the rest of the scan
    breaker_threshold: int = 4
    throttled_attempts: int = 10
    error_attempts: int = 4
    unreachable_attempts: int = 3
    timeout_attempts: int = 2
    #: retries that a service in a region may cost before anything has succeeded, and more for each success
    retry_budget: float = 50.0
    retries_earned: float = 0.1
    #: how long one unit of work may take
    unit_timeout: float | None = None
    #: whether what providers said is kept, and not its digest alone
    keep_replies: bool = False

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
    """Shared by all units of one provider: the pace of each operation, breakers, slots for calls in flight."""

    def __init__(
        self, manners: Manners, memory: Memory | None = None, meter: Meter | None = None, clock: Clock | None = None
    ) -> None:
        self.manners = manners
        self.clock = clock or Clock()
        self.memory = memory
        self.meter = meter or Meter()
        self.stopping = threading.Event()
        #: when the scan has to be over, on the monotonic clock; None if it may take as long as it takes
        self.until: float | None = None
        self._why = ""
        self._slots = Slots(manners.concurrency)
        self._lanes: dict[tuple[str, str, str], Lane] = {}
        self._failures: dict[tuple[str, ...], int] = {}
        #: by what it holds for, as far as `Extent` says
        self._refusals: dict[tuple[str, ...], CallFailed] = {}
        self._budgets: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()
        self._random = random.Random()  # noqa: S311 - spreads retries, guards nothing
        replies.install()
        # Who waits for whom: a unit for the crew and for pages, all of them for discoveries, and these for nobody.
        # docs/architecture.md draws it.
        #: what a unit asks about each of many items. A few more threads than calls in flight: while some are on the
        #: line, others prepare the next call or read a reply.
        self.crew = Crew(manners.concurrency + 4, 4 * manners.concurrency, "call")
        #: pages fetched ahead of the unit that reads them
        self.pages = ThreadPoolExecutor(manners.concurrency, thread_name_prefix="page")
        #: what a provider asks on its own account, before and beside all units
        self.discoveries = ThreadPoolExecutor(4 * manners.concurrency, thread_name_prefix="discovery")

    def run(
        self, scope: Scope, service: str, operation: str, attempt: Callable[[], T], limits: UnitLimits | None = None
    ) -> T:
        """The result of `attempt`, tried again while that may help. Raises CallFailed.

        `limits` counts those of a unit that wait for their turn, and knows when its time is over.
        """
        host, exact = (scope.account, scope.region, service), (scope.account, scope.region, operation)
        lane, tried = self._lane(exact), 0
        while True:
            self._refuse_if_open(host, exact)
            began = self.clock.now()
            started = self._take_turn(lane, limits)
            try:
                result = self._once(operation, host, attempt, started - began, limits.ends() if limits else ())
            except CallFailed as failure:
                tried += 1
                lane.refused(started, failure)
                self._note(failure, host, exact)
                again = (
                    failure.retry and tried < self.manners.attempts(failure.reason) and self._may_retry(failure, host)
                )
                if not again:
                    raise
                self.meter.retried(operation)
                if failure.reason is not Reason.THROTTLED:  # that waits in the lane
                    self.clock.wait(self.stopping, self._until_then(self._delay(tried, failure.retry_after)))
            except BaseException:
                lane.answered()
                raise
            else:
                lane.answered()
                self._succeeded(host, exact)
                return result

    def note_refusal(self, scope: Scope, service: str, failure: CallFailed) -> None:
        """A refusal that came inside of another reply."""
        self._note_refusal((scope.account, scope.region, service), failure)

    def look_at_the_clock(self) -> None:
        """Let no further call begin once the time of the scan is over."""
        if self.until is not None and monotonic() > self.until:
            self.stop(_OVER)

    def stop(self, why: str) -> None:
        """Let no further call begin; `why` is what the gaps say."""
        self._why = self._why or why
        self.stopping.set()

    @property
    def stopped(self) -> str:
        """Why no further call may begin; empty while they may."""
        return self._why if self.stopping.is_set() else ""

    def close(self) -> None:
        self.stop("the scan was interrupted")
        # Not waiting: after an interruption, calls in flight may take until they time out.
        self.crew.close()
        self.discoveries.shutdown(wait=False, cancel_futures=True)
        self.pages.shutdown(wait=False, cancel_futures=True)

    def watch(self, *ends: End) -> Watch:
        """What holds for replies from now on, also outside of all calls, as where credentials are made."""
        if self.until is not None:
            ends = (*ends, End(self.until, Reason.STOPPED, _OVER))
        return Watch(self.manners.bounds, *ends)

    def _once(
        self,
        operation: str,
        host: tuple[str, ...],
        attempt: Callable[[], T],
        turn: float,
        ends: tuple[End, ...],
    ) -> T:
        asked = self.clock.now()
        # Pages and other calls that a unit makes itself bring work for many; what the crew does is one of that many.
        self._slots.take(urgent=not self.crew.inside)
        try:
            self._refuse_if_stopped()
            self._refuse_if_known(host)  # by now
            began = self.clock.now()
            self.meter.started(operation, turn, began - asked)
            reason: Reason | None = Reason.ERROR
            try:
                result = self.watch(over(self.manners.bounds), *ends).run(attempt)
                reason = None
            except CallFailed as failure:
                reason = failure.reason
                self._note_refusal(host, failure)  # before the next one asks
                raise
            finally:
                self.meter.ended(operation, self.clock.now() - began, reason)
        finally:
            self._slots.give()
        return result

    def _take_turn(self, lane: Lane, limits: UnitLimits | None) -> float:
        """Wait until the operation may be asked again; a moment no later than that. Raises CallFailed when stopped.

        Not after it: a refusal would speak against a rate that was set meanwhile, and that the call did not keep to.
        """
        self._refuse_if_stopped(limits)
        asked = self.clock.now()
        wait = lane.wait()
        if not wait:
            return asked
        if limits is not None:
            limits.enter()
        try:
            with self.crew.away():
                while wait:
                    lane.sleep(min(wait, NAP))
                    self._refuse_if_stopped(limits)
                    asked = self.clock.now()
                    wait = lane.wait()
        finally:
            if limits is not None:
                limits.leave()
        return asked

    def _lane(self, key: tuple[str, str, str]) -> Lane:
        with self._lock:
            if key not in self._lanes:
                self._lanes[key] = Lane(self.manners.pace, self.clock)
            return self._lanes[key]

    def _note(self, failure: CallFailed, host: tuple[str, ...], exact: tuple[str, ...]) -> None:
        # A host that cannot be reached is down for every operation; a read that times out may be slow alone.
        key = {Reason.UNREACHABLE: host, Reason.TIMEOUT: exact}.get(failure.reason)
        if key is not None:
            with self._lock:
                self._failures[key] = self._failures.get(key, 0) + 1

    def _succeeded(self, host: tuple[str, ...], exact: tuple[str, ...]) -> None:
        with self._lock:
            self._failures.pop(host, None)
            self._failures.pop(exact, None)
            if host in self._budgets:
                budget = self._budgets[host] + self.manners.retries_earned
                self._budgets[host] = min(budget, self.manners.retry_budget)

    def _may_retry(self, failure: CallFailed, host: tuple[str, ...]) -> bool:
        """Whether the service still has retries to spend: where most calls fail, retries only make it worse."""
        if failure.reason is Reason.THROTTLED:
            return True  # paced by its lane, and a lost call would be a lost verdict
        with self._lock:
            left = self._budgets.get(host, self.manners.retry_budget)
            if left < 1:
                return False
            self._budgets[host] = left - 1
            return True

    def _refuse_if_stopped(self, limits: UnitLimits | None = None) -> None:
        self.look_at_the_clock()
        if why := self.stopped:
            raise CallFailed(Reason.STOPPED, why)
        for end in limits.ends() if limits else ():
            if end.at < monotonic():
                raise CallFailed(end.reason, end.detail)

    def _note_refusal(self, host: tuple[str, ...], failure: CallFailed) -> None:
        """Ask for nothing any more that a refusal holds for. One of no account holds for everything or for itself."""
        account = failure.account or host[0]
        if failure.extent is Extent.EVERYTHING or (account and failure.extent < Extent.OPERATION):
            with self._lock:
                self._refusals.setdefault((account, *host[1:])[: failure.extent], failure)

    def _refuse_if_known(self, host: tuple[str, ...]) -> None:
        if not self._refusals:
            return
        with self._lock:
            known = next((self._refusals[host[:n]] for n in range(len(host) + 1) if host[:n] in self._refusals), None)
        if known is not None:
            raise known.again()

    def _refuse_if_open(self, host: tuple[str, ...], exact: tuple[str, ...]) -> None:
        if not self._failures:
            return
        with self._lock:
            for key, reason in ((host, Reason.UNREACHABLE), (exact, Reason.TIMEOUT)):
                if self._failures.get(key, 0) >= self.manners.breaker_threshold:
                    raise CallFailed(reason, LEFT_ALONE)

    def _until_then(self, delay: float) -> float:
        """A delay, or as much of it as there is time for."""
        return delay if self.until is None else max(0.0, min(delay, self.until - monotonic()))

    def _delay(self, tried: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return min(retry_after, self.manners.longest_delay)
        ceiling = min(self.manners.longest_delay, self.manners.first_delay * 2.0**tried)
        return self._random.uniform(ceiling / 2, ceiling)


class BaseApi:
    """The handle one collector gets for one scope: what is common to the `Api` of all providers.

    Facades subclass it and add `call` and `pages`.
    """

    #: Operations that read the content of files. Nothing but `ask_for_content` may ask for one.
    documents: frozenset[str] = frozenset()

    def __init__(self, calls: Calls, collector: Collector, scope: Scope, recorder: Recorder) -> None:
        self.scope = scope
        self.calls = calls
        self.collector = collector
        self.recorder = recorder
        timeout = calls.manners.unit_timeout
        self.limits = UnitLimits(calls.clock, None if timeout is None else calls.clock.now() + timeout)

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
        return self.calls.run(self.scope, self.collector.service, operation, attempt, self.limits)

    def ask_for_content(self, operation: str, attempt: Callable[[], T], service: str = "") -> T:
        """The same for one of the `documents`, which only a collector may ask for that reads documents.

        A facade asks so only where it holds itself what is asked for to the names that documents have. `service` is
        what may be out of reach alone, unless that is the service of the collector.
        """
        collector = self.collector
        if operation not in collector.operations or operation not in self.documents or collector.opt_in != "documents":
            raise UndeclaredOperation(f"{operation} reads content, and {collector.kind.kind} is no kind of documents")
        return self.calls.run(self.scope, service or collector.service, operation, attempt, self.limits)

    def soon(self, operation: str, attempt: Callable[[], T]) -> Callable[[], T]:
        """Begin what `ask` does; calling what comes back waits for the result, and raises what `ask` does."""
        return self.calls.pages.submit(self.ask, operation, attempt).result

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
        permission, detail = failure.remedy(self.permission(operation)), failure.detail
        if failure.account and failure.account.lower() != self.scope.account.lower():
            detail = f"{failure.account}: {detail}"
        self.recorder.gap(self.collector.kind.kind, self.scope, operation, failure.reason, permission, detail)

    def gone(self) -> None:
        """Count a resource that was listed and is not there any more."""
        self.recorder.gone(self.collector.kind.kind, self.scope)

    def paged(self) -> None:
        """Count a page of what lists the collector's kind."""
        self.recorder.page(self.collector.kind.kind, self.scope)

    # -- for collectors --------------------------------------------------------------------------------------------

    def decode(
        self, kind: type[R], replies: Mapping[str, Reply], said: Mapping[str, Reply] | None = None, **identity: Any
    ) -> R:
        """A snapshot; the scope is filled in unless given. Members of a wrong type stay `UNSET` and become gaps.

        `said` is what the provider said of it, by operation, where that is more or other than `replies`.
        """
        read = self.seen(replies if said is None else said)
        resource, problems = decode(kind, replies, **{"scope": self.scope, "read": read, **identity})
        for problem in problems:
            detail = f"{problem.field}: {problem.detail}"
            failure = CallFailed(Reason.MALFORMED, detail)
            self.gap(problem.operation, failure)
        return resource

    def seen(self, said: Mapping[str, Reply]) -> dict[str, Seen]:
        """What is to be known later of what a provider said of one resource."""
        return provenance.seen(said, keep=self.calls.manners.keep_replies)

    @property
    def remembers(self) -> bool:
        """Whether `recall` may have something."""
        return self.calls.memory is not None and not self.calls.memory.was_empty

    def recall(self, kind: type[R], id: str, version: str) -> R | None:
        """What an earlier scan saw of an immutable resource, if this one was told to use that."""
        return self.calls.memory.recall(kind, id, version) if self.calls.memory is not None else None

    def keep(self, resource: Resource, version: str) -> None:
        """Remember an immutable resource, seen in full, for later scans; `version` is its time of creation."""
        if self.calls.memory is not None:
            self.calls.memory.keep(resource, version)

    def meanwhile(self, function: Callable[[], T]) -> Callable[[], T]:
        """Begin what may take calls while this goes on; calling what comes back waits for the result.

        As with `each`, alone or inside of such a function it is done in place, when the result is wanted.
        """
        if self.calls.manners.concurrency == 1 or self.calls.crew.inside:
            return function
        return self.calls.crew.soon(function)

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
        """`function` of every item on the shared pool, in order, with a bounded number ahead of the reader.

        Inside such a function it runs in place: a pool that waits for itself would stop for ever.
        """
        if self.calls.manners.concurrency == 1 or self.calls.crew.inside:
            yield from map(function, items)
        else:
            yield from self.calls.crew.map(function, items, 2 * self.calls.manners.concurrency, self.limits.hold)
