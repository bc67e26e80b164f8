"""JUnit XML: what CI systems read of it, and that no verdict is lost on the way."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from scanner.model.nouns import Status

GOLDEN = Path(__file__).parent / "golden" / "report.xml"
#: Element → attributes it must have, those it may have, and what may be in it: what is common to the schema of Jenkins
#: and the readers of GitLab and Azure DevOps, of which no package has one.
SHAPE = {
    "testsuites": (set(), {"name"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"skipped", "timestamp"}, {"testcase"}),
    "testcase": ({"name", "classname"}, {"file", "line"}, {"failure", "error", "skipped"}),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
    "skipped": ({"message", "type"}, set(), set()),
}
VERDICTS = {"failure": "fail", "error": "unknown", "skipped": "not_applicable", None: "pass"}


def suites(content: bytes) -> tuple[ET.Element, list[ET.Element]]:
    """The suite on completeness, and those of accounts."""
    root = ET.fromstring(content)
    assert root.tag == "testsuites"
    first, *others = root
    return first, others


def outcome(case: ET.Element) -> str | None:
    return case[0].tag if len(case) else None


def test_the_report_is_the_golden_one(make):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    rendered = make.whole("junit", make.mixed_report())
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(rendered)
    assert rendered.decode() == GOLDEN.read_text()


def test_it_has_the_shape_that_ci_systems_read(any_report, make):
    content = make.whole("junit", any_report)
    assert b"<!" not in content, "no entity, no document type, no section that a name could end"
    for element in ET.fromstring(content).iter():
        needed, allowed, inside = SHAPE[element.tag]
        assert needed <= set(element.keys()) <= needed | allowed, element.tag
        assert {child.tag for child in element} <= inside
        assert element.tag != "testcase" or len(element) <= 1


def test_the_counts_of_a_suite_are_those_of_its_cases(any_report, make):
    for suite in ET.fromstring(make.whole("junit", any_report)):
        found = Counter(outcome(case) for case in suite)
        assert int(suite.get("tests")) == len(suite)
        assert {name: int(suite.get(key)) for name, key in
                (("failure", "failures"), ("error", "errors"), ("skipped", "skipped"))} == {
            name: found[name] for name in ("failure", "error", "skipped")
        }  # fmt: skip


def test_each_verdict_is_a_case_of_its_account_and_unknown_is_an_error(make):
    report = make.report_of(
        make.notebook("research", direct_internet_access="Enabled", role_arn=None),
        make.notebook("hidden"),
        make.bucket("models", versioning=False),
        verdicts=frozenset(Status),
    )
    _, accounts = suites(make.whole("junit", report))
    assert [suite.get("name") for suite in accounts] == ["aws 111122223333", "gcp example-fraud-prod"]
    found = Counter(VERDICTS[outcome(case)] for suite in accounts for case in suite)
    assert found == Counter({name: number for name, number in report.counts.items() if number})
    assert found.keys() >= {"pass", "fail", "unknown"}


def test_no_two_cases_of_an_account_have_the_same_name(make):
    """GitLab keeps the first of them alone."""
    _, accounts = suites(make.whole("junit", make.hostile_report()))
    for suite in accounts:
        names = [(case.get("classname"), case.get("name")) for case in suite]
        assert len(names) > 10
        assert len(set(names)) == len(names)


def test_a_clean_report_has_a_case_that_passed(make):
    completeness, accounts = suites(make.whole("junit", make.clean_report()))
    assert [outcome(case) for case in completeness] == [None]
    assert [len(suite) for suite in accounts] == [0]


@pytest.mark.parametrize("verdicts", [{Status.FAIL}, {Status.FAIL, Status.UNKNOWN}])
def test_a_report_that_is_incomplete_has_an_error_whatever_is_shown(verdicts, make):
    report = make.report_of(make.notebook("hidden"), verdicts=frozenset(verdicts))
    completeness, accounts = suites(make.whole("junit", report))
    *reasons, last = completeness
    assert last.get("name") == "everything that was asked for was seen"
    assert last[0].get("message") == "2 unknown verdicts: there may be more failures"
    errors = [case for suite in accounts for case in suite if outcome(case) == "error"]
    assert len(reasons) + len(errors) == 2


def test_a_gap_is_an_error_with_what_would_close_it(make):
    completeness, _ = suites(make.whole("junit", make.report_of(scopes=[make.HERE], gaps=[make.gap(count=3)])))
    gap, last = completeness
    assert gap.get("name") == "sagemaker:DescribeNotebookInstance in eu-west-1"
    assert outcome(gap) == outcome(last) == "error"
    assert "denied, 3 times: AccessDeniedException" in gap[0].text
    assert "Permission that closes this gap: sagemaker:DescribeNotebookInstance." in gap[0].text
