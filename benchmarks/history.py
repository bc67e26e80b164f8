"""What a history costs: 90 scans of 10,000 findings, of which one in a hundred changes each night, by default.

    python benchmarks/history.py [--scans N] [--findings N] [--store URL]

Notebooks are generated, and judged by one check. Each night some are repaired, some are broken again, some are not seen
and some are new. Prints how large the history is, and in seconds of CPU of this process: writing a scan (the median and
the longest), loading what the next one is compared with, comparing two scans, and the counts that a trend is drawn of.
At last what it would be in a bucket, and making tables of that, without the network.
Without --store, the history is a file of SQLite in a temporary folder; a database of PostgreSQL has to be empty.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from msgspec import UNSET

# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from checks.aws.sagemaker.resources import NotebookInstance  # noqa: E402 - needs the line above
from scanner.evaluate.report import build_report  # noqa: E402 - as above
from scanner.frameworks import load as load_frameworks  # noqa: E402 - as above
from scanner.history.chain import anew  # noqa: E402 - as above
from scanner.history.engine import Engine, path_of  # noqa: E402 - as above
from scanner.history.log_replay import Replay  # noqa: E402 - as above
from scanner.history.log_scan import write_scan  # noqa: E402 - as above
from scanner.history.migrations import migrate  # noqa: E402 - as above
from scanner.history.sqlite_engine import SqliteEngine  # noqa: E402 - as above
from scanner.history.store import Store, open_store  # noqa: E402 - as above
from scanner.history.trend import trend  # noqa: E402 - as above
from scanner.model.checks import CHECKS  # noqa: E402 - as above
from scanner.model.nouns import Listing, Scope  # noqa: E402 - as above
from scanner.model.reported import Report  # noqa: E402 - as above
from scanner.store.inventory import Inventory  # noqa: E402 - as above

HERE = Scope("aws", "111122223333", "eu-west-1")
BEGAN = datetime(2026, 9, 1, 2, tzinfo=UTC)
CHECK = "MLP-1001"
T = TypeVar("T")


class World:
    """Notebooks by number, and what is seen of each. `change` is a night's."""

    def __init__(self, findings: int) -> None:
        self._chance = random.Random(0)  # noqa: S311 - the same world every time
        self._states: dict[int, Any] = dict.fromkeys(range(findings), "Enabled")

    def change(self) -> None:
        """One in a hundred is another one, or is seen otherwise than before."""
        for number in self._chance.sample(sorted(self._states), len(self._states) // 100):
            if self._chance.random() < 0.2:
                del self._states[number]
                self._states[max(self._states) + 1] = "Enabled"
            else:
                self._states[number] = self._chance.choice(["Enabled", "Disabled", UNSET])

    def inventory(self, at: datetime) -> Inventory:
        made = Inventory(at)
        for number, state in self._states.items():
            name = f"research-{number:06}"
            arn = f"arn:aws:sagemaker:{HERE.region}:{HERE.account}:notebook-instance/{name}"
            made.add(NotebookInstance(id=arn, name=name, scope=HERE, status="InService", direct_internet_access=state))
        made.scopes = (HERE,)
        made.listings[NotebookInstance.kind, HERE] = Listing(
            kind=NotebookInstance.kind, scope=HERE, complete=True, observed=len(self._states)
        )
        return made


def timed(what: Callable[[], T]) -> tuple[float, T]:
    """How long it takes, in seconds of CPU of this process, and what it gives."""
    began = time.process_time()
    made = what()
    return time.process_time() - began, made


def judged(store: Store, world: World, at: datetime) -> tuple[float, Report]:
    """The report of a night, and how long it took to load what it is compared with."""
    loading, earlier = timed(store.earlier)
    report = build_report(
        world.inventory(at), [CHECKS[CHECK]], load_frameworks(()), scan_id=f"{at:%Y-%m-%d}", started_at=at,
        finished_at=at + timedelta(minutes=20), earlier=earlier,
    )  # fmt: skip
    return loading, report


def measure(url: str, scans: int, findings: int) -> None:
    """Write all scans and print what they cost."""
    import checks.aws.sagemaker.notebooks  # noqa: F401 - which has the check

    world = World(findings)
    writing, loading = [], []
    with open_store(url) as store:
        for night in range(scans):
            took, report = judged(store, world, BEGAN + timedelta(days=night))
            loading.append(took)
            writing.append(timed(lambda report=report: store.write(report))[0])  # type: ignore[misc]
            world.change()
    with open_store(url) as store:
        counting, counted = timed(store.scans)
        ids = [scan.id for scan in counted]
        comparing, changes = timed(lambda: sum(1 for _ in store.changes(ids[-2], ids[-1])))
        far, _ = timed(lambda: sum(1 for _ in store.changes(ids[0], ids[-1])))
        reading, found = timed(lambda: sum(1 for _ in store.findings(ids[-1])))
        drawing, _ = timed(lambda: trend(store.scans(), store.spans(), lambda _: ("one", "another")))
        verifying, problems = timed(lambda: list(store.verify()))
        every = sum(sum(scan.states.values()) for scan in counted)
        [(rows,)] = store._engine.rows("SELECT COUNT(*) FROM mlposture_spans")  # noqa: SLF001 - what is measured
        log, replaying = in_a_bucket(store._engine)  # noqa: SLF001 - as above
    if problems:
        sys.exit(f"the history is not as it was written: {problems}")
    print(f"{scans} scans of {findings:,} notebooks, {every:,} findings in all, {found:,} in the last one")
    print(f"spans              {rows:,}")
    if path := path_of(url):
        print(f"size               {path.stat().st_size / 1e6:.1f} MB")
    print(f"write the first    {writing[0]:.2f} s")
    print(f"write a scan       {statistics.median(writing[1:]):.2f} s, at most {max(writing[1:]):.2f} s")
    print(f"load for the next  {loading[-1]:.2f} s")
    print(f"compare two        {comparing:.2f} s for {changes:,} findings; the first with the last {far:.2f} s")
    print(f"read one           {reading:.2f} s")
    print(f"counts of all      {counting:.4f} s")
    print(f"trend of all       {drawing:.2f} s")
    print(f"verify             {verifying:.2f} s")
    print(f"log in a bucket    {log / 1e6:.1f} MB, {replaying:.2f} s to make tables of it")


def in_a_bucket(engine: Engine) -> tuple[int, float]:
    """The bytes that the scans would be in a bucket, and how long it takes to have the tables again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scans = engine.rows("SELECT number, record FROM mlposture_scans ORDER BY number")
        for number, record in scans:
            write_scan(folder / str(number), bytes(record), anew(engine, int(number)))
        size = sum(path.stat().st_size for path in folder.iterdir())
        tables = SqliteEngine("tables", folder / "tables.db", make=True)
        migrate(tables)

        def replay() -> None:
            with tables.writing():
                taken = Replay(tables)
                for number, _ in scans:
                    with (folder / str(number)).open("rb") as file:
                        taken.take(file)

        took, _ = timed(replay)
        tables.close()
    return size, took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scans", type=int, default=90)
    parser.add_argument("--findings", type=int, default=10_000)
    parser.add_argument("--store", metavar="URL")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.store or f"sqlite:///{folder}/history.db", options.scans, options.findings)


if __name__ == "__main__":
    main()
