"""The least time a scan can take, from what must be asked and what the provider and the machine allow. Pure.

A plan is the cheapest known way to read a world completely. Its floor is the largest of four bounds:

- `in flight`: calls x latency / calls in flight at once,
- `rate`: for some operation, (calls - burst) / permitted rate,
- `chain`: the longest series of calls that must follow one another x latency,
- `cpu`: calls x the CPU time of one call on a bare transport, on one core.

Nothing is evaluated and nothing written in it, and the start of the interpreter is not part of it: no scanner can be at
the floor.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAGE = 100


@dataclass(frozen=True)
class Step:
    """Calls of one operation that may run at the same time, but for `serial` of them that follow one another."""

    operation: str
    calls: int
    serial: int = 1
    #: whether a call brings a page of many resources, which costs more CPU time than one
    page: bool = False


@dataclass(frozen=True)
class Limit:
    """`rate` calls a second after a burst, for operations that match a pattern (fnmatch over the full name)."""

    pattern: str
    rate: float
    burst: float


@dataclass(frozen=True)
class Conditions:
    """Seconds a call takes, calls in flight, limits (the first that matches holds), CPU seconds a call and a page."""

    latency: float
    in_flight: int
    limits: tuple[Limit, ...] = ()
    cpu_call: float = 0.0
    cpu_page: float = 0.0


@dataclass(frozen=True)
class Floor:
    """Seconds of each bound; `seconds` is the largest and `bound` its name."""

    calls: int
    bounds: Mapping[str, float]

    @property
    def bound(self) -> str:
        return max(self.bounds, key=lambda name: self.bounds[name])

    @property
    def seconds(self) -> float:
        return self.bounds[self.bound]

    def report(self) -> dict[str, object]:
        """For the results."""
        rounded = {name: round(value, 3) for name, value in self.bounds.items()}
        return {"calls": self.calls, "seconds": round(self.seconds, 3), "bound": self.bound, "bounds_s": rounded}


@dataclass(frozen=True)
class Plan:
    """`opening` comes first; then the branches run side by side, the steps of each one after another."""

    opening: tuple[Step, ...]
    branches: tuple[tuple[Step, ...], ...]

    def calls(self) -> dict[str, int]:
        """Calls by operation."""
        found: dict[str, int] = {}
        for step in (*self.opening, *(step for branch in self.branches for step in branch)):
            found[step.operation] = found.get(step.operation, 0) + step.calls
        return found


def floor(plan: Plan, conditions: Conditions) -> Floor:
    """The least time for a plan under these conditions."""
    steps = [*plan.opening, *(step for branch in plan.branches for step in branch)]
    calls = plan.calls()
    total = sum(calls.values())
    longest = max((sum(step.serial for step in branch) for branch in plan.branches), default=0)
    bounds = {
        "in flight": total * conditions.latency / conditions.in_flight,
        "chain": (sum(step.serial for step in plan.opening) + longest) * conditions.latency,
        "rate": max((_wait(name, count, conditions.limits) for name, count in calls.items()), default=0.0),
        "cpu": sum(step.calls * (conditions.cpu_page if step.page else conditions.cpu_call) for step in steps),
    }
    return Floor(total, bounds)


def _wait(operation: str, calls: int, limits: Sequence[Limit]) -> float:
    limit = next((limit for limit in limits if fnmatch.fnmatchcase(operation, limit.pattern)), None)
    return max(0.0, (calls - limit.burst) / limit.rate) if limit else 0.0


def pages(count: int, size: int = PAGE) -> int:
    """Pages of a listing; an empty one is asked once."""
    return max(1, math.ceil(count / size))


def listing(operation: str, count: int, size: int = PAGE) -> Step:
    """A listing: a page names the next, so they follow one another."""
    return Step(operation, pages(count, size), pages(count, size), page=True)


def details(operation: str, count: int) -> Step:
    """One call for each of several resources, all at once."""
    return Step(operation, count, 1 if count else 0)
