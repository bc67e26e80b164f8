"""What the HTML report costs: 50,000 findings, unless told otherwise, of the checks of AWS in 20 accounts.

    python benchmarks/html_report.py [--findings N]

Prints seconds and bytes to write the page; then, where Chromium and .venv-browser are installed, how long it takes to
open it there and to filter: seconds for a person who waits, and of the page's own processor time. Opened means: from
the navigation, in a browser that runs but has not seen the page, until all findings can be filtered, every count is
final and the table is laid out. The first search may have to wait for texts that are unpacked after that.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(ROOT)
sys.path.insert(1, str(ROOT / "tests"))

from browsers import MISSING, in_browser  # noqa: E402 - needs the lines above
from crowds import crowded  # noqa: E402 - as above

from reports import renderer  # noqa: E402 - as above
from scanner.model.reported import Report  # noqa: E402 - as above
from scanner.store.files import write_atomically  # noqa: E402 - as above


def builders() -> ModuleType:
    """The reports that tests make by hand; pytest's files cannot be imported by name."""
    spec = importlib.util.spec_from_file_location("builders", ROOT / "tests" / "reports" / "conftest.py")
    if spec is None or spec.loader is None:
        sys.exit("tests/reports/conftest.py is missing")
    made = sys.modules["builders"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def written(report: Report, path: Path) -> tuple[float, float]:
    """Seconds, and seconds of one processor, to write the page."""
    wall, busy = time.perf_counter(), time.process_time()
    write_atomically(path, chunks=renderer("html")(report))
    return time.perf_counter() - wall, time.process_time() - busy


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Measure the HTML report.")
    parser.add_argument("--findings", type=int, default=50_000)
    count = parser.parse_args().findings
    report = crowded(builders().mixed_report(), count)
    with tempfile.TemporaryDirectory(prefix="mlposture-bench-") as folder:
        path = Path(folder, "report.html")
        wall, busy = written(report, path)
        print(f"{count:,} findings: {path.stat().st_size:,} bytes in {wall:.1f} s ({busy:.1f} s of a processor)")
        if MISSING:
            print(f"not opened: {', '.join(MISSING)}")
            return
        last = report.findings.finding(count - 1).fingerprint  # type: ignore[attr-defined]
        seen = json.loads(in_browser("driving.py", {"files": {"many": str(path)}, "last": last}))["many"]
    for what, one in seen["times"].items():
        print(f"{what:10} {one['wall']:6.2f} s ({one['busy']:.2f} s of a processor): {one['matching']}")


if __name__ == "__main__":
    main()
