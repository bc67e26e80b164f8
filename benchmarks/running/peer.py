"""The peer: prowler, the most used posture scanner, at a fixed version in an environment of its own.

It is installed when it is first needed, which takes five minutes and 2.3 GB, into a cache folder outside the checkout.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.running import measure

VERSION = "5.46.0"
#: A prowler that is throttled away keeps the defaults of its models, so nothing of a run may be left to the next.
_OUTPUT = "peer-output"

#: (check, resource ARN) → PASS, FAIL or MANUAL
Findings = dict[tuple[str, str], str]


def cache() -> Path:
    """The folder for what is slow to make and the same for every run."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlposture-benchmarks"


def install() -> Path:
    """The peer's program; installs it first if it is not there."""
    folder = cache() / f"prowler-{VERSION}"
    program, mark = folder / "bin" / "prowler", folder / ".complete"
    if not mark.exists():
        print(f"installing prowler {VERSION} into {folder}: 2.3 GB, about five minutes", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        wanted = ["--quiet", "--disable-pip-version-check", "--no-cache-dir", f"prowler=={VERSION}"]
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", *wanted], check=True)
        mark.touch()
    return program


def scan(folder: Path, env: Mapping[str, str], *, check: str = "", region: str = "us-east-1") -> measure.Run:
    """Scan SageMaker with it, or one check alone, in one region or all (""); the report stays in the folder."""
    which = ["--check", check] if check else ["--service", "sagemaker"]
    where = ["-f", region] if region else []
    output = ["-M", "json-ocsf", "-o", str(folder / _OUTPUT), "-F", "report", "--log-level", "ERROR"]
    command = [str(install()), "aws", *which, *where, "--no-banner", "-z", *output]
    return measure.run(command, folder, env)


def findings(folder: Path) -> Findings:
    """What it reported."""
    found: Findings = {}
    report = folder / _OUTPUT / "report.ocsf.json"
    # Of an empty account it writes no report.
    for finding in json.loads(report.read_text()) if report.exists() else ():
        check = finding["metadata"]["event_code"]
        for resource in finding["resources"]:
            found[(check, resource["uid"])] = finding["status_code"]
    return found


def wrong(calm: Findings, hurried: Findings) -> dict[str, int]:
    """How many findings differ from those of an undisturbed run, and which way."""
    pairs = [(status, hurried.get(key, "missing")) for key, status in calm.items()]
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    return {
        "findings": len(calm),
        "wrong": len(differing),
        "fail_shown_as_pass": differing.count(("FAIL", "PASS")),
        "pass_shown_as_fail": differing.count(("PASS", "FAIL")),
        "missing": sum(now == "missing" for _, now in differing),
        "other": sum(now not in ("PASS", "FAIL", "missing") for _, now in differing),
    }
