"""How fast one operation may be asked: a window while nothing is known of its limit, then a rate.

Providers publish few of their limits. Nearly all are token buckets: a burst, then a steady rate. So calls start freely,
but few in flight before many have succeeded: when a small burst is used up, only that many calls run into the limit.
From the first throttled call on there is a rate, found by doubling until it is too much and halving the distance to
what went well. Pure: the caller brings the clock.
"""

import math

from msgspec import Struct

#: calls in flight while fewer have begun than most bursts allow, and then, when any of them may be the first too many
FIRST_WINDOW = 16
LEAST_BURST = 60
LATER_WINDOW = 12
#: beyond that burst, successes for each call in flight
PER_WINDOW = 4


class Tuning(Struct, frozen=True, kw_only=True):
    """Times in seconds, rates in calls a second."""

    #: what is tried first after the first throttled call: what several AWS services document for reads
    first_rate: float = 20.0
    least_rate: float = 0.2
    #: how long the calls that are on their way when the first is throttled are waited for
    patience: float = 1.0
    #: a rate counts as good when this long, and this many calls, saw no throttling
    trial: float = 0.25
    trial_calls: int = 10
    #: the search ends when the least rate that failed is within this factor of the best that went well
    near: float = 1.12
    #: what is left of a rate that went well before and now does not
    fall: float = 0.95
    #: after which, in small steps, more is tried again: limits are shared with others who may have gone
    forget: float = 30.0
    step: float = 1.05
    step_trial: float = 5.0


class Pace:
    """The limit of one operation in one place, as far as it is known. Not thread-safe: the caller locks."""

    __slots__ = (
        "_bad",
        "_calm",
        "_calm_since",
        "_changed",
        "_clear",
        "_falls",
        "_good",
        "_next",
        "_settled",
        "_steps",
        "in_flight",
        "rate",
        "succeeded",
        "tuning",
    )

    def __init__(self, tuning: Tuning, rate: float = math.inf) -> None:
        self.tuning = tuning
        self.in_flight = 0
        self.succeeded = 0
        #: calls a second; infinite until something was throttled
        self.rate = rate
        self._good = 0.0 if rate == math.inf else rate
        self._bad = math.inf
        self._next = 0.0
        #: after the first throttled call, until when those on their way are waited for: they use what the rate would
        self._clear = 0.0
        self._changed = -math.inf
        self._calm = 0
        self._calm_since = 0.0
        #: throttled calls in a row at what had gone well
        self._falls = 0
        #: whether the search is over: from then on only small steps are tried
        self._settled = False
        #: small steps that went well in a row; each is twice the one before
        self._steps = 0

    def wait(self, now: float) -> float:
        """Seconds until a call may start: 0.0 takes the turn, infinity means until one in flight comes back."""
        if self.rate == math.inf:
            early = self.succeeded + self.in_flight < LEAST_BURST
            least = FIRST_WINDOW if early else LATER_WINDOW
            if self.in_flight >= max(least, (self.succeeded - LEAST_BURST) // PER_WINDOW):
                return math.inf
        elif self.in_flight and now < self._clear:
            return self._clear - now
        else:
            if self._clear:
                self._clear = 0.0
                self._start(now)
            if now < self._next:
                return self._next - now
            # At most one turn is made up for: a thread that woke late must not shift all that follow.
            self._next = max(self._next, now - 1 / self.rate) + 1 / self.rate
        self.in_flight += 1
        return 0.0

    def done(self, now: float) -> None:
        """A call came back and was not throttled."""
        self.in_flight -= 1
        self.succeeded += 1
        if self.rate == math.inf or self._clear:
            return
        self._calm += 1
        trial = max(self.tuning.trial, self.tuning.trial_calls / self.rate)
        if self._calm >= self.tuning.trial_calls and now - self._calm_since >= trial:
            self._good = max(self._good, self.rate)
            self._falls = 0
            self._raise(now)

    def throttled(self, now: float, started: float, after: float = 0.0) -> None:
        """A call that started at `started` was refused for its rate; the provider may say how long to wait."""
        self.in_flight -= 1
        self._next = max(self._next, now + after)
        if started < self._changed:
            return  # it was on its way before the last change and says nothing about it
        tuning = self.tuning
        self._steps = 0
        if self.rate == math.inf:
            self.rate = tuning.first_rate
            self._clear = now + tuning.patience
        else:
            self._bad = min(self._bad, self.rate)
            if self.rate <= self._good:
                self._falls += 1
                self._good = self.rate * tuning.fall**self._falls
            self.rate = max(self._good or self.rate / 2, tuning.least_rate)
        self._start(now)
        self._next = max(self._next, now + 1 / self.rate)

    def _raise(self, now: float) -> None:
        tuning, calm = self.tuning, now - self._calm_since
        if self._settled:
            if calm < (tuning.forget if self._bad < math.inf else tuning.step_trial):
                return
            self._bad = math.inf
            self.rate *= min(2.0, tuning.step**2**self._steps)
            self._steps += 1
        elif self._bad == math.inf:
            self.rate *= 2
        elif self._bad / self.rate > tuning.near:
            self.rate = (self.rate + self._bad) / 2
        else:
            self._settled = True
            return
        self._start(now)

    def _start(self, now: float) -> None:
        self._changed = now
        self._calm = 0
        self._calm_since = now
