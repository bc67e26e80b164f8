"""What every SARIF file keeps to: both profiles, both groupings, all verdicts, however many findings there are."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from itertools import product

import msgspec
import pytest
from factories.aws import HERE, notebook
from msgspec import UNSET
from sarif_gate import unfit
from support import registered

from reports import sarif, sarif_style
from reports.sarif_style import MAX_COMPRESSED, MAX_LOCATIONS, MAX_RESULTS, MAX_RESULTS_FULL, Style
from scanner.model.history import Former
from scanner.model.nouns import Scope, Severity, Status
from scanner.model.reported import FindingList

STYLES = [Style(profile=profile, group=group) for profile, group in product(("github", "full"), ("resource", "check"))]


def runs(report, style=STYLES[0]):
    return json.loads(b"".join(sarif.render(report, style)))["runs"]


def results(report, style=STYLES[0]):
    return [result for run in runs(report, style) for result in run["results"]]


def many(make, count, *, earlier=None):
    """A report on so many notebooks that fail a check each. None of them exists before it is rendered."""
    report = make.report_of(notebook("n", direct_internet_access="Enabled", role_arn=None), earlier=earlier)
    if not count:
        return msgspec.structs.replace(report, findings=FindingList())
    [pattern] = report.findings

    def finding(number):
        name = f"notebook-{number:05}"
        resource = msgspec.structs.replace(pattern.resource, name=name, id=pattern.resource.id + f"-{number:05}")
        return msgspec.structs.replace(pattern, resource=resource, fingerprint=f"{number:032x}")

    return msgspec.structs.replace(report, findings=FindingList(map(finding, range(count))))


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_github_is_given_failures_alone_and_nothing_that_it_does_not_understand(style, make):
    for result in [*results(make.accepted_report(), style), *results(make.carried_report(), style)]:
        if style.github:
            assert result["kind"] == "fail"
            assert result["level"] in ("error", "warning", "note")
            assert not {"suppressions", "baselineState"} & result.keys()
        else:
            assert (result["kind"] == "fail") == (result["level"] != "none")
            assert result.get("baselineState") != "absent" or "finding" not in result.get("properties", {})


def test_the_full_profile_has_every_verdict_in_the_words_of_sarif(make):
    found = results(make.accepted_report(), Style(profile="full"))
    kinds = {result["kind"] for result in found}
    assert kinds == {"fail", "pass", "open", "notApplicable"}
    [accepted] = [result for result in found if "suppressions" in result]
    assert accepted["suppressions"] == [
        {
            "kind": "external", "status": "accepted", "justification": "behind a proxy",
            "properties": {"owner": "science", "approver": "dpo", "ticket": "ML-17",
                           "expiryUtc": "2027-01-31T23:59:59Z"},
        }
    ]  # fmt: skip
    assert [result["kind"] for result in found] == sorted((r["kind"] for r in found), key=lambda kind: kind != "fail")


def test_the_full_profile_says_what_each_failure_was_before(make):
    report = msgspec.structs.replace(make.carried_report(), shown=frozenset({Status.FAIL, Status.UNKNOWN}))
    found = {
        result["locations"][0]["logicalLocations"][0]["name"]: (result["kind"], result["baselineState"])
        for result in results(report, Style(profile="full"))
        if "baselineState" in result
    }
    assert found["still"] == ("fail", "unchanged")
    assert found["added"] == ("fail", "new")
    assert found["tidy"] == ("fail", "absent")
    assert found["hidden"] == ("open", "updated")
    assert found["gone"] == ("fail", "absent")


def test_a_suppressed_failure_stays_in_the_upload_as_it_is(make):
    report = make.accepted_report()
    open_ = msgspec.structs.replace(
        report, findings=FindingList(msgspec.structs.replace(one, suppression=None) for one in report.findings)
    )
    assert results(report) == results(open_)


def test_a_result_whose_source_is_known_points_there_and_its_evidence_is_beside_it(make):
    [run] = runs(make.accepted_report())
    [coded] = [one for one in run["results"] if "source" in one["properties"]["finding"]]
    [location], [evidence] = coded["locations"], coded["relatedLocations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "infra/notebooks.tf", "uriBaseId": "%SRCROOT%"}
    assert location["physicalLocation"]["region"]["startLine"] == 12
    assert location["logicalLocations"][0]["name"] == make.SOURCE.address
    assert evidence["physicalLocation"]["artifactLocation"]["uri"].startswith("cloud/aws/")
    assert f"[what was observed]({evidence['id']})" in coded["message"]["text"]
    assert run["originalUriBaseIds"].keys() == {"%SRCROOT%"}
    assert "originalUriBaseIds" not in runs(make.mixed_report())[0]


@pytest.mark.parametrize("count", [0, 1, MAX_RESULTS + 1, 25_001])
def test_which_results_there_are_depends_on_neither_order_nor_time(count, make):
    report = many(make, count)
    findings = list(report.findings)
    # As a report has them: by severity, score, check and resource, however they came.
    random.Random(count).shuffle(findings)
    findings.sort(key=lambda one: one.resource.id)
    later = msgspec.structs.replace(
        report,
        findings=FindingList(findings),
        started_at=report.started_at + timedelta(days=1),
        scan_id="another",
    )
    [first], [second] = runs(report), runs(later)
    assert len(first["results"]) == min(count, MAX_RESULTS)
    assert first["results"] == second["results"]
    assert first["artifacts"] == second["artifacts"]
    assert first["properties"]["leftOut"] == max(0, count - MAX_RESULTS)
    assert len(json.dumps(first)) < MAX_COMPRESSED * 10


def test_one_failure_more_moves_one_result(make, monkeypatch):
    """What is too much is cut from the end, so that alerts do not come and go with their neighbours."""
    monkeypatch.setattr(sarif_style, "MAX_RESULTS", 50)
    report = many(make, 51)
    before = [result["partialFingerprints"] for result in results(report)]
    worse = msgspec.structs.replace(
        report.findings[-1], severity=Severity.CRITICAL, score=100.0, check_id="MLP-4901", fingerprint="e" * 32
    )
    more = msgspec.structs.replace(report, findings=FindingList((worse, *report.findings)))
    assert [result["partialFingerprints"] for result in results(more)][1:] == before[:-1]


def test_other_readers_get_more_results(make, monkeypatch):
    monkeypatch.setattr(sarif_style, "MAX_RESULTS", 10)
    monkeypatch.setattr(sarif_style, "MAX_RESULTS_FULL", 20)
    [run] = runs(many(make, 21), Style(profile="full"))
    assert len(run["results"]) == 20
    assert run["properties"]["leftOut"] == 1
    assert MAX_RESULTS_FULL > MAX_RESULTS


def test_one_alert_a_check_names_its_resources_and_says_how_many_more_there_are(make):
    [run] = runs(many(make, 25_001), Style(group="check"))
    [result] = run["results"]
    assert result["properties"]["resources"] == 25_001
    assert result["message"]["text"].startswith(
        "Notebook instance has a direct route to the internet. In aws 111122223333: [notebook-00000](1), "
    )
    assert result["message"]["text"].endswith("[notebook-00019](20) and 24981 more.")
    assert [one["id"] for one in result["relatedLocations"]] == list(range(1, MAX_LOCATIONS + 1))
    assert run["properties"]["leftOut"] == 0


def test_the_alert_of_a_check_stays_the_same_whichever_resources_fail_it(make):
    style = Style(group="check")

    def identity(report):
        [result] = results(report, style)
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        return result["ruleId"], place, result["partialFingerprints"]

    one, other = (
        make.report_of(notebook(name, direct_internet_access="Enabled", role_arn=None)) for name in ("a", "b")
    )
    assert identity(one) == identity(other) == identity(many(make, 300))


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_code_scanning_can_take_every_report(style, any_report):
    document = json.loads(b"".join(sarif.render(any_report, style)))
    assert unfit(document, style.max_results) == []
    assert {run["automationDetails"]["id"].count("/") for run in document["runs"]} == {3}


def _place(run):
    return run["results"][0]["locations"][0]["physicalLocation"]


#: By what the gate says: what breaks a run.
BREAKING = {
    "location 'arn:aws:s3:::models'": lambda run: _place(run)["artifactLocation"].update(uri="arn:aws:s3:::models"),
    "location 'file:///etc/passwd'": lambda run: _place(run)["artifactLocation"].update(uri="file:///etc/passwd"),
    "location '../x.tf'": lambda run: _place(run)["artifactLocation"].update(uri="../x.tf"),
    "location ''": lambda run: run["results"][0]["locations"][0].pop("physicalLocation"),
    "no line": lambda run: _place(run)["region"].pop("startLine"),
    "0 locations": lambda run: run["results"][0].update(locations=[]),
    "primaryLocationLineHash ''": lambda run: run["results"][0].pop("partialFingerprints"),
    "one alert of 2 results": lambda run: run["results"].append(run["results"][0]),
    "1001 steps": lambda run: _thread(run).extend(_thread(run)[:1] * (1_001 - len(_thread(run)))),
    "related locations": lambda run: run["results"][0].update(relatedLocations=[{"id": 2}]),
    "11 tags": lambda run: run["tool"]["driver"]["rules"][0]["properties"].update(tags=["a"] * 11),
    "security-severity 8.0": lambda run: _scored(run).update({"security-severity": 8.0}),
    "security-severity '10.5'": lambda run: _scored(run).update({"security-severity": "10.5"}),
    "1025 characters of fullDescription": lambda run: run["tool"]["driver"]["rules"][0].update(
        fullDescription={"text": "x" * 1_025}
    ),
    "0 characters of help": lambda run: run["tool"]["driver"]["rules"][0].pop("help"),
    "is not MLP-": lambda run: run["results"][0].update(ruleIndex=2),
    "25002 rules": lambda run: run["tool"]["driver"]["rules"].extend(run["tool"]["driver"]["rules"][:1] * 25_000),
}


def _scored(run):
    return run["tool"]["driver"]["rules"][0]["properties"]


def _thread(run):
    [found, *_] = [result["codeFlows"] for result in run["results"] if "codeFlows" in result]
    return found[0]["threadFlows"][0]["locations"]


@pytest.mark.parametrize("said", BREAKING)
def test_the_gate_notices_what_code_scanning_would_refuse(said, make):
    """Were it to look at nothing, the test above would hold for any file."""
    document = json.loads(make.whole("sarif", make.mixed_report()))
    BREAKING[said](document["runs"][0])
    assert [problem for problem in unfit(document, MAX_RESULTS) if said in problem]


def test_the_gate_notices_too_many_runs_and_results(make):
    document = json.loads(make.whole("sarif", make.mixed_report()))
    document["runs"] += document["runs"][:1] * 20
    problems = unfit(document, most=1)
    assert {"23 runs", "category 'mlposture/aws/111122223333' of 21 runs"} <= set(problems)
    assert [one for one in problems if one.endswith(" results") and one[0].isdigit()]


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_nothing_of_others_is_obeyed_or_leaks_in_any_shape(style, make):
    for report in (make.hostile_report(), make.carried_report()):
        text = b"".join(sarif.render(report, style)).decode()
        assert not [c for c in text if not c.isprintable() and c != "\n"]
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]
        assert "AKIAIOSFODNN7EXAMPLE" not in text


def test_categories_come_from_the_account_and_what_is_configured_alone(make):
    style = Style(category="northwind/PROVIDER-ACCOUNT")
    found = [run["automationDetails"]["id"].rpartition("/")[0] for run in runs(make.mixed_report(), style)]
    assert found == [
        "northwind/aws-111122223333", "northwind/gcp-example-fraud-dev", "northwind/gcp-example-fraud-prod"
    ]  # fmt: skip


def test_rules_refer_to_controls_that_the_run_has_with_labels_and_whose_text_it_is(make):
    [run] = runs(make.report_of(scopes=[HERE]))
    for rule in run["tool"]["driver"]["rules"]:
        targets = [one["target"] for one in rule["relationships"]]
        assert [f"{one['toolComponent']['name']}:{one['id']}" for one in targets] == rule["properties"]["controls"]
        for target in targets:
            component = run["taxonomies"][target["toolComponent"]["index"]]
            assert component["name"] == target["toolComponent"]["name"]
            assert component["taxa"][target["index"]]["id"] == target["id"]
    assert {rule["helpUri"] for rule in run["tool"]["driver"]["rules"]} == {
        "https://mlposture.example/docs/reference/checks/MLP-1901.md",
        "https://mlposture.example/docs/reference/checks/MLP-4901.md",
    }


def test_a_message_says_where_the_resource_is_and_links_its_console(make):
    [result, *_] = [one for one in results(make.mixed_report()) if one["ruleId"] == "MLP-1901"]
    assert result["message"]["text"] == (
        "'research' (SageMaker notebook instance, aws 111122223333 eu-west-1): direct internet access is on. "
        "See [the console](https://console.example/research)."
    )


@pytest.mark.parametrize(
    "address", ["http://console.example", "https://console.example/a b", "javascript:alert(1)", "", "https://x/<b>"]
)
def test_an_address_that_is_none_is_no_link(address, make):
    report = make.report_of(notebook("n", direct_internet_access="Enabled", role_arn=None, console_url=address))
    [result] = results(report)
    assert "console" not in result["message"]["text"]


def test_an_address_cannot_end_the_link_that_it_is_in(make):
    report = make.report_of(
        notebook("n", direct_internet_access="Enabled", role_arn=None, console_url="https://c.example/(a)[b](evil)")
    )
    [result] = results(report)
    assert result["message"]["text"].endswith("See [the console](https://c.example/%28a%29%5Bb%5D%28evil%29).")


def test_what_is_carried_forward_begins_with_since_when_it_was_not_observed(make):
    registered()  # which knows what kinds are called
    report = make.carried_report()
    found = {one["locations"][0]["logicalLocations"][0]["name"]: one for one in results(report)}
    hidden = found["hidden"]["message"]["text"]
    assert hidden.startswith("Not observed since 2026-11-20: 'hidden' (SageMaker notebook instance, aws 111122223333")
    assert "Why: not observed: direct_internet_access." in hidden
    assert "gone" not in found and "tidy" not in found
    assert not found["still"]["message"]["text"].startswith("Not observed")
    [run, other] = runs(report)
    former = list(report.earlier.carried())
    assert all(isinstance(one, Former) for one in former)
    assert run["properties"]["carried"] == len(former) == 15
    assert (run["properties"]["complete"], other["properties"]["complete"]) == (True, True)
    assert "AKIA" not in json.dumps(run)


def test_an_alert_that_is_carried_forward_is_the_same_alert(make):
    was = notebook("hidden", direct_internet_access="Enabled", role_arn=None)
    before = make.report_of(was)
    after = make.report_of(
        notebook("hidden", direct_internet_access=UNSET, role_arn=None), earlier=make.earlier_of(*before.findings)
    )

    def identity(report):
        [result] = results(report)
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        return result["ruleId"], place, result["partialFingerprints"]

    assert identity(before) == identity(after)


def test_a_run_that_may_close_alerts_of_what_nobody_saw_says_so(make):
    whole, *_ = runs(make.clean_report())
    partial, *_ = runs(make.mixed_report())
    for run, complete in ((whole, True), (partial, False)):
        assert run["properties"]["complete"] is run["invocations"][0]["executionSuccessful"] is complete
        notes = {note["descriptor"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]}
        assert ("MLP-9021" in notes) is not complete


def test_an_account_that_was_not_scanned_has_no_run(make):
    """Its alerts stay as they are; a run of it, from a part of a scan, would contradict that of another part."""
    before = make.report_of(make.bucket("models", versioning=False))
    report = make.report_of(
        notebook(direct_internet_access="Disabled", role_arn=None), earlier=make.earlier_of(*before.findings)
    )
    assert [run["properties"]["account"] for run in runs(report)] == [HERE.account]
    [kept] = json.loads(make.whole("json", report))["history"]["carried"]
    assert kept["why"] == "its account was not scanned"
    assert kept["resource"]["account"] == Scope("gcp", "example-fraud-prod").account
