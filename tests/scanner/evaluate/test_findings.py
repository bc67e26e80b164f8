"""Findings on disk come back as if they had been kept and sorted in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from factories.aws import HERE, allow, notebook, role_with
from support import NOW, inventory_of, registered

from scanner.evaluate.report import build_report
from scanner.frameworks import load as load_catalogue
from scanner.model.nouns import Scope, Status
from scanner.model.reported import FindingList, Report

CHECKS = [check for check in registered()[0].values() if check.kind.kind == "aws.sagemaker.NotebookInstance"]
ALONE = [check for check in CHECKS if not check.needs]


def made(*, accounts: int = 3, each: int = 150) -> Report:
    resources: list[Any] = []
    for number in range(accounts):
        scope = Scope("aws", f"{number:012}", HERE.region)
        for turn in range(each):
            seen = {"root_access": ("Enabled", "Disabled")[turn % 2], "direct_internet_access": "Enabled"}
            if turn % 3 == 0:
                seen.pop("root_access")
            bare = notebook(f"n{turn:03}", **seen)
            resources.append(msgspec.structs.replace(bare, id=f"{bare.id}-{number}", scope=scope))
    return build_report(
        inventory_of(*resources), ALONE, load_catalogue(), scan_id="x", started_at=NOW,
        finished_at=NOW + timedelta(seconds=1), verdicts=frozenset(Status),
    )  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    return made()


def test_they_are_sorted_by_severity_score_check_and_resource(report: Report) -> None:
    found = list(report.findings)
    assert len(found) == len(report.findings) == 450 * len(ALONE)
    assert found == sorted(found, key=lambda f: (f.severity.rank, -f.score, f.check_id, f.resource.id))
    assert len({finding.fingerprint for finding in found}) == len(found)
    assert list(report.findings) == found


def test_parts_of_them_are_what_a_list_would_give(report: Report) -> None:
    listed = FindingList(report.findings)
    assert report.findings.accounts() == listed.accounts()
    for provider, account in listed.accounts():
        assert list(report.findings.of_account(provider, account)) == list(listed.of_account(provider, account))
    assert list(report.findings.of_account("aws", "nobody")) == []
    assert list(report.findings.failures(5)) == list(listed.failures(5))
    assert list(report.findings.about([one.resource.id for one in listed[:3]])) != []
    assert list(report.findings.about([one.resource.id for one in listed[:3]])) == list(
        listed.about([one.resource.id for one in listed[:3]])
    )
    assert report.findings.failures_by_account() == listed.failures_by_account()
    assert report.findings.severities_by_account() == listed.severities_by_account()


def test_failures_that_lead_through_others_are_told_apart() -> None:
    checks = [check for check in CHECKS if check.slug == "sagemaker_notebook_role_administrative"]
    admin = role_with(allow("*"), name="admin")
    notebooks = [notebook(name, role_arn=admin.id, root_access="Enabled") for name in ("b", "a")]
    resources = inventory_of(admin, *notebooks)
    given = {"scan_id": "x", "started_at": NOW, "finished_at": NOW, "verdicts": frozenset(Status)}
    report = build_report(resources, [*ALONE, *checks], load_catalogue(), **given)

    assert [one.resource.name for one in report.findings.paths()] == ["a", "b"]
    assert list(report.findings.paths()) == list(FindingList(report.findings).paths())
    [fix, *_] = report.fixes
    assert (fix.resource, fix.name, fix.count) == (admin.id, "admin", 2)


def test_they_hold_the_verdicts(report: Report) -> None:
    statuses = [finding.verdict for finding in report.findings]
    assert {str(status): statuses.count(status) for status in Status} == {
        name: count for name, count in report.counts.items() if name != "suppressed"
    }
    failed = next(finding for finding in report.findings if finding.verdict is Status.FAIL)
    assert str(failed.score) in failed.evidence["score"]
