"""The official validator on every report: no error, no warning, and no note but two where they cannot be met.

Needs sarif-multitool; `npm install --prefix tests/npm` and MLPOSTURE_SARIF_MULTITOOL, or node_modules in the root.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from browsers import once
from checkouts import checked_out
from commandline import mlposture
from scanning import all_running
from support import ROOT, TESTS, registered

from reports.sarif import render
from reports.sarif_style import Style
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


def diagnostics(files: dict[str, bytes], folder: Path) -> dict[str, set[str]]:
    """Rules that each of the files breaks. The exit code is 0 whatever it finds, so what it writes is read."""
    target = folder / "diagnostics.sarif"
    sources = {name: folder / f"{name}.sarif" for name in files}
    for name, source in sources.items():
        source.write_bytes(files[name])
    done = subprocess.run(
        [
            str(multitool()), "validate", *map(str, sources.values()), "-c", str(TESTS / "sarif-validator.xml"),
            "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "-o", str(target), "--log", "ForceOverwrite",
            "--threads", "1",
        ],
        # It runs too short for what profiling would gain.
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_TieredPGO": "0"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr  # it could not read a file, or one of its rules crashed
    assert f"{len(files)} files scanned" in done.stdout
    [run] = json.loads(target.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"]
    places = [(_location(run, number)["uri"], result["ruleId"]) for number, result in enumerate(run.get("results", ()))]
    found = {name: {rule for uri, rule in places if uri == source.as_uri()} for name, source in sources.items()}
    assert set().union(*found.values()) == {rule for _, rule in places}, "it says something of another file"
    return found


def unmet(content: bytes) -> set[str]:
    """Notes that stay: where no repository is known, and of a run without results, which has nothing to embed."""
    runs = json.loads(content)["runs"]
    empty = any(not run["results"] for run in runs)
    unknown = any("versionControlProvenance" not in run for run in runs)
    return {rule for rule, stays in {"SARIF2003": unknown, "SARIF2013": empty}.items() if stays}


BREAKING = {
    "GH1005": lambda run: _location(run).update(uri="arn:aws:s3:::models"),
    "GH2012": lambda run: run["tool"]["driver"]["rules"][0].pop("shortDescription"),
    "SARIF2012": lambda run: run["tool"]["driver"]["rules"][0].update(name="not one word"),
    "JSON1005": lambda run: run.update(unheard=1),
}


def whole_reports(make) -> dict[str, bytes]:
    """Each of the reports that every format must render, one with the rules of all checks, and one that is wrong."""
    scopes = [Scope(provider, "example", "global") for provider in ("aws", "gcp", "azure")]
    every = make.report_of(checks=tuple(registered()[0].values()), catalogue=load(), scopes=scopes)
    wrong = json.loads(make.whole("sarif", make.mixed_report()))
    for breaking in BREAKING.values():
        breaking(wrong["runs"][0])
    reports = {**{name: build() for name, build in make.REPORTS.items()}, "every": every}
    reports["accepted"] = make.accepted_report()
    others = (("github", "check"), ("full", "resource"), ("full", "check"))
    shapes = {
        f"{name}-{profile}-{group}": b"".join(render(reports[name], Style(profile=profile, group=group)))
        for name in ("carried", "accepted")
        for profile, group in others
    }
    files = {name: make.whole("sarif", one) for name, one in reports.items()}
    return {**files, **shapes, "wrong": json.dumps(wrong).encode()}


def demonstration(folder: Path) -> dict[str, bytes]:
    """All three clouds of the demo organisation through the command line, without their sources and with them."""
    (folder / "c.toml").write_text("[aws]\n[gcp]\n[azure]\n")
    checked_out(folder / "code")
    with all_running():
        mlposture("scan", "--config", "c.toml", "-o", "x.sarif", "--save-inventory", "seen.json", cwd=folder)
    known = ("--tfstate", "code/terraform.tfstate", "--source-root", "code")
    mlposture("evaluate", "seen.json", *known, "-o", "known.sarif", cwd=folder)
    files = {f"demo-{name}": (folder / f"{name}.sarif").read_bytes() for name in ("x", "known")}

    for content in files.values():
        assert len(json.loads(content)["runs"]) == 3
        assert all(run["results"] for run in json.loads(content)["runs"])
    assert files["demo-known"].count(b'"uri": "sagemaker.tf"') > 20
    return files


@pytest.fixture(scope="module")
def said(make, tmp_path_factory) -> dict[str, dict[str, set[str]]]:
    """What it says of each file, and what is unmet there. Its start takes longer than most of these files."""

    def validated(folder: Path) -> str:
        files = {**whole_reports(make), **demonstration(folder)}
        found = diagnostics(files, folder)
        return json.dumps({name: [sorted(found[name]), sorted(unmet(files[name]))] for name in files})

    found = once(tmp_path_factory, "validated", validated)
    return {name: {"said": set(rules), "unmet": set(stays)} for name, (rules, stays) in found.items()}


def test_it_has_nothing_to_say(said):
    assert len(said) > 9
    right = {name: one for name, one in said.items() if name != "wrong"}
    assert {name: one["said"] for name, one in right.items()} == {name: one["unmet"] for name, one in right.items()}


def test_it_has_nothing_to_say_of_the_demonstration(said):
    """Findings and all, and without any note where the sources are known."""
    assert (said["demo-x"]["said"], said["demo-known"]["said"]) == ({"SARIF2003"}, set())


def test_it_finds_what_is_wrong(said):
    """Were it misconfigured it would find nothing, and the tests above would hold for any file."""
    assert said["wrong"]["said"] >= BREAKING.keys()


def _location(run, number=0):
    return run["results"][number]["locations"][0]["physicalLocation"]["artifactLocation"]
