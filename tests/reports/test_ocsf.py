"""OCSF: every event through the strict judge, which notices each member that is cut; unknown is never a pass.

The judge needs ocsf-json-schema in an environment of its own: `make .venv-formats/.ready`, or MLPOSTURE_FORMATS.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from judged_worlds import world_report
from scanning import PROVIDERS
from support import ROOT, TESTS

from scanner.model.notes import Source, Suppression
from scanner.model.nouns import Status
from scanner.model.reported import FindingList, Report

COMPLIANCE, DETECTION = 2003, 2004
EXPECTED = {Status.PASS: 1, Status.FAIL: 3, Status.UNKNOWN: 0, Status.NOT_APPLICABLE: 99}


def judge() -> str | None:
    """The Python that has the judge, if this machine has one."""
    own = ROOT / ".venv-formats" / "bin" / "python"
    return os.environ.get("MLPOSTURE_FORMATS") or (str(own) if own.exists() else None)


needs_judge = pytest.mark.skipif(
    judge() is None,
    reason="ocsf-json-schema is not installed: make .venv-formats/.ready, or set MLPOSTURE_FORMATS to its Python",
)


def events(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.decode().splitlines()]


def annotated(report: Report, **notes: Any) -> Report:
    """The same report with something noted of each of its findings."""
    return msgspec.structs.replace(
        report, findings=FindingList(msgspec.structs.replace(finding, **notes) for finding in report.findings)
    )


@pytest.fixture(scope="module")
def noted(make) -> Report:
    """A report with everything that may be noted of a finding."""
    return annotated(
        make.mixed_report(),
        source=Source(uri="infra/main.tf", line=12, address="aws_sagemaker_notebook_instance.research", text="x"),
        suppression=Suppression(check="MLP-1901", reason="moves in May", owner="science", until=date(2027, 5, 1)),
        systems=("research",),
        state="new",
    )


@pytest.fixture(scope="module")
def verdicts(make, noted: Report, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the judge says of the reports that every format must render, and of those on the demo organisation."""
    folder = tmp_path_factory.mktemp("ocsf")
    reports = {name: build() for name, build in make.REPORTS.items()}
    reports |= {provider: world_report(provider) for provider in PROVIDERS} | {"noted": noted}
    for name, report in reports.items():
        (folder / name).write_bytes(make.whole("ocsf", report))
    wrong = events(make.whole("ocsf", make.mixed_report()))[0] | {"unheard": 1, "severity_id": "high"}
    (folder / "wrong").write_text(json.dumps(wrong))
    done = subprocess.run(
        [str(judge()), str(TESTS / "ocsf_judge.py"), *(str(folder / name) for name in (*reports, "wrong"))],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return {Path(path).name: said for path, said in json.loads(done.stdout).items()}


@needs_judge
def test_the_judge_has_nothing_to_say(verdicts):
    assert {name: said["wrong"] for name, said in verdicts.items() if said["wrong"] and name != "wrong"} == {}
    assert all(said["classes"] for said in verdicts.values())
    for provider in PROVIDERS:
        assert set(verdicts[provider]["classes"]) == {str(COMPLIANCE), str(DETECTION)}
        assert sum(verdicts[provider]["classes"].values()) > len(world_report(provider).findings)


@needs_judge
def test_the_judge_notices_each_required_member_that_is_cut(verdicts):
    """Were it to look at nothing, the test above would hold for any file."""
    assert len(verdicts["wrong"]["wrong"]) == 3  # two are of one member
    for provider in PROVIDERS:
        assert verdicts[provider]["unnoticed"] == []
        assert {".compliance", ".finding_info.uid", ".cloud.provider"} <= set(verdicts[provider]["cut"]["2003"])
        assert ".finding_info.attack_graph.edges[].uid" in verdicts[provider]["cut"]["2004"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_finding_is_an_event_with_its_verdict(provider, make):
    report = world_report(provider)
    found = events(make.whole("ocsf", report))[-len(report.findings) :]
    for finding, event in zip(report.findings, found, strict=True):
        assert event["finding_info"]["uid"] == finding.fingerprint
        attack = finding.verdict is Status.FAIL and len(finding.path) > 1
        assert event["class_uid"] == (DETECTION if attack else COMPLIANCE)
        if attack:
            graph = event["finding_info"]["attack_graph"]
            assert [node["uid"] for node in graph["nodes"]] == list(dict.fromkeys(finding.path))
            steps = [(edge["source"], edge["target"]) for edge in graph["edges"]]
            assert steps == list(zip(finding.path, finding.path[1:], strict=False))
        else:
            assert event["compliance"]["status_id"] == EXPECTED[finding.verdict]
            assert event["compliance"]["checks"][0]["status_id"] == EXPECTED[finding.verdict]
        assert (event["severity_id"] > 1) <= (finding.verdict is Status.FAIL)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_control_stands_beside_a_pass(provider, make):
    made = [event.get("compliance", {}) for event in events(make.whole("ocsf", world_report(provider)))]
    passed = [one for one in made if one.get("status") == "Pass"]
    assert [one for one in passed if one.keys() & {"standards", "requirements"}] == []
    assert [one for one in made if one.get("status") == "Fail" and "requirements" not in one] == []
    assert passed


def test_what_was_not_seen_is_unknown_and_never_a_pass(make):
    report = make.mixed_report()
    by_title: dict[str, list[Any]] = {}
    for event in events(make.whole("ocsf", report)):
        by_title.setdefault(event["finding_info"]["title"].partition(":")[0], []).append(event)
    assert {event["compliance"]["status_id"] for event in by_title["Not observed"]} == {0}
    looked = [event for event in by_title["Completeness of the scan"] if event["cloud"]["provider"] == "AWS"]
    assert [(event["cloud"]["region"], event["compliance"]["status_id"]) for event in looked] == [
        ("eu-west-1", 0),
        ("us-east-1", 0),
    ]


def test_a_clean_report_says_that_everything_was_seen(make):
    [event] = events(make.whole("ocsf", make.clean_report()))
    assert event["compliance"]["status_id"] == 1
    assert event["unmapped"]["judged"] == ["MLP-1901", "MLP-4901"]


def test_what_is_noted_of_a_finding_is_in_its_event(make, noted):
    plain = events(make.whole("ocsf", make.mixed_report()))[-len(noted.findings) :]
    for before, event in zip(plain, events(make.whole("ocsf", noted))[-len(noted.findings) :], strict=True):
        assert (event["status_id"], event["activity_id"]) == (3, 1)
        assert event["unmapped"]["source"] == {
            "uri": "infra/main.tf", "line": 12, "column": 1, "attribute": "",
            "address": "aws_sagemaker_notebook_instance.research",
        }  # fmt: skip
        assert event["unmapped"]["suppression"]["until"] == "2027-05-01"
        assert event["finding_info"]["tags"][-1] == {"name": "ai-systems", "values": ["research"]}
        assert event["finding_info"]["first_seen_time"] == event["finding_info"]["last_seen_time"]
        assert "first_seen_time" not in before["finding_info"]
        assert "source" not in before["unmapped"]
        assert event["finding_info"]["uid"] == before["finding_info"]["uid"]


@pytest.mark.parametrize(("state", "activity", "status"), [("", 1, 1), ("persisting", 2, 1), ("fixed", 3, 4)])
def test_what_an_earlier_report_knows_is_the_activity(state, activity, status, make):
    report = annotated(make.mixed_report(), state=state)
    event = events(make.whole("ocsf", report))[-len(report.findings)]
    assert (event["activity_id"], event["type_uid"] % 100, event["status_id"]) == (activity, activity, status)


def test_every_line_is_one_event_whatever_things_are_called(make):
    report = make.hostile_report()
    text = make.whole("ocsf", report).decode()
    assert len(text.splitlines()) == text.count("\n") == len(events(text.encode()))
    names = {event["resources"][0]["name"] for event in events(text.encode()) if "resources" in event}
    assert names == set(make.HOSTILE)
