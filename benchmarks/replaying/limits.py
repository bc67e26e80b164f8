"""What a provider refuses: more calls than it permits, and calls that somebody denied."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """`rate` calls a second after a burst of `burst`, for operations whose name matches `pattern` (fnmatch)."""

    pattern: str
    rate: float
    burst: float

    @classmethod
    def parse(cls, text: str) -> Limit:
        """`sagemaker:List*=2/10` → a Limit. Raises ValueError."""
        pattern, equals, numbers = text.rpartition("=")
        rate, slash, burst = numbers.partition("/")
        if not (pattern and equals and slash) or float(rate) <= 0 or float(burst) < 1:
            raise ValueError(f"expected PATTERN=RATE/BURST, found {text!r}")
        return cls(pattern, float(rate), float(burst))


class Limits:
    """Token buckets, one for each account, region and operation. The first limit that matches an operation holds."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        self._limits = tuple(limits)
        self._of: dict[str, Limit | None] = {}
        self._buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def wait(self, account: str, region: str, operation: str, now: float) -> float:
        """0 if the call is within the limit, which it then uses up; else seconds until one would be."""
        if not self._limits:
            return 0.0
        if operation not in self._of:
            found = (limit for limit in self._limits if fnmatch.fnmatchcase(operation, limit.pattern))
            self._of[operation] = next(found, None)
        limit = self._of[operation]
        if limit is None:
            return 0.0
        key = (account, region, operation)
        tokens, then = self._buckets.get(key, (limit.burst, now))
        tokens = min(limit.burst, tokens + (now - then) * limit.rate)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            return (1 - tokens) / limit.rate
        self._buckets[key] = (tokens - 1, now)
        return 0.0

    def refill(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()


class Denials:
    """Operations that are denied: fnmatch patterns over `OPERATION`, or over `OPERATION@ACCOUNT/REGION`."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self._known: dict[tuple[str, str, str], bool] = {}

    def match(self, account: str, region: str, operation: str) -> bool:
        """Whether some pattern matches the call."""
        if not self.patterns:
            return False
        key = (account, region, operation)
        if key not in self._known:
            full = f"{operation}@{account}/{region}"
            self._known[key] = any(
                fnmatch.fnmatchcase(full if "@" in pattern else operation, pattern) for pattern in self.patterns
            )
        return self._known[key]
