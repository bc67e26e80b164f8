"""`--store` over scans of simulated clouds: what nobody saw stays open, and the exit code says that it was not seen."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from commandline import MLPOSTURE, mlposture
from factories.aws import HERE
from nights import CLOSED, THERE, day, inventory_of, lab
from scanning import running
from support import wait_until
from worlds.base import Fault

from scanner.history.store import Store, open_store
from scanner.model.errors import NotWritten

#: What is tried as a secret, and what nothing may hold.
SECRET = "invented-secret-word"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def scan(url: str, *options: str, provider: str = "aws", code: int = 0) -> dict[str, Any]:
    """Scan the demo organisation. Returns its JSON report."""
    done = mlposture("scan", provider, "--no-cache", "--no-progress", "--fail-on", "never", "--store", url, "-o",
                     "report.json", *options)  # fmt: skip
    assert done.returncode == code, done.stderr
    return json.loads(Path("report.json").read_text())


def states(url: str) -> Counter[str]:
    """How many findings the last scan had of each state."""
    with open_store(url) as store:
        found = Counter(str(one.state) for one in store.findings(store.scans()[-1].id))
        assert {str(state): number for state, number in store.scans()[-1].states.items()} == found
        assert list(store.verify()) == []
    return found


def test_what_is_refused_tonight_stays_open_and_is_known_again_tomorrow(database):
    incomplete = ("--fail-on-incomplete",)
    with running("aws") as world:
        first = scan(database)
        failed = first["summary"]["verdicts"]["fail"]
        assert states(database) == {"not compared": failed}
        world.faults.append(Fault("sagemaker:ListNotebookInstances", "deny"))
        denied = scan(database, *incomplete, code=4)
        world.faults.clear()
        last = scan(database)
    unknown = {one["fingerprint"] for one in denied["history"]["carried"]}
    notebooks = {one["fingerprint"] for one in first["findings"] if one["resource"]["kind"].endswith("NotebookInstance")
                 and one["verdict"] == "fail"}  # fmt: skip
    assert notebooks
    assert notebooks <= unknown
    with open_store(database) as store:
        second = Counter(str(one.state) for one in store.findings(store.scans()[1].id))
    assert second == {"persisting": failed - len(unknown), "unknown": len(unknown)} == denied["summary"]["states"]
    assert states(database) == {"persisting": failed} == last["summary"]["states"]
    assert {one["first_seen_at"] for one in last["findings"] if one["verdict"] == "fail"} == {
        first["scan"]["started_at"]
    }


def test_only_a_night_that_sees_less_than_the_last_ends_with_4(tmp_path):
    url, newly = "sqlite:///history.db", ("--fail-on-newly-incomplete",)
    with running("aws") as world:
        scan(url)
        world.faults.append(Fault("sagemaker:ListNotebookInstances", "deny"))
        scan(url, *newly, code=4)
        scan(url, *newly)
        world.faults.append(Fault("sagemaker:ListTrainingJobs", "deny"))
        scan(url, *newly, code=4)
        scan(url, *newly)
        world.faults.clear()
        scan(url, *newly)
    asked = mlposture("scan", "aws", *newly)
    assert (asked.returncode, asked.stderr.splitlines()[-1]) == (
        2, "mlposture: --fail-on-newly-incomplete: what was not seen before, a history says; give a --store",
    )  # fmt: skip


def test_the_end_names_what_was_written_and_what_shows_the_changes(tmp_path):
    inventory_of(day(1), lab("a")).save(tmp_path / "first.json")
    inventory_of(day(2), lab("a", CLOSED)).save(tmp_path / "second.json")
    ends = []
    for name in ("first.json", "second.json"):
        done = mlposture("evaluate", name, "--check", "MLP-1001", "--store", "sqlite:///a history.db",
                         "-o", "out.json", "-o", "out.sarif", "--fail-on", "never")  # fmt: skip
        assert done.returncode == 0, done.stderr
        ends.append([line for line in done.stdout.splitlines() if line.startswith(("Written: ", "What changed: "))])
    told = "What changed: mlposture diff --store 'sqlite:///a history.db' --from 1 --to 2"
    assert ends[0] == ["Written: out.json", "Written: out.sarif"]
    assert ends[1] == ["Written: out.json", "Written: out.sarif", told]
    shown = mlposture(*shlex.split(told)[3:])
    assert (shown.returncode, "scan 2 of" in shown.stdout) == (0, True)


@pytest.mark.parametrize("less", [("--region", "us-east-1"), ("--check", "MLP-1001"), ("--min-severity", "critical")])
def test_a_scan_of_less_ends_nothing(less, tmp_path):
    url = "sqlite:///history.db"
    with running("aws"):
        failed = scan(url)["summary"]["verdicts"]["fail"]
        part = scan(url, *less, "--fail-on-incomplete", code=4)
        assert part["summary"]["states"].keys() <= {"persisting", "unknown"}
        assert sum(states(url).values()) == failed
        scan(url)
    assert states(url) == {"persisting": failed}


def test_clouds_in_one_history_are_told_apart(tmp_path):
    url = "sqlite:///history.db"
    with running("aws"):
        aws = scan(url)["summary"]["verdicts"]["fail"]
    with running("gcp"):
        report = scan(url, provider="gcp")
    assert states(url) == {"not compared": report["summary"]["verdicts"]["fail"]}
    assert report["history"]["carried"] == []
    assert {one["provider"] for one in report["history"]["accounts"]} == {"gcp"}
    with running("aws"):
        scan(url)
    assert states(url) == {"persisting": aws}


def test_a_scan_that_is_stopped_and_resumed_is_two_scans_of_a_history(server):
    url = server.url().replace("northwind@", f"northwind:{SECRET}@")
    with running("aws") as world:
        scan(url)
        world.faults.append(Fault("sagemaker:DescribeEndpoint", "timeout"))
        command = [MLPOSTURE, "scan", "aws", "--no-cache", "--no-progress", "--store", url, "--grace", "1s",
                   "-o", "report.json"]  # fmt: skip
        before = len(world.log)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: any(one.operation == "sagemaker:DescribeEndpoint" for one in world.log[before:]))
        process.send_signal(signal.SIGTERM)
        printed, complained = process.communicate()
        world.faults.clear()
        assert "mlposture scan --resume" in complained
        assert SECRET not in complained + printed + Path("report.json").read_text()
        kept = [path for path in Path("state").rglob("*") if path.is_file()]
        assert any(path.suffix == ".journal" for path in kept)
        assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []
        assert states(url).keys() <= {"persisting", "unknown"}
        resumed = mlposture("scan", "--resume", "--fail-on", "never")
        assert resumed.returncode == 0, resumed.stderr
    assert states(url).keys() == {"persisting"}
    with open_store(url) as store:
        assert [len(store.scans()), store.scans()[1].started_at] == [3, store.scans()[2].started_at]


def save(number: int, *resources: Any, **how: Any) -> str:
    """A saved inventory of a night."""
    inventory_of(day(number), *resources, **how).save(Path(f"{number}.json"))
    return f"{number}.json"


def evaluate(number: int, *options: str) -> Any:
    return mlposture("evaluate", f"{number}.json", "--check", "MLP-1001", "--store", "sqlite:///history.db", *options)


def test_inventories_are_judged_into_a_history_in_their_order(tmp_path):
    for number, world in enumerate(([lab("a"), lab("b")], [lab("a", CLOSED), lab("b")], [lab("a"), lab("b")]), 1):
        save(number, *world)
    said = [evaluate(1), evaluate(2), evaluate(3, "-o", "report.html")]
    assert [done.returncode for done in said] == [1, 1, 1]
    lines = [next(line for line in done.stdout.splitlines() if re.match("Since|First scan", line)) for done in said]
    assert lines == [
        "First scan kept, for later ones to be compared with.",
        "Since earlier scans: 1 persisting, 1 fixed.",
        "Since earlier scans: 1 persisting, 1 reopened.",
    ]
    older = evaluate(2)
    assert (older.returncode, "in the order of its scans" in older.stderr) == (2, True)
    listed = mlposture("history", "list", "--store", "sqlite:///history.db")
    assert [line.rpartition("  ")[2] for line in listed.stdout.splitlines()[::2]] == [
        "2 not compared", "1 persisting, 1 fixed", "1 persisting, 1 reopened"
    ]  # fmt: skip


def test_what_is_looked_at_first_is_named_and_fails_nothing(tmp_path):
    save(1, lab("a"))
    save(2, lab("a"), lab("b"))
    save(3, lab("a"), lab("b"), lab("c", scope=THERE), scopes=(HERE, THERE))
    said = [evaluate(number, "--fail-on", "new:low") for number in (1, 2, 3)]
    assert [done.returncode for done in said] == [0, 1, 0]
    assert [done.stdout.splitlines()[-1] for done in said] == [
        "Exit code 0: no new or reopened failure at or above --fail-on new:low (1 not compared: no earlier scan looked "
        "there).",
        "Exit code 1: 1 high new or reopened failure, at or above --fail-on new:low.",
        "Exit code 0: no new or reopened failure at or above --fail-on new:low (1 not compared: no earlier scan looked "
        "there).",
    ]
    assert (
        "Since earlier scans: 2 persisting; 1 first looked at in this scan, and not counted as new." in said[2].stdout
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--baseline", "1.json"), "--baseline: the history that --store names"),
        (("--verdicts", "unknown"), "--verdicts: a history is about failures"),
        (("-o", "json:history.db"), "something else is to be written there too"),
    ],
)
def test_options_that_do_not_go_with_a_history(options, said, tmp_path):
    save(1, lab())
    done = evaluate(1, *options)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not Path("history.db").exists()


def test_a_history_that_cannot_be_written_costs_no_report(tmp_path, monkeypatch):
    monkeypatch.setattr("scanner.history.sqlite_engine.PATIENCE", 0.1)
    save(1, lab())
    save(2, lab())
    evaluate(1)
    with open_store("sqlite:///history.db") as other, other._engine.writing():
        done = evaluate(2, "-o", "report.json")
    assert (done.returncode, done.stderr) == (2, "mlposture: --store sqlite:///history.db: database is locked\n")
    assert json.loads(Path("report.json").read_text())["summary"]["states"] == {"persisting": 1}
    assert len(states_of_all("sqlite:///history.db")) == 1


def states_of_all(url: str) -> list[dict[Any, int]]:
    with open_store(url) as store:
        return [scan.states for scan in store.scans()]


def test_what_was_read_before_another_scan_ends_nothing_that_this_one_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise NotWritten("the disk is full")

    command = ("scan", "aws", "--no-cache", "--no-progress", "--fail-on", "never", "-q", "--check", "MLP-1001")
    with running("aws"):
        with monkeypatch.context() as patched:
            patched.setattr(Store, "write", full)
            stopped = mlposture(*command, "--store", "sqlite:///h.db")
        other = mlposture(*command, "--store", "sqlite:///h.db")
        late = mlposture("scan", "--resume")
        apart = mlposture("scan", "--resume", "--store", "sqlite:///own.db")

    assert (stopped.returncode, "goes on" in stopped.stderr or "writes it" in stopped.stderr) == (2, True)
    assert (other.returncode, late.returncode, apart.returncode) == (0, 2, 0), (late.stderr, apart.stderr)
    assert "which is newer than what is judged" in late.stderr and "so name another one" in late.stderr
    with open_store("sqlite:///h.db") as store:
        assert len(store.scans()) == 1
