"""Work as a number that is the same on every machine: for tests of how it grows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python run and generators step; each turn of a loop or comprehension is one at least."""
    count = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
