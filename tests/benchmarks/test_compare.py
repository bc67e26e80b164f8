"""Findings compared one by one: what is the same, what a stated reason explains, what nothing does."""

import json

from benchmarks.running import compare, peer
from checks.aws.sagemaker import training  # noqa: F401 - registers checks
from scanner.model.registry import load

JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/job-000000"
TRAFFIC = "sagemaker_training_jobs_intercontainer_encryption_enabled"


def test_equal_verdicts_are_the_same_fault():
    found = compare.with_peer({("MLP-1301", JOB): ("fail", "2 instances")}, {(TRAFFIC, JOB): "FAIL"})
    assert (found["compared"], found["same_faults"], found["unexplained"], found["explained"]) == (1, 1, 0, [])


def test_a_difference_is_explained_by_its_reason_alone():
    theirs = {(TRAFFIC, JOB): "FAIL"}
    found = compare.with_peer({("MLP-1301", JOB): ("not_applicable", "runs on one instance")}, theirs)
    assert found["unexplained"] == 0
    assert [(e["theirs"], e["ours"], e["findings"]) for e in found["explained"]] == [(TRAFFIC, "MLP-1301", 1)]
    found = compare.with_peer({("MLP-1301", JOB): ("not_applicable", "something else")}, theirs)
    assert found["unexplained"] == 1


def test_a_fault_that_one_side_misses_is_a_difference():
    assert compare.with_peer({}, {(TRAFFIC, JOB): "FAIL"})["unexplained"] == 1
    assert compare.with_peer({("MLP-1301", JOB): ("fail", "2 instances")}, {})["unexplained"] == 1
    assert compare.with_peer({("MLP-1301", JOB): ("pass", "")}, {(TRAFFIC, JOB): "FAIL"})["unexplained"] == 1


def test_only_old_jobs_may_be_missing():
    theirs = {(TRAFFIC, JOB): "FAIL"}
    assert compare.with_peer({}, theirs, old={JOB})["unexplained"] == 0
    assert compare.with_peer({("MLP-1301", JOB): ("pass", "")}, theirs, old={JOB})["unexplained"] == 1


def test_a_check_of_the_peer_that_nobody_thought_of_is_named():
    found = compare.with_peer({}, {("sagemaker_new_check", JOB): "PASS", ("sagemaker_clarify_exists", JOB): "FAIL"})
    assert found["checks_without_pair"] == ["sagemaker_new_check"]


def test_pairs_name_checks_that_exist_and_excuses_messages_that_they_give():
    checks, _ = load(("aws",))
    theirs = [pair.theirs for pair in compare.PAIRS]
    assert len(set(theirs)) == len(theirs)
    assert not compare.UNPAIRED.keys() & set(theirs)
    for pair in compare.PAIRS:
        names = checks[pair.ours].function.__code__.co_consts
        assert {excuse.message for excuse in pair.excuses} <= set(names), pair.ours


def test_truth_finds_what_is_wrong_and_what_is_missing():
    ours = {("MLP-1301", "a"): ("fail", ""), ("MLP-1301", "b"): ("fail", "")}
    planted = {("MLP-1301", "a"): "fail", ("MLP-1301", "b"): "pass", ("MLP-1301", "c"): "fail"}
    assert compare.with_truth(ours, planted)["wrong"] == 2


def test_the_same_means_verdict_and_message():
    left = {("MLP-1301", "a"): ("fail", "x"), ("MLP-1301", "b"): ("pass", "")}
    assert compare.same(left, dict(left))["wrong"] == 0
    found = compare.same(left, {("MLP-1301", "a"): ("fail", "y")})
    assert (found["wrong"], found["missing"]) == (2, 1)


def test_reports_are_identical_but_for_id_and_times(tmp_path):
    def written(name, **scan):
        path = tmp_path / name
        path.write_text(json.dumps({"scan": {"id": name, "started_at": name, "complete": True, **scan}, "gaps": []}))
        return path

    assert compare.identical(written("a"), written("b"))
    assert not compare.identical(written("a"), written("c", complete=False))


def test_findings_of_a_hurried_peer_are_counted_by_the_way_they_are_wrong():
    calm = {("a", "1"): "FAIL", ("a", "2"): "PASS", ("a", "3"): "PASS", ("a", "4"): "FAIL", ("a", "5"): "PASS"}
    hurried = {("a", "1"): "PASS", ("a", "2"): "FAIL", ("a", "3"): "MANUAL", ("a", "5"): "PASS"}
    found = peer.wrong(calm, hurried)
    assert (found["findings"], found["wrong"]) == (5, 4)
    ways = ("fail_shown_as_pass", "pass_shown_as_fail", "missing", "other")
    assert [found[way] for way in ways] == [1, 1, 1, 1]
