"""What it costs to compare two scans: seconds of CPU, the peak of memory, and bytes of the two files.

    python benchmarks/diff.py [--findings N]

The inventories are generated: notebook instances in 20 accounts and two regions, each of which fails four checks. A day
later a tenth of them is gone, and as many are new. Both are compared as JSON reports with all verdicts, as JSON reports
with failures alone, as SARIF, and as inventories, which are judged anew. Each is done by a process of its own, for a
tenth of the findings and for all of them: memory may not grow as the files do.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.formats import ACCOUNTS, CHECKS, REGIONS, Cost, notebooks  # noqa: E402 - needs the line above
from checks.aws.sagemaker.resources import NotebookInstance  # noqa: E402 - as above
from scanner.model.nouns import Listing, Scope  # noqa: E402 - as above
from scanner.store.inventory import Inventory  # noqa: E402 - as above

_PROGRAM = (sys.executable, "-c", "from scanner.cli.commands import main; main()")
#: What is compared: the end of its name, and the options that write it; none for the inventory itself.
FORMS = {
    "JSON": ("json", ("--verdicts=all",)),
    "JSON, failures": ("failures.json", ("--verdicts=fail",)),
    "SARIF": ("sarif", ("--sarif-profile=full", "--verdicts=all")),
    "inventory": ("inventory.json", ()),
}


def save(path: Path, total: int, day: int) -> None:
    """An inventory of so many notebook instances, of which a tenth is gone and another new on each day."""
    inventory = Inventory(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=day))
    first = day * (total // 10)
    left = islice(notebooks(first + total), first, None)
    while some := list(islice(left, 500)):
        inventory.store.put(some)
    inventory.scopes = tuple(Scope("aws", account, region) for account in ACCOUNTS for region in REGIONS)
    for scope in inventory.scopes:
        inventory.listings[NotebookInstance.kind, scope] = Listing(
            kind=NotebookInstance.kind, scope=scope, complete=True
        )
    inventory.save(path)


def run(*arguments: str) -> Cost:
    """What a command costs; it must end well."""
    process = subprocess.Popen([*_PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, 0)


def cost(folder: Path, findings: int, form: str) -> Cost:
    """What a comparison of two scans with so many findings costs, in one form."""
    ending, written = FORMS[form]
    names = []
    for day in (0, 1):
        inventory = folder / f"{findings}.{day}.inventory.json"
        if not inventory.exists():
            save(inventory, findings // len(CHECKS), day)
        names.append(folder / f"{findings}.{day}.{ending}")
        if written:
            how = [f"--check={check}" for check in CHECKS]
            run("evaluate", str(inventory), *how, *written, "--fail-on=never", "--systems=none", "-o", str(names[-1]))
    took = run("diff", *map(str, names), "--systems=none", "-o", str(folder / "diff.json"))
    return took._replace(size=sum(name.stat().st_size for name in names) / 1e6)


def measure(findings: int) -> Iterator[tuple[str, Cost, Cost]]:
    """Each form: what a tenth of the findings costs, and all of them."""
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMS:
            few, many = (cost(Path(folder), total, form) for total in (findings // 10, findings))
            yield form, few, many


def main() -> None:
    """Measure once, and print a table."""
    parser = argparse.ArgumentParser(description="Measure what it costs to compare two scans.")
    parser.add_argument("--findings", type=int, default=10_000, metavar="N")
    given = parser.parse_args()
    print(f"two scans with {given.findings:,} findings; in brackets: with a tenth of them")
    print(f"{'':16} {'CPU s':>14} {'peak MB':>14} {'files MB':>18}")
    for form, few, many in measure(given.findings):
        print(
            f"{form:16} {many.seconds:6.1f} ({few.seconds:5.1f}) {many.peak:6.0f} ({few.peak:5.0f})"
            f" {many.size:9.2f} ({few.size:6.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
