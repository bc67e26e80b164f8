"""`--sync-suppressions`: which alerts are dismissed and opened again, and that nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from commandline import mlposture
from factories.aws import notebook
from github_description import description
from support import inventory_of
from uploading import CATEGORY, GitHub, failing, github, result, run
from worlds.base import Fault
from worlds.github import Alert

from scanner.upload.dismissals import OURS, read_decisions

TODAY = date.today()  # noqa: DTZ011 - a suppression ends on a day, of which either will do
LATER = TODAY + timedelta(days=30)
ACCEPTED = {"reason": "labelling partner reads it", "owner": "ml-platform@northwind.example", "until": str(LATER)}
SET = "code-scanning/update-alert"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path) as running:
        yield running


def synced(hub: GitHub, one: dict, *findings: dict, code: int = 0) -> str:
    hub.write("x.sarif", one)
    done = hub.upload("--sarif", "x.sarif", "--sync-suppressions", "--report", hub.report(*findings))
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def alert(hub: GitHub, name: str) -> Alert:
    [found] = [one for one in hub.world.repository().alerts.values() if one.path == f"cloud/{name}.json"]
    return found


def test_a_suppressed_finding_is_dismissed_with_reason_owner_and_end(hub: GitHub) -> None:
    said = synced(hub, run(result("a"), result("b")), failing("a", ACCEPTED), failing("b"))

    comment = f"{OURS}labelling partner reads it. Owner: ml-platform@northwind.example; until {LATER}."
    assert alert(hub, "a").dismissed == ("won't fix", comment)
    assert (alert(hub, "a").state, alert(hub, "b").state) == ("dismissed", "open")
    assert "1 alerts dismissed, 0 opened again, 0 left as they were dismissed" in said


def test_the_next_scan_changes_nothing_more(hub: GitHub) -> None:
    for _ in range(2):
        said = synced(hub, run(result("a")), failing("a", ACCEPTED))

    assert len(hub.bodies(SET)) == 1
    assert "0 alerts dismissed, 0 opened again, 1 left as they were dismissed" in said


@pytest.mark.parametrize(
    "after", [None, {**ACCEPTED, "until": str(TODAY - timedelta(days=2))}], ids=["removed", "expired"]
)
def test_it_is_opened_again_when_its_suppression_ends(hub: GitHub, after: dict | None) -> None:
    synced(hub, run(result("a")), failing("a", ACCEPTED))
    said = synced(hub, run(result("a")), failing("a", after))

    assert alert(hub, "a").state == "open"
    assert "0 alerts dismissed, 1 opened again" in said


def test_what_a_person_dismissed_is_left_alone(hub: GitHub) -> None:
    hub.send(run(result("a"), result("b")))
    for name in "ab":
        alert(hub, name).state, alert(hub, name).dismissed = "dismissed", ("false positive", "a person knows better")

    synced(hub, run(result("a"), result("b")), failing("a", ACCEPTED), failing("b"))

    assert not hub.bodies(SET)


def test_another_reason_becomes_the_comment(hub: GitHub) -> None:
    synced(hub, run(result("a")), failing("a", ACCEPTED))
    synced(hub, run(result("a")), failing("a", {**ACCEPTED, "until": None}))

    assert alert(hub, "a").state == "dismissed"
    assert alert(hub, "a").dismissed[1].endswith("risk accepted.")


@pytest.mark.parametrize("then", [failing("a", verdict="unknown"), failing("z")], ids=["unknown", "not in the report"])
def test_what_the_report_does_not_know_stays_as_it_is(hub: GitHub, then: dict) -> None:
    synced(hub, run(result("a")), failing("a", ACCEPTED))
    said = synced(hub, run(result("a", text="Not observed since 2026-11-22: 'a' is open.")), then)

    assert alert(hub, "a").state == "dismissed"
    assert "1 results are no failures of this scan's report; their alerts stay as they are" in said


def test_alerts_at_one_line_are_told_apart_by_their_messages(hub: GitHub) -> None:
    """As those of two instances that `for_each` makes of one block."""
    some = [result(name, "infra/main.tf", text=f"'{name}'  is open.") for name in "ab"]
    synced(hub, run(*some), failing("a", ACCEPTED), failing("b"))

    states = {one.text: one.state for one in hub.world.repository().alerts.values()}
    assert states == {"'a'  is open.": "dismissed", "'b'  is open.": "open"}


def test_alerts_that_look_alike_are_left_and_named(hub: GitHub) -> None:
    some = [result(name, "infra/main.tf", text="It is open.") for name in "ab"]
    said = synced(hub, run(*some), failing("a", ACCEPTED), failing("b"), code=4)

    assert hub.world.states() == {"open": 2}
    assert f"no one alert is known to be that of MLP-1001 at infra/main.tf:3 ({CATEGORY}); dismiss it there" in said


def test_an_alert_of_another_category_or_tool_is_not_touched(hub: GitHub) -> None:
    hub.send(run(result("a"), category="other"))
    foreign = run(result("a"))
    foreign["tool"]["driver"]["name"] = "another"
    hub.send(foreign)

    synced(hub, run(result("a")), failing("a", ACCEPTED))

    found = {(one.tool, one.category): one.state for one in hub.world.repository().alerts.values()}
    assert found == {
        ("mlposture", "other"): "open",
        ("another", CATEGORY): "open",
        ("mlposture", CATEGORY): "dismissed",
    }


def test_suppressed_findings_without_a_result_are_said(hub: GitHub) -> None:
    said = synced(hub, run(result("a")), failing("a"), failing("cut", ACCEPTED))
    assert "1 suppressed findings are no results of the files; their alerts stay as they are" in said


def test_more_alerts_than_a_page_are_all_found(hub: GitHub) -> None:
    names = [f"n{number}" for number in range(230)]
    synced(hub, run(*map(result, names)), *(failing(names[place], ACCEPTED) for place in (0, 150, 229)))

    assert hub.world.states() == {"open": 227, "dismissed": 3}


def test_nothing_is_dismissed_where_the_upload_is_not_complete(hub: GitHub) -> None:
    hub.world.pending = 99
    said = synced(hub, run(result("a")), failing("a", ACCEPTED), code=4)

    assert "no alert was dismissed or opened, since not all uploads are complete" in said
    assert not hub.bodies(SET)


def test_a_refusal_to_change_an_alert_says_what_it_takes(hub: GitHub) -> None:
    hub.world.faults.append(Fault(SET, "deny"))
    said = synced(hub, run(result("a")), failing("a", ACCEPTED), code=3)
    assert "changing the state of an alert failed: the token may not" in said


def test_a_long_reason_is_cut_to_what_a_comment_may_have(hub: GitHub) -> None:
    long = {"reason": "because " * 90, "owner": "o" * 200, "until": None}
    synced(hub, run(result("a")), failing("a", long))

    comment = alert(hub, "a").dismissed[1]
    said = description()
    assert (
        len(comment) == 280 if said is None else len(comment) == said.longest("code-scanning-alert-dismissed-comment")
    )
    assert comment.startswith(OURS) and comment.endswith("…; risk accepted.")


def test_no_credential_of_a_reason_is_sent(hub: GitHub) -> None:
    synced(hub, run(result("a")), failing("a", {**ACCEPTED, "reason": "key AKIAIOSFODNN7EXAMPLE is rotated"}))
    assert "AKIA" not in alert(hub, "a").dismissed[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "report.json: is no JSON report"),
        ("{}", "report.json: is no JSON report"),
        ('{"schema": "other/1", "findings": []}', "report.json: schema is 'other/1'"),
        ('{"schema": "mlposture/report/v1", "findings": [{}]}', "is no JSON report"),
        ('{"schema": "mlposture/report/v1", "findings": [' + "[" * 5000, "is no JSON report"),
    ],
)
def test_what_is_no_report_is_refused(hub: GitHub, text: str, said: str) -> None:
    hub.write("x.sarif", run(result("a")))
    (hub.folder / "report.json").write_text(text, encoding="utf-8")
    done = hub.upload("--sarif", "x.sarif", "--sync-suppressions", "--report", "report.json")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert said in done.stderr
    assert not hub.world.log


def test_a_report_of_any_layout_and_without_findings_will_do(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"findings":[],\n\n"schema" : "mlposture/report/v1"}', encoding="utf-8")
    assert read_decisions(tmp_path / "r.json", "r.json", {}, TODAY) == ({}, 0)


SUPPRESSIONS = """\
schema: suppressions/1
suppressions:
  - check: MLP-1001
    resource: "*:notebook-instance/research"
    account: "111122223333"
    reason: labelling partner reads it
    owner: ml-platform@northwind.example
    until: {until}
"""


@pytest.mark.parametrize("days", [30, -2], ids=["in force", "expired"])
def test_a_file_of_suppressions_reaches_the_alerts(hub: GitHub, days: int) -> None:
    """From the file by way of report and SARIF to the alert, and back when the entry has ended."""
    inventory_of(notebook(direct_internet_access="Enabled")).save(hub.folder / "inventory.json")
    wanted = ("--check", "MLP-1001", "--fail-on", "never", "-o", "x.sarif", "-o", "r.json")

    def scan_and_upload(until: date) -> list[str]:
        (hub.folder / "s.yaml").write_text(SUPPRESSIONS.format(until=until), encoding="utf-8")
        as_of = ("--as-of", str(TODAY), "--suppressions", "s.yaml")
        judged = mlposture("evaluate", "inventory.json", *wanted, *as_of, cwd=hub.folder)
        assert judged.returncode == 0, judged.stderr
        done = hub.upload("--sarif", "x.sarif", "--sync-suppressions", "--report", "r.json")
        assert done.returncode == 0, done.stderr
        return [one.state for one in hub.world.repository().alerts.values()]

    assert scan_and_upload(LATER) == ["dismissed"]
    assert scan_and_upload(TODAY + timedelta(days=days)) == ["dismissed" if days > 0 else "open"]


@pytest.mark.parametrize(
    ("began", "state"), [("2026-11-22T12:00:00.123Z", "dismissed"), ("2026-11-21T12:00:00Z", "open")]
)
def test_a_report_of_another_scan_decides_nothing(began: str, state: str, hub: GitHub) -> None:
    hub.write("x.sarif", run(result("a"), invocations=[{"executionSuccessful": True, "startTimeUtc": began}]))
    report = json.loads((hub.folder / hub.report(failing("a", ACCEPTED))).read_text())
    (hub.folder / "r.json").write_text(json.dumps({**report, "scan": {"started_at": "2026-11-22T12:00:00.123456Z"}}))
    done = hub.upload("--sarif", "x.sarif", "--sync-suppressions", "--report", "r.json")

    assert done.returncode == 0
    assert alert(hub, "a").state == state
    assert ("results are no failures of this scan's report" in done.stderr) is (state == "open")
