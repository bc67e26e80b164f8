"""ASFF: every finding by the service's own model, which notices each member that is cut; unknown is never PASSED."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import msgspec
import pytest
from asff_judge import required, wrong_with
from judged_worlds import world_report
from scanning import PROVIDERS

from reports.asff import NOWHERE
from scanner.model.notes import Source, Suppression
from scanner.model.nouns import Scope, Status
from scanner.model.reported import FindingList, Report

EXPECTED = {
    Status.PASS: "PASSED",
    Status.FAIL: "FAILED",
    Status.UNKNOWN: "NOT_AVAILABLE",
    Status.NOT_APPLICABLE: "NOT_AVAILABLE",
}


def findings(content: bytes) -> list[Any]:
    document = json.loads(content)
    assert list(document) == ["Findings"]
    return document["Findings"]


def annotated(report: Report, **notes: Any) -> Report:
    """The same report with something noted of each of its findings."""
    return msgspec.structs.replace(
        report, findings=FindingList(msgspec.structs.replace(finding, **notes) for finding in report.findings)
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_model_has_nothing_to_say_of_the_demonstration(provider, make):
    report = world_report(provider)
    found = findings(make.whole("asff", report))
    assert [problem for finding in found for problem in wrong_with(finding)] == []
    assert len({finding["Id"] for finding in found}) == len(found)
    for finding, made in zip(report.findings, found[-len(report.findings) :], strict=True):
        assert made["Compliance"]["Status"] == EXPECTED[finding.verdict]
        assert made["Id"].endswith(finding.fingerprint)
        severity = made["FindingProviderFields"]["Severity"]
        assert severity["Original"] == finding.severity
        assert severity["Label"] == (finding.severity.upper() if finding.verdict is Status.FAIL else "INFORMATIONAL")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_control_stands_beside_passed(provider, make):
    made = [finding["Compliance"] for finding in findings(make.whole("asff", world_report(provider)))]
    assert [one for one in made if one["Status"] == "PASSED" and "RelatedRequirements" in one] == []
    assert [one for one in made if one["Status"] == "FAILED" and "RelatedRequirements" not in one] == []


def test_the_model_has_nothing_to_say_of_any_report(any_report, make):
    found = findings(make.whole("asff", any_report))
    assert found
    assert [problem for finding in found for problem in wrong_with(finding)] == []


def test_each_required_member_that_is_cut_is_noticed(make):
    """Were the judge to look at nothing, the tests above would hold for any file."""
    richest = max(findings(make.whole("asff", world_report("aws"))), key=lambda finding: len(json.dumps(finding)))
    cut = set()
    for holder, name, path in list(required(richest)):
        value = holder.pop(name)
        assert wrong_with(richest), path
        holder[name] = value
        cut.add(path)
    assert {".Id", ".ProductArn", ".UpdatedAt", ".Resources", ".Resources[].Type"} <= cut
    for change in (
        {"Compliance": {"Status": "UNKNOWN"}},
        {"Unheard": "x"},
        {"Title": " "},
        {"Title": "x" * 257},
        {"FindingProviderFields": {"Severity": {"Label": "SEVERE"}}},
        {"ProductFields": {"x": "y" * 250_000}},
    ):
        assert wrong_with({**copy.deepcopy(richest), **change}), change


def test_what_is_long_is_cut_to_what_the_format_takes(make):
    long = "ä" * 5000
    report = make.report_of(
        make.notebook(long, direct_internet_access="Enabled", role_arn=f"arn:aws:iam::111122223333:role/{long}/admin"),
        gaps=[make.gap(detail=long, permission=long)],
    )
    path = tuple(f"arn:aws:s3:::{n}{long}" for n in range(60))
    for times in (1, 90):
        evidence = {f"{n}{long}": long for n in range(times)}
        found = findings(make.whole("asff", annotated(report, path=path, evidence=evidence)))
        assert [problem for finding in found for problem in wrong_with(finding)] == []
        assert len(found[-1]["Resources"]) == (32 if times == 1 else 1)


def test_a_credential_that_is_cut_is_redacted_all_the_same(make):
    secret = "postgresql://scorer:correct-horse-battery@db.example/models"
    for before in range(960, 1024, 4):
        report = make.report_of(gaps=[make.gap(detail=f"{'x' * before} {secret}")])
        assert "correct" not in make.whole("asff", report).decode()


def test_findings_belong_to_the_account_and_region_of_their_resource(make):
    report = world_report("aws")
    for finding, made in zip(
        report.findings, findings(make.whole("asff", report))[-len(report.findings) :], strict=True
    ):
        region = finding.resource.scope.region.replace("global", "us-east-1")
        assert made["ProductArn"] == f"arn:aws:securityhub:{region}:111122223333:product/111122223333/default"
        assert made["AwsAccountId"] == finding.resource.scope.account


@pytest.mark.parametrize(
    ("region", "partition", "home"),
    [
        ("cn-north-1", "aws-cn", "cn-north-1"),
        ("us-gov-east-1", "aws-us-gov", "us-gov-east-1"),
        ("global", "aws", "us-east-1"),
        ("eu-west-1", "aws", "eu-west-1"),
    ],
)
def test_scopes_belong_to_their_partition(region, partition, home, make):
    [finding] = findings(make.whole("asff", make.report_of(scopes=[Scope("aws", "111122223333", region)])))
    assert finding["ProductArn"].split(":")[1:5] == [partition, "securityhub", home, "111122223333"]


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_what_is_in_no_account_of_aws_says_so(provider, make):
    for finding in findings(make.whole("asff", world_report(provider))):
        assert finding["AwsAccountId"] == NOWHERE
        assert {resource["Type"] for resource in finding["Resources"]} == {"Other"}
        assert finding["ProductFields"]["mlposture/provider"] == provider


def test_the_hops_of_a_path_are_resources_by_their_type(make):
    made = findings(make.whole("asff", make.mixed_report()))
    [found] = [
        one for one in made if one["Id"].startswith("mlposture/MLP-4901") and "FAILED" in one["Compliance"].values()
    ]
    assert [resource["Type"] for resource in found["Resources"]] == ["AwsSageMakerNotebookInstance", "AwsIamRole"]
    assert "→ arn:aws:iam::111122223333:role/admin." in found["Description"]


def test_what_was_not_seen_is_not_available(make):
    found = findings(make.whole("asff", make.mixed_report()))
    seen = {
        (finding["GeneratorId"].removeprefix("mlposture/"), finding["Compliance"]["Status"])
        for finding in found
        if not finding["GeneratorId"].startswith("mlposture/MLP-")
    }
    assert seen == {("not-seen", "NOT_AVAILABLE"), ("completeness", "NOT_AVAILABLE"), ("completeness", "PASSED")}
    unknown = [finding for finding in found if finding["ProductFields"].get("mlposture/verdict") == "unknown"]
    assert [one["Compliance"]["StatusReasons"][0]["ReasonCode"] for one in unknown] == ["UNKNOWN"] * 2


def test_what_is_noted_of_a_finding_is_in_it(make):
    noted = annotated(
        make.mixed_report(),
        source=Source(uri="infra/main.tf", line=12, address="aws_sagemaker_notebook_instance.research"),
        suppression=Suppression(check="MLP-1901", reason="moves in May", owner="science", until=date(2027, 5, 1)),
        systems=("research", "claims"),
        state="new",
    )
    for finding in findings(make.whole("asff", noted))[-len(noted.findings) :]:
        assert wrong_with(finding) == []
        assert finding["Workflow"] == {"Status": "SUPPRESSED"}
        assert finding["FirstObservedAt"] == finding["LastObservedAt"] == "2026-11-22T12:00:00.000Z"
        fields = {name.removeprefix("mlposture/"): value for name, value in finding["ProductFields"].items()}
        assert fields["source"] == "infra/main.tf:12"
        assert (fields["suppressed-because"], fields["suppressed-until"]) == ("moves in May", "2027-05-01")
        assert fields["systems"] == "research, claims"


def test_what_can_be_believed_where_is_said_of_each_scope(make):
    looked = {
        finding["ProductFields"]["mlposture/region"]: finding["ProductFields"].get("mlposture/judged-1")
        for finding in findings(make.whole("asff", make.mixed_report()))
        if finding["GeneratorId"] == "mlposture/completeness"
        and finding["ProductFields"]["mlposture/account"] == "111122223333"
    }
    assert looked == {"eu-west-1": "MLP-1901 MLP-4901", "us-east-1": None}


def test_a_report_of_nothing_is_a_document_still(make):
    assert findings(make.whole("asff", make.report_of())) == []
