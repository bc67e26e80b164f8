"""Pages: what others wrote is shown and never obeyed, nothing is asked for, and charts say what they show."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from support import ROOT

from reports.html import charts
from reports.html.pages import count, environment, percent
from reports.html.text import cut, last, shown

TEMPLATES = sorted((ROOT / "reports" / "html" / "templates").glob("*.html"))


def of(text: str, **data: object) -> str:
    """What the environment of all templates makes of this one."""
    return environment().from_string(text).render(data)


def test_text_of_others_is_escaped_and_what_is_invisible_shows() -> None:
    name = "</style><script>alert(1)</script>\u202eexe\x1b[31m\n\ud800"

    page = of("{{ name }}|{{ {'k': name} }}|<a title='{{ name }}'>", name=name)

    assert not re.search(r"<(?!a title)|[\u202e\x1b\n\ud800]", page)
    assert "&lt;script&gt;" in page and r"\u202eexe\x1b[31m\n\ud800" in page
    assert "AKIAIOSFODNN7EXAMPLE" not in of("{{ name }}", name="key AKIAIOSFODNN7EXAMPLE")


def test_a_name_that_data_lacks_is_a_defect() -> None:
    with pytest.raises(UndefinedError):
        of("{{ nothing }}")


def test_a_long_text_is_cut_in_the_middle() -> None:
    text = of("{{ name }}", name="a" * 5000 + "b" * 5000)

    assert len(text) == 600 and text.startswith("aaa") and text.endswith("bbb") and "…" in text
    assert cut("abcdefgh", 5) == "ab…gh" and cut("abcde", 5) == "abcde"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_script_a_style_of_its_own_or_an_address_elsewhere(template) -> None:
    text = template.read_text(encoding="utf-8")
    if template.name == "report.html":  # which has the one script that there is, and a place for findings
        text = text.replace("<script>{{ script | safe }}</script>", "").replace("{{ mark | safe }}", "")
    if template.name == "served_findings.html":  # which is served, and asks the same server
        text = text.replace('<form class="filters" action="/findings" method="get"', "<div")

    assert not re.search(r"<script|\sstyle=|\son\w+=|src=|url\(|<iframe|<form|<object|<embed|autoescape", text)
    assert re.findall(r"\w+ \| safe|Markup", text) == (["style | safe"] if template.name == "base.html" else [])
    assert all(target == "data:," for target in re.findall(r'<link[^>]*href="([^"]*)', text))


def test_the_policy_allows_the_style_sheet_and_nothing_else(make) -> None:
    from reports.board import render_board

    page = render_board(make.mixed_report()).decode()
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policy == (
        f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;; img-src data:; "
        "base-uri &#39;none&#39;; form-action &#39;none&#39;"
    )
    assert not re.search(r"@import|url\(|expression", style)


def test_nothing_is_imported_before_a_page_is_written() -> None:
    code = "import sys, reports.board, reports.html.pages; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_last_segments_say_what_a_resource_is_called() -> None:
    assert last("arn:aws:s3:::northwind-models") == ("s3", "northwind-models")
    assert last("//aiplatform.googleapis.com/projects/p/locations/l/models/7") == ("models", "7")
    assert last("alone") == ("", "alone") and last("") == ("", "")


def test_a_path_is_boxes_from_left_to_right() -> None:
    drawn = charts.path([f"arn:aws:iam::1:role/r{n}" for n in range(3)])

    assert [box.x for box in drawn.boxes] == [0, 158, 316] and drawn.width == 448
    assert [(box.what, box.lines) for box in drawn.boxes] == [("role", (f"r{n}",)) for n in range(3)]


def test_a_resource_with_a_name_is_called_by_it() -> None:
    ids = ["//aiplatform.googleapis.com/projects/p/locations/l/models/7", "//storage.googleapis.com/b"]

    assert [box.lines for box in charts.path(ids, {ids[0]: "fraud"}).boxes] == [("fraud",), ("b",)]
    assert charts.path(ids, {ids[0]: ""}).boxes[0].lines == ("7",)


def test_of_a_long_path_the_middle_is_left_out_and_counted() -> None:
    boxes = charts.path([f"role/r{n}" for n in range(12)]).boxes

    assert [box.lines[0] for box in boxes] == ["r0", "r1", "r2", "… 7 more …", "r10", "r11"]


@pytest.mark.parametrize("name", ["", " ", "x" * 10_000, "\u202e" * 99, "a-" * 99])
def test_no_name_leaves_its_box(name: str) -> None:
    [box] = charts.path([f"role/{name}"]).boxes

    assert 1 <= len(box.lines) <= 2
    assert all(line.isprintable() and len(line) <= charts.LETTERS for line in box.lines)


def test_a_strip_is_shares_of_a_whole() -> None:
    parts = charts.strip([("for", 3, "for"), ("mixed", 0, "mixed"), ("against", 1, "against")])

    assert [(part.label, part.x, part.width) for part in parts] == [("for", 0.0, 75.0), ("against", 75.0, 25.0)]
    assert charts.strip([]) == charts.strip([("for", 0, "for")]) == ()


def test_numbers_as_people_read_them() -> None:
    assert [percent(share) for share in (None, 0.0, 55.8, 100.0)] == ["n/a", "0 %", "55.8 %", "100 %"]
    assert count(1, "resource") == "1 resource" and count(1234, "resource") == "1,234 resources"
    assert count(2, "verdict is", "verdicts are") == "2 verdicts are"
    assert shown("a\nb") == r"a\nb"


class Checked(HTMLParser):
    """Every element is closed, in the order in which they were opened."""

    VOID = ("meta", "link", "br", "rect", "path", "hr", "input")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in self.VOID or (tag == "path" and "svg" not in self.open):
            self.open.append(tag)

    def handle_startendtag(self, _tag: str, _attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def test_a_page_is_well_formed(any_report) -> None:
    from reports.board import render_board

    checked = Checked()
    checked.feed(render_board(any_report).decode())

    assert checked.open == []
