"""The official validator on every report: no error, no warning, and no note but two that cannot be met.

Needs sarif-multitool; `npm install --prefix tests/npm` and MLPOSTURE_SARIF_MULTITOOL, or node_modules in the root.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scanning import all_running
from support import ROOT, TESTS, registered

from scanner.frameworks import load
from scanner.model.nouns import Scope

PACKAGE = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"


def multitool() -> str | None:
    """The validator's binary, if this machine has it."""
    named = os.environ.get("MLPOSTURE_SARIF_MULTITOOL")
    if named:
        return named
    for folder in (ROOT, TESTS / "npm"):
        if (folder / PACKAGE).is_file():
            return str(folder / PACKAGE)
    return shutil.which("Sarif.Multitool") or shutil.which("sarif-multitool")


pytestmark = pytest.mark.skipif(
    multitool() is None,
    reason="sarif-multitool is not installed: npm install --prefix tests/npm, or set MLPOSTURE_SARIF_MULTITOOL",
)


def diagnostics(content: bytes, folder: Path) -> set[str]:
    """Rules that the file breaks. The exit code is 0 whatever it finds, so what it writes is read."""
    source, target = folder / "report.sarif", folder / "diagnostics.sarif"
    source.write_bytes(content)
    done = subprocess.run(
        [
            str(multitool()), "validate", str(source), "-c", str(TESTS / "sarif-validator.xml"),
            "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "-o", str(target), "--log", "ForceOverwrite",
        ],
        # It runs too short for what profiling would gain.
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_TieredPGO": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr  # it could not read the file, or one of its rules crashed
    [run] = json.loads(target.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"]
    return {result["ruleId"] for result in run.get("results", [])}


def unmet(content: bytes) -> set[str]:
    """Notes that stay: no repository was scanned, and a run without results has nothing to embed."""
    empty = any(not run["results"] for run in json.loads(content)["runs"])
    return {"SARIF2003", "SARIF2013"} if empty else {"SARIF2003"}


def test_it_has_nothing_to_say(any_report, make, tmp_path):
    content = make.whole("sarif", any_report)
    assert diagnostics(content, tmp_path) == unmet(content)


def test_it_has_nothing_to_say_of_the_rules_of_all_checks(make, tmp_path):
    scopes = [Scope(provider, "example", "global") for provider in ("aws", "gcp", "azure")]
    report = make.report_of(checks=tuple(registered()[0].values()), catalogue=load(), scopes=scopes)
    content = make.whole("sarif", report)
    assert diagnostics(content, tmp_path) == unmet(content)


def test_it_has_nothing_to_say_of_the_demonstration(tmp_path):
    """All three clouds of the demo organisation through the real command line, findings and all."""
    (tmp_path / "c.toml").write_text("[aws]\n[gcp]\n[azure]\n")
    mlposture = Path(sys.executable).with_name("mlposture")
    with all_running():
        subprocess.run([mlposture, "scan", "--config", "c.toml", "-o", "x.sarif"], cwd=tmp_path, check=False)
    content = (tmp_path / "x.sarif").read_bytes()

    assert all(run["results"] for run in json.loads(content)["runs"])
    assert diagnostics(content, tmp_path) == {"SARIF2003"}


BREAKING = {
    "GH1005": lambda run: _location(run).update(uri="arn:aws:s3:::models"),
    "GH2012": lambda run: run["tool"]["driver"]["rules"][0].pop("shortDescription"),
    "SARIF2012": lambda run: run["tool"]["driver"]["rules"][0].update(name="not one word"),
    "JSON1005": lambda run: run.update(unheard=1),
}


def test_it_finds_what_is_wrong(make, tmp_path):
    """Were it misconfigured it would find nothing, and the tests above would hold for any file."""
    document = json.loads(make.whole("sarif", make.mixed_report()))
    for breaking in BREAKING.values():
        breaking(document["runs"][0])
    assert diagnostics(json.dumps(document).encode(), tmp_path) >= BREAKING.keys()


def _location(run):
    return run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
