"""Has processes write nights into a history, kills each at a random moment, and says what was promised in vain.

    killed_writers.py URL KILLS SEED
    killed_writers.py URL together EACH

Imports are made once, and each writer is forked. A writer says that a night is written once it is, as a scan does by
its end. What a night saw follows from its name, so that whoever reads it knows what has to be there. With `together`,
four writers add so many nights each at the same time, and none is killed. Writes JSON to standard output.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

from nights import CLOSED, OPEN, Nights, lab

from scanner.history.store import open_store

NOTEBOOKS = 12
WRITERS = 4
#: Nights for which a writer lives at most, by what they take on this machine with all that it does beside.
NIGHTS = 4
FAILS = ("new", "persisting", "reopened", "not compared")


def fails(night: int) -> set[str]:
    """The notebooks that fail in a night."""
    return {f"lab-{number}" for number in range(NOTEBOOKS) if (night + number) % 3}


def write(url: str, first: int, most: int, said: int) -> None:
    """Write nights until there are enough, and say each that is there."""
    nights = Nights(url)
    for night in range(first, first + most):
        open_ = fails(night)
        names = [f"lab-{number}" for number in range(NOTEBOOKS)]
        nights.scan(*(lab(name, OPEN if name in open_ else CLOSED) for name in names), named=str(night))
        os.write(said, f"{night}\n".encode())


def started(url: str, first: int, most: int) -> tuple[int, int]:
    """A process that writes, and where it says what is there."""
    reader, writer = os.pipe()
    if child := os.fork():
        os.close(writer)
        return child, reader
    try:
        write(url, first, most, writer)
    finally:
        os._exit(0)


def ended(child: int, reader: int) -> list[str]:
    """What a process said before it ended."""
    with os.fdopen(reader) as said:
        words = said.read().split()
    os.waitpid(child, 0)
    return words


def killed(url: str, kills: int, chance: random.Random) -> list[str]:
    """What writers promised that were killed."""
    began = time.monotonic()
    promised = ended(*started(url, 0, NIGHTS))
    took = time.monotonic() - began
    for attempt in range(1, kills + 1):
        child, reader = started(url, 1000 * attempt, 1000)
        time.sleep(chance.uniform(0, took))
        os.kill(child, signal.SIGKILL)
        promised += ended(child, reader)
    return promised


def together(url: str, each: int) -> list[str]:
    """What writers promised that worked at the same time."""
    running = [started(url, 1000 * number, each) for number in range(WRITERS)]
    return [word for one in running for word in ended(*one)]


def found(url: str, promised: list[str]) -> dict[str, object]:
    """What is there of what was promised."""
    with open_store(url) as store:
        there = {scan.id: {one.name for one in store.findings(scan.id) if one.state in FAILS} for scan in store.scans()}
        return {
            "promised": len(promised),
            "there": len(there),
            "lost": sorted(set(promised) - set(there)),
            "half": [id for id, failing in there.items() if failing != fails(int(id))],
            "problems": list(store.verify()),
        }


def main() -> None:
    url = sys.argv[1]
    open_store(url).close()
    if sys.argv[2] == "together":
        promised = together(url, int(sys.argv[3]))
    else:
        promised = killed(url, int(sys.argv[2]), random.Random(sys.argv[3]))
    json.dump(found(url, promised), sys.stdout)


if __name__ == "__main__":
    main()
