"""The benchmark of comparisons compares what it says."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.diff import cost


def test_a_tenth_is_new_and_a_tenth_is_gone(tmp_path: Path) -> None:
    took = cost(tmp_path, 80, "JSON")
    counts = json.loads((tmp_path / "diff.json").read_bytes())["counts"]

    assert took.size > 0
    assert {state: counts[state]["total"] for state in ("new", "gone", "persisting")} == {
        "new": 8, "gone": 8, "persisting": 72,
    }  # fmt: skip
