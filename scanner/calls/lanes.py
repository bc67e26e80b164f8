"""Waiting for one's turn: the pace of an operation shared by threads, and what one unit of work may take of it."""

import threading
from collections import deque
from time import monotonic

from scanner.calls.bounds import End
from scanner.calls.clock import Clock
from scanner.calls.pace import Pace, Tuning
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

#: Calls of one unit that may wait for their turn at a limit; more of them would only hold threads that others need.
_QUEUE = 2
#: Longest sleep, in seconds, before looking whether the scan was stopped meanwhile.
NAP = 0.25


class Lane:
    """The pace of one operation in one place, shared by threads."""

    def __init__(self, tuning: Tuning, clock: Clock) -> None:
        self._clock = clock
        self._pace = Pace(tuning)
        self._back = threading.Condition()

    def wait(self) -> float:
        with self._back:
            return self._pace.wait(self._clock.now())

    def sleep(self, seconds: float) -> None:
        with self._back:
            self._clock.wait(self._back, seconds)

    def answered(self) -> None:
        with self._back:
            self._pace.done(self._clock.now())
            self._back.notify()

    def refused(self, started: float, failure: CallFailed) -> None:
        with self._back:
            if failure.reason is Reason.THROTTLED:
                self._pace.throttled(self._clock.now(), started, failure.retry_after or 0.0)
            else:
                self._pace.done(self._clock.now())
            self._back.notify()


class Slots:
    """Places for calls in flight, given in the order in which they were asked for, to the urgent first.

    The standard semaphore lets whoever comes by take what others wait for. One call that waits for long holds up all
    results after it.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = threading.Lock()
        self._urgent: deque[threading.Lock] = deque()
        self._waiting: deque[threading.Lock] = deque()

    def take(self, *, urgent: bool = False) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            (self._urgent if urgent else self._waiting).append(turn)
        turn.acquire()

    def give(self) -> None:
        with self._lock:
            if self._urgent:
                self._urgent.popleft().release()
            elif self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class UnitLimits:
    """How many calls of one unit wait for their turn at a limit, and when the unit's time is over, by the clock."""

    def __init__(self, clock: Clock, until: float | None = None) -> None:
        self.until = until
        self._clock = clock
        self._waiting = 0
        self._moved = threading.Condition()

    def ends(self) -> tuple[End, ...]:
        """When what it asks has to be over."""
        if self.until is None:
            return ()
        left = self.until - self._clock.now()
        return (End(monotonic() + left, Reason.STOPPED, "the time for this unit of work was over"),)

    def enter(self) -> None:
        with self._moved:
            self._waiting += 1

    def leave(self) -> None:
        with self._moved:
            self._waiting -= 1
            self._moved.notify()

    def hold(self) -> bool:
        """Whether so many wait that no more should; if so, only after fewer do, or after a moment."""
        if self._waiting < _QUEUE:
            return False
        with self._moved:
            if self._waiting >= _QUEUE:
                self._clock.wait(self._moved, NAP)
        return True
