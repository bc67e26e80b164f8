"""CPU time of commands that need no cloud, beyond a bare interpreter's.

    python benchmarks/startup.py [INVENTORY]

Run it with the Python of an environment that mlposture was installed into from a wheel: an editable checkout that may
not write bytecode is compiled anew at every start, and that is what would be measured.

Prints, for each command, the median CPU time (user + system) of its process less that of `python -c pass`, runs
interleaved so that drift of the machine falls on all alike, and the ratio to `python -c "import click"`.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

RUNS = 15


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one run of a command, from the operating system's accounting of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(python: Path, inventory: str | None = None) -> dict[str, float]:
    """Median CPU seconds of each command, with the environment of this Python."""
    mlposture = str(python.with_name("mlposture"))
    commands = {
        "python -c pass": [str(python), "-c", "pass"],
        "import click": [str(python), "-c", "import click"],
        "--version": [mlposture, "--version"],
        "--help": [mlposture, "--help"],
        "list checks": [mlposture, "list", "checks"],
        "explain": [mlposture, "explain", "MLP-1001"],
    }
    if inventory:
        commands["evaluate"] = [mlposture, "evaluate", inventory]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS + 1):
        for name, command in commands.items():
            times[name].append(cpu_seconds(command))
    return {name: statistics.median(seen[1:]) for name, seen in times.items()}


def main(inventory: str | None) -> None:
    """Measure and print a table."""
    found = medians(Path(sys.executable), inventory)
    bare, click = found["python -c pass"], found["import click"]
    print(f"{'command':16} {'CPU ms':>7} {'beyond bare':>12} {'x import click':>15}   (median of {RUNS})")
    for name, median in found.items():
        print(f"{name:16} {1000 * median:7.0f} {1000 * (median - bare):12.0f} {median / click:15.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
