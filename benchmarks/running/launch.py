"""Run one command and print, as JSON, what its whole process tree used.

    python -I benchmarks/running/launch.py TREE STDOUT STDERR COMMAND...

A process of its own because the operating system counts the memory of whoever starts a program into that program's
peak, and the benchmark runner is large. TREE is 1 to sample the memory of all descendants as well, which costs a little
time, and 0 otherwise. The command writes to the files STDOUT and STDERR.

Prints {"pid"} when the command runs, or {"error"}, and then {"wall", "cpu" (seconds), "peak" (bytes of the largest
process), "tree_peak" (bytes of all processes at once, sampled; 0 if not asked for), "processes", "exit" (negative: the
signal that ended it)}. CPU time covers all descendants that were waited for.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGE = resource.getpagesize()
INTERVAL = 0.05


class Sampler(threading.Thread):
    """Adds up the resident memory of a process and its descendants until told to stop."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak, self.processes = root, 0, 1
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.wait(INTERVAL):
            sizes = tree(self.root)
            self.peak = max(self.peak, sum(sizes))
            self.processes = max(self.processes, len(sizes))


def tree(root: int) -> list[int]:
    """Resident bytes of a process and each of its descendants; pages they share count in each."""
    parents: dict[int, tuple[int, int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text(errors="replace")
            except OSError:  # it ended meanwhile
                continue
            # The name of the program, in brackets, may hold anything.
            fields = stat.rpartition(")")[2].split()
            parents[int(folder.name)] = (int(fields[1]), int(fields[21]) * PAGE)
    members, grew = {root}, True
    while grew:
        more = {pid for pid, (parent, _) in parents.items() if parent in members} - members
        members |= more
        grew = bool(more)
    return [parents[pid][1] for pid in members if pid in parents]


def main() -> None:
    """Start, wait, account."""
    sampled, stdout, stderr, command = sys.argv[1] == "1", Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
    with stdout.open("wb") as out, stderr.open("wb") as err:
        started = time.monotonic()
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        except OSError as error:
            print(json.dumps({"error": str(error)}), flush=True)
            return
    print(json.dumps({"pid": process.pid}), flush=True)
    sampler = Sampler(process.pid)
    if sampled:
        sampler.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    sampler.stopping.set()
    report = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
        "tree_peak": sampler.peak,
        "processes": sampler.processes,
        "exit": os.waitstatus_to_exitcode(status),
    }
    process.returncode = report["exit"]
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
