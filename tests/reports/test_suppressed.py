"""Suppressed failures are in every format as such: counted apart, with their owner, their end and the reason."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from paging import words

from reports import FORMATS
from reports.board import render_board
from reports.terminal import render
from scanner.model.nouns import Status


@pytest.fixture(scope="module")
def report(make):
    return make.suppressed_report()


def plain(report, **how) -> str:
    return render(report, colour=False, width=120, **how)


def test_the_report_counts_them_apart(report):
    assert (report.counts["fail"], report.counts["suppressed"]) == (1, 3)
    assert report.by_severity["high"] == 1
    assert [use.state for use in report.suppressions] == [
        "used", "used", "unused", "used", "expired", "used", "not judged",
    ]  # fmt: skip


def test_json_has_what_was_decided_and_the_whole_register(report, make):
    document = json.loads(make.whole("json", report))
    found = {one["resource"]["name"]: one for one in document["findings"]}
    assert {one["verdict"] for one in found.values()} == {"fail"}
    assert found["d"]["suppression"] is None
    assert found["a"]["suppression"] == {
        "entry": "mlposture-suppressions.yaml:3",
        "reason": "accepted for research",
        "owner": "ml-platform",
        "approver": "ciso",
        "ticket": "SEC-1204",
        "until": None,
        "accepts_risk": True,
        "also": [],
    }
    assert found["c"]["suppression"]["until"] == "2027-03-31"
    assert found["c"]["suppression"]["also"] == ["mlposture-suppressions.yaml:32"]
    assert document["summary"]["verdicts"]["suppressed"] == 3
    assert [(one["state"], one["findings"], one["ends_soon"]) for one in document["suppressions"]] == [
        ("used", 1, False), ("used", 1, True), ("unused", 0, False), ("used", 1, False), ("expired", 1, False),
        ("used", 1, False), ("not judged", 0, False),
    ]  # fmt: skip
    [check] = [one for one in document["coverage"]["checks"] if one["id"] == "MLP-1901"]
    assert (check["failed"], check["suppressed"]) == (4, 3)


def test_csv_says_how_long_why_and_by_whom(report, make):
    rows = csv.DictReader(io.StringIO(make.whole("csv", report).decode("utf-8-sig"), newline=""))
    found = {row["resource_name"]: row for row in rows if row["fingerprint"]}
    assert {name: (row["verdict"], row["suppressed"]) for name, row in found.items()} == {
        "a": ("fail", "risk accepted"),
        "b": ("fail", "until 2026-12-06"),
        "c": ("fail", "until 2027-03-31"),
        "d": ("fail", ""),
    }
    assert found["a"]["suppression_approver"] == "ciso"
    assert found["b"]["suppression_reason"] == "until the move"
    assert found["d"]["suppression_owner"] == ""


def test_junit_skips_them_with_reason_and_end(report, make):
    [suite] = [one for one in ET.fromstring(make.whole("junit", report)) if one.get("name") == "aws 111122223333"]
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "0", "3"]
    skipped = [case.find("skipped") for case in suite if case.find("skipped") is not None]
    assert [one.get("message") for one in skipped] == [
        "suppressed, risk accepted: accepted for research",
        "suppressed, until 2026-12-06: until the move",
        "suppressed, until 2027-03-31: accepted for research",
    ]
    assert "Owner: ml-platform\nApproved by: ciso\nTicket: SEC-1204" in skipped[0].text


def test_markdown_has_a_section_and_counts_open_failures_alone(report, make):
    text = make.whole("md", report).decode()
    assert text.startswith("# ML posture: 1 failure\n")
    assert "1 fail, 0 unknown, 0 not applicable, 3 suppressed" in text
    section = text.partition("## Suppressed\n")[2].partition("\n<details>")[0]
    rows = [line for line in section.splitlines() if line.startswith("| MLP-")]
    assert len(rows) == 7
    assert rows[0].startswith("| MLP-1901 | `*/d` | 1 | **expired** | 2026-11-21 | `ml-platform` |")
    assert "| ends soon | 2026-12-06 |" in rows[1]
    assert "<summary>1 failure, worst first</summary>" in text


def test_the_terminal_names_what_somebody_has_to_look_at(report):
    text = plain(report)
    section = text.partition("Suppressed (3 findings, by 4 of 7 entries):\n")[2].partition("\n\n")[0]
    assert section.splitlines() == [
        "  mlposture-suppressions.yaml:9: MLP-1901 ends on 2026-12-06, with 1 finding (ml-platform: until the move)",
        "  mlposture-suppressions.yaml:15: MLP-1901 matches no failure: not needed, or misspelled",
        "  mlposture-suppressions.yaml:26: MLP-1901 ended on 2026-11-21, and 1 finding is open again (ml-platform)",
        "  Each of them, with its owner and its end, with --details.",
    ]
    assert "Failures: 0 critical, 1 high," in text
    assert "0 not applicable, 3 suppressed." in text
    assert " d: direct internet access is on" in text
    assert not [name for name in "abc" if f" {name}: direct internet access is on" in text]


def test_details_name_each_with_owner_and_end(report):
    section = " ".join(plain(report, details=True).partition("Suppressed (")[2].split())
    where = "in aws 111122223333 eu-west-1"
    assert f"a {where}: risk accepted (ml-platform, approved by ciso, SEC-1204): accepted" in section
    assert f"b {where}: until 2026-12-06 (ml-platform): until the move" in section


def test_where_all_is_suppressed_no_format_says_that_nothing_failed(make):
    accepted = make.suppression("MLP-1901", "*/a")
    report = make.report_of(
        make.notebook("a", direct_internet_access="Enabled", role_arn=None), suppressions=[accepted]
    )
    assert "No open failures.\n" in plain(report)
    assert "No open failures, and everything that was asked for was seen." in make.whole("md", report).decode()
    assert [finding.verdict for finding in report.findings] == [Status.FAIL]


def test_the_page_for_a_board_counts_them_and_shows_paths_as_suppressed(make):
    report = make.report_of(
        make.notebook("a", direct_internet_access="Disabled", role_arn="arn:aws:iam::111122223333:role/admin"),
        suppressions=[
            make.suppression("MLP-4901", "*/a", owner="ml <platform>"),
            make.suppression("MLP-4901", "*/a", until=date(2026, 11, 21), account="111122223333"),
        ],
    )
    text = words(render_board(report))
    assert "(suppressed, risk accepted: ml <platform>)" in text
    assert "1 failure is suppressed and counts here as before; 1 suppression has ended." in text
    assert "suppress" not in words(render_board(make.mixed_report()))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("member", ["reason", "owner", "approver", "ticket", "place"])
def test_no_credential_of_an_entry_reaches_a_report(name, member, make):
    entries = [make.suppression("MLP-1901", "*/a", **{member: "AKIAIOSFODNN7EXAMPLE"})]
    report = make.report_of(make.notebook("a", direct_internet_access="Enabled", role_arn=None), suppressions=entries)
    assert report.counts["suppressed"] == 1
    assert "AKIAIOSFODNN7EXAMPLE" not in make.whole(name, report).decode()
    assert "AKIAIOSFODNN7EXAMPLE" not in plain(report, details=True)
