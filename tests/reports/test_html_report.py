"""The HTML report: what it says without a script, what is in it compressed, and what people get out of it in Chromium.

Pages at rest, in light, dark and print, are looked at in test_pages.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browsers import in_browser, needs_browser, once
from courses import course
from crowds import SYSTEM, SYSTEMS, crowded
from msgspec.structs import astuple, replace
from paging import unpacked, words

from reports import html_report
from reports.html import packing
from scanner.history.by_day import Course
from scanner.model.notes import Source, Suppression
from scanner.model.reported import FindingList, Report

MANY = 50_000
#: What a browser says that lacks what unpacks.
INFLATES = "DecompressionStream is not defined"
VNU = os.environ.get("MLPOSTURE_VNU")
SOURCE = Source(uri="infra/<b>notebooks</b>.tf", line=12, address='aws_sagemaker_notebook_instance.n["a"]')
DECIDED = Suppression(
    check="MLP-1901",
    reason="moved in March, key AKIAIOSFODNN7EXAMPLE",
    owner="science",
    until=date(2027, 3, 1),
    approver="ciso",
    ticket="SEC-7",
)


def page(make: Any, report: Report) -> bytes:
    return make.whole("html", report)  # type: ignore[no-any-return]


def carried(page: bytes, what: str) -> list[Any]:
    """What the script of a page makes of its elements of this class."""
    return [json.loads(text) for text in unpacked(page.decode(), what)]


def facet(block: dict[str, Any], name: str) -> list[Any]:
    """What each finding of a block is filtered by."""
    one = block["facets"][name]
    return [one["values"][n] for n in one["of"]]


def noted(make: Any) -> Report:
    """A report whose findings have all that later steps may know of them."""
    report = make.mixed_report()
    notes = {"source": SOURCE, "suppression": DECIDED, "state": "reopened"}
    findings = FindingList(replace(one, **notes) for one in report.findings)
    return replace(report, findings=findings, names={("aws", "111122223333"): "Northwind <b>Labs</b>"})


# -- without a script --------------------------------------------------------------------------------------------------


def test_the_first_screen_says_what_speaks_against_what_nobody_saw_and_who_must_answer(make: Any) -> None:
    text = words(page(make, make.mixed_report()))
    against, unseen, answer = (
        text.index(f" {title} ") for title in ("What speaks against", "What nobody saw", "Who must answer")
    )

    assert "critical Notebook instance runs as a role that may do everything" in text[against:unseen]
    assert "Fix Give the role what the notebook needs." in text[against:unseen]
    assert "Permission sagemaker:DescribeNotebookInstance" in text[unseen:answer]
    assert "Nobody No manifest of AI systems was given" in text[answer:]
    assert "50 % of what was assessed passes between 17.6 and 82.4 %" in text[:against]
    assert "35.2 % of what could be judged was" in text[:against]


def test_owners_answer_for_their_systems(make: Any) -> None:
    text = words(page(make, make.declared_report()))
    answers = text[text.index("Who must answer") :]

    assert "Nobody 2 resources of ML belong to no declared system, among them models" in answers
    assert "science, science@northwind.example Research: 1 critical, 1 high" in answers


def test_where_nothing_failed_that_is_said_with_what_it_rests_on(make: Any) -> None:
    gap = make.gap(operation="sagemaker:ListModels")
    blind = make.report_of(make.notebook(direct_internet_access="Disabled", role_arn=None), gaps=[gap])
    clean, seen = (words(page(make, report)) for report in (make.clean_report(), blind))

    assert "Everything that was asked for was seen" in clean and "Nothing failed." in clean
    assert "There is none: nothing failed, and every verdict could be given." in clean
    assert "Nothing of what was seen failed. That says little: see what nobody saw." in seen
    assert "Everything that was asked for" not in seen and "There is none. Not everything was seen" in seen


def test_a_link_to_the_table_asks_for_what_the_table_has(make: Any) -> None:
    """Names of others are in the address as they are in the data."""
    content = page(make, make.hostile_report())
    links = set(re.findall(r'href="#([^"]*=[^"]*)"', content.decode()))

    assert "account=aws+111122223333" in links
    assert "severity=critical&amp;verdict=fail" in links
    assert not [link for link in links if re.search(r"[<>\s'\"]", link)]


def test_its_policy_allows_its_script_and_its_style_and_no_markup_from_text(make: Any) -> None:
    content = page(make, make.mixed_report()).decode()
    [style] = re.findall(r"<style>(.*?)</style>", content, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', content)
    digests = [b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (script, style)]

    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; require-trusted-types-for 'script'; "
        f"trusted-types 'none'; style-src 'sha256-{digests[1]}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_page_without_a_script_allows_none(make: Any) -> None:
    from reports.board import render_board

    assert b"script-src" not in render_board(make.mixed_report())


def test_what_is_suppressed_is_apart_and_named_with_who_decided(make: Any) -> None:
    content = page(make, make.suppressed_report())
    text, [block] = words(content), carried(content, "rows")

    assert "1 fail 3 suppressed" in text and "1 check failed somewhere; 3 more are suppressed" in text
    assert "MLP-1901 */d 1 expired ml-platform until 2026-11-21 accepted for research" in text
    assert facet(block, "verdict") == ["fail", "suppressed", "suppressed", "suppressed"]


def test_suppressed_failures_of_systems_are_among_those_that_the_table_shows_of_them(make: Any) -> None:
    """Systems count them as before: the page says so, and the link shows as many as it says."""
    content = page(make, make.declared_report([make.suppression("MLP-1901", "*/research")]))
    text = words(content)

    assert "1 failure of a system is suppressed and counts here as before" in text
    assert "Suppressed failures count among those of AI systems and in scores as before" in text
    assert b'href="#system=research&amp;verdict=fail&amp;verdict=suppressed"' in content
    assert "counts here as before" not in words(page(make, make.declared_report()))


def test_what_fixes_most_is_shown_with_what_it_closes(make: Any) -> None:
    """The sum is that of the rows: a change that closes one failure has none."""
    report = make.shared_report()
    text = words(page(make, report))
    [closed, *_] = report.fixes[0].checks

    assert [fix.count for fix in report.fixes] == [4, 1]
    assert "1 change would close 4 of 5 failures, at most" in text
    assert f"{closed.check} {closed.count} of {closed.of}" in text
    assert "What fixes most" not in words(page(make, make.clean_report()))


# -- what is in it compressed ------------------------------------------------------------------------------------------


def test_every_finding_is_in_it_once_in_the_order_of_the_report(make: Any) -> None:
    report = crowded(make.mixed_report(), 2_500)
    content = page(make, report)
    blocks, texts, details = (carried(content, what) for what in ("rows", "texts", "details"))
    fingerprints = [one for block in texts for one in block["fingerprints"].split("\n")]
    findings = list(report.findings)

    assert fingerprints == [finding.fingerprint for finding in findings]
    assert [len(block) for block in details] == [1_000, 1_000, 500]
    assert [one for block in blocks for one in facet(block, "scope")] == [
        [*astuple(finding.resource.scope)] for finding in findings
    ]
    assert [line.split("\t") for block in texts for line in block["texts"].split("\n")] == [
        [finding.resource.name, finding.resource.id, finding.message] for finding in findings
    ]


def test_a_text_of_others_cannot_part_itself(make: Any) -> None:
    """Texts of a block are in one, parted by line feeds and tabs."""
    report = make.mixed_report()
    told = "a\tb\nc\r\x0b\x1c\x85\u2028d"
    findings = FindingList(
        replace(one, message=told, resource=replace(one.resource, name=told, id=f"{told} {n}"))
        for n, one in enumerate(report.findings)
    )
    [block] = carried(page(make, replace(report, findings=findings)), "texts")
    [one, *_] = lines = [line.split("\t") for line in block["texts"].split("\n")]

    assert [len(line) for line in lines] == [3] * 5
    assert one == [r"a\tb\nc\r\x0b\x1c\x85\u2028d", r"a\tb\nc\r\x0b\x1c\x85\u2028d 0", r"a\tb\nc\r\x0b\x1c\x85\u2028d"]


def test_what_findings_of_a_check_have_in_common_is_in_it_once(make: Any) -> None:
    report = crowded(make.mixed_report(), 500)
    [known] = carried(page(make, report), "checks")
    text = json.dumps(known)

    assert [check["id"] for check in known["checks"]] == [check.id for check in report.checks]
    assert len(known["controls"]) == len({check.controls for check in report.checks})
    assert all(text.count(json.dumps(check.title)) == 1 for check in report.checks)


def test_what_is_cut_is_named_with_where_the_whole_is(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_report, "FINDINGS", 2)
    content = page(make, make.mixed_report())

    [block] = carried(content, "rows")

    assert len(block["check"]) == 2
    assert "The table has the worst 2 of 5 findings. All of them are in the JSON report (-o report.json)" in words(
        content
    )


def test_evidence_without_end_is_cut_and_a_block_of_much_is_closed(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_CHARACTERS", 30_000)
    report = make.mixed_report()
    much = {f"field{n}": "x" * 10_000 for n in range(1_000)}
    findings = FindingList(replace(one, evidence={**much, "score": "arithmetic"}) for one in report.findings)
    blocks = carried(page(make, replace(report, findings=findings)), "details")
    evidence = blocks[0][0]["evidence"]

    assert [len(block) for block in blocks] == [2, 2, 1]
    assert sum(len(value) for _, value in evidence) <= 20_000
    assert evidence[-1] == ["…", f"{1_000 - len(evidence) + 1} more, all of them in the JSON report"]
    assert blocks[0][0]["score"] == "arithmetic"


# -- in a browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def used(make: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What tests/driving.py saw."""
    return once(tmp_path_factory, "driven", lambda folder: driven(make, folder))


def driven(make: Any, folder: Path) -> str:
    many, mixed = crowded(make.mixed_report(), MANY), make.mixed_report()
    reports = {"mixed": mixed, "hostile": make.hostile_report(), "noted": noted(make),
               "declared": make.declared_report(), "many": many}  # fmt: skip
    for name, report in reports.items():
        (folder / f"{name}.html").write_bytes(page(make, report))
    fingerprint = next(one.fingerprint for one in mixed.findings if one.check_id == "MLP-2901")
    told = {"files": {name: str(folder / f"{name}.html") for name in reports},
            "fingerprint": fingerprint, "last": many.findings.finding(MANY - 1).fingerprint}  # fmt: skip
    return in_browser("driving.py", told)


@needs_browser
def test_it_says_nothing_and_asks_for_nothing(used: dict[str, Any]) -> None:
    for name, way in used.items():
        assert (way["said"], way["asked"]) == ([INFLATES] if name == "no inflating" else [], [])


@needs_browser
def test_by_mouse_from_a_sum_to_a_finding_and_back(used: dict[str, Any]) -> None:
    found = used["mouse"]

    assert (found["all"], found["filtered"]) == ("5 findings", "1 of 5 findings match")
    assert found["hash"] == "#severity=critical&verdict=fail" and found["ticked"]
    for text in ("Give the role what the notebook needs.", "Whoever opens the notebook is an administrator.",
                 "arn:aws:iam::111122223333:role/admin", "100 (critical) x 0.75 (internal)",
                 "example-a C1", "intersects with: example"):  # fmt: skip
        assert text in found["detail"]
    assert re.fullmatch(r"#f=[0-9a-f]{32}", found["link"]) and found["linked"] == "5 findings"
    assert (found["account"], found["named"]) == ("1 of 5 findings match", "#account=gcp+example-fraud-prod")
    assert (found["cleared"], found["left"]) == ("5 findings", "#findings")


@needs_browser
def test_by_keyboard_alone(used: dict[str, Any]) -> None:
    found = used["keyboard"]

    assert (found["first"], found["second"]) == ("skip", "text")
    assert (found["typed"], found["hash"]) == ("2 of 5 findings match", "#q=RESEARCH+notebook")
    assert found["box"] and found["ticked"] == "2 of 5 findings match"
    assert found["row"] and "How to fix" in found["detail"] and found["expanded"] == "true"
    assert found["closed"] == 0


@needs_browser
def test_an_address_names_a_finding_or_a_filter(used: dict[str, Any]) -> None:
    found = used["link"]

    assert "Turn versioning on." in found["detail"] and found["focus"] == "title" and found["all"] == "5 findings"
    assert found["missing"] == "1 of 5 findings match; the finding that the address names is not among them"
    assert (found["filter"], found["rows"]) == ("1 of 5 findings match", 1)
    assert found["part"] == found["filter"]  # the address of a part of the page changes nothing


@needs_browser
def test_without_scripts_the_sums_are_there_and_what_is_not_is_said(used: dict[str, Any]) -> None:
    text = used["without"]["text"]

    assert "This table needs scripts, which are off here." in text
    assert "all of 5 findings are in the JSON report" in text
    assert "Notebook instance has a direct route to the internet" in text


@needs_browser
def test_a_browser_that_cannot_unpack_says_so(used: dict[str, Any]) -> None:
    found = used["no inflating"]

    assert found["matching"] == f"This browser cannot show the findings ({INFLATES}). They are in the JSON report."
    assert (found["rows"], found["filters"]) == (0, False)


@needs_browser
def test_a_browser_without_a_decoder_for_base64_shows_all(used: dict[str, Any]) -> None:
    found = used["no base64"]

    assert (found["matching"], found["rows"], found["filters"]) == ("5 findings", 5, True)


@needs_browser
def test_names_that_attack_are_text(used: dict[str, Any]) -> None:
    found = used["hostile"]

    assert found["elements"] == 0 and found["title"].startswith("ML posture report")
    assert "quotes '\"` and <b>html</b> & ]]>" in found["text"]
    assert r"\u202eexe.tnemucod\u2066" in found["text"]
    assert found["details"] == 42


@needs_browser
def test_accounts_are_chosen_by_name(used: dict[str, Any]) -> None:
    assert "aws Northwind <b>Labs</b> (111122223333) (4)" in used["noted"]["accounts"]


@needs_browser
def test_source_decision_and_state_are_shown(used: dict[str, Any]) -> None:
    text = used["noted"]["text"]

    for shown in ('infra/<b>notebooks</b>.tf:12, aws_sagemaker_notebook_instance.n["a"]', "reopened", "suppressed",
                  "science", "2027-03-01", "ciso", "SEC-7", "moved in March, key [looks like",
                  "aws Northwind <b>Labs</b> (111122223333)"):  # fmt: skip
        assert shown in text
    assert "AKIAIOSFODNN7EXAMPLE" not in text


@needs_browser
def test_on_a_telephone_nothing_is_wider_than_the_screen(used: dict[str, Any]) -> None:
    assert used["narrow"]["width"] == 390


@needs_browser
def test_fifty_thousand_findings_open_and_filter(used: dict[str, Any]) -> None:
    """How long that takes is measured in benchmarks/html_report.py."""
    matching = {what: one["matching"] for what, one in used["many"]["times"].items()}
    ours = sum(SYSTEMS[n % len(SYSTEMS)] == "card-fraud" for n in range(0, MANY, SYSTEM))

    assert matching["open"] == matching["clear"] == "50,000 findings" and used["many"]["rows"] == 50
    assert matching["first text"] == "1,250 of 50,000 findings match"
    assert matching["text"] == "3 of 50,000 findings match"
    assert matching["box"] == "0 of 50,000 findings match"
    assert matching["system"] == f"{ours:,} of 50,000 findings match"


@needs_browser
def test_one_of_fifty_thousand_has_an_address(used: dict[str, Any]) -> None:
    found = used["many"]

    assert (found["second"], found["page"]) == ("51 to 100 of 50,000", "#page=2")
    assert "How to fix" in found["last"]
    assert found["place"] == "49,951 to 50,000 of 50,000"


@needs_browser
def test_on_paper_many_findings_take_few_sheets(used: dict[str, Any]) -> None:
    assert used["many"]["sheets"] <= 20


# -- history -----------------------------------------------------------------------------------------------------------


def with_history(make: Any, course: Course) -> bytes:
    return b"".join(html_report.render(make.mixed_report(), course))


def test_without_a_history_nothing_is_said_of_one(make: Any) -> None:
    assert 'id="history"' not in page(make, make.mixed_report()).decode()
    assert 'id="history"' not in with_history(make, course(0)).decode()


def test_a_history_says_how_it_went_and_which_days_nobody_saw(make: Any) -> None:
    content = with_history(make, course(40, now=True))
    text = words(content)

    assert "36 scans from 2026-09-01 to 2026-10-10 in sqlite:///history.db, this one among them" in text
    assert "4 days have no scan: they are left open in the charts, and nobody knows what was there" in text
    assert "this one 2026-10-10 03:00 0 16 11 4 0 4 49 % 39 to 79 % 99 %" in text
    assert "high 4.5 7 2 3 17 21.0" in text and "low n/a 0 0 0 4 39.0" in text and "until scan 35" in text
    assert "sentiment 0 5 4" in text and "soc2 30 30 28" in text
    assert "2026-09-01: n/a. 2026-10-10: 49 %." in content.decode()


def test_charts_have_a_column_for_each_day_with_a_scan_and_a_gap_for_each_without(make: Any) -> None:
    content = with_history(make, course(60)).decode()
    [posture] = re.findall(r"<title>Posture and bounds by day.*?</svg>", content, re.DOTALL)
    of = {
        look: "".join(re.findall(rf'class="{look}" d="([^"]*)"', posture)).count("M") for look in ("bounds", "missed")
    }

    assert of == {"bounds": 56, "missed": 4}
    assert "…" not in posture, "a path was cut"


def test_long_histories_are_cut_and_say_so(make: Any) -> None:
    text = words(with_history(make, course(300)))

    assert "120 earlier days are left out of the charts" in text
    assert "266 earlier scans: mlposture trend has all of them" in text


# -- valid -------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not (VNU and shutil.which("java")), reason="MLPOSTURE_VNU names no vnu.jar, or there is no java")
def test_vnu_has_nothing_against_it(make: Any, tmp_path: Path) -> None:
    """No message is left out but warnings: of the policy it says that it cannot compute digests."""
    for name in ("mixed", "hostile", "declared"):
        (tmp_path / f"{name}.html").write_bytes(page(make, make.REPORTS[name]()))
    (tmp_path / "history.html").write_bytes(with_history(make, course()))
    done = subprocess.run(
        # It ends before what is compiled better pays; what is compiled so takes more of the stack.
        ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m", "-jar", str(VNU), "--errors-only",
         *map(str, sorted(tmp_path.glob("*.html")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stderr == "" and done.returncode == 0
