"""CSV: its columns are a contract, and no cell is a formula to any spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from reports.csv_v1 import MAX_CELL, RowV1, cell
from scanner.model.nouns import Status

GOLDEN = Path(__file__).parent / "golden" / "report-v1.csv"
#: What a spreadsheet takes for the beginning of a formula, with spaces before it that some drop.
FORMULA = re.compile(r" *[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
#: What programs separate cells by, depending on the country.
SEPARATORS = (",", ";", "\t", "|")


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def test_the_report_is_the_golden_one(make):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    rendered = make.whole("csv", make.mixed_report())
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(rendered)
    assert rendered == GOLDEN.read_bytes()


def test_the_columns_are_those_of_the_documentation():
    page = (ROOT / "docs" / "guides" / "reading-a-report.md").read_text()
    section = page.partition("## CSV\n")[2].partition("\n## ")[0]
    named = [name for line in section.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)]
    assert [name for name in named if name in RowV1._fields] == list(RowV1._fields)


def test_each_finding_is_a_row_and_what_was_not_seen_comes_first(make):
    report = make.mixed_report()
    found = rows(make.whole("csv", report))
    verdicts = [row["verdict"] for row in found]
    first = verdicts.index("fail")
    assert verdicts[:first] == ["gap", "gap"]
    assert [row["fingerprint"] for row in found[first:]] == [finding.fingerprint for finding in report.findings]
    assert [row["score"] for row in found if row["verdict"] != "fail"] == [""] * 4
    assert found[first]["fix"] == "Give the role what the notebook needs."
    assert found[first]["controls"].startswith("example-a:C1; example-a:C2; ")


def test_a_listing_that_is_incomplete_for_no_gap_is_a_row(make):
    scope = make.Scope("aws", "111122223333", "us-east-1")
    report = make.report_of(listings=[make.Listing(kind=make.NotebookInstance.kind, scope=scope, complete=False)])
    [row] = rows(make.whole("csv", report))
    assert (row["verdict"], row["region"], row["message"]) == ("gap", "us-east-1", "incomplete: not all were listed.")


def test_unknown_verdicts_that_are_no_findings_are_counted(make):
    report = make.report_of(make.notebook("hidden"), verdicts=frozenset({Status.FAIL}))
    assert [(row["verdict"], row["title"], row["account"]) for row in rows(make.whole("csv", report))] == [
        ("unknown", "Not observed: 1 verdict", "111122223333"),
        ("unknown", "Not observed: 1 verdict", "111122223333"),
    ]


def test_a_clean_report_has_its_columns_alone(make):
    assert make.whole("csv", make.clean_report()).decode("utf-8-sig") == ",".join(RowV1._fields) + "\r\n"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_begins_a_formula_whatever_separates_cells(separator, any_report, make):
    text = make.whole("csv", any_report).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for found in row:
            assert not FORMULA.match(found), found


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from(" =+-@\t\r\n,;|\"'\uff1d")))
def test_text_of_others_is_one_line_and_no_formula(text):
    found = cell(text)
    assert found.isprintable()
    assert not any(FORMULA.match(part) for part in re.split(r"[,;|\"]", found))
    buffer = io.StringIO()
    csv.writer(buffer).writerow([found, found])
    assert list(csv.reader(io.StringIO(buffer.getvalue(), newline=""), strict=True)) == [[found, found]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("research", "research"),
        ("a=b and c-d", "a=b and c-d"),
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", " '@SUM(A1)"),
        ("x;=1+1", "x;'=1+1"),
        ('"=1+1"', '"\'=1+1"'),
        ("\t=1", r"\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_cells(text, expected):
    assert cell(text) == expected


def test_no_cell_is_longer_than_excel_takes():
    assert len(cell("\U0001f600" * 50_000).encode("utf-16-le")) // 2 <= 32_767
    assert len(cell("a" * 50_000)) == MAX_CELL
