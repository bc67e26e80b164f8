"""What code scanning needs of a SARIF file; the official validator has its own test."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest
from factories.aws import HERE, notebook
from support import registered

from reports import sarif, sarif_notes, sarif_style
from scanner.frameworks import load
from scanner.model.errors import InputError
from scanner.model.nouns import Reason, Scope, Status
from scanner.model.registry import PROVIDERS
from scanner.model.reported import FindingList


def rendered(report):
    return json.loads(b"".join(sarif.render(report)))


def runs(report):
    return rendered(report)["runs"]


def results(report):
    return [result for run in runs(report) for result in run["results"]]


@dataclass
class Place:
    uri: str
    lines: list[str]
    region: dict


def places(run):
    """Every physical location of a run, with the lines of the artifact that it points into."""
    for result in run["results"]:
        found = [*result["locations"], *result.get("relatedLocations", [])]
        for flow in result.get("codeFlows", []):
            found += [step["location"] for thread in flow["threadFlows"] for step in thread["locations"]]
        for location in found:
            physical = location["physicalLocation"]
            if "index" not in physical["artifactLocation"]:
                continue  # a line of the sources
            artifact = run["artifacts"][physical["artifactLocation"]["index"]]
            assert artifact["location"]["uri"] == physical["artifactLocation"]["uri"]
            yield Place(artifact["location"]["uri"], artifact["contents"]["text"].split("\n"), physical)


def test_failures_alone_are_results(make):
    report = make.mixed_report()
    failures = {f.fingerprint for f in report.findings if f.verdict is Status.FAIL}
    assert {result["partialFingerprints"]["resourceFinding/v1"] for result in results(report)} == failures
    assert len(results(report)) == len(failures) == 3


@pytest.mark.parametrize("name", ["clean", "empty"])
def test_a_clean_scan_has_a_file_with_all_rules_and_no_results(name, make):
    [run] = runs(make.REPORTS[name]())
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["MLP-1901", "MLP-4901"]


def test_an_account_without_findings_has_a_run_of_its_own(make):
    ids = [run["automationDetails"]["id"] for run in runs(make.mixed_report())]
    assert ids == [
        "mlposture/aws/111122223333/2026-11-22T12:00:00.000Z",
        "mlposture/gcp/example-fraud-dev/2026-11-22T12:00:00.000Z",
        "mlposture/gcp/example-fraud-prod/2026-11-22T12:00:00.000Z",
    ]


def test_a_category_stays_the_same_from_scan_to_scan(make):
    report = make.mixed_report()
    later = msgspec.structs.replace(report, started_at=report.started_at + timedelta(days=1), scan_id="other")
    first, second = ([run["automationDetails"]["id"].rpartition("/")[0] for run in runs(r)] for r in (report, later))
    assert first == second
    assert len(set(first)) == len(first)


def test_no_two_resources_share_a_path_and_paths_are_harmless(make):
    twins = [make.bucket("twin", versioning=False), make.bucket("twin", versioning=False)]
    twins[1] = msgspec.structs.replace(twins[1], id=twins[1].id.replace("/_/", "/other/"))
    for run in [*runs(make.hostile_report()), *runs(make.report_of(*twins))]:
        uris = [artifact["location"]["uri"] for artifact in run["artifacts"]]
        ids = {json.loads(artifact["contents"]["text"])["id"] for artifact in run["artifacts"]}
        assert len(set(uris)) == len(uris) == len(ids) > 1
        for uri in uris:
            assert re.fullmatch(r"cloud(/[A-Za-z0-9_][A-Za-z0-9._-]*){5}\.json", uri), uri


def test_a_path_does_not_depend_on_the_other_resources(make):
    twin, other = make.bucket("twin", versioning=False), make.bucket("Twin", versioning=False)

    def uris(*resources):
        return {
            artifact["location"]["uri"] for run in runs(make.report_of(*resources)) for artifact in run["artifacts"]
        }

    assert uris(twin, other) == uris(twin) | uris(other)


def test_every_location_points_into_an_embedded_artifact(make):
    seen = 0
    for run in [*runs(make.mixed_report()), *runs(make.hostile_report())]:
        for place in places(run):
            region, context = place.region["region"], place.region["contextRegion"]
            line = place.lines[region["startLine"] - 1]
            assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"]
            assert "\n".join(place.lines[context["startLine"] - 1 : context["endLine"]]) == context["snippet"]["text"]
            assert context["startLine"] <= region["startLine"] <= region["endLine"] <= context["endLine"]
            seen += 1
    assert seen > 50


def test_a_result_points_at_the_field_that_fails(make):
    snippets = {
        result["ruleId"]: result["locations"][0]["physicalLocation"]["region"]["snippet"]["text"]
        for result in results(make.mixed_report())
    }
    assert snippets == {
        "MLP-1901": '"direct_internet_access": "Enabled",',
        "MLP-2901": '"versioning": false',
        "MLP-4901": '"role_arn": "arn:aws:iam::111122223333:role/admin"',
    }


def test_fingerprints_tell_all_results_apart(make):
    found = results(make.hostile_report())
    hashes = [(result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"]) for result in found]
    assert len(set(hashes)) == len(found) == 42
    assert all(re.fullmatch(r"[0-9a-f]{16}:1", value) for _, value in hashes)


def test_fingerprints_ignore_time_message_and_neighbours(make):
    report = make.mixed_report()
    later = msgspec.structs.replace(
        report,
        started_at=report.started_at + timedelta(days=1),
        findings=FindingList([msgspec.structs.replace(next(iter(report.findings)), message="reworded")]),
    )
    before = {json.dumps(result["partialFingerprints"]) for result in results(report)}
    assert {json.dumps(result["partialFingerprints"]) for result in results(later)} < before


def test_a_path_becomes_a_code_flow_whose_steps_the_message_links(make):
    [result] = [result for result in results(make.mixed_report()) if result["ruleId"] == "MLP-4901"]
    [flow] = result["codeFlows"]
    names = [
        step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in flow["threadFlows"][0]["locations"]
    ]
    assert names == [notebook("research").id, "arn:aws:iam::111122223333:role/admin"]
    linked = {int(number) for number in re.findall(r"\]\((\d+)\)", result["message"]["text"])}
    assert linked == {location["id"] for location in result["relatedLocations"]} == {1, 2}


def test_a_hostile_name_makes_no_link_of_its_own(make):
    report = make.report_of(notebook("[click](https://evil.example)", direct_internet_access="Enabled", role_arn=None))
    [result] = results(report)
    assert r"\[click\](https://evil.example)" in result["message"]["text"]


@pytest.mark.parametrize("slashes", ["\\", "\\\\"])
def test_a_backslash_in_a_name_frees_no_bracket(slashes, make):
    name = f"{slashes}[click{slashes}](https://evil.example){slashes}"
    report = make.report_of(notebook(name, direct_internet_access="Enabled", role_arn=None))
    text = results(report)[0]["message"]["text"].replace("\\\\", "")  # what stands for backslashes
    assert r"\[click\](https://evil.example)" in text


def test_a_resource_that_is_called_something_else_keeps_its_path(make):
    before = make.bucket("scores", versioning=False)
    after = msgspec.structs.replace(before, name="Scores of the bank")
    paths = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for bucket in (before, after)
        for result in results(make.report_of(bucket))
    ]
    assert len(paths) == 2 and len(set(paths)) == 1


def test_every_message_ends_with_a_period(any_report):
    for run in runs(any_report):
        for entry in [*run["results"], *run["invocations"][0]["toolExecutionNotifications"]]:
            assert entry["message"]["text"].endswith(".")


def test_severity_rank_and_level(make):
    report = make.mixed_report()
    rules = {rule["id"]: rule for run in runs(report) for rule in run["tool"]["driver"]["rules"]}
    assert rules["MLP-4901"]["properties"]["security-severity"] == "9.5"
    assert rules["MLP-1901"]["properties"]["security-severity"] == "8.0"
    assert "security-severity" not in rules["MLP-2901"]["properties"]
    assert {result["ruleId"]: result["level"] for result in results(report)} == {
        "MLP-4901": "error", "MLP-1901": "error", "MLP-2901": "note",
    }  # fmt: skip
    assert {result["rank"] for result in results(report)} == {
        finding.score for finding in report.findings if finding.verdict is Status.FAIL
    }


def test_controls_are_tags_from_every_framework_and_all_of_them_properties(make):
    rule = runs(make.clean_report())[0]["tool"]["driver"]["rules"][0]
    assert rule["properties"]["tags"][:3] == ["security", "example-a:C1", "example-b:C1"]
    assert len(rule["properties"]["tags"]) == 10
    assert len(rule["properties"]["controls"]) == 14


def test_unknown_verdicts_are_notifications_by_reason(make):
    notes = runs(make.mixed_report())[0]["invocations"][0]["toolExecutionNotifications"]
    *_, last = [note for note in notes if note["descriptor"]["id"] == "MLP-9010"]
    assert last["level"] == "note"
    assert last["message"]["text"] == "'1' verdicts are unknown: not observed: role_arn. Checks affected: MLP-4901."


def test_gaps_are_notifications(make):
    first, second, *_ = runs(make.mixed_report())[0]["invocations"][0]["toolExecutionNotifications"]
    assert first["level"] == second["level"] == "warning"
    assert first["message"]["text"] == (
        "'sagemaker:DescribeNotebookInstance' in 'aws 111122223333 eu-west-1' was not observed (denied). "
        "AccessDeniedException: not authorized. "
        "Permission that closes this gap: 'sagemaker:DescribeNotebookInstance'. Checks affected: MLP-1901."
    )
    assert "(throttled, 3 times)" in second["message"]["text"]
    driver = runs(make.mixed_report())[0]["tool"]["driver"]
    assert driver["notifications"][second["descriptor"]["index"]]["id"] == second["descriptor"]["id"]


def test_evidence_from_the_cache_says_so_and_moves_no_line(make):
    [run] = runs(make.stopped_report())
    texts = {
        artifact["location"]["uri"].rpartition("/")[2][:4]: artifact["contents"]["text"]
        for artifact in run["artifacts"]
    }
    known, tidy = json.loads(texts["know"]), json.loads(texts["tidy"])
    assert known["cached"] == {"sagemaker:DescribeNotebookInstance": "2026-11-20T08:30:00Z"}
    assert known.keys() - {"cached"} == tidy.keys()
    assert len({result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in run["results"]}) == 1


def test_every_reason_has_a_notification_of_its_own():
    assert set(sarif_notes.NOTIFICATIONS) == set(Reason)
    ids = [entry[0] for entry in sarif_notes.NOTIFIED]
    assert len(set(ids)) == len(ids)


def test_too_many_accounts_are_refused_before_anything_is_written(make):
    scopes = [Scope("aws", f"{n:012}") for n in range(21)]
    with pytest.raises(InputError):
        sarif.render(make.report_of(scopes=scopes))  # not when the first piece is asked for


def test_accounts_known_from_findings_alone_have_runs(make):
    report = msgspec.structs.replace(make.mixed_report(), scopes=())
    assert len(runs(report)) == 2


def test_more_results_than_code_scanning_takes_are_cut_to_the_most_severe_and_it_says_so(make, monkeypatch):
    monkeypatch.setattr(sarif_style, "MAX_RESULTS", 10)
    report = make.hostile_report()
    run = runs(report)[0]
    assert len(run["results"]) == 10
    assert {result["ruleId"] for result in run["results"]} == {"MLP-4901"}
    assert run["properties"]["leftOut"] == 18
    assert run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"] == (
        "Only the 10 most severe of '28' results are in this file; the JSON report holds all of them. "
        "Left out: critical: MLP-4901 '4'; high: MLP-1901 '14'."
    )


def test_twenty_accounts_fit_and_one_more_is_refused_with_advice(make):
    scopes = [Scope("aws", f"{n:012}", region) for n in range(20) for region in ("eu-west-1", "us-east-1")]
    assert len(runs(make.report_of(scopes=scopes))) == 20
    with pytest.raises(InputError, match="more files are written beside it"):
        sarif.render(make.report_of(scopes=[*scopes, HERE]))


def test_rules_of_all_checks_keep_the_limits(make):
    """Of the real checks, not this folder's: their texts have to fit."""
    checks = tuple(registered()[0].values())
    scopes = [Scope(provider, "example", "global") for provider in PROVIDERS]
    report = make.report_of(checks=checks, catalogue=load(), scopes=scopes)
    rules = [rule for run in runs(report) for rule in run["tool"]["driver"]["rules"]]
    assert {rule["id"] for rule in rules} == {check.id for check in checks}
    for rule in rules:
        assert re.fullmatch(r"([A-Z][a-z0-9]*)+", rule["name"]), rule["name"]
        assert len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert "## How to fix" in rule["help"]["markdown"]
        assert len(set(rule["properties"]["tags"])) == len(rule["properties"]["tags"]) <= 10


def test_results_name_their_ai_system_and_runs_say_what_all_this_is_not(make):
    report = make.declared_report()
    named = {one["locations"][0]["logicalLocations"][0]["name"]: one for one in results(report)}
    assert {name for name, one in named.items() if "systems" in one["properties"]} == {"research"}
    assert named["research"]["properties"]["systems"] == ["research"]
    assert "AI system: research." in named["research"]["message"]["text"]
    assert named["stray"]["ruleId"] == "MLP-5001"
    for run in runs(report):
        assert "not a statement of compliance" in run["properties"]["statement"]
        assert run["properties"]["systems"] == ["research", "hostile"]
        assert "MLP-5001" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_a_run_says_in_whose_name_its_account_was_read_and_what_holds_it(make):
    found = [run["properties"] for run in runs(make.mixed_report())]
    arn = "arn:aws:sts::111122223333:assumed-role/posture-reader/scheduled"
    assert [one["principals"] for one in found] == [[arn], [None], []]
    assert [one["inventories"] for one in found] == [["ab" * 32]] * 3


def test_a_run_says_how_many_passes_rest_on_trust(make):
    assert [run["properties"]["trusted"] for run in runs(make.trusting_report())] == [1]
    assert {run["properties"]["trusted"] for run in runs(make.mixed_report())} == {0}
    [former] = results(make.trusting_report())
    assert "trust in former ended on 2026-10-31" in former["message"]["text"]


def test_a_line_of_the_sources_comes_before_what_was_observed(make):
    """Two instances of one line stay two alerts: what tells results apart depends on the resource alone."""
    [run] = json.loads(make.whole("sarif", make.sourced_report()))["runs"][:1]
    [result, *_] = run["results"]
    [location] = result["locations"]
    physical = location["physicalLocation"]

    assert physical["artifactLocation"] == {"uri": "modules/chat.tf", "uriBaseId": "%SRCROOT%"}
    assert (physical["region"]["startLine"], physical["region"]["startColumn"]) == (7, 3)
    # What is around the line may hold secrets, so that nothing else is quoted, or said to be what is quoted.
    assert physical["region"]["snippet"] == {"text": "direct = chat"}
    assert physical["contextRegion"] == {
        "startLine": 7, "startColumn": 3, "endLine": 8, "endColumn": 1, "snippet": {"text": "direct = chat\n"}
    }  # fmt: skip
    assert location["logicalLocations"][0]["name"] == "module.chat.x.y"
    call, observed = result["relatedLocations"][-2:]
    assert call["message"]["text"] == "'module.chat' is called here."
    assert observed["physicalLocation"]["artifactLocation"]["uri"].startswith("cloud/aws/111122223333/")
    assert f"[what was observed]({observed['id']})" in result["message"]["text"]
    without = json.loads(make.whole("sarif", make.report_of(make.notebook("research", direct_internet_access="Enabled",
        role_arn="arn:aws:iam::111122223333:role/admin"))))["runs"][0]["results"][0]  # fmt: skip
    assert result["partialFingerprints"] == without["partialFingerprints"]
    assert run["versionControlProvenance"] == [
        {
            "repositoryUri": "https://git.northwind.example/ml/infra",
            "revisionId": "a" * 40,
            "branch": "refs/heads/main",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]
