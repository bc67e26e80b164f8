"""A scan that is told to stop reports what it saw, says how to go on and ends with the code of its signal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commandline import HEEDING, MLPOSTURE, mlposture
from scanning import all_running, running
from support import registered, wait_until, wait_until_quiet
from worlds.base import Fault, World

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
COMMON = ("--fail-on", "never", "--no-cache")
#: What a scan of AWS asks for unless it is told to ask for more.
KINDS = {kind for kind, one in registered()[1].items() if one.provider == "aws" and not one.opt_in}
#: `make sweep` tries many more moments.
MOMENTS = int(os.environ.get("MLPOSTURE_SWEEP", "3"))


def start(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HEEDING, MLPOSTURE, *arguments]
    return subprocess.Popen(command, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options})


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, err = process.communicate(timeout=120)
    return process.returncode, err.decode()


def asked(world: World, operation: str) -> Callable[[], bool]:
    return lambda: operation in world.operations()


def report(path: Path) -> dict[str, Any]:
    """A report without what differs between any two scans."""
    found = json.loads(path.read_text())
    for name in ("id", "started_at", "finished_at", "arguments", "inventories"):
        found["scan"].pop(name)
    return found  # type: ignore[no-any-return]


def judged(found: dict[str, Any]) -> dict[str, str]:
    return {f["fingerprint"]: f["verdict"] for f in found["findings"] if f["verdict"] != "unknown"}


def journals(own: Path) -> list[Path]:
    return sorted(path for path in (own / "state" / "mlposture").glob("*") if path.name != "key")


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """The report of a scan that nothing happens to, and how many requests it takes."""
    path = tmp_path_factory.mktemp("calm") / "calm.json"
    with running("aws") as world:
        assert mlposture("scan", "aws", "-o", str(path), *COMMON).returncode == 0
    return report(path), len(world.log)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_scan_that_is_stopped_reports_what_it_saw_and_goes_on_later(number, calm, own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start("scan", "aws", "-o", str(own / "x.json"), "--grace", "2s", *COMMON)
        wait_until(asked(world, "sagemaker:DescribeEndpoint"))
        wait_until_quiet(world.log)  # by now all else is read
        began = time.monotonic()
        process.send_signal(number)
        code, err = finish(process)
        took = time.monotonic() - began
        partial = report(own / "x.json")
        world.faults.clear()
        resumed = finish(start("scan", "--resume"))

    why = f"the scan was stopped by {number.name}"
    assert (code, err) == (
        CODES[number],
        f"mlposture: {why}; reported what was seen by then; `mlposture scan --resume` goes on\n",
    )
    assert 1.5 < took < 20  # the call itself would take 30
    assert {(gap["reason"], gap["detail"]) for gap in partial["gaps"]} == {("stopped", why)}
    assert judged(partial)
    assert judged(partial).items() <= judged(calm[0]).items()
    assert resumed == (0, "")
    assert report(own / "x.json") == calm[0]
    assert journals(own) == []


@pytest.mark.parametrize("operation", ["sts:GetCallerIdentity", "ec2:DescribeRegions"])
def test_a_scan_that_is_stopped_before_it_saw_anything_can_be_resumed(operation: str, calm, own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault(operation, "timeout"))
        process = start("scan", "aws", "-o", str(own / "x.json"), "--grace", "1s", *COMMON)
        wait_until(asked(world, operation))
        process.send_signal(signal.SIGTERM)
        code, err = finish(process)
        partial = report(own / "x.json")
        world.faults.clear()
        resumed = finish(start("scan", "--resume"))

    assert (code, "nothing was looked at" in err, "scan --resume` goes on" in err) == (143, True, True), err
    assert {gap["reason"] for gap in partial["gaps"]} == {"stopped"}
    assert {gap["kind"] for gap in partial["gaps"]} == KINDS
    assert (partial["findings"], partial["scan"]["complete"]) == ([], False)
    assert resumed == (0, "")
    assert report(own / "x.json") == calm[0]


def test_clouds_that_were_not_asked_yet_are_gaps_beside_what_was_seen(own: Path) -> None:
    (own / "c.toml").write_text("[aws]\n[gcp]\n[azure]\n")
    with all_running() as worlds:
        worlds["aws"].faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start("scan", "--config", str(own / "c.toml"), "-o", str(own / "x.json"), "--grace", "1s", *COMMON)
        wait_until(asked(worlds["aws"], "sagemaker:DescribeEndpoint"))
        wait_until_quiet(worlds["aws"].log)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)

    found = report(own / "x.json")
    assert process.returncode == 143, err
    assert out.endswith(b"\nExit code 143: the scan was stopped by SIGTERM.\n")
    assert {gap["kind"].partition(".")[0] for gap in found["gaps"]} == {"aws", "gcp", "azure"}
    assert {finding["resource"]["provider"] for finding in found["findings"]} == {"aws"}
    assert found["scan"]["complete"] is False


def test_a_second_signal_ends_a_scan_at_once(calm, own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start("scan", "aws", "-o", str(own / "x.json"), "--grace", "100s", *COMMON)
        wait_until(asked(world, "sagemaker:DescribeEndpoint"))
        wait_until_quiet(world.log)
        process.send_signal(signal.SIGINT)
        time.sleep(2)  # not an echo of the first
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, err = finish(process)
        took = time.monotonic() - began
        left = sorted(path.name for path in own.iterdir())
        world.faults.clear()
        resumed = finish(start("scan", "--resume"))

    assert (code, took < 20, left) == (143, True, ["state"]), err
    assert "Traceback" not in err
    assert resumed == (0, "")
    assert report(own / "x.json") == calm[0]


def test_a_unit_that_ends_while_the_report_is_written_is_done_again(calm, own: Path) -> None:
    os.mkfifo(own / "pipe")  # nobody reads, which takes the process some seconds
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:Describe*", "timeout"))
        outputs = ("-o", str(own / "x.json"), "--save-inventory", str(own / "pipe"))
        process = start("scan", "aws", *outputs, "--grace", "1s", *COMMON)
        wait_until(asked(world, "sagemaker:DescribeEndpoint"))
        wait_until_quiet(world.log)
        process.send_signal(signal.SIGTERM)
        stopped, err = finish(process)
        world.faults.clear()
        (own / "pipe").unlink()
        resumed = finish(start("scan", "--resume"))

    assert (stopped, "pipe: nobody reads from it" in err, "scan --resume` writes it" in err) == (2, True, True), err
    assert resumed == (0, "")
    assert report(own / "x.json") == calm[0]


def test_one_request_to_stop_that_arrives_twice_is_one(own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start("scan", "aws", "-o", str(own / "x.json"), "--grace", "1s", *COMMON)
        wait_until(asked(world, "sagemaker:DescribeEndpoint"))
        for number in (signal.SIGTERM, signal.SIGHUP):  # systemd's SendSIGHUP
            process.send_signal(number)
        code, err = finish(process)

    assert (code in (143, 129), (own / "x.json").exists()) == (True, True), err


def test_a_signal_that_was_ignored_stays_ignored(own: Path) -> None:
    with running("aws") as world:
        command = ["nohup", MLPOSTURE, "scan", "aws", "-o", str(own / "x.json"), *COMMON]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        wait_until(asked(world, "sts:GetCallerIdentity"))
        process.send_signal(signal.SIGHUP)
        code, _ = finish(process)
    assert code == 0


def test_a_scan_whose_terminal_is_closed_reports_all_the_same(own: Path) -> None:
    import fcntl
    import pty
    import termios

    leader, follower = pty.openpty()
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start(
            "scan", "aws", "-o", str(own / "x.json"), "--grace", "1s", *COMMON,
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(follower)
        wait_until(asked(world, "sagemaker:DescribeEndpoint"))
        wait_until_quiet(world.log)
        os.close(leader)
        code = process.wait(timeout=60)

    assert code == 129
    assert {gap["reason"] for gap in report(own / "x.json")["gaps"]} == {"stopped"}


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_other_commands_end_at_once(number: signal.Signals, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "i.json")
    process = start("evaluate", "i.json", "-o", "x.json", cwd=tmp_path)
    with (tmp_path / "i.json").open("wb") as pipe:  # opens when it is read
        pipe.write(b"{")
        pipe.flush()
        time.sleep(0.3)
        process.send_signal(number)
        code, err = finish(process)

    said = "interrupted" if number == signal.SIGINT else f"stopped by {number.name}"
    assert (code, err.strip()) == (CODES[number], f"mlposture: {said}")
    assert [path.name for path in tmp_path.iterdir()] == ["i.json"]


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_at_a_random_moment_there_is_a_report_and_what_resumes_to_the_undisturbed_one(
    calm, own: Path, seed: int
) -> None:
    whole, requests = calm
    dice = random.Random(seed)
    moment, later = dice.randrange(1, requests + 1), dice.random() / 2
    with running("aws") as world:
        process = start("scan", "aws", "-o", str(own / "x.json"), *COMMON)
        wait_until(lambda: len(world.log) >= moment or process.poll() is not None)
        time.sleep(later)
        process.send_signal(signal.SIGTERM)
        code, err = finish(process)
        partial = report(own / "x.json")
        resumed = finish(start("scan", "--resume")) if journals(own) else (0, "")

    assert code in ((143, 0) if partial == whole else (143,)), err
    assert judged(partial).items() <= judged(whole).items()
    assert resumed == (0, "")
    assert report(own / "x.json") == whole
    assert journals(own) == []
