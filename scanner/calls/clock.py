"""The time by which calls are paced and tried again."""

from threading import Condition, Event
from time import monotonic


class Clock:
    """Seconds, and waiting for them to pass. What waits for a reply does not go by it: only what we wait on our own."""

    def now(self) -> float:
        return monotonic()

    def wait(self, moved: Condition | Event, seconds: float) -> None:
        """Until somebody tells, or for so long."""
        moved.wait(seconds)
