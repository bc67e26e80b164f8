"""What calls cost, by operation: how many, how they ended, how long they took and what they waited for."""

import operator
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

from msgspec import Struct

from scanner.model.nouns import Reason


class Cost(Struct, kw_only=True):
    """Sums over the calls of one operation. Times in seconds."""

    calls: int = 0
    throttled: int = 0
    failed: int = 0
    retried: int = 0
    #: from sending a request to its decoded reply
    seconds: float = 0.0
    #: the slowest single call
    slowest: float = 0.0
    #: before sending: for the operation's turn under its limit, and for one of the slots of calls in flight
    waited_for_turn: float = 0.0
    waited_for_slot: float = 0.0


class Phase(Struct, kw_only=True):
    """One step of a run. Seconds of wall-clock and of CPU time of the process."""

    name: str
    seconds: float
    cpu_seconds: float


class Meter:
    """Costs of a run by operation and phase. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.costs: dict[str, Cost] = {}
        self.phases: list[Phase] = []
        self.in_flight = self.most_in_flight = 0

    def started(self, operation: str, turn: float, slot: float) -> None:
        """A request is about to be sent, after waiting so long for its turn and a slot."""
        with self._lock:
            cost = self.costs.setdefault(operation, Cost())
            cost.calls += 1
            cost.waited_for_turn += turn
            cost.waited_for_slot += slot
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def ended(self, operation: str, seconds: float, failure: Reason | None) -> None:
        """It came back: with a reply, or refused for this reason."""
        with self._lock:
            cost = self.costs[operation]
            cost.seconds += seconds
            cost.slowest = max(cost.slowest, seconds)
            cost.throttled += failure is Reason.THROTTLED
            cost.failed += failure is not None and failure is not Reason.THROTTLED
            self.in_flight -= 1

    def retried(self, operation: str) -> None:
        """The call that ended last will be made again."""
        with self._lock:
            self.costs[operation].retried += 1

    def take(self) -> dict[str, Cost]:
        """The costs since this was last called, for another meter to add."""
        with self._lock:
            taken, self.costs = self.costs, {name: Cost() for name in self.costs}
        return {name: cost for name, cost in taken.items() if cost != Cost()}

    def add(self, costs: Mapping[str, Cost]) -> None:
        """Count what was measured elsewhere."""
        with self._lock:
            for name, more in costs.items():
                cost = self.costs.setdefault(name, Cost())
                for field in Cost.__struct_fields__:
                    join = max if field == "slowest" else operator.add
                    setattr(cost, field, join(getattr(cost, field), getattr(more, field)))

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a step."""
        from time import process_time

        wall, cpu = monotonic(), process_time()
        try:
            yield
        finally:
            self.phases.append(Phase(name=name, seconds=monotonic() - wall, cpu_seconds=process_time() - cpu))
