"""docs/performance.md agrees with the recorded results, and its makers do as they say."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.running import plot, table
from benchmarks.running.bench import conditions, target
from scripts import build_performance

ROOT = Path(__file__).resolve().parents[2]


def spread(value):
    return {"median": value, "min": value, "max": value, "runs": 1}


def used(factor=1.0):
    return {"wall_s": spread(2.0 * factor), "cpu_s": spread(1.5 * factor), "peak_mb": spread(100 * factor),
            "calls": spread(2000 * factor), "throttled": spread(0), "collecting_s": spread(1.8 * factor),
            "requests": spread(2000 * factor)}  # fmt: skip


def recorded(title, **more):
    return {"title": title, "conditions": conditions(), "targets": [target("calls", 2000, 2101)], **more}


RESULTS = {
    "thousand": recorded(
        "A thousand",
        ours=used(),
        peer=used(10),
        floor={"calls": 1000, "seconds": 1.6, "bound": "in flight"},
        comparison={"compared": 12, "same_faults": 7, "unexplained": 0, "explained": [
            {"theirs": "their_check", "ours": "MLP-1301", "reason": "one | two", "findings": 3}]},
    ),
    "curve": recorded(
        "A curve",
        points=[{"resources": n, "wall_s": n / 500, "cpu_s": n / 600, "peak_mb": n / 100, "calls": n, "findings": n}
                for n in (100, 1000, 10_000)],
        bytes_per_finding=812.5,
        cpu_us_per_resource=1666.7,
    ),
}  # fmt: skip


def test_the_committed_page_agrees_with_the_committed_results():
    command = [sys.executable, ROOT / "scripts" / "build_performance.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_table_is_filled_from_results():
    pages = build_performance.build(build_performance.PAGE.read_text(), RESULTS)
    page = pages["performance.md"]
    assert "| 1,000 of each SageMaker kind | API calls | 2,000 | 20,000 | 10.0 × |" in page
    assert "| A thousand | calls | 2,000 | ≤ 2,101 | yes |" in page
    assert "12 verdicts compared, 7 faults found by both, 0 differences without a stated reason." in page
    assert "| `their_check` | MLP-1301 | one \\| two | 3 |" in page
    assert "| 1,000 of each SageMaker kind | 1,000 / 2,000 | 1.60 | in flight | 1.80 | 1.12 | 2.00 | 1.25 |" in page
    assert "812.5 bytes" in page
    assert set(pages) == {"performance.md", "performance-curve.svg", "performance-ratios.svg"}


def test_a_page_built_twice_is_the_same():
    once = build_performance.build(build_performance.PAGE.read_text(), RESULTS)
    assert build_performance.build(once["performance.md"], RESULTS) == once


def test_a_changed_result_is_out_of_date(tmp_path, monkeypatch, capsys):
    page, results = tmp_path / "performance.md", tmp_path / "latest.json"
    page.write_text(build_performance.PAGE.read_text())
    results.write_text(json.dumps(RESULTS))
    monkeypatch.setattr(build_performance, "PAGE", page)
    monkeypatch.setattr(build_performance, "RESULTS", results)
    assert build_performance.main(["--check"]) == 1
    assert build_performance.main([]) == 0
    assert build_performance.main(["--check"]) == 0
    changed = copy.deepcopy(RESULTS)
    changed["thousand"]["ours"]["calls"]["median"] = 2001
    results.write_text(json.dumps(changed))
    capsys.readouterr()
    assert build_performance.main(["--check"]) == 1
    assert "docs/performance.md" in capsys.readouterr().out


def test_a_missing_marker_is_refused():
    with pytest.raises(SystemExit, match="each of these tables once"):
        build_performance.build("no tables here", RESULTS)


def test_what_was_missed_or_not_measured_is_said():
    result = recorded("Large", not_measured={"several processes": "no dask"})
    result["targets"] = [target("wall time", 9, 6.4, "s"), target("memory", None, 145, "MB")]
    page = table.goals({"large": result})
    assert "| Large | wall time | 9 s | ≤ 6.4 s | **no** |" in page
    assert "| Large | memory | nothing MB | ≤ 145 MB | **no** |" in page
    assert "| Large | several processes | not measured | no dask | **no** |" in page


def test_nothing_measured_is_said():
    assert {make({}) for name, make in table.TABLES.items() if name != "conditions"} == {"Not measured yet."}
    assert table.charts({}) == {}


def test_charts_are_well_formed_and_rise_with_cost():
    chart = ET.fromstring(plot.curves("A <title>", "size", {"cost": [(10, 1), (100, 10), (1000, 100)]}))
    points = chart.find(".//{*}polyline").get("points").split()
    (x1, y1), (x2, y2), (x3, y3) = (map(float, point.split(",")) for point in points)
    assert x1 < x2 < x3
    assert y1 > y2 > y3  # SVG counts from the top
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)


def test_bars_are_as_long_as_their_values():
    chart = ET.fromstring(plot.bars("Bars", {"one": (1.0, "1 ×"), "two & a half": (2.5, "2.5 ×")}))
    short, long = (float(bar.get("width")) for bar in chart.findall(".//{*}rect") if bar.get("x"))
    assert long / short == pytest.approx(2.5, abs=0.01)
