"""Markdown: nothing of others is markup in it, and it never outgrows what GitHub takes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.markdown import MAX_BYTES
from reports.markdown_text import code, fitting, link, prose, row
from scanner.model.reported import CheckCount, FindingList

GOLDEN = Path(__file__).parent / "golden" / "report.md"
#: What GitHub makes a link, a mention, an image or an emoji of, outside code.
ACTIVE = re.compile(r"https?:|www\.|@|[<>`]|!\[|:\w+:|#\d|(?<!\\)\[")
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
#: The HTML that the format itself writes.
FOLDED = re.compile(r"(<details>\n)?(<summary>[A-Za-z0-9, ]+</summary>\n)?(</details>\n?)?")


def texts(content: str):
    """What is neither code nor the address of a link, and those addresses."""
    found, addresses = [], []
    for token in MARKDOWN.parse(content):
        if token.type == "html_block":
            assert FOLDED.fullmatch(token.content), token.content
        for part in token.children or ():
            assert part.type in {"text", "code_inline", "link_open", "link_close", "strong_open", "strong_close",
                                 "softbreak", "text_special"}, part.type  # fmt: skip
            if part.type == "link_open":
                addresses.append(part.attrs["href"])
            if part.type.startswith("text"):
                found.append(part.content)
    return found, addresses


def test_the_report_is_the_golden_one(make):
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    rendered = make.whole("md", make.mixed_report())
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        GOLDEN.write_bytes(rendered)
    assert rendered.decode() == GOLDEN.read_text()


def test_nothing_of_others_is_markup(any_report, make):
    found, addresses = texts(make.whole("md", any_report).decode())
    assert not [text for text in found if ACTIVE.search(text.replace("[trust]", ""))]
    assert {re.match(r"https://([^/]+)/", address)[1] for address in addresses} <= {
        "console.example",
        "docs.example",
        "airc.nist.gov",
    }


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("`|\\<>[]()@#:!*_ \n")))
def test_text_of_others_is_one_span_of_code_in_one_cell(text):
    table = "\n".join((row(("a", "b", "c")), row(("---",) * 3), row(("x", code(text), "y"))))
    parsed = MARKDOWN.parse(table)
    cells = [token for token in parsed if token.type == "inline"]
    assert [cell.content for cell in cells if cell.content in "abcxy"] == ["a", "b", "c", "x", "y"]
    assert len(cells) == 6
    if code(text) != "(none)":
        assert [part.type for part in cells[4].children] == ["code_inline"]
    [line] = [token for token in MARKDOWN.parse(f"- in {code(text)}") if token.type == "inline"]
    assert [part.type for part in line.children] in (["text", "code_inline"], ["text"])


def test_prose_keeps_its_code_and_loses_its_markup():
    assert prose("Set `a_b = <c>` to\n*none* [x](y) & go.") == r"Set `a_b = <c>` to \*none\* \[x\](y) \& go."
    assert prose("one ` alone") == "one   alone"


@pytest.mark.parametrize(
    "address",
    ["http://console.example/", "javascript:alert(1)", "https://console.example/a b", "https://console.example/<b>",
     "https://console.example/`", "https://console.example/模", "https://c.example/?k=AKIAIOSFODNN7EXAMPLE",
     "https://c.example/" + "a" * 3000, ""],
)  # fmt: skip
def test_only_an_address_is_a_link(address):
    assert link("console", address) == ""


def test_what_fits_is_whole_rows_and_no_more_is_read():
    read = []
    rows = (read.append(n) or "äb" for n in range(9))
    assert fitting(rows, 10) == ["äb", "äb"]  # three bytes each, and the end of the line
    assert read == [0, 1, 2]


def test_what_was_not_seen_stands_before_what_failed(make):
    text = make.whole("md", make.mixed_report()).decode()
    assert text.startswith("# ML posture: 3 failures, incomplete\n")
    assert 0 < text.index("Not everything was seen") < text.index("## Not observed") < text.index("## Worst findings")
    account = next(line for line in text.splitlines() if line.startswith("| `aws 111122223333` | 1 "))
    assert account == "| `aws 111122223333` | 1 | 1 | 0 | 0 | 0 | 2 | 2 |"


def test_a_clean_report_says_so_and_one_with_gaps_does_not(make):
    assert "everything that was asked for was seen" in make.whole("md", make.clean_report()).decode()
    gone = make.whole("md", make.report_of(scopes=[make.HERE], gaps=[make.gap()])).decode()
    assert gone.startswith("# ML posture: 0 failures, incomplete\n")
    assert "No failures" not in gone


def test_each_system_has_its_posture_coverage_and_range(make):
    text = make.whole("md", make.declared_report()).decode()
    assert "| `research` | 1 | 1 | 1 | 0 | 0.0 % | 100.0 % | 0.0 to 0.0 % |" in text
    assert "| `hostile` | 0 | 0 | 0 | 0 | n/a | 0.0 % | 0.0 to 100.0 % |" in text
    assert "No system claims 2 resources of ML." in text
    assert "Suppressed failures count here as before." not in text
    suppressed = make.declared_report([make.suppression("MLP-1901", "*/research")])
    assert "\n\nSuppressed failures count here as before.\n\n" in make.whole("md", suppressed).decode()


@pytest.mark.parametrize("name", ["research", "\U0001f600" * 500, "`|" * 500])
def test_it_is_cut_between_rows_and_says_what_was_cut(name, make):
    """Everything at once: failures, checks, accounts, operations and reasons by the thousand."""
    scopes = [make.Scope("gcp", f"example-{n:04}", "europe-west1") for n in range(1_000)]
    pattern = make.report_of(make.notebook(name, direct_internet_access="Enabled", role_arn=None))
    [finding] = pattern.findings
    of_checks = [
        msgspec.structs.replace(finding, check_id=f"MLP-{n:04}", remediation="Do it. " * 20) for n in range(200)
    ]
    report = msgspec.structs.replace(
        make.report_of(
            *(make.bucket(f"n{n}", scope=scope) for n, scope in enumerate(scopes)),
            gaps=[make.gap(operation=f"sagemaker:Describe{n}{name}", scope=scopes[n]) for n in range(1_000)],
        ),
        findings=FindingList(of_checks * 20),
        counts={**pattern.counts, "fail": 4_000},
        check_counts={one.check_id: CheckCount(failed=20) for one in of_checks},
    )
    content = make.whole("md", report)
    assert 40_000 < len(content) <= MAX_BYTES
    text = content.decode()
    texts(text)
    shown = len([line for line in text.splitlines() if line.startswith("| high | ")])
    assert shown > 5
    assert f"… and {4_000 - shown} more failures; all of them are in the JSON report." in text
    for what in ("more operations", "more reasons", "more checks", "more accounts"):
        assert re.search(rf"… and [1-9]\d* {what}", text), what
    assert text.endswith("</details>\n")


def test_what_fixes_most_is_a_table(make) -> None:
    text = make.whole("md", make.shared_report()).decode()

    assert "## What fixes most\n\n2 changes would close 5 of 5 failures, at most.\n" in text
    assert "| isolation | 3 high, 1 informational | MLP-4902 3 of 3, MLP-2901 1 of 2 | Let only the pipeline" in text


def test_what_there_is_none_of_is_not_counted_where_not_everything_was_seen(make):
    text = make.whole("md", make.report_of(make.notebook("hidden"))).decode()

    assert "**Not everything was seen: 2 unknown verdicts.**" in text
