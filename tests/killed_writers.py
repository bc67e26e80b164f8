"""Has processes write nights into a history, kills each in the middle of one, and says what was promised in vain.

    killed_writers.py URL KILLS SEED
    killed_writers.py URL together EACH

Imports are made once, and each writer is forked. A writer says when it begins to write a night, and that it is written
once it is, as a scan does by its end. It is killed a random time after it has begun, so that most die while they write:
of a whole scan that is a moment, which no time left to chance alone would hit. What a night saw follows from its name,
so that whoever reads it knows what has to be there. With `together`, four writers add so many nights each at the same
time, and none is killed. Writes JSON to standard output.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import sys
import time
from typing import TextIO

from nights import CLOSED, OPEN, Nights, lab

from scanner.history.store import open_store

NOTEBOOKS = 12
WRITERS = 4
#: Nights of the writer that is not killed, which show how long a write takes; none that is killed writes more.
NIGHTS = 4
#: What a writer says when it begins to write.
BEGINS = "begins"
FAILS = ("new", "persisting", "reopened", "not compared")


def fails(night: int) -> set[str]:
    """The notebooks that fail in a night."""
    return {f"lab-{number}" for number in range(NOTEBOOKS) if (night + number) % 3}


def write(url: str, first: int, most: int, said: int) -> None:
    """Write nights until there are enough, and say of each when that begins and that it is there."""
    nights = Nights(url)
    for night in range(first, first + most):
        open_ = fails(night)
        names = [f"lab-{number}" for number in range(NOTEBOOKS)]
        with open_store(url) as store:
            seen = (lab(name, OPEN if name in open_ else CLOSED) for name in names)
            report = nights.judge(store, *seen, named=str(night))
            os.write(said, f"{BEGINS}\n".encode())
            store.write(report)
        os.write(said, f"{night}\n".encode())


def started(url: str, first: int, most: int) -> tuple[int, TextIO]:
    """A process that writes, and what it says."""
    reader, writer = os.pipe()
    if child := os.fork():
        os.close(writer)
        return child, os.fdopen(reader)
    try:
        write(url, first, most, writer)
    finally:
        os._exit(0)


def ended(child: int, said: TextIO) -> list[str]:
    """The rest of what a process said before it ended."""
    with said:
        words = said.read().split()
    os.waitpid(child, 0)
    return words


def a_write(url: str) -> tuple[float, list[str]]:
    """How long one takes in seconds, by nights that are not disturbed, and these."""
    child, said = started(url, 0, NIGHTS)
    at = [(line.strip(), time.monotonic()) for line in iter(said.readline, "")]
    ended(child, said)
    times = [end - begin for (_, begin), (_, end) in zip(at[::2], at[1::2], strict=True)]
    return statistics.median(times), [word for word, _ in at[1::2]]


def killed(url: str, kills: int, chance: random.Random) -> tuple[list[str], int]:
    """What writers promised that were killed, and how many of them were writing then.

    More are killed than was asked for until one was, as a moment is left to chance.
    """
    took, promised = a_write(url)
    writing, attempt = 0, 0
    while attempt < kills or (not writing and attempt < 20 * kills):
        attempt += 1
        child, said = started(url, 1000 * attempt, 1000)
        words: list[str] = []
        nights = chance.randint(1, NIGHTS)
        while words.count(BEGINS) < nights:
            if not (line := said.readline()):
                sys.exit(f"writer {attempt} could not go on from what those before it left")
            words.append(line.strip())
        time.sleep(chance.uniform(0, 1.5 * took))
        os.kill(child, signal.SIGKILL)
        words += ended(child, said)
        writing += words[-1] == BEGINS
        promised += [word for word in words if word != BEGINS]
    return promised, writing


def together(url: str, each: int) -> list[str]:
    """What writers promised that worked at the same time."""
    running = [started(url, 1000 * number, each) for number in range(WRITERS)]
    return [word for one in running for word in ended(*one) if word != BEGINS]


def found(url: str, promised: list[str], writing: int) -> dict[str, object]:
    """What is there of what was promised by writers of whom so many were killed while they wrote."""
    with open_store(url) as store:
        there = {scan.id: {one.name for one in store.findings(scan.id) if one.state in FAILS} for scan in store.scans()}
        return {
            "promised": len(promised),
            "writing": writing,
            "there": len(there),
            "lost": sorted(set(promised) - set(there)),
            "half": [id for id, failing in there.items() if failing != fails(int(id))],
            "problems": list(store.verify()),
        }


def main() -> None:
    url = sys.argv[1]
    open_store(url).close()
    if sys.argv[2] == "together":
        made = together(url, int(sys.argv[3])), 0
    else:
        made = killed(url, int(sys.argv[2]), random.Random(sys.argv[3]))
    json.dump(found(url, *made), sys.stdout)


if __name__ == "__main__":
    main()
