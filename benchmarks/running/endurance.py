"""Scenarios of scans that are large, spread over processes, or killed."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.running import compare, measure
from benchmarks.running.bench import Bench, Result, ScanFailed, summary, target
from benchmarks.running.server import Server, World

# -- many accounts -----------------------------------------------------------------------------------------------------

WORKERS = 4


def organization(bench: Bench) -> Result:
    """Every account of an organisation: by one process, then by several of which one is killed half way."""
    accounts, regions = 200, 4
    world = World(
        per_kind=8, latency=0.05, accounts=accounts, regions=regions, more=(f"--populated-regions={regions}",)
    )
    found: Result = {"accounts": accounts, "regions": regions}
    with bench.serve(world) as server:
        alone = bench.scan(server, target=["aws", "--organization"], tree=True)
        found["one_process"] = summary([alone])
        seen = compare.load(alone.report)
        found["targets"] = [target("accounts in the report", _accounts(seen), accounts, least=True)]
        if not bench.program.with_name("dask").exists():
            return {**found, "not_measured": {"several processes": "dask is not installed beside the program"}}
        with _workers(bench, server) as (address, workers):
            scan, killed_after = _scan_and_kill(bench, server, address, workers, alone.run.wall / 2)
        ended = [worker.wait(10) for worker in workers]
    difference = compare.same(seen, compare.load(scan.report))
    found["several_processes"] = {
        **summary([scan]),
        "workers": WORKERS,
        "killed_after_s": round(killed_after, 1),
        "workers_cpu_s": [round(run.cpu, 2) for run in ended],
        "workers_peak_mb": [round(run.peak / 1e6, 1) for run in ended],
    }
    found["difference"] = difference
    found["targets"] += [target("findings that differ from those of one process", difference["wrong"], 0)]
    return found


def _accounts(findings: compare.Ours) -> int:
    """Accounts that SageMaker findings speak of."""
    return len({resource.split(":")[4] for _, resource in findings if ":sagemaker:" in resource})


@contextmanager
def _workers(bench: Bench, server: Server) -> Iterator[tuple[str, list[measure.Running]]]:
    """A scheduler and its workers: processes of one thread that nobody starts again when they die."""
    folder, dask = bench.place("workers"), bench.program.with_name("dask")
    env, card = measure.environment(folder, **server.env), folder / "scheduler.json"
    with ExitStack() as stack:
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", card]
        scheduler = measure.start([dask, "scheduler", *options], folder, env)
        stack.callback(scheduler.wait, 10)
        stack.callback(scheduler.kill)
        address = _when_written(card)
        workers = []
        for _ in range(WORKERS):
            limits = ["--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
            workers.append(measure.start([dask, "worker", address, *limits], folder, env))
            stack.callback(workers[-1].kill)
        yield address.replace("tcp://", "dask://"), workers


def _when_written(card: Path, patience: float = 30) -> str:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            return str(json.loads(card.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.1)
    raise ScanFailed(f"the scheduler did not start within {patience} s")


def _scan_and_kill(
    bench: Bench, server: Server, address: str, workers: Sequence[measure.Running], moment: float
) -> tuple[Any, float]:
    """Scan on the workers and kill the first of them after `moment` seconds."""
    from threading import Timer

    started, killed = time.monotonic(), []

    def kill() -> None:
        workers[0].kill()
        killed.append(time.monotonic() - started)

    timer = Timer(moment, kill)
    timer.start()
    try:
        with tempfile.TemporaryDirectory() as store:
            engine = ("--engine", address, "--journal-store", store)
            scan = bench.scan(server, *engine, target=["aws", "--organization"], tree=True)
    finally:
        timer.cancel()
    if not killed:
        raise ScanFailed("the scan was over before a worker could be killed")
    return scan, killed[0]


# -- kill -9 -----------------------------------------------------------------------------------------------------------


def killed(bench: Bench) -> Result:
    """A scan killed at any moment and resumed gives the report of one that was left alone, and asks nothing twice."""
    times, regions = (5, 4) if bench.quick else (50, 8)
    world = World(
        per_kind=10 * regions, latency=0.02, regions=regions, log=True, more=(f"--populated-regions={regions}",)
    )
    chance = random.Random(0)  # noqa: S311 - moments, not secrets
    moments, wrong, twice, never, acknowledged = [], 0, [], 0, []
    with bench.serve(world) as server:
        calm = bench.scan(server, target=["aws"])
        for _ in range(times):
            moment = chance.uniform(0.02, 0.98) * calm.run.wall
            report, done, asked, interrupted = _kill_and_resume(bench, server, moment)
            moments.append(round(moment, 2))
            acknowledged.append(len(done))
            never += not interrupted
            wrong += not compare.identical(calm.report, report)
            twice += asked_twice(done, asked)
    return {
        "undisturbed": summary([calm]),
        "moments_s": moments,
        "acknowledged_units": acknowledged,
        "over_before_the_kill": never,
        "asked_twice": twice[:20],
        "targets": [
            target("reports that differ from the undisturbed one", wrong, 0),
            target("calls repeated for units that were acknowledged", len(twice), 0),
            target("scans that were interrupted", times - never, times // 2, least=True),
        ],
    }


#: kind, account and region of a unit of work
Done = set[tuple[str, str, str]]


def _kill_and_resume(bench: Bench, server: Server, moment: float) -> tuple[Path, Done, list[dict[str, Any]], bool]:
    """The final report, what was acknowledged before the kill, what was asked after it, whether the kill hit."""
    folder = bench.place("killed")
    report, journal = folder / "report.json", folder / "journal.sqlite"
    env = measure.environment(folder, **server.env)
    server.reset()
    command = bench.command("--journal", str(journal), report=report, target=["aws"])
    running = measure.start(command, folder, env)
    time.sleep(moment)
    running.kill()
    first = running.wait(60)
    interrupted = first.exit == -signal.SIGKILL
    if first.exit not in (-signal.SIGKILL, 0):
        raise ScanFailed(f"ended with {first.exit} before it could be killed\n{first.tail()}")
    done, mark = acknowledged_units(journal), server.mark()
    if not journal.exists() and report.exists():
        # Killed on its way out: the report is there, and the journal is removed after that.
        interrupted = False
    if interrupted:
        # Killed before there was a journal, there is nothing to resume and the same command starts anew.
        resume = [str(bench.program), "scan", "--resume", "--journal", str(journal), "-o", str(report)]
        run = measure.run(resume if journal.exists() else command, folder, env)
        if run.exit != 0:
            raise ScanFailed(f"resuming after {moment:.2f} s ended with {run.exit}\n{run.tail()}")
    return report, done, server.calls(mark), interrupted


def acknowledged_units(journal: Path) -> Done:
    """The units of work whose result is safely in a journal."""
    if not journal.exists():
        return set()
    connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'units'").fetchone()
        return set(connection.execute("SELECT kind, account, region FROM units WHERE finished")) if known else set()
    finally:
        connection.close()


def asked_twice(done: Done, asked: Sequence[dict[str, Any]]) -> list[str]:
    """Calls that can only have served units that were done. Pure.

    An operation may serve several kinds, so a call counts only if all units of its scope that use it were done. What a
    facade asks on its own account (who am I, which regions are there) belongs to no unit.
    """
    from scanner.model.registry import load

    _, collectors = load(("aws",))
    users: dict[str, list[str]] = {}
    for collector in collectors.values():
        for operation in collector.operations:
            users.setdefault(operation, []).append(collector.kind.kind)
    account_wide = {c.kind.kind for c in collectors.values() if c.per == "account"}
    units = {(kind, account, "" if kind in account_wide else region) for kind, account, region in done}
    found = []
    for call in asked:
        kinds = users.get(call["operation"], [])
        if kinds and all(
            (kind, call["account"], "" if kind in account_wide else call["region"]) in units for kind in kinds
        ):
            found.append(f"{call['operation']} {call['account']} {call['region']} {call['resource']}")
    return found
