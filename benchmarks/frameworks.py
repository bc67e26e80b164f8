"""What it costs to load control frameworks, in a process that has loaded none.

    python benchmarks/frameworks.py

Prints, for the frameworks that reports show by default and for all that are shipped, the median CPU time of loading,
and the ratio to decoding the same files without types, as a measure of the machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

RUNS = 15
#: Seconds of CPU between the end of the imports and the end of the work.
CODE = """
import time, sys, pathlib, msgspec, scanner.frameworks as f
ids = f.known() if sys.argv[1] == "all" else f.HEADLINE
folder = pathlib.Path(f.__file__).with_name("data")
began = time.process_time()
if sys.argv[2] == "load":
    f.load(ids)
else:
    for id in (*ids, "objectives"):
        msgspec.json.decode(folder.joinpath(f"{id}.json").read_bytes())
print(time.process_time() - began)
"""


def seconds(which: str, how: str) -> float:
    """The median of some runs, each in a process of its own."""
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", CODE, which, how]
    runs = [subprocess.run(command, capture_output=True, check=True, cwd=root).stdout for _ in range(RUNS)]
    return statistics.median(float(run) for run in runs)


def main() -> None:
    """Measure and print a table."""
    print(f"{'frameworks':12} {'CPU ms':>7} {'x decoding':>11}   (median of {RUNS})")
    for which in ("the four", "all"):
        loading = seconds(which, "load")
        print(f"{which:12} {1000 * loading:7.1f} {loading / seconds(which, 'decode'):11.1f}")


if __name__ == "__main__":
    main()
