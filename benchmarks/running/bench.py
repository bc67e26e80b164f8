"""What scenarios share: scans of ours, targets, and the machine they ran on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.running import measure, transport
from benchmarks.running.floor import Conditions, Floor, Limit, Plan, floor
from benchmarks.running.server import Server, World, serving

ROOT = Path(__file__).resolve().parents[2]
#: The kinds of the main comparison, and what their checks join besides.
FOUR = ("aws.sagemaker.Model", "aws.sagemaker.EndpointConfig", "aws.sagemaker.NotebookInstance",
        "aws.sagemaker.TrainingJob", "aws.sagemaker.ModelPackage", "aws.sagemaker.InferenceComponent")  # fmt: skip

Result = dict[str, Any]


@dataclass(frozen=True)
class Scan:
    """One scan: what it used, its JSON report, what the server counted, and of ours its own profile."""

    run: measure.Run
    report: Path
    counters: Mapping[str, Any]
    profile: Mapping[str, Any] | None = None

    @property
    def collecting(self) -> float | None:
        """Seconds of the part that asks the cloud."""
        phases = (self.profile or {}).get("phases", ())
        return next((phase["seconds"] for phase in phases if phase["name"] == "collect"), None)


class ScanFailed(Exception):
    """A scan that should have worked did not."""


@dataclass
class Bench:
    """The settings of one invocation of the runner. `folder` is temporary; nothing in it outlives the run."""

    folder: Path
    quick: bool = False
    peer: bool = True
    runs: int = 3
    program: Path = field(default_factory=lambda: Path(sys.executable).with_name("mlposture"))
    _taken: int = 0

    def place(self, name: str) -> Path:
        """A new folder."""
        self._taken += 1
        made = self.folder / f"{self._taken:03}-{name}"
        made.mkdir(parents=True)
        return made

    @contextmanager
    def serve(self, world: World) -> Iterator[Server]:
        """The replay server for a world."""
        with serving(world, self.place(f"{world.cloud}-server")) as server:
            yield server

    def command(self, *options: str, report: Path, target: Sequence[str] = (), verdicts: str = "all") -> list[str]:
        """A scan with every verdict in a JSON report; without `verdicts` those that a user gets unasked."""
        where = list(target) or ["aws", "--region", "us-east-1"]
        output = ["-o", str(report), "--fail-on", "never", "--no-progress"]
        output += ["--verdicts", verdicts] if verdicts else []
        return [str(self.program), "scan", *where, *output, *options]

    def scan(self, server: Server, *options: str, target: Sequence[str] = (), folder: Path | None = None,
             tree: bool = False, may_end_with: Sequence[int] = (0,), verdicts: str = "all") -> Scan:  # fmt: skip
        """Scan in a folder of its own (so without a cache), or in one given. Raises ScanFailed."""
        folder = folder or self.place("scan")
        report = folder / f"report-{len(list(folder.glob('report-*')))}.json"
        server.reset()
        profile = report.with_suffix(".profile")
        options = (*options, "--profile-run", str(profile))
        command = self.command(*options, report=report, target=target, verdicts=verdicts)
        run = measure.run(command, folder, measure.environment(folder, **server.env), tree=tree)
        if run.exit not in may_end_with:
            raise ScanFailed(f"{' '.join(command)}\nended with {run.exit}\n{run.tail()}")
        return Scan(run, report, server.counters(), json.loads(profile.read_text()))

    @cached_property
    def call_cost(self) -> tuple[float, float]:
        """CPU seconds of one call and of one page on a bare transport, measured now."""
        with self.serve(World(per_kind=100, latency=0)) as server:
            key, secret = server.env["AWS_ACCESS_KEY_ID"], server.env["AWS_SECRET_ACCESS_KEY"]
            return transport.cost(server.url, key, secret)

    def floor(self, plan: Plan, world: World, *, limits: Sequence[Limit] = ()) -> Floor:
        """The least time for a plan in a world, at the default number of calls in flight."""
        call, page = self.call_cost
        return floor(plan, Conditions(world.latency, in_flight(), tuple(limits), call, page))


def in_flight() -> int:
    """Calls in flight by default."""
    from scanner.calls.client import Manners

    return Manners().concurrency


def checks_within(kinds: Sequence[str], provider: str = "aws") -> list[str]:
    """`--check` options for every check that looks at nothing but these kinds."""
    from scanner.model.registry import load

    checks, _ = load((provider,))
    within = [c.id for c in checks.values() if {c.kind.kind, *(needed.kind for needed in c.needs)} <= set(kinds)]
    return [part for id in within for part in ("--check", id)]


def target(what: str, value: float | None, limit: float, unit: str = "", *, least: bool = False) -> Result:
    """A goal and whether it was met: `value` may be at most `limit`, or at least with `least`."""
    met = value is not None and (value >= limit if least else value <= limit)
    return {"what": what, "value": value, "limit": limit, "unit": unit, "least": least, "met": met}


def summary(scans: Sequence[Scan]) -> Result:
    """What several equal scans used, and what the server counted for the last one."""
    counters = scans[-1].counters
    found = measure.used([scan.run for scan in scans])
    found["calls"] = measure.spread([scan.counters["calls"] for scan in scans], 0)
    found["throttled"] = measure.spread([scan.counters["throttled"] for scan in scans], 0)
    collecting = [scan.collecting for scan in scans]
    if None not in collecting:
        found["collecting_s"] = measure.spread(collecting, 2)
        # A batch of requests is one call; the server counts what is in it.
        found["requests"] = measure.spread([scan.profile["calls"] for scan in scans if scan.profile], 0)
    found["most_in_flight"] = max(scan.counters["max_in_flight"] for scan in scans)
    found["operations"] = {name: count["calls"] for name, count in counters["operations"].items()}
    return found


def conditions() -> Result:
    """The machine and the versions that everything was measured with."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())  # fmt: skip
    packages = ("boto3", "urllib3", "msgspec", "click", "requests")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in ("mlposture", *packages)},
    }


def clean(folder: Path) -> None:
    """Remove what a scenario left; reports of large worlds fill a disk."""
    shutil.rmtree(folder, ignore_errors=True)


Scenario = Callable[[Bench], Result]
