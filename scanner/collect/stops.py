"""Signals that ask the process to end: Ctrl-C, what schedulers send (SIGTERM), a terminal that is closed (SIGHUP).

The first is noted, and whoever works here looks for it: a scan stops asking and reports what it saw. The second ends
the process at once. One that was ignored when the process began, as `nohup` has it, stays ignored.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

from scanner.model.exits import Exit
from scanner.store.host import stop_signals

T = TypeVar("T")

#: Seconds in which a signal is the first one again: what runs us may send it to the process and to its group.
_ECHO = 0.2
#: Seconds after which a process that was told twice is gone, whatever it waits for.
_AT_ONCE = 1.0


class Stops:
    """What this process was told, and how it takes it."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._noted = 0.0
        self._raises = False

    @property
    def why(self) -> str:
        """Why nothing more is to be asked; empty while that is not so."""
        if self.signal is None:
            return ""
        return "the scan was interrupted" if self.signal is signal.SIGINT else f"the scan was stopped by {self.name}"

    @property
    def name(self) -> str:
        """What the signal is called."""
        return "" if self.signal is None else self.signal.name

    @property
    def code(self) -> Exit:
        """The exit code of a process that ends for it."""
        return Exit(128 + (self.signal or signal.SIGINT))

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Hear signals while this lasts."""
        self.signal, self._raises = None, False
        before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.getsignal(number) for number in stop_signals()}
        try:
            for number, handler in before.items():
                if handler is not signal.SIG_IGN:
                    signal.signal(number, self._hear)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def unless_told(self, work: Callable[[], T]) -> T | None:
        """The result of `work`; None where a signal came, which ends it wherever it is."""
        try:
            self.interrupt()
            return work()
        except (KeyboardInterrupt, Exception):  # some libraries make another error of it
            if self.signal is None:
                raise
            return None
        finally:
            self._raises = False

    def interrupt(self) -> None:
        """From now on, raise KeyboardInterrupt for a signal; at once for one that was noted."""
        self._raises = True
        if self.signal is not None:
            raise KeyboardInterrupt

    def _hear(self, number: int, _: object) -> None:
        again = self.signal is not None
        if again and monotonic() - self._noted < _ECHO:
            return
        self.signal, self._noted = signal.Signals(number), monotonic()
        if again:
            watchdog = threading.Timer(_AT_ONCE, os._exit, (self.code,))
            watchdog.daemon = True
            watchdog.start()
        if again or self._raises:
            raise KeyboardInterrupt


#: Signals are the process's own, so this is too.
STOPS = Stops()
