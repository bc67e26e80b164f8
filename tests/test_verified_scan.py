"""A scan with --verify, from the command line to the report, the saved inventory and the scan that is resumed."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from scanning import running
from test_resume import finish, start, wait_for
from worlds.base import Fault

SIMULATE = "iam:SimulatePrincipalPolicy"
CHECKS = ("--check", "MLP-1509", "--check", "MLP-4104", "--fail-on", "never", "--no-cache", "--no-progress")
CONFIRMED = "; AWS' own simulator confirms it"


def report(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def messages(path: Path) -> list[str]:
    return [finding["message"] for finding in report(path)["findings"]]


def test_a_saved_inventory_keeps_what_the_simulator_said(own: Path) -> None:
    scanned, again, saved = own / "scan.json", own / "again.json", own / "inventory.json"
    with running("aws"):
        done = mlposture("scan", "aws", "--verify", *CHECKS, "-o", str(scanned), "--save-inventory", str(saved))
    assert (done.returncode, done.stderr) == (0, "")
    assert messages(scanned)
    assert all(message.endswith(CONFIRMED) for message in messages(scanned))
    assert "verify=True" in report(scanned)["scan"]["arguments"]
    evidence = {name for finding in report(scanned)["findings"] for name in finding["evidence"]}
    assert {"Simulation.evaluations", "Simulation.context"} <= evidence

    done = mlposture("evaluate", str(saved), *CHECKS[:4], "-o", str(again), "--fail-on", "never")
    assert (done.returncode, done.stderr) == (0, "")
    assert messages(again) == messages(scanned)
    assert report(again)["gaps"] == []


def test_an_inventory_without_simulations_misses_nothing(own: Path) -> None:
    saved, again = own / "inventory.json", own / "again.json"
    with running("aws") as world:
        mlposture("scan", "aws", *CHECKS, "-o", str(own / "scan.json"), "--save-inventory", str(saved))
        assert SIMULATE not in world.operations()

    mlposture("evaluate", str(saved), *CHECKS[:4], "-o", str(again), "--fail-on", "never")
    assert report(again)["gaps"] == []
    assert messages(again) == messages(own / "scan.json")
    assert not any("simulator" in message for message in messages(again))


def test_what_could_not_be_verified_counts(own: Path) -> None:
    path = own / "scan.json"
    with running("aws") as world:
        world.faults.append(Fault(SIMULATE, "deny"))
        done = mlposture("scan", "aws", "--verify", *CHECKS, "-o", str(path), "--fail-on-incomplete")

    assert done.returncode == 4
    [gap] = report(path)["gaps"]
    assert (gap["operation"], gap["permission"]) == (SIMULATE, SIMULATE)
    assert all("; not verified: AWS' own simulator gave no answer" in message for message in messages(path))


def test_a_resumed_scan_verifies_what_it_set_out_to_verify(own: Path) -> None:
    path = own / "scan.json"
    with running("aws") as world:
        world.faults.append(Fault(SIMULATE, "timeout"))
        process = start("scan", "aws", "--verify", *CHECKS, "-o", str(path))
        wait_for(world, SIMULATE)
        process.send_signal(signal.SIGINT)
        finish(process)
        assert {gap["operation"] for gap in report(path)["gaps"]} == {SIMULATE}
        world.faults.clear()
        world.log.clear()
        refused = mlposture("scan", "--resume", "--verify")
        assert "--verify: a resumed scan judges what it set out to judge" in refused.stderr
        done = mlposture("scan", "--resume")

    assert (done.returncode, report(path)["gaps"]) == (0, [])
    assert world.operations() <= {SIMULATE, "sts:GetCallerIdentity"}
    assert all(message.endswith(CONFIRMED) for message in messages(path))


@pytest.mark.parametrize("cloud", ["gcp", "azure"])
def test_no_other_cloud_can_be_asked(cloud: str) -> None:
    done = mlposture("scan", cloud, "--verify")

    assert done.returncode == 2
    assert (
        done.stderr
        == "mlposture: --verify asks the policy simulator of AWS, and no other cloud has one; leave it out\n"
    )


def test_a_configuration_file_may_ask_for_it(own: Path) -> None:
    (own / "mlposture.toml").write_text("verify = true\n[aws]\n")
    with running("aws") as world:
        mlposture("scan", "--config", str(own / "mlposture.toml"), *CHECKS, "-o", str(own / "scan.json"))

        assert SIMULATE in world.operations()
