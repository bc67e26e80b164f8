"""What a report costs in each format: seconds of CPU, the peak of memory, and bytes.

    python benchmarks/formats.py [--findings N] [--format NAME ...]

The inventory is generated: notebook instances in 20 accounts and two regions, each of which fails four checks. Every
format is written by a process of its own, for a tenth of the findings and for all of them: memory may not grow as the
report does. "judging" is the same without a report, and what a format costs is beside it. A format may say that it
leaves something out, and then its bytes say so too. At the end: what JSON and SARIF take with judging of the time that
Kubernetes leaves a scan that it stops.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from checks.aws.sagemaker.resources import NotebookInstance  # noqa: E402 - needs the line above
from reports import FORMATS  # noqa: E402 - as above
from scanner.collect.run import GRACE  # noqa: E402 - as above
from scanner.model.nouns import Scope  # noqa: E402 - as above
from scanner.store.inventory import Inventory  # noqa: E402 - as above

ACCOUNTS = tuple(f"{111122220000 + number}" for number in range(20))
REGIONS = ("eu-west-1", "us-east-1")
#: Seconds until Kubernetes kills what it has told to stop, and what `--grace` leaves calls in flight of them.
KILLED_AFTER, CALLS = 30.0, GRACE
#: The checks that each notebook instance fails.
CHECKS = ("MLP-1001", "MLP-1002", "MLP-1003", "MLP-1004")


class Cost(NamedTuple):
    """What a process took: seconds of CPU, and the peak of memory and the bytes of its report in MB."""

    seconds: float
    peak: float
    size: float


def notebooks(total: int) -> Iterator[NotebookInstance]:
    """So many notebook instances, in turn in each account and region, that fail all `CHECKS`."""
    for number in range(total):
        account, region = ACCOUNTS[number % len(ACCOUNTS)], REGIONS[number // len(ACCOUNTS) % len(REGIONS)]
        name = f"research-{number:06}"
        yield NotebookInstance(
            id=f"arn:aws:sagemaker:{region}:{account}:notebook-instance/{name}",
            name=name,
            scope=Scope("aws", account, region),
            status="InService",
            direct_internet_access="Enabled",
            subnet_id=None,
            root_access="Enabled",
            kms_key_id=None,
        )


def save(path: Path, total: int) -> None:
    """An inventory of so many notebook instances, and of nothing else."""
    inventory, left = Inventory(datetime(2026, 11, 22, tzinfo=UTC)), notebooks(total)
    while some := list(islice(left, 500)):
        inventory.store.put(some)
    inventory.scopes = tuple(Scope("aws", account, region) for account in ACCOUNTS for region in REGIONS)
    inventory.save(path)


def cost(inventory: Path, folder: Path, name: str | None) -> Cost:
    """What writing the report in a format costs, or judging without a report."""
    report = folder / "report"
    how = [f"--check={check}" for check in CHECKS]
    how += ["--verdicts=fail", "--fail-on=never", "--systems=none", *(["-o", f"{name}:{report}"] if name else [])]
    program = (sys.executable, "-c", "from scanner.cli.commands import main; main()", "evaluate", str(inventory))
    process = subprocess.Popen([*program, *how], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name or 'judging'} ended with {process.returncode}")
    written = list(folder.glob("report*"))
    size = sum(path.stat().st_size for path in written)
    for path in written:
        path.unlink()
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, size / 1e6)


def measure(findings: int, names: Sequence[str]) -> Iterator[tuple[str, Cost, Cost]]:
    """Each format, and first judging alone: what a tenth of the findings costs, and all of them.

    A process begins with the peak of the one that starts it, so that this one must not have grown before.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for total in (findings // 10, findings):
            made.append(Path(folder, f"{total}.inventory"))
            save(made[-1], total // len(CHECKS))
        for name in (None, *names):
            few, many = (cost(path, Path(folder), name) for path in made)
            yield name or "judging", few, many


def patience(seconds: Mapping[str, float]) -> str:
    """What JSON and SARIF take with judging, of what Kubernetes leaves. The seconds of each are with judging."""
    took = seconds["json"] + seconds["sarif"] - seconds["judging"]
    return f"JSON and SARIF, with judging: {took:.1f} of the {KILLED_AFTER - CALLS:g} s that Kubernetes leaves"


def main() -> None:
    """Measure once, and print a table."""
    parser = argparse.ArgumentParser(description="Measure what a report costs in each format.")
    parser.add_argument("--findings", type=int, default=100_000, metavar="N")
    parser.add_argument("--format", action="append", choices=sorted(FORMATS), help="only this one; repeatable")
    given = parser.parse_args()
    print(f"{given.findings:,} findings; in brackets: of a tenth of them")
    print(f"{'':12} {'CPU s':>14} {'peak MB':>14} {'report MB':>18}")
    seconds = {}
    for name, few, many in measure(given.findings, given.format or sorted(FORMATS)):
        seconds[name] = many.seconds
        print(
            f"{name:12} {many.seconds:6.1f} ({few.seconds:5.1f}) {many.peak:6.0f} ({few.peak:5.0f})"
            f" {many.size:9.2f} ({few.size:6.2f})",
            flush=True,
        )
    if {"json", "sarif"} <= seconds.keys():
        print(patience(seconds))


if __name__ == "__main__":
    main()
