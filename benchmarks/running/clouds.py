"""Scenarios of Google Cloud and Azure: calls and time beside the least there can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from benchmarks.running import compare, plans
from benchmarks.running.bench import Bench, Result, in_flight, summary, target
from benchmarks.running.floor import Conditions, Plan, floor
from benchmarks.running.server import World


def google(bench: Bench) -> Result:
    """One project, all checks, all locations."""
    return _cloud(bench, "gcp", plans.google)


def azure(bench: Bench) -> Result:
    """One subscription, all checks."""
    return _cloud(bench, "azure", plans.azure)


def _cloud(bench: Bench, cloud: str, best: Callable[[int], Sequence[Plan]]) -> Result:
    per_kind = 100 if bench.quick else 1000
    world = World(cloud=cloud, per_kind=per_kind)
    with bench.serve(world) as server:
        scans = [bench.scan(server, target=[cloud]) for _ in range(bench.runs)]
    ours = summary(scans)
    findings = compare.counts(compare.load(scans[0].report))
    gaps = len(msgspec.json.decode(scans[0].report.read_bytes())["gaps"])
    # Calls on these bare transports are not signed, so the CPU time of AWS's would be no lower bound.
    conditions = Conditions(world.latency, in_flight())
    bound = min((floor(plan, conditions) for plan in best(per_kind)), key=lambda found: found.seconds)
    return {
        "per_kind": per_kind,
        "ours": {**ours, "findings": findings, "in_flight": in_flight()},
        "floor": bound.report(),
        "targets": [
            target("gaps", gaps, 0),
            target("verdicts unknown", findings.get("unknown", 0), 0),
        ],
    }
