"""A scan that is stopped reports what it saw and can be resumed; one that is killed loses and repeats nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commandline import HEEDING, MLPOSTURE, mlposture
from scanning import running
from support import wait_until_quiet
from worlds.base import Fault, World

from scanner.store.journal import Journal

#: Seconds that a scan is given, and given again where a busy machine came less far in them than the test is about.
LIMITS = (5, 20, 80)


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HEEDING, MLPOSTURE, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int]:
    """The report of a scan that nothing happens to, and how many requests it takes."""
    path = tmp_path_factory.mktemp("calm") / "calm.json"
    with running("aws") as world:
        done = mlposture("scan", "aws", "-o", str(path), "--fail-on", "never", "--no-cache")
    assert (done.returncode, done.stderr) == (0, "")
    return report(path), len(world.log)


def report(path: Path) -> dict[str, Any]:
    """A report without what differs between any two scans."""
    found = json.loads(path.read_text())
    for name in ("id", "started_at", "finished_at", "inventories"):
        found["scan"].pop(name)
    return found


def journals(own: Path) -> list[Path]:
    return sorted((own / "state" / "mlposture").glob("*.journal"))


def wait_for(world: World, operation: str) -> None:
    deadline = time.monotonic() + 60
    while operation not in world.operations():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def limited(world: World, operation: str, *arguments: str, option: str = "--time-limit") -> tuple[int, str, int]:
    """What a scan ends with whose time is over while this operation is not answered, and the seconds that it had.

    A busy machine needs more of them to come so far.
    """
    world.faults.append(Fault(operation, "timeout"))
    for seconds in LIMITS:
        world.log.clear()
        for path in (Path(os.environ["XDG_STATE_HOME"]) / "mlposture").glob("*.journal"):
            path.unlink()
        code, err = finish(start("scan", "aws", option, f"{seconds}s", "--no-cache", "--fail-on", "never", *arguments))
        if operation in world.operations():
            break
    return code, err, seconds


def test_an_interrupted_scan_reports_what_it_saw_and_goes_on_later(calm, own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        process = start("scan", "aws", "-o", str(own / "x.json"), "--fail-on", "never", "--no-cache", "--grace", "3s")
        wait_for(world, "sagemaker:DescribeEndpoint")
        wait_until_quiet(world.log)  # by now all else is read
        process.send_signal(signal.SIGINT)
        code, err = finish(process)
        partial = report(own / "x.json")
        first = list(world.log)

        world.faults.clear()
        world.log.clear()
        resumed, said = finish(start("scan", "--resume"))

    assert code == 130, err
    assert "the scan was interrupted" in err
    assert "mlposture scan --resume" in err
    assert partial["scan"]["complete"] is False
    assert {gap["reason"] for gap in partial["gaps"]} == {"stopped"}
    whole, _ = calm
    known = {finding["fingerprint"]: finding["verdict"] for finding in whole["findings"]}
    judged = {f["fingerprint"]: f["verdict"] for f in partial["findings"] if f["verdict"] != "unknown"}
    assert judged
    assert judged.items() <= known.items()

    assert (resumed, said) == (0, "")
    assert report(own / "x.json") == whole
    assert journals(own) == []
    again = {request.operation for request in world.log}
    assert "sagemaker:DescribeEndpoint" in again
    assert not again & {"ec2:DescribeRegions", "sagemaker:DescribeModel", "sagemaker:ListModels"}
    assert {"ec2:DescribeRegions", "sagemaker:ListModels"} <= {request.operation for request in first}


def test_a_time_limit_ends_a_scan_like_any_other(own: Path) -> None:
    with running("aws") as world:
        outputs = ("-o", str(own / "x.json"), "-o", str(own / "x.sarif"))
        code, err, _ = limited(world, "sagemaker:DescribeEndpoint", *outputs, "--fail-on-incomplete")

    assert code == 4
    assert "time limit" in err
    assert {gap["reason"] for gap in report(own / "x.json")["gaps"]} == {"stopped"}
    assert len(journals(own)) == 1


@pytest.mark.parametrize("option", ["--time-limit", "--unit-time-limit"])
def test_a_limit_that_ends_a_scan_before_it_saw_anything_is_no_success(own: Path, option: str) -> None:
    with running("aws") as world:
        options = ("--check", "MLP-1001", "-o", str(own / "x.json"), "--fail-on-incomplete")
        code, err, _ = limited(world, "sagemaker:ListNotebookInstances", *options, option=option)
        world.faults.clear()
        resumed, said = finish(start("scan", "--resume")) if option == "--time-limit" else (0, "")

    assert (code, "nothing was looked at" in err) == (3, True), err
    assert (resumed, "nothing was looked at" in said) == (0, False), said


def test_a_resumed_scan_says_which_time_limit_holds_and_takes_another(own: Path) -> None:
    with running("aws") as world:
        stopped, _, seconds = limited(world, "sagemaker:ListNotebookInstances", "--check", "MLP-1001")
        again, said = finish(start("scan", "--resume"))
        world.faults.clear()
        longer, silent = finish(start("scan", "--resume", "--time-limit", "5m"))

    assert (stopped, again, longer) == (3, 3, 0)
    assert f"--time-limit {seconds}s holds, as when the scan began; with --resume, --time-limit sets another\n" in said
    assert silent == ""


def test_a_time_limit_for_each_unit_leaves_the_others_alone(own: Path) -> None:
    with running("aws") as world:
        world.faults.append(Fault("sagemaker:ListNotebookInstances", "throttle"))
        # Few units, which have the machine for themselves: five seconds are long for the other one.
        options = ("--check", "MLP-1001", "--check", "MLP-1101", "--region", "eu-west-1", "--unit-time-limit", "5s")
        code, _ = finish(start("scan", "aws", *options, "--no-cache", "-o", str(own / "x.json"), "--fail-on", "never"))

    found = report(own / "x.json")
    assert code == 0
    assert found["findings"]
    assert {gap["kind"] for gap in found["gaps"]} == {"aws.sagemaker.NotebookInstance"}
    assert {gap["reason"] for gap in found["gaps"]} == {"stopped"}


def test_one_scan_is_gone_on_with_once_at_a_time_and_by_who_began_it(calm, own: Path) -> None:
    with running("aws") as world:
        limited(world, "sagemaker:DescribeEndpoint", "-o", str(own / "x.json"))
        (journal,) = journals(own)
        before = journal.read_bytes()

        [(key, owner)] = world.sessions.items()
        world.sessions[key] = ("444455556666", "arn:aws:sts::444455556666:assumed-role/other/scan")
        others = mlposture("scan", "--resume")
        untouched = journal.read_bytes() == before
        world.sessions[key] = owner

        world.log.clear()
        world.faults.clear()
        enough, respond = threading.Event(), world.respond

        def hesitate(request: Any) -> Any:
            if request.operation == "sagemaker:DescribeEndpoint":
                enough.wait(60)
            return respond(request)

        world.respond = hesitate  # type: ignore[method-assign]
        first = start("scan", "--resume", "--time-limit", "5m")
        wait_for(world, "sagemaker:DescribeEndpoint")
        again = [mlposture("scan", "--resume", *named) for named in ((), ("--journal", str(journal)))]
        enough.set()
        code, err = finish(first)

    assert (others.returncode, untouched) == (2, True)
    for principal in (owner[1].removesuffix("/scan"), "arn:aws:sts::444455556666:assumed-role/other"):
        assert principal in others.stderr
    for done in again:
        assert (done.returncode, "is being resumed in another process" in done.stderr) == (2, True), done.stderr
    assert (code, err) == (0, "")
    assert report(own / "x.json") == calm[0]
    assert [path.name for path in journal.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_scan_loses_and_repeats_nothing(calm, own: Path, seed: int) -> None:
    whole, requests = calm
    path = own / "j.journal"
    common = ("--fail-on", "never", "--no-cache", "--concurrency", "4")
    with running("aws") as world:
        moment = random.Random(seed).randrange(5, requests - 5)
        process = start("scan", "aws", "-o", str(own / "x.json"), "--journal", str(path), *common)
        deadline = time.monotonic() + 60
        while len(world.log) < moment:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.kill()
        process.communicate()
        killed_at = len(world.log)
        done = Journal(path).finished()
        resumed = mlposture("scan", "--resume", "--journal", str(path), "-o", str(own / "x.json"))
        asked = Counter((r.operation, r.region) for r in world.log[killed_at:])

    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert report(own / "x.json") == whole
    assert not path.exists()
    repeated = [
        (kind, scope.region)
        for kind, scope in done
        if kind.startswith("aws.sagemaker.") and asked[f"sagemaker:List{kind.rpartition('.')[2]}s", scope.region]
    ]
    assert repeated == []


def test_there_is_nothing_to_resume(own: Path) -> None:
    for arguments, says in (
        (("--resume",), "no scan was stopped or killed"),
        (("--resume", "--journal", str(own / "none")), "there is no such file"),
        (("aws", "--time-limit", "soon"), "like 90s"),
    ):
        done = mlposture("scan", *arguments)
        assert done.returncode == 2
        assert says in done.stderr


def test_a_resumed_scan_cannot_judge_something_else(own: Path) -> None:
    with running("aws") as world:
        limited(world, "sagemaker:DescribeEndpoint")
        done = mlposture("scan", "--resume", "--check", "MLP-1001")
        keeping = mlposture("scan", "--resume", "--keep-replies", "--save-inventory", "i.json", cwd=own)
    assert done.returncode == keeping.returncode == 2
    assert "judges what it set out to judge" in done.stderr
    assert "the replies are gone" in keeping.stderr


def test_the_profile_of_a_run_adds_up(own: Path) -> None:
    with running("aws") as world:
        path = own / "p.json"
        done = mlposture("scan", "aws", "--no-cache", "--fail-on", "never", "--profile-run", str(path))
        asked = Counter(request.operation for request in world.log)

    found = json.loads(path.read_text())
    calls = {operation["operation"]: operation["calls"] for operation in found["operations"]}
    assert done.returncode == 0
    assert calls.items() <= asked.items()
    assert found["calls"] == sum(calls.values())
    assert 0 < found["floor"]["seconds"] <= found["floor"]["collect_seconds"] * 1.5
    assert {phase["name"] for phase in found["phases"]} == {"connect", "collect", "evaluate and report"}


def test_a_scan_where_no_state_can_be_kept_goes_on_without(own: Path) -> None:
    (own / "state").write_text("a file where the folder should be")
    with running("aws"):
        done = mlposture("scan", "aws", "--no-cache", "--fail-on", "never")
    assert (done.returncode, done.stderr) == (0, "")
    assert (own / "state").is_file()
