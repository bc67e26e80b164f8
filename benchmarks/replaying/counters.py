"""What the server saw: calls, refusals, load; and the log of single calls."""

from __future__ import annotations

import time
from typing import IO, Any

import msgspec


class Count(msgspec.Struct):
    """Calls of one operation. `calls` are all; `throttled` and `errors` (every other status from 400) are some of them.

    An answer such as "the bucket has no policy" is an error here, as it is on the wire.
    """

    calls: int = 0
    throttled: int = 0
    errors: int = 0


class Counters:
    """Counts since the last reset."""

    def __init__(self, log: IO[bytes] | None = None) -> None:
        self._log = log
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Start from zero. What is in flight stays in flight."""
        self.operations: dict[str, Count] = {}
        self.bytes = 0
        self.max_in_flight = self.in_flight
        self._since = time.monotonic()
        self._cpu = time.process_time()

    def of(self, operation: str) -> Count:
        """The count of an operation, to be increased."""
        count = self.operations.get(operation)
        if count is None:
            count = self.operations[operation] = Count()
        return count

    def write(self, account: str, region: str, operation: str, resource: str, status: int) -> None:
        """One line of the log, if there is one."""
        if self._log is not None:
            line = {
                "time": round(time.time(), 6),
                "account": account,
                "region": region,
                "operation": operation,
                "resource": resource,
                "status": status,
            }
            self._log.write(msgspec.json.encode(line) + b"\n")

    def report(self) -> dict[str, Any]:
        """Everything, in total and by operation. Bytes are those of bodies sent, seconds those since the reset."""
        if self._log is not None:
            self._log.flush()
        counts = self.operations.values()
        return {
            "calls": sum(count.calls for count in counts),
            "throttled": sum(count.throttled for count in counts),
            "errors": sum(count.errors for count in counts),
            "operations": dict(sorted(self.operations.items())),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "bytes": self.bytes,
            "cpu_seconds": round(time.process_time() - self._cpu, 6),
            "seconds": round(time.monotonic() - self._since, 6),
        }
