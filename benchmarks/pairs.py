"""Two versions of mlposture beside each other: what the same scan costs in each.

    python benchmarks/pairs.py --old OTHER/.venv/bin/mlposture --cloud aws --per-kind 1000

Both scan the same replayed cloud by turns, so that drift of the machine falls on both alike. Prints calls, and the
median, least and most of wall time, CPU time and peak memory of each, and of the ratio new to old, taken pair by pair.
What follows `--` is passed to both scans, as `-- --check MLP-1003`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.running.bench import Bench, Scan  # noqa: E402 - needs the line above
from benchmarks.running.server import Server, World  # noqa: E402 - as above

MEASURES = {"wall time, s": "wall", "CPU time, s": "cpu", "peak memory, MB": "peak"}
TARGETS = {"aws": ["aws", "--region", "us-east-1"], "gcp": ["gcp"], "azure": ["azure"]}


def arguments(argv: list[str]) -> argparse.Namespace:
    """The settings of this run."""
    parser = argparse.ArgumentParser(description="Compare two versions of mlposture, by turns.")
    parser.add_argument("--old", type=Path, required=True, metavar="PROGRAM", help="the mlposture to compare with")
    parser.add_argument("--new", type=Path, default=Path(sys.executable).with_name("mlposture"), metavar="PROGRAM")
    parser.add_argument("--cloud", choices=TARGETS, default="aws")
    parser.add_argument("--per-kind", type=int, default=1000, metavar="N", help="0 for an empty account")
    parser.add_argument("--pairs", type=int, default=9, metavar="N")
    parser.add_argument("options", nargs="*", help="passed to both scans, after --")
    return parser.parse_args(argv)


def taken(pairs: int, benches: list[Bench], server: Server, target: list[str], options: list[str]) -> list[list[Scan]]:
    """One list of scans for each version; a first pair, which fills the caches of the disk, is left out."""
    scans: list[list[Scan]] = [[] for _ in benches]
    for _ in range(pairs + 1):
        for found, bench in zip(scans, benches, strict=True):
            found.append(bench.scan(server, *options, target=target, verdicts=""))
    return [found[1:] for found in scans]


def spread(values: list[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):7.2f} ({min(values):.2f} to {max(values):.2f})"


def main(argv: list[str]) -> None:
    """Measure and print a table."""
    options = arguments(argv)
    with tempfile.TemporaryDirectory(prefix="mlposture-pairs-") as folder:
        benches = [
            Bench(folder=Path(folder) / name, program=program.absolute())
            for name, program in (("old", options.old), ("new", options.new))
        ]
        with benches[0].serve(World(cloud=options.cloud, per_kind=options.per_kind)) as server:
            old, new = taken(options.pairs, benches, server, TARGETS[options.cloud], options.options)
    calls = [scans[-1].counters["calls"] for scans in (old, new)]
    print(f"{options.pairs} pairs, {options.cloud}, {options.per_kind} of a kind; median (least to most)")
    print(f"{'calls':16} old {calls[0]:7}   new {calls[1]:7}")
    for label, name in MEASURES.items():
        unit = 1e6 if name == "peak" else 1
        before, after = ([getattr(scan.run, name) / unit for scan in scans] for scans in (old, new))
        ratio = [y / x for x, y in zip(before, after, strict=True)]
        print(f"{label:16} old {spread(before)}   new {spread(after)}   ratio {spread(ratio)}")


if __name__ == "__main__":
    main(sys.argv[1:])
