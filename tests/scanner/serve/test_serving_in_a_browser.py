"""Served pages as a person meets them, in Chromium: accessible, silent, and browsed with ten thousand findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browsers import in_browser, needs_browser, once
from scanning import calm
from served import many, report_of, serving

pytestmark = needs_browser
PATHS = ("/", "/systems", "/findings", "/unseen", "/history", "/dossiers", "/nothing", f"/findings/{1:032x}")
HISTORY = ("/", "/findings", "/history", "/unseen")


def look(folder: Path) -> str:
    report = report_of(calm("aws")[0], folder, "--store", "sqlite:///history.db")
    (folder / "report.json").write_text(json.dumps(many(report, 10_000)), encoding="utf-8")
    with serving("report.json", cwd=folder) as made:
        found = json.loads(in_browser("serving_browser.py", {"base": base(made.port), "paths": PATHS, "way": True}))
    with serving("--store", "sqlite:///history.db", cwd=folder) as made:
        other = json.loads(in_browser("serving_browser.py", {"base": base(made.port), "paths": HISTORY, "way": False}))
    return json.dumps({"report": found, "history": other})


def base(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return once(tmp_path_factory, "served-pages", look)


@pytest.mark.parametrize("of", ["report", "history"])
def test_pages_are_accessible_and_ask_nobody_else(looked: dict[str, Any], of: str) -> None:
    for name, page in looked[of]["pages"].items():
        assert page["axe"] == [], name
        assert page["violated"] == [], name
        assert [one for one in page["said"] if "404" not in one] == [], name
        assert page["widest"] <= 1100, name
        assert page["title"].endswith(" - mlposture"), name


def test_a_person_finds_one_of_ten_thousand(looked: dict[str, Any]) -> None:
    way = looked["report"]["way"]

    assert way["said"] == []
    assert "page 1 of" in way["chosen"] and "page 2 of" in way["second"]
    assert way["kept"] == "high"
    assert "otebook" in way["finding"]
