"""`--baseline` over scans that ask for less than the one before: what nobody looked at is never called fixed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import calm, running
from support import ROOT


def scan(folder: Path, name: str, *options: str) -> dict[str, Any]:
    """Scan the demo organisation on AWS. Returns the run of its SARIF."""
    done = mlposture("scan", "aws", "--no-cache", "--no-progress", "--fail-on", "never", "-o", f"{name}.sarif", "-o",
                     f"{name}.json", *options, cwd=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    [run] = json.loads((folder / f"{name}.sarif").read_text())["runs"]
    return run


def alerts(run: dict[str, Any]) -> set[tuple[str, ...]]:
    """What code scanning tells alerts apart by."""
    return {
        (
            result["ruleId"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["partialFingerprints"]["primaryLocationLineHash"],
        )
        for result in run["results"]
    }


@pytest.mark.parametrize("form", ["sarif", "json"])
def test_a_region_that_is_left_out_closes_no_alert_and_a_full_scan_knows_all_again(form, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with running("aws"):
        before = scan(tmp_path, "1")
        narrow = scan(tmp_path, "2", "--baseline", f"1.{form}", "--region", "us-east-1", "--verdicts", "all")
        again = scan(tmp_path, "3", "--baseline", f"2.{form}", "--region", "us-east-1")
        after = scan(tmp_path, "4", "--baseline", f"3.{form}")
    assert alerts(before) <= alerts(narrow)
    assert alerts(before) <= alerts(again)
    assert alerts(after) == alerts(before)
    assert (after["properties"]["carried"], after["properties"]["asked"]) == (0, before["properties"]["asked"])
    report = json.loads((tmp_path / "2.json").read_text())
    carried = {one["fingerprint"] for one in report["history"]["carried"]}
    states = {one["state"] for one in report["findings"] if one["fingerprint"] in carried}
    assert states == {"unknown"}, "no finding says that what is carried forward was fixed"


def test_an_inventory_knows_which_resources_no_system_claims(tmp_path):
    calm("aws")[0].save(tmp_path / "1.inventory")
    blind = json.loads((tmp_path / "1.inventory").read_text())
    for listing in blind["listings"]:
        listing["complete"] = False
    blind["resources"] = {}
    (tmp_path / "2.inventory").write_text(json.dumps(blind))
    how = ("--check", "MLP-5001", "--check", "MLP-1001", "--systems", str(ROOT / "examples" / "ai-systems.yaml"),
           "--fail-on", "never")  # fmt: skip
    for name, options in (("1", ()), ("2", ("--baseline", "1.inventory"))):
        done = mlposture("evaluate", f"{name}.inventory", *how, *options, "-o", f"{name}.sarif", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    [before], [after] = (json.loads((tmp_path / f"{name}.sarif").read_text())["runs"] for name in "12")
    assert "MLP-5001" in {rule for rule, *_ in alerts(before)}
    assert alerts(after) == alerts(before)
