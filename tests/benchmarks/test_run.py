"""The runner itself: one scenario against the real server, and what it does when one breaks."""

import json
import sqlite3

import pytest

from benchmarks import run
from benchmarks.running import aws, endurance, truth
from benchmarks.running.bench import Bench, checks_within, target
from benchmarks.running.scenarios import SCENARIOS, Entry
from benchmarks.running.server import World


def test_a_scan_of_a_small_world_finds_what_was_planted(tmp_path):
    found = aws._beside_peer(Bench(tmp_path, peer=False), 25, runs=1)
    assert found["truth"]["wrong"] == 0
    assert found["truth"]["planted"] == len(truth.planted(25)) > 400
    assert found["ours"]["calls"]["median"] >= found["floor"]["calls"]
    assert 0 < found["floor"]["seconds"] < found["ours"]["wall_s"]["median"]


def test_all_checks_of_a_small_world_find_what_was_planted(tmp_path):
    found = aws.everything(Bench(tmp_path, quick=True, runs=1))
    assert found["truth"]["wrong"] == 0
    assert found["truth"]["planted"] == len(truth.planted(100, endpoints=100)) > len(truth.planted(100))
    assert found["targets"][0]["met"]


def test_limits_throttle_and_are_counted(tmp_path):
    bench = Bench(tmp_path)
    world = World(per_kind=3, latency=0, limits=run_limits(), log=True)
    with bench.serve(world) as server:
        scan = bench.scan(server, "--check", "MLP-1003")
        asked = server.calls()
    assert scan.counters["throttled"] > 0
    assert sum(call["status"] == 400 for call in asked) == scan.counters["throttled"]


def run_limits():
    from benchmarks.running.floor import Limit

    return (Limit("sagemaker:Describe*", 2, 1),)


def test_the_four_kinds_leave_out_checks_that_join_others():
    chosen = set(checks_within(("aws.sagemaker.NotebookInstance",)))
    assert {"MLP-1001", "MLP-1008"} <= chosen
    assert "MLP-1007" not in chosen  # it joins the role
    assert "MLP-1101" not in chosen


def test_a_scenario_that_breaks_is_a_failure_and_not_the_end(capsys):
    def broken(_):
        raise ZeroDivisionError("invented")

    result = run.run(Entry("broken", "A broken one", broken), run.arguments(["--quick"]))
    assert "invented" in result["failed"]
    assert run.report(result) == 1
    assert "invented" in capsys.readouterr().out


def test_what_was_not_measured_counts_as_missed(capsys):
    result = {"targets": [target("a", 1, 2), target("b", 3, 2), target("c", None, 2)], "seconds": 1}
    assert run.report(result) == 2
    assert run.report({**result, "targets": [], "not_measured": {"d": "no reason"}}) == 1
    assert "NOT MEASURED d: no reason" in capsys.readouterr().out


def test_at_least_is_the_other_way_round():
    assert target("a", 3, 2, least=True)["met"]
    assert not target("a", 1, 2, least=True)["met"]


def test_recording_keeps_the_other_results(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RESULTS", tmp_path)
    run.record("one", {"x": 1})
    run.record("two", {"x": 2})
    assert json.loads((tmp_path / "latest.json").read_text()) == {"one": {"x": 1}, "two": {"x": 2}}


def test_the_list_names_every_scenario(capsys):
    assert run.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [entry.name for entry in SCENARIOS]
    assert len({entry.name for entry in SCENARIOS}) == len(SCENARIOS)


def test_quick_results_are_never_recorded():
    with pytest.raises(SystemExit, match="too small"):
        run.main(["--quick", "--record"])


# -- reading twice -----------------------------------------------------------------------------------------------------

CALL = {"account": "111122223333", "region": "us-east-1", "resource": ""}
MODEL = ("aws.sagemaker.Model", "111122223333", "us-east-1")


def test_a_call_for_a_unit_that_was_done_is_found():
    call = {**CALL, "operation": "sagemaker:ListModels"}
    assert len(endurance.asked_twice({MODEL}, [call])) == 1
    assert endurance.asked_twice(set(), [call]) == []
    assert endurance.asked_twice({MODEL}, [{**call, "region": "eu-west-1"}]) == []


def test_a_call_may_serve_another_unit_that_was_not_done():
    call = {**CALL, "operation": "sagemaker:ListNotebookInstances"}
    assert endurance.asked_twice({MODEL}, [call]) == []
    assert endurance.asked_twice({MODEL}, [{**CALL, "operation": "sts:GetCallerIdentity"}]) == []


def test_units_of_whole_accounts_are_done_in_every_region():
    role = ("aws.iam.Role", "111122223333", "global")
    assert len(endurance.asked_twice({role}, [{**CALL, "operation": "iam:GetRole"}])) == 1


def test_acknowledged_units_are_finished_rows_of_the_journal(tmp_path):
    path = tmp_path / "journal.sqlite"
    assert endurance.acknowledged_units(path) == set()
    journal = sqlite3.connect(path)
    journal.execute("CREATE TABLE meta (name TEXT)")
    assert endurance.acknowledged_units(path) == set()
    journal.execute("CREATE TABLE units (kind TEXT, provider TEXT, account TEXT, region TEXT, finished INTEGER)")
    journal.execute("INSERT INTO units VALUES (?, 'aws', ?, ?, 1)", MODEL)
    journal.execute("INSERT INTO units VALUES ('aws.sagemaker.Endpoint', 'aws', ?, ?, 0)", MODEL[1:])
    journal.commit()
    journal.close()
    assert endurance.acknowledged_units(path) == {MODEL}
