"""The pace against simulated providers in virtual time: close to what the limit allows, and few calls refused."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import deque
from typing import NamedTuple

import pytest

from scanner.calls.pace import FIRST_WINDOW, Pace, Tuning

LATENCY, JITTER, SLOTS = 0.05, 0.005, 32


class Outcome(NamedTuple):
    seconds: float
    calls: int
    throttled: int
    rates: tuple[float, ...]


def simulate(
    limits: list[tuple[float, float, float]], calls: int, operations: int = 2, seed: int = 1, turns: int = SLOTS
) -> Outcome:
    """So many calls of each operation against token buckets: (from this second on, rate, burst).

    Up to `turns` calls have had their turn and are not back; those beyond the slots are yet to be sent.
    """
    chance, order = random.Random(seed), itertools.count()
    paces = [Pace(Tuning()) for _ in range(operations)]
    tokens, at = [limits[0][2]] * operations, [0.0] * operations
    left, now, made, refused, in_flight = [calls] * operations, 0.0, 0, 0, 0
    unsent: deque[tuple[int, float]] = deque()
    events: list[tuple[float, int, str, int, float]] = []

    def later(what: str, operation: int, started: float) -> None:
        delay = LATENCY / 2 + chance.uniform(0, JITTER)
        heapq.heappush(events, (now + delay, next(order), what, operation, started))

    while any(left) or events:
        soon = math.inf
        for operation, pace in enumerate(paces):
            while left[operation] and in_flight + len(unsent) < turns:
                wait = pace.wait(now)
                if wait:
                    soon = min(soon, now + wait)
                    break
                left[operation] -= 1
                unsent.append((operation, now))
        while unsent and in_flight < SLOTS:
            in_flight += 1
            made += 1
            later("arrives", *unsent.popleft())
        if not events or events[0][0] > soon:
            now = soon
            continue
        now, _, what, operation, started = heapq.heappop(events)
        if what == "arrives":
            _, rate, burst = max(limit for limit in limits if limit[0] <= now)
            tokens[operation] = min(burst, tokens[operation] + (now - at[operation]) * rate)
            at[operation] = now
            good = tokens[operation] >= 1
            tokens[operation] -= good
            later("answered" if good else "refused", operation, started)
            continue
        in_flight -= 1
        if what == "answered":
            paces[operation].done(now)
        else:
            refused += 1
            left[operation] += 1
            paces[operation].throttled(now, started)
    return Outcome(now, made, refused, tuple(pace.rate for pace in paces))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rate", "burst", "calls", "share"),
    [(20, 100, 1000, 0.02), (20, 100, 10_000, 0.01), (10, 20, 1000, 0.03), (100, 200, 2000, 0.08), (5, 5, 300, 0.08)],
)
def test_the_limit_is_used_and_hardly_ever_hit(rate: float, burst: float, calls: int, share: float, seed: int) -> None:
    outcome = simulate([(0.0, rate, burst)], calls, seed=seed)
    floor = (calls - burst) / rate

    assert floor <= outcome.seconds <= 1.1 * floor + 1
    assert outcome.throttled / outcome.calls <= share


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rate", "burst", "calls"), [(100, 200, 1000), (100, 200, 5000), (50, 300, 2000), (20, 100, 1000)]
)
def test_calls_that_are_late_do_not_count_against_the_rate(rate: float, burst: float, calls: int, seed: int) -> None:
    """Many had their turn before the first refusal and are sent long after it: they use up what is left."""
    outcome = simulate([(0.0, rate, burst)], calls, seed=seed, turns=110)

    assert outcome.seconds <= 1.15 * (calls - burst) / rate + 1


def test_without_a_limit_there_is_no_pace() -> None:
    outcome = simulate([(0.0, 1e9, 1e9)], 1000)

    assert outcome.throttled == 0
    assert outcome.rates == (math.inf, math.inf)
    assert outcome.seconds <= 1.25 * 2000 * LATENCY / SLOTS + 0.5


def test_a_limit_that_falls_and_rises_again_is_followed() -> None:
    outcome = simulate([(0.0, 50, 50), (20.0, 10, 10), (60.0, 50, 50)], 2500, operations=1)
    allowed = 50 * 20 + 50 + 10 * 40 + 10

    assert outcome.seconds <= 1.6 * (60 + (2500 - allowed) / 50)
    assert outcome.throttled / outcome.calls <= 0.06


def test_what_was_on_its_way_says_nothing_about_the_new_rate() -> None:
    pace = Pace(Tuning(first_rate=20))
    for _ in range(FIRST_WINDOW):
        assert pace.wait(0.0) == 0.0
    assert pace.wait(0.0) == math.inf
    for _ in range(FIRST_WINDOW):
        pace.throttled(0.1, started=0.0)

    assert pace.rate == 20


def test_a_provider_that_says_when_is_taken_at_its_word() -> None:
    pace = Pace(Tuning())
    pace.wait(0.0)
    pace.throttled(1.0, started=0.0, after=7.0)

    assert pace.wait(1.0) == pytest.approx(7.0)
    assert pace.wait(8.0) == 0.0
