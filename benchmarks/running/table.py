"""Recorded results as Markdown tables and charts for docs/performance.md. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.running import peer, plot

Results = Mapping[str, Mapping[str, Any]]
PEER = f"prowler {peer.VERSION}"
#: Scenarios that compare with the floor, and how a reader calls their world.
_FLOORS = {
    "one-check": "1,000 of each, one check",
    "thousand": "1,000 of each SageMaker kind",
    "five-thousand": "5,000 of each",
    "ten-thousand": "10,000 of each",
    "everything": "1,000 of each, all checks",
    "google": "Google Cloud, 1,000 of each",
    "azure": "Azure, 1,000 of each",
}
_MEASURES = {"wall_s": "wall time, s", "cpu_s": "CPU time, s", "peak_mb": "peak memory, MB", "calls": "API calls"}


def conditions(results: Results) -> str:
    """The machine and the versions; everything that differed between scenarios is shown."""
    every = [result["conditions"] for result in results.values()]
    rows = [
        ("processor", [f"{c['cpu']}, {c['cores']} cores" for c in every]),
        ("memory", [f"{c['memory_gb']} GB" for c in every]),
        ("system", [c["system"] for c in every]),
        ("Python", [c["python"] for c in every]),
        (
            "packages",
            [", ".join(f"{name} {version}" for name, version in sorted(c["versions"].items())) for c in every],
        ),
        ("date", [c["date"] for c in every]),
    ]
    return _table(("", ""), [(name, "; ".join(dict.fromkeys(found))) for name, found in rows])


def goals(results: Results) -> str:
    """Every target of every scenario, and what was not measured."""
    rows = []
    for result in results.values():
        for goal in result["targets"]:
            bound = f"{'≥' if goal['least'] else '≤'} {_number(goal['limit'])} {goal['unit']}".rstrip()
            met = "yes" if goal["met"] else "**no**"
            rows.append(
                (result["title"], goal["what"], f"{_number(goal['value'])} {goal['unit']}".rstrip(), bound, met)
            )
        rows += [(result["title"], what, "not measured", why, "**no**")
                 for what, why in result.get("not_measured", {}).items()]  # fmt: skip
    return _table(("Scenario", "What", "Measured", "Goal", "Met"), rows)


def beside_peer(results: Results) -> str:
    """Ours and the peer's, for the worlds that both scanned."""
    rows = []
    for name, world in {**_FLOORS, "empty": "an empty account, 17 regions"}.items():
        found = results.get(name, {})
        if "peer" in found:
            rows += [
                (world, label, _spread(found["ours"][key]), _spread(found["peer"][key]), _factor(found, key))
                for key, label in _MEASURES.items()
            ]
    return _table(("World", "", "mlposture", PEER, "peer ÷ ours"), rows)


def differences(results: Results) -> str:
    """Where the two tools disagree and why."""
    found = results.get("thousand", {}).get("comparison")
    if found is None:
        return _NOTHING
    said = f"{_number(found['compared'])} verdicts compared, {_number(found['same_faults'])} faults found by both, "
    said += f"{_number(found['unexplained'])} differences without a stated reason."
    rows = [(f"`{e['theirs']}`", e["ours"], e["reason"], _number(e["findings"])) for e in found["explained"]]
    return f"{said}\n\n{_table(('Peer', 'Ours', 'Reason', 'Findings'), rows)}" if rows else said


def floors(results: Results) -> str:
    """The least possible time of each world and how near we came."""
    rows = []
    for name, label in _FLOORS.items():
        found = results.get(name, {})
        if "floor" in found:
            least, wall = found["floor"], found["ours"]["wall_s"]["median"]
            if "collecting_s" not in found["ours"]:
                continue
            asking = found["ours"]["collecting_s"]["median"]
            calls = f"{_number(least['calls'])} / {_number(found['ours']['requests']['median'])}"
            to_floor = [f"{seconds / least['seconds']:.2f}" for seconds in (asking, wall)]
            rows.append((label, calls, f"{least['seconds']:.2f}", least["bound"],
                         f"{asking:.2f}", to_floor[0], f"{wall:.2f}", to_floor[1]))  # fmt: skip
    head = ("World", "calls: best plan / ours", "floor, s", "bound by", "asking, s", "ratio", "whole scan, s", "ratio")
    return _table(head, rows)


def throttled(results: Results) -> str:
    """What limits of the provider do to time and verdicts."""
    rows = []
    for name, case in results.get("throttled", {}).get("limits", {}).items():
        rows.append((name, *_hurried("mlposture", case["ours"], case["difference"], case["floor"])))
        if "peer" in case:
            rows.append((name, *_hurried(PEER, case["peer"], case["peer"]["difference"], None)))
    return _table(("Limit of each operation", "", "wall, s", "floor, s", "calls throttled", "findings wrong"), rows)


def _hurried(
    who: str, used: Mapping[str, Any], wrong: Mapping[str, int], floor: Mapping[str, Any] | None
) -> tuple[str, ...]:
    share = 100 * used["throttled"]["median"] / used["calls"]["median"]
    least = f"{floor['seconds']:.1f}" if floor else ""
    findings = f"{_number(wrong['wrong'])} of {_number(wrong['findings'])}"
    return who, f"{used['wall_s']['median']:.1f}", least, f"{share:.1f} %", findings


def curve(results: Results) -> str:
    """Cost by size."""
    found = results.get("curve")
    if found is None:
        return _NOTHING
    keys = ("resources", "wall_s", "cpu_s", "peak_mb", "calls", "findings")
    rows = [tuple(_number(point[key]) for key in keys) for point in found["points"]]
    table = _table(("Resources", "wall, s", "CPU, s", "peak, MB", "calls", "verdicts"), rows)
    each = f"{_number(found['bytes_per_finding'])} bytes of memory for each verdict and"
    return f"{table}\n\nAs slopes: {each} {_number(found['cpu_us_per_resource'])} µs of CPU time for each resource."


def cached(results: Results) -> str:
    """A first and a second scan."""
    found = results.get("cached")
    if found is None:
        return _NOTHING
    rows = [(label, _spread(found["first"][key]), _spread(found["second"][key])) for key, label in _MEASURES.items()]
    return _table(("", "first scan", "second scan"), rows)


def empty(results: Results) -> str:
    """An account with nothing in it."""
    found = results.get("empty")
    if found is None:
        return _NOTHING
    return _table(("", "17 regions"), [(label, _spread(found["ours"][key])) for key, label in _MEASURES.items()])


def endurance(results: Results) -> str:
    """Many accounts, several processes, and kills."""
    rows = []
    if "organization" in results:
        found = results["organization"]
        for key, label in (("one_process", "one process"), ("several_processes", "four workers, one of them killed")):
            if key in found:
                used = found[key]
                rows.append((f"{found['accounts']} accounts × {found['regions']} regions, {label}",
                             *(_spread(used[measure]) for measure in _MEASURES)))  # fmt: skip
    if "killed" in results:
        rows.append(("the account that is killed and resumed, undisturbed",
                     *(_spread(results["killed"]["undisturbed"][measure]) for measure in _MEASURES)))  # fmt: skip
    return _table(("", *_MEASURES.values()), rows)


def install(results: Results) -> str:
    """Size, packages and start-up."""
    found = results.get("install")
    if found is None:
        return _NOTHING
    rows = [
        ("fresh environment with `.[aws]`, MB", _number(found["venv_mb"])),
        ("packages", str(len(found["packages"]))),
    ]
    rows += [(f"CPU time of `{name}`, ms", _number(value)) for name, value in found["start_cpu_ms"].items()]
    return _table(("", ""), rows)


TABLES: dict[str, Callable[[Results], str]] = {
    "conditions": conditions,
    "goals": goals,
    "peer": beside_peer,
    "differences": differences,
    "floors": floors,
    "throttled": throttled,
    "curve": curve,
    "cached": cached,
    "empty": empty,
    "endurance": endurance,
    "install": install,
}


def charts(results: Results) -> dict[str, str]:
    """File name → SVG, for what was measured."""
    found = {}
    if "curve" in results:
        points = results["curve"]["points"]
        series = {
            label: [(point["resources"], max(point[key], 0.01)) for point in points]
            for key, label in (("peak_mb", "peak memory, MB"), ("cpu_s", "CPU time, s"), ("wall_s", "wall time, s"))
        }
        found["performance-curve.svg"] = plot.curves("Cost of a scan by size of the account", "resources", series)
    if "peer" in results.get("thousand", {}):
        world = results["thousand"]
        values = {label.partition(",")[0]: _times(world, key) for key, label in _MEASURES.items()}
        found["performance-ratios.svg"] = plot.bars(f"{PEER}: how many times what mlposture uses", values)
    return found


_NOTHING = "Not measured yet."


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return _NOTHING
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "nothing"
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"


def _spread(value: Mapping[str, float]) -> str:
    if value["min"] == value["max"]:
        return _number(value["median"])
    return f"{_number(value['median'])} ({_number(value['min'])} to {_number(value['max'])})"


def _factor(found: Mapping[str, Any], key: str) -> str:
    return _times(found, key)[1]


def _times(found: Mapping[str, Any], key: str) -> tuple[float, str]:
    times = found["peer"][key]["median"] / found["ours"][key]["median"]
    return times, f"{times:.1f} ×"
