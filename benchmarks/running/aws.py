"""Scenarios of one AWS account, beside the peer where that is told."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from benchmarks.running import compare, measure, peer, plans, truth
from benchmarks.running.bench import FOUR, Bench, Result, Scan, checks_within, clean, in_flight, summary, target
from benchmarks.running.floor import Limit
from benchmarks.running.server import Server, World

LATENCY = 0.05
#: the single check of the one-check scenario, ours and the peer's
ROOT_ACCESS = ("MLP-1003", "sagemaker_notebook_instance_root_access_disabled")


def thousand(bench: Bench) -> Result:
    """The main comparison: time, calls, memory and findings for the checks that look at the four kinds."""
    per_kind = 200 if bench.quick else 1000
    found = _beside_peer(bench, per_kind, runs=bench.runs)
    if bench.quick:
        return found
    ours, bound = found["ours"], found["floor"]["seconds"]
    found["targets"] += [
        target("calls", ours["calls"]["median"], 2101),
        target("wall time", ours["wall_s"]["median"], 6.4, "s"),
        target("CPU time", ours["cpu_s"]["median"], 4.4, "s"),
        target("peak memory", ours["peak_mb"]["median"], 145, "MB"),
        target("wall time to the floor", round(ours["wall_s"]["median"] / bound, 2), 1.3, "x"),
        *_against(found, calls=1 / 4, wall_s=1 / 15, cpu_s=1 / 10, peak_mb=1 / 5),
    ]
    return found


def five_thousand(bench: Bench) -> Result:
    """The same at five times the size."""
    found = _beside_peer(bench, 5000, runs=1)
    found["targets"].append(target("peak memory", found["ours"]["peak_mb"]["median"], 223, "MB"))
    found["targets"] += _against(found, wall_s=1 / 15, peak_mb=1 / 10)
    return found


def ten_thousand(bench: Bench) -> Result:
    """Only ours: how near the floor it stays."""
    world = World(per_kind=10_000, latency=LATENCY)
    with bench.serve(world) as server:
        scan = bench.scan(server, *checks_within(FOUR), verdicts="")
        whole = bench.scan(server, *checks_within(FOUR))
    found = _ours(bench, [scan], whole, world)
    ratio = round(scan.run.wall / found["floor"]["seconds"], 2)
    found["targets"] = [target("wall time to the floor", ratio, 1.3, "x"), _truth_target(found)]
    return found


def everything(bench: Bench) -> Result:
    """All checks: also endpoints, and the buckets and roles that everything refers to."""
    per_kind = 100 if bench.quick else 1000
    few = per_kind // 10
    world = World(per_kind=per_kind, latency=LATENCY, more=(f"--count=endpoints={per_kind}",))
    with bench.serve(world) as server:
        scans = [bench.scan(server, verdicts="") for _ in range(bench.runs)]
        whole = bench.scan(server)
    bound = bench.floor(plans.everything(per_kind, per_kind, few, few), world)
    ours = compare.load(whole.report)
    found: Result = {
        "per_kind": per_kind,
        "ours": {**summary(scans), "findings": compare.counts(ours), "in_flight": in_flight()},
        "floor": bound.report(),
        "truth": compare.with_truth(ours, truth.planted(per_kind, endpoints=per_kind)),
    }
    ratio = round(found["ours"]["wall_s"]["median"] / bound.seconds, 2)
    found["targets"] = [_truth_target(found)]
    if not bench.quick:
        found["targets"].append(target("wall time to the floor", ratio, 1.3, "x"))
    return found


def one_check(bench: Bench) -> Result:
    """What is not asked for must not be paid for."""
    per_kind = 200 if bench.quick else 1000
    mine, theirs = ROOT_ACCESS
    world = World(per_kind=per_kind, latency=LATENCY)
    with bench.serve(world) as server:
        scans = [bench.scan(server, "--check", mine) for _ in range(bench.runs)]
        found: Result = {"ours": summary(scans)}
        if bench.peer:
            found["peer"] = _peer(bench, server, check=theirs)[0]
    call = bench.floor(plans.notebooks_alone(per_kind), world)
    found["floor"] = call.report()
    limit = call.calls + per_kind // 100  # room for one more listing
    found["targets"] = [target("calls", found["ours"]["calls"]["median"], limit)]
    found["targets"] += _against(found, calls=1 / 8)
    return found


def cached(bench: Bench) -> Result:
    """A second scan asks for lists, and once for each resource that may have changed, and for nothing else."""
    per_kind = 200 if bench.quick else 1000
    folder, options = bench.place("cached"), checks_within(FOUR)
    with bench.serve(World(per_kind=per_kind, latency=LATENCY, log=True)) as server:
        first = bench.scan(server, *options, folder=folder)
        mark = server.mark()
        second = bench.scan(server, *options, folder=folder)
        asked = server.calls(mark)
    described = Counter((call["operation"], call["resource"]) for call in asked if ":Describe" in call["operation"])
    wanted = {
        "sagemaker:DescribeNotebookInstance": per_kind,
        "sagemaker:DescribeTrainingJob": truth.unfinished(per_kind),
    }
    by_operation = Counter(operation for operation, _ in described)
    beyond = sum(max(0, by_operation[name] - wanted.get(name, 0)) for name in by_operation)
    repeated = sum(count - 1 for count in described.values())
    difference = compare.same(compare.load(first.report), compare.load(second.report))
    return {
        "first": summary([first]),
        "second": summary([second]),
        "difference": difference,
        "targets": [
            target("details asked for that cannot have changed", beyond, 0),
            target("details asked for twice", repeated, 0),
            target("findings that differ from the first scan's", difference["wrong"], 0),
        ],
    }


def empty(bench: Bench) -> Result:
    """What a scan costs that finds nothing: all checks, all regions."""
    with bench.serve(World(per_kind=0, latency=LATENCY, regions=17)) as server:
        scans = [bench.scan(server, target=["aws"]) for _ in range(bench.runs)]
        found: Result = {"ours": summary(scans)}
        if bench.peer:
            found["peer"] = _peer(bench, server, region="")[0]
    found["targets"] = [
        target("wall time", found["ours"]["wall_s"]["median"], 2.0, "s"),
        target("CPU time", found["ours"]["cpu_s"]["median"], 1.0, "s"),
        *_against(found, cpu_s=1 / 20),
    ]
    return found


#: name → limits of each operation, as the provider would set them
LIMITS = {
    "20 a second, burst 100": (Limit("*", 20, 100),),
    "lists 2 a second, burst 10; all else 10, burst 20": (Limit("sagemaker:List*", 2, 10), Limit("*", 10, 20)),
    "100 a second, burst 200": (Limit("*", 100, 200),),
}


def throttled(bench: Bench) -> Result:
    """No verdict may be wrong or missing because the provider refused calls, and few calls may be refused."""
    per_kind, options = (200, checks_within(FOUR)) if bench.quick else (1000, checks_within(FOUR))
    with bench.serve(World(per_kind=per_kind, latency=LATENCY)) as server:
        calm = compare.load(bench.scan(server, *options).report)
        calm_peer = _peer(bench, server)[1] if bench.peer else {}
    found: Result = {"limits": {}, "targets": []}
    for name, limits in LIMITS.items():
        if bench.quick and name != "100 a second, burst 200":
            continue
        world = World(per_kind=per_kind, latency=LATENCY, limits=limits)
        with bench.serve(world) as server:
            scan = bench.scan(server, *options, may_end_with=(0, 4))
            bound = bench.floor(plans.sagemaker(per_kind), world, limits=limits)
            case: Result = {"ours": summary([scan]), "floor": bound.report()}
            case["difference"] = compare.same(calm, compare.load(scan.report))
            if bench.peer and name.startswith("20 "):
                case["peer"], hurried = _peer(bench, server)
                case["peer"]["difference"] = peer.wrong(calm_peer, hurried)
        share = round(100 * scan.counters["throttled"] / scan.counters["calls"], 2)
        case["throttled_percent"], case["to_floor"] = share, round(scan.run.wall / bound.seconds, 2)
        found["limits"][name] = case
        found["targets"] += [
            target(f"{name}: findings wrong or missing", case["difference"]["wrong"], 0),
        ]
        if not bench.quick:
            published = name.startswith("20 ")
            most = 1.15 if published else 1.3
            found["targets"].append(target(f"{name}: wall time to the floor", case["to_floor"], most, "x"))
            if published:
                found["targets"].append(target(f"{name}: calls throttled", share, 2, "%"))
    return found


def curve(bench: Bench) -> Result:
    """Time, calls and memory as the account grows, at a latency that hides nothing."""
    sizes = (25, 250) if bench.quick else (250, 1000, 2500, 5000, 10_000, 25_000)
    points = []
    for per_kind in sizes:
        with bench.serve(World(per_kind=per_kind, latency=0.001)) as server:
            scan = bench.scan(server, *checks_within(FOUR))
        points.append({
            "resources": 4 * per_kind,
            "wall_s": round(scan.run.wall, 2),
            "cpu_s": round(scan.run.cpu, 2),
            "peak_mb": round(scan.run.peak / 1e6, 1),
            "calls": scan.counters["calls"],
            "findings": sum(_counts(scan).values()),
        })  # fmt: skip
        clean(scan.report.parent)
    first, last = points[0], points[-1]
    grown = (last["peak_mb"] - first["peak_mb"]) * 1e6 / (last["findings"] - first["findings"])
    cost = (last["cpu_s"] - first["cpu_s"]) * 1e6 / (last["resources"] - first["resources"])
    # A small world's memory is that of its threads and of modules that are imported on the way.
    goals = [] if bench.quick else [target("memory for each finding", round(grown), 2048, "bytes")]
    return {
        "points": points,
        "bytes_per_finding": round(grown, 1),
        "cpu_us_per_resource": round(cost, 1),
        "targets": goals,
    }


# -- parts -------------------------------------------------------------------------------------------------------------


def _beside_peer(bench: Bench, per_kind: int, *, runs: int) -> Result:
    """Ours and the peer's scans of the same world by turns, and every finding compared."""
    world, options = World(per_kind=per_kind, latency=LATENCY), checks_within(FOUR)
    with bench.serve(world) as server:
        scans = [bench.scan(server, *options, verdicts="")]
        theirs: tuple[Result, peer.Findings] | None = _peer(bench, server) if bench.peer else None
        scans += [bench.scan(server, *options, verdicts="") for _ in range(runs - 1)]
        whole = bench.scan(server, *options)
    found = _ours(bench, scans, whole, world)
    found["targets"] = [_truth_target(found)]
    if theirs is not None:
        found["peer"] = theirs[0]
        found["comparison"] = compare.with_peer(compare.load(whole.report), theirs[1])
        found["ratios"] = {what: _ratio(found, what) for what in ("wall_s", "cpu_s", "peak_mb", "calls")}
        found["targets"] += [
            target("differences from the peer that nothing explains", found["comparison"]["unexplained"], 0),
            target("the peer's checks that nothing here speaks of", len(found["comparison"]["checks_without_pair"]), 0),
        ]
    return found


def _against(found: Result, **most: float) -> list[Result]:
    """Goals for ours to the peer's: they hold on a machine of any speed. None if the peer did not run."""
    names = {"calls": "calls", "wall_s": "wall time", "cpu_s": "CPU time", "peak_mb": "peak memory"}
    if "peer" not in found:
        return []
    return [target(f"{names[what]} to the peer's", _ratio(found, what), round(limit, 4), "x")
            for what, limit in most.items()]  # fmt: skip


def _ours(bench: Bench, scans: list[Scan], whole: Scan, world: World) -> Result:
    """What the timed scans took, and what one with every verdict in its report found."""
    ours = compare.load(whole.report)
    return {
        "per_kind": world.per_kind,
        "ours": {**summary(scans), "findings": compare.counts(ours), "in_flight": in_flight()},
        "floor": bench.floor(plans.sagemaker(world.per_kind), world).report(),
        "call_cpu_us": [round(1e6 * seconds) for seconds in bench.call_cost],
        "truth": compare.with_truth(ours, truth.planted(world.per_kind)),
    }


def _truth_target(found: Result) -> Result:
    return target("findings that differ from what was planted", found["truth"]["wrong"], 0)


def _peer(bench: Bench, server: Server, *, check: str = "", region: str = "us-east-1") -> tuple[Result, peer.Findings]:
    """One scan of the peer, of one region or all (""): what it used, and what it found."""
    folder = bench.place("peer")
    server.reset()
    run = peer.scan(folder, measure.environment(folder, **server.env), check=check, region=region)
    found = peer.findings(folder)
    scan = Scan(run, folder, server.counters())
    return {**summary([scan]), "findings": dict(Counter(found.values()))}, found


def _ratio(found: Result, what: str) -> float:
    """Ours to the peer's, of medians."""
    return round(float(found["ours"][what]["median"]) / float(found["peer"][what]["median"]), 4)


def _counts(scan: Scan) -> dict[str, int]:
    found: dict[str, Any] = msgspec.json.decode(scan.report.read_bytes(), type=dict[str, msgspec.Raw])
    verdicts = msgspec.json.decode(found["summary"])["verdicts"]
    return {name: int(count) for name, count in verdicts.items()}
