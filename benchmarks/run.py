"""Measure mlposture against generated clouds, its floor and its peer.

    python benchmarks/run.py --list
    python benchmarks/run.py --only thousand --no-peer
    python benchmarks/run.py --quick

Each scenario writes what it measured to benchmarks/results/NAME.json, and says which of its targets were met. With
--record the results also go into benchmarks/results/latest.json, from which docs/performance.md is made. Exits with 1
if a target was missed or a scenario broke.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.running.bench import Bench, Result, conditions  # noqa: E402
from benchmarks.running.scenarios import BY_NAME, SCENARIOS, Entry  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure mlposture.")
    parser.add_argument("--list", action="store_true", help="name the scenarios and stop")
    parser.add_argument("--only", action="append", choices=BY_NAME, metavar="NAME", help="run this one; repeatable")
    parser.add_argument("--quick", action="store_true", help="small worlds, no peer, about a minute")
    parser.add_argument("--no-peer", action="store_true", help="do not run the peer")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of ours where several are made")
    parser.add_argument("--record", action="store_true", help="put the results into latest.json")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Run what was asked for; 1 if a target was missed."""
    options = arguments(argv)
    if options.list:
        for entry in SCENARIOS:
            print(f"{entry.name:14} {'quick ' if entry.quick else '      '} {entry.title}")
        return 0
    chosen = [entry for entry in SCENARIOS if entry.name in options.only] if options.only else SCENARIOS
    if options.quick:
        chosen = [entry for entry in chosen if entry.quick]
    if options.record and options.quick:
        sys.exit("--record: a quick run is too small to be recorded")
    missed = 0
    for entry in chosen:
        result = run(entry, options)
        write(RESULTS / f"{'quick-' if options.quick else ''}{entry.name}.json", result)
        if options.record and "failed" not in result:
            record(entry.name, result)
        missed += report(result)
    return int(missed > 0)


def run(entry: Entry, options: argparse.Namespace) -> Result:
    """Run one scenario in a temporary folder; a scenario that breaks does not take the others with it."""
    print(f"\n{entry.name}: {entry.title}", flush=True)
    started = time.monotonic()
    result: Result = {"name": entry.name, "title": entry.title, "conditions": conditions()}
    with tempfile.TemporaryDirectory(prefix="mlposture-bench-") as folder:
        bench = Bench(Path(folder), quick=options.quick, peer=not (options.no_peer or options.quick),
                      runs=1 if options.quick else options.runs)  # fmt: skip
        try:
            result |= entry.run(bench)
        except Exception:
            result |= {"failed": traceback.format_exc()[-4000:]}
    return {**result, "seconds": round(time.monotonic() - started, 1)}


def report(result: Result) -> int:
    """Print the targets; how many were missed."""
    if "failed" in result:
        print(result["failed"])
        return 1
    for goal in result["targets"]:
        bound = "at least" if goal["least"] else "at most"
        print(f"  {'met   ' if goal['met'] else 'MISSED'} {goal['what']}: {goal['value']} {goal['unit']}"
              f" ({bound} {goal['limit']})")  # fmt: skip
    for what, why in result.get("not_measured", {}).items():
        print(f"  NOT MEASURED {what}: {why}")
    print(f"  {result['seconds']} s", flush=True)
    return sum(not goal["met"] for goal in result["targets"]) + len(result.get("not_measured", {}))


def write(path: Path, content: object) -> None:
    """Write JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def record(name: str, result: Result) -> None:
    """Put one scenario's result among the recorded ones."""
    path = RESULTS / "latest.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    write(path, {**known, name: result})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
