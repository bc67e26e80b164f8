"""`--baseline` over several scans: an alert closes when what it is about was seen to be right or gone, not before.

Alerts are those of a stand-in for code scanning, which does what GitHub documents: it opens one for each new result and
closes those that an upload has no more.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from commandline import mlposture
from factories.aws import HERE, notebook
from msgspec import UNSET
from support import NOW

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.model.nouns import Gap, Listing, Reason, Resource
from scanner.store.inventory import Inventory

CHECK = "MLP-1001"
OTHERS = ("sarif", "json", "inventory")


def lab(state: Any = "Enabled", name: str = "lab") -> Resource:
    """A notebook whose way to the internet is open, closed or not seen."""
    return notebook(name, direct_internet_access=state)


class Scans:
    """Scans of one account, each with the one before as its baseline, and the alerts that their uploads lead to."""

    def __init__(self, folder: Path, form: str = "sarif", *options: str) -> None:
        self.folder = folder
        self.form = form
        self.options = options
        self.alerts: dict[tuple[str, ...], str] = {}
        self.said = ""
        self._number = 0

    def scan(self, *resources: Resource, complete: bool = True, alone: bool = False) -> dict[str, Any]:
        """Judge and upload. Returns the run. `alone`: without what was before."""
        before, self._number = self._number, self._number + 1
        inventory = Inventory(NOW + timedelta(days=self._number))
        for resource in resources:
            inventory.add(resource)
        inventory.scopes = (HERE,)
        inventory.listings[NotebookInstance.kind, HERE] = Listing(
            kind=NotebookInstance.kind, scope=HERE, complete=complete, observed=len(resources)
        )
        if not complete:
            operation = "sagemaker:ListNotebookInstances"
            inventory.gaps = (
                Gap(kind=NotebookInstance.kind, operation=operation, scope=HERE, reason=Reason.THROTTLED,
                    permission="", detail="slow down"),
            )  # fmt: skip
        inventory.save(self._path(self._number, "inventory"))
        earlier = ["--baseline", str(self._path(before, self.form))] if before and not alone else []
        written = [part for form in ("sarif", "json") for part in ("-o", f"{form}:{self._path(self._number, form)}")]
        done = mlposture(
            "evaluate", str(self._path(self._number, "inventory")), "--check", CHECK, "--fail-on", "never", *earlier,
            *written, *self.options,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.said = done.stderr
        [run] = json.loads(self._path(self._number, "sarif").read_text())["runs"]
        if run["properties"]["complete"]:
            self._upload(run)
        return run

    def report(self) -> dict[str, Any]:
        """The JSON report of the last scan."""
        return json.loads(self._path(self._number, "json").read_text())

    def states(self) -> list[str]:
        return sorted(self.alerts.values())

    def _upload(self, run: dict[str, Any]) -> None:
        found = {
            (
                run["automationDetails"]["id"].rpartition("/")[0],
                result["ruleId"],
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                result["partialFingerprints"]["primaryLocationLineHash"],
            )
            for result in run["results"]
        }
        self.alerts |= dict.fromkeys(self.alerts.keys() - found, "closed") | dict.fromkeys(found, "open")

    def _path(self, number: int, form: str) -> Path:
        return self.folder / f"{number}.{form}"


@pytest.mark.parametrize("form", ["sarif", "json"])
@pytest.mark.parametrize("group", ["resource", "check"])
def test_fail_unknown_unknown_fail_is_one_alert_that_stays_open(form, group, tmp_path):
    scans = Scans(tmp_path, form, "--sarif-group", group)
    scans.scan(lab())
    for _ in range(2):
        run = scans.scan(lab(UNSET))
        assert scans.states() == ["open"]
        [result] = run["results"]
        assert result["message"]["text"].startswith("Not observed since 2026-11-23: ")
        assert run["properties"]["carried"] == 1
        [carried] = scans.report()["history"]["carried"]
        assert (carried["check"]["id"], carried["resource"]["name"]) == (CHECK, "lab")
        assert carried["why"] == "not observed: direct_internet_access"
    run = scans.scan(lab())
    assert scans.states() == ["open"]
    assert "Not observed" not in run["results"][0]["message"]["text"]
    assert [finding["state"] for finding in scans.report()["findings"]] == ["persisting"]


@pytest.mark.parametrize("form", OTHERS)
def test_fail_pass_closes_the_alert(form, tmp_path):
    scans = Scans(tmp_path, form, "--verdicts", "all")
    scans.scan(lab())
    scans.scan(lab("Disabled"))
    assert scans.states() == ["closed"]
    assert [finding["state"] for finding in scans.report()["findings"]] == ["fixed"]


@pytest.mark.parametrize("form", OTHERS)
def test_a_resource_that_is_not_listed_any_more_closes_its_alert_once_the_list_is_complete(form, tmp_path):
    scans = Scans(tmp_path, form)
    scans.scan(lab(), lab(name="other"))
    run = scans.scan(lab(name="other"), complete=False)
    assert scans.states() == ["open", "open"]
    if form == "inventory":  # which says only what it saw, and so cannot go on from here
        return
    assert run["results"][1]["message"]["text"].startswith("Not observed since") or run["properties"]["carried"] == 1
    scans.scan(lab(name="other"))
    assert scans.states() == ["closed", "open"]


def test_a_new_failure_is_new_and_the_others_persist(tmp_path):
    scans = Scans(tmp_path)
    scans.scan(lab())
    scans.scan(lab(), lab(name="added"))
    found = {finding["resource"]["name"]: finding["state"] for finding in scans.report()["findings"]}
    assert found == {"lab": "persisting", "added": "new"}


def test_without_an_earlier_report_an_account_that_was_not_seen_whole_is_left_out_and_said_so(tmp_path):
    scans = Scans(tmp_path)
    scans.scan(lab())
    run = scans.scan(lab(UNSET), alone=True)
    assert scans.states() == ["open"]
    assert run["properties"]["complete"] is run["invocations"][0]["executionSuccessful"] is False
    assert "aws 111122223333: not seen completely, and marked to be left out of uploads" in scans.said


def test_an_earlier_report_that_lost_something_heals_nothing(tmp_path):
    """The alert of the first scan is known to neither of the others."""
    scans = Scans(tmp_path)
    scans.scan(lab())
    scans.scan(lab(UNSET), alone=True)
    assert scans.scan(lab(UNSET))["properties"]["complete"] is False
    assert scans.states() == ["open"]
    assert scans.scan(lab())["properties"]["complete"] is True


def test_a_chain_may_begin_where_the_user_says_so(tmp_path):
    scans = Scans(tmp_path, "json", "--sarif-incomplete", "include")
    run = scans.scan(lab(), lab(UNSET, "hidden"))
    assert run["properties"]["complete"] is run["invocations"][0]["executionSuccessful"] is True
    assert "left out of uploads" not in scans.said
    assert scans.states() == ["open"]
    scans.options = ()
    assert scans.scan(lab(UNSET), lab(UNSET, "hidden"))["properties"]["complete"] is True
    assert scans.states() == ["open"]


def test_a_check_that_is_left_out_carries_its_failures_forward(tmp_path):
    scans = Scans(tmp_path, "json")
    scans.scan(lab())
    done = mlposture(
        "evaluate", "1.inventory", "--check", "MLP-1003", "--baseline", "1.json", "-o", "2.sarif", "--fail-on", "never",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [run] = json.loads((tmp_path / "2.sarif").read_text())["runs"]
    [carried] = [result for result in run["results"] if result["ruleId"] == CHECK]
    assert "Why: its check was not run." in carried["message"]["text"]
    assert run["tool"]["driver"]["rules"][carried["ruleIndex"]]["id"] == CHECK


BROKEN = {
    "absent.json": (None, "absent.json: No such file or directory"),
    "empty.json": ("", "empty.json: not a report of mlposture"),
    "list.json": ("[1]", "list.json: not a report of mlposture"),
    "other.json": ('{"a": 1}', "is no JSON report, no SARIF and no inventory of mlposture"),
    "old.json": ('{"schema": "mlposture/report/v1", "findings": []}', "write it with this version"),
    "cut.json": ('{"schema": "mlposture/report/v1", "findings": [', "not a report of mlposture"),
    "tool.sarif": (
        '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [{"tool": {}, "results": []}]}',
        "a run does not say of which account it is",
    ),
    "none.sarif": ('{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": []}', "holds no run"),
    "uncounted.json": (
        '{"schema": "mlposture/report/v1", "scan": {"started_at": "2026-11-20T12:00:00Z"}, "findings": [], '
        '"history": {"accounts": [], "carried": []}}',
        "uncounted.json: does not say how many failures it has",
    ),
    "fingerprint.json": (
        '{"schema": "mlposture/report/v1", "history": {"accounts": [], "carried": [{"fingerprint": "x"}]}}',
        "fingerprint",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_earlier_report_is_refused_before_anything_is_asked(name, tmp_path):
    content, says = BROKEN[name]
    if content is not None:
        (tmp_path / name).write_text(content)
    scans = Scans(tmp_path)
    scans.scan(lab())
    done = mlposture("evaluate", "1.inventory", "--baseline", name, "-o", "r.json", cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "r.json").exists()


def test_a_report_without_its_failures_is_refused(tmp_path):
    scans = Scans(tmp_path)
    scans.scan(lab())
    mlposture("evaluate", "1.inventory", "--verdicts", "unknown", "-o", "u.json", "--check", CHECK, cwd=tmp_path)
    done = mlposture("evaluate", "1.inventory", "--baseline", "u.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "u.json: has 0 of its 1 failures; write it with fail among --verdicts" in done.stderr


def test_alerts_of_checks_that_name_some_of_their_resources_are_refused_as_an_earlier_report(tmp_path):
    scans = Scans(tmp_path, "sarif", "--sarif-group", "check")
    scans.scan(*(lab(name=f"n{number:03}") for number in range(101)))
    done = mlposture("evaluate", "1.inventory", "--baseline", "1.sarif", cwd=tmp_path)
    assert done.returncode == 2
    assert f"1.sarif: names 100 of the 101 resources of {CHECK}; give the JSON report of that scan" in done.stderr


def test_what_an_earlier_report_left_out_is_not_called_new(tmp_path, monkeypatch):
    monkeypatch.setattr("reports.sarif_style.MAX_RESULTS", 1)
    scans = Scans(tmp_path)
    scans.scan(lab(), lab(name="other"))
    assert "1 of aws 111122223333 are left out" in scans.said
    scans.scan(lab(), lab(name="other"))
    assert {finding["resource"]["name"]: finding["state"] for finding in scans.report()["findings"]} == {
        "lab": "persisting", "other": None,
    }  # fmt: skip


def test_an_earlier_report_may_be_indented_in_any_way(tmp_path):
    scans = Scans(tmp_path)
    scans.scan(lab(), lab(UNSET, "hidden"))
    for name in ("1.sarif", "1.json"):
        path = tmp_path / name
        path.write_text(json.dumps(json.loads(path.read_text())))
    for name in ("1.sarif", "1.json"):
        done = mlposture("evaluate", "1.inventory", "--baseline", name, "-o", "r.json", "--check", CHECK, cwd=tmp_path)
        assert done.returncode == 1
        findings = json.loads((tmp_path / "r.json").read_text())["findings"]
        assert {finding["state"] for finding in findings if finding["verdict"] == "fail"} == {"persisting"}


def test_a_report_that_is_newer_than_the_scan_is_refused(tmp_path):
    """By it, what began to fail only after this scan would have been fixed."""
    scans = Scans(tmp_path)
    scans.scan(lab("Disabled"))
    scans.scan(lab())
    done = mlposture("evaluate", "1.inventory", "--baseline", "2.sarif", "-o", "r.sarif", cwd=tmp_path)
    assert done.returncode == 2
    assert "--baseline 2.sarif: is of 2026-11-24T" in done.stderr
    assert "newer than what is judged, of 2026-11-23T" in done.stderr
    assert not (tmp_path / "r.sarif").exists()


def test_a_report_without_its_suppressed_failures_is_refused(tmp_path):
    scans = Scans(tmp_path)
    scans.scan(lab())
    (tmp_path / "s.yaml").write_text(
        "schema: suppressions/1\nsuppressions:\n"
        f"- {{check: {CHECK}, resource: '*/lab', reason: a, owner: b, accept_risk: true}}\n"
    )
    written = ("--verdicts", "unknown", "--suppressions", "s.yaml", "-o", "u.json")
    mlposture("evaluate", "1.inventory", "--check", CHECK, *written, cwd=tmp_path)
    done = mlposture("evaluate", "1.inventory", "--baseline", "u.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "u.json: has 0 of its 1 failures" in done.stderr


@pytest.mark.parametrize(("earlier", "profile"), [("1.json", "github"), ("1.sarif", "full")])
def test_what_a_suppression_held_until_now_is_reopened(earlier, profile, tmp_path):
    """SARIF for code scanning does not say what is suppressed."""
    held = tmp_path / "held.yaml"
    entry = f"{{check: {CHECK}, resource: '*/lab', reason: a, owner: b, accept_risk: true}}"
    held.write_text(f"schema: suppressions/1\nsuppressions:\n- {entry}\n")
    Scans(tmp_path, "sarif", "--suppressions", str(held), "--sarif-profile", profile).scan(lab())
    options = ("--check", CHECK, "--baseline", earlier, "--fail-on", "new:low", "-o", "r.json")
    done = mlposture("evaluate", "1.inventory", *options, cwd=tmp_path)
    [finding] = json.loads((tmp_path / "r.json").read_text())["findings"]
    assert (finding["state"], done.returncode) == ("reopened", 1)


def test_a_file_from_which_another_program_took_what_results_are_about_is_refused(tmp_path):
    scans = Scans(tmp_path)
    run = scans.scan(lab())
    del run["results"][0]["properties"]
    document = json.loads((tmp_path / "1.sarif").read_text())
    (tmp_path / "1.sarif").write_text(json.dumps({**document, "runs": [run]}))
    done = mlposture("evaluate", "1.inventory", "--baseline", "1.sarif", cwd=tmp_path)
    assert done.returncode == 2
    assert f"1.sarif: a result of {CHECK} does not say what it is about" in done.stderr


def test_an_inventory_knows_no_failures_of_what_it_was_not_asked_for(tmp_path):
    scans = Scans(tmp_path, "inventory", "--check", "MLP-1407")
    for _ in range(2):
        assert scans.scan(lab())["properties"]["complete"] is False
