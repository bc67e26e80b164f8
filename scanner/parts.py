"""A large saved inventory judged by several processes, each by a part of every kind.

The processes are forks: they have the checks and the inventory at hand, and read the same journal. What they find goes
to files that the first process takes over. One that fails costs time and no verdict: all is judged in one process then.
"""

import copy
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from scanner.check import Check
from scanner.evaluate import evaluate
from scanner.inventory import Inventory
from scanner.journal import Journal
from scanner.verdicts import Verdicts

log = logging.getLogger("mlposture")

#: Bytes of saved inventories from which on it pays, and how many processes there are at most.
_LEAST, _MOST = 16 * 2**20, 8


def how_many(size: int) -> int:
    """How many processes should judge inventories of so many bytes; 1 where more do not pay or cannot be had."""
    # Forking is not safe on macOS, where system libraries have threads of their own, nor beside threads of ours.
    if size < _LEAST or sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(_MOST, len(os.sched_getaffinity(0)))


@contextmanager
def store(processes: int) -> Iterator[Journal]:
    """A journal for an inventory that so many processes will read."""
    if processes == 1:
        yield Journal()
        return
    with TemporaryDirectory(prefix="mlposture-") as folder:
        journal = Journal(Path(folder) / "inventory")
        try:
            yield journal
        finally:
            journal.close()


class Parts:
    """Judges with so many processes. `make` prepares for verdicts, kept in a private file or at a path."""

    def __init__(
        self,
        inventory: Inventory,
        checks: Sequence[Check],
        make: Callable[[Inventory, Path | None], Verdicts],
        processes: int,
    ) -> None:
        self._inventory = inventory
        self._checks = checks
        self._make = make
        self._processes = processes

    def finish(self, journal: Journal) -> tuple[Verdicts, frozenset[str]]:
        """The verdicts, and the ids of the checks that gave all of theirs."""
        verdicts = self._make(self._inventory, None)
        if self._processes == 1 or journal.path is None:
            return verdicts, frozenset()
        with TemporaryDirectory(prefix="mlposture-") as folder:
            paths = [Path(folder) / str(number) for number in range(self._processes)]
            children = [self._fork(number, path, journal.path) for number, path in enumerate(paths)]
            ends = [_ended_well(child) for child in children]
            if all(ends):
                try:
                    for path in paths:
                        verdicts.absorb(path)
                except ValueError as error:
                    log.debug("parts do not fit together: %s", error)
                else:
                    return verdicts, frozenset(verdicts.checks)
        log.debug("judged again in one process")
        return self._make(self._inventory, None), frozenset()

    def _fork(self, number: int, path: Path, journal: Path) -> int:
        child = os.fork()
        if child == 0:
            self._judge(number, path, journal)
        return child

    def _judge(self, number: int, path: Path, journal: Path) -> NoReturn:
        """In a process of its own, which ends with this: nothing of the first process may be closed or flushed here."""
        code = 1
        with suppress(BaseException):
            inventory = copy.copy(self._inventory)
            inventory.store = Journal(journal)
            verdicts = self._make(inventory, path)
            for judgement in evaluate(inventory, self._checks, part=(number, self._processes)):
                verdicts.add(judgement)
            verdicts.save(path)
            code = 0
        os._exit(code)


def _ended_well(child: int) -> bool:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0
