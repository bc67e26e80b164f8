"""What is trusted is trusted alike by a scan, a scan that was resumed, its parts, and a judgement without a cloud."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from commandline import HEEDING, MLPOSTURE
from scanning import document, running
from worlds.aws import ORGANIZATION
from worlds.base import Fault, World

PARTNER = "444455556666"
TRUST = f"""
[[trust.buckets]]
value = "s3://fabrikam-example-weights"
reason = "weights of a partner"

[[trust.registries]]
value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
reason = "until images come through the VPC"
until = 2020-12-31

[[trust.accounts]]
value = "{PARTNER}"
reason = "never met"
"""
NEEDLESS = f"mlposture: [trust] accounts {PARTNER}: no verdict needed this entry; is it misspelled?\n"


@pytest.fixture
def own(own: Path) -> Path:
    """State and cache folders of this test alone, and its configuration."""
    (own / "trust.toml").write_text(TRUST)
    (own / "mlposture.toml").write_text(f"[aws]\n{TRUST}")
    return own


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MLPOSTURE, *arguments], capture_output=True, text=True, check=False, timeout=120)


def reporting(own: Path, name: str) -> tuple[str, ...]:
    return ("-o", str(own / f"{name}.json"), "--verdicts", "all", "--fail-on", "never")


def judged(own: Path, name: str) -> dict[str, Any]:
    """What a report says that trust may change."""
    found = json.loads((own / f"{name}.json").read_text())
    return {part: found[part] for part in ("findings", "summary", "scores", "trust")}


def test_trust_is_the_same_from_both_files_and_without_a_cloud(own: Path) -> None:
    inventory, trust = str(own / "inventory.json"), str(own / "trust.toml")
    with running("aws"):
        common = ("--no-cache", *reporting(own, "scan"))
        done = run("scan", "--config", str(own / "mlposture.toml"), "--save-inventory", inventory, *common)
        again = run("scan", "aws", "--trust", trust, "--no-cache", *reporting(own, "again"))
    evaluated = run("evaluate", inventory, "--trust", trust, *reporting(own, "evaluated"))
    bare = run("evaluate", inventory, *reporting(own, "bare"))

    assert [each.returncode for each in (done, again, evaluated, bare)] == [0, 0, 0, 0]
    assert [each.stderr for each in (done, again, evaluated, bare)] == [NEEDLESS, NEEDLESS, NEEDLESS, ""]
    assert judged(own, "scan") == judged(own, "again") == judged(own, "evaluated")

    found = judged(own, "scan")
    resting = [
        finding for finding in found["findings"] if finding["verdict"] == "pass" and "trust" in finding["evidence"]
    ]
    assert found["summary"]["trusted"] == len(resting) > 0
    assert (
        f"{len(resting)} of {found['summary']['verdicts']['pass']} passes rest on [trust], on 1 of its" in done.stdout
    )
    assert all("weights of a partner" in finding["message"] for finding in resting)
    assert [(entry["matched"], entry["expired"]) for entry in found["trust"]] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    expired = [
        f
        for f in found["findings"]
        if "trust in 111122223333.dkr.ecr.eu-west-1.amazonaws.com ended on 2020-12-31" in f["message"]
    ]
    assert {finding["verdict"] for finding in expired} == {"fail"}
    before = {f["fingerprint"]: f["verdict"] for f in judged(own, "bare")["findings"]}
    changed = {f["fingerprint"] for f in found["findings"] if before[f["fingerprint"]] != f["verdict"]}
    assert changed == {finding["fingerprint"] for finding in resting}
    assert judged(own, "bare")["trust"] == []


def test_a_resumed_scan_trusts_what_it_set_out_with(own: Path) -> None:
    trust = own / "trust.toml"
    with running("aws") as world:
        assert run("scan", "aws", "--trust", str(trust), "--no-cache", *reporting(own, "calm")).returncode == 0
        world.log.clear()
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        command = [sys.executable, "-c", HEEDING, MLPOSTURE, "scan", "aws", "--trust", str(trust), "--no-cache"]
        process = subprocess.Popen(
            [*command, *reporting(own, "resumed")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _wait_for(world, "sagemaker:DescribeEndpoint")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        trust.unlink()
        world.faults.clear()
        refused = run("scan", "--resume", "--trust", str(own / "mlposture.toml"))
        resumed = run("scan", "--resume")

    assert process.returncode == 130
    assert (refused.returncode, refused.stderr) == (
        2, "mlposture: --trust: a resumed scan judges what it set out to judge\n"
    )  # fmt: skip
    assert (resumed.returncode, resumed.stderr) == (0, NEEDLESS)
    assert judged(own, "resumed") == judged(own, "calm")


def _wait_for(world: World, operation: str) -> None:
    deadline = time.monotonic() + 60
    while operation not in world.operations():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_part_of_a_scan_knows_the_accounts_of_the_others(own: Path) -> None:
    """Its bucket lets another account of the organisation write, and the organisation itself; which part that falls to
    does not matter.
    """
    world = document("aws")
    world["organization"] = [{"id": id, "name": id, "status": "ACTIVE"} for id in (world["account"], PARTNER)]
    world["assumable"] = {f"arn:aws:iam::{PARTNER}:role/mlposture-reader": PARTNER}
    [models] = [bucket for bucket in world["buckets"] if bucket["name"] == "northwind-example-models"]
    writing = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    models["policy"] = {
        "Version": "2012-10-17",
        "Statement": [
            {**writing, "Principal": {"AWS": PARTNER}},
            {**writing, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}},
        ],
    }
    check = ("--check", "MLP-1408", "--fail-on", "never", "--no-cache", "--verdicts", "all")
    with running("aws", world):
        for name, options in {"alone": (), "whole": ("--organization",), "1": ("--organization", "--shard", "1/2"),
                              "2": ("--organization", "--shard", "2/2")}.items():  # fmt: skip
            saved = ("--save-inventory", str(own / f"{name}.inventory.json"), "-o", str(own / f"{name}.json"))
            assert run("scan", "aws", *options, *check, *saved).returncode == 0
    parts = [str(own / f"{name}.inventory.json") for name in ("1", "2")]
    assert run("merge", *parts, "-o", str(own / "merged.json"), "--verdicts", "all", *check[:4]).returncode == 0

    def verdicts(*names: str) -> list[tuple[str, str]]:
        findings = [finding for name in names for finding in judged(own, name)["findings"]]
        return sorted((finding["resource"]["name"], finding["verdict"]) for finding in findings)

    assert ("northwind-example-models", "fail") in verdicts("alone")
    assert ("northwind-example-models", "pass") in verdicts("whole")
    assert verdicts("whole") == verdicts("1", "2") == verdicts("merged")
    assert judged(own, "whole")["summary"]["trusted"] == 0
