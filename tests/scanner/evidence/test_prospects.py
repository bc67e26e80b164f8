"""`explain CONTROL` promises no more than a scan can give."""

from __future__ import annotations

import pytest
from support import registered

from scanner.evidence.controls import Bearing
from scanner.evidence.prospects import prospects
from scanner.frameworks import Control, Edges, Framework, known, load

CHECKED = dict.fromkeys((check.objective for check in registered()[0].values()), True)
WORDS = dict.fromkeys(("name", "version", "published", "publisher", "url", "text_policy", "note"), "x")


def said(assessable: str | None, edges: dict[str, Edges], *, checks: tuple[str, ...] = ()) -> str:
    control = Control(id="C1", title="x", level="control", assessable=assessable, checks=checks)
    framework = Framework(id="f", controls=(control,), objectives=edges, benchmark=bool(checks), **WORDS)
    return " ".join(prospects(Bearing(framework), control, {"asked": True, "against": False}))


@pytest.mark.parametrize(
    ("assessable", "edges", "expected"),
    [
        (None, {}, "A heading: it is not assessed itself."),
        ("manual", {"asked": Edges(subset_of=("C1",))}, "At best: a document that people declare to fill it."),
        ("partial", {}, "At best: counts."),
        ("partial", {"asked": Edges(superset_of=("C1",))}, "At best: counts."),
        ("partial", {"asked": Edges(subset_of=("C1",))}, "This version: all of that."),
        ("partial", {"other": Edges(subset_of=("C1",))}, "no check asks about any of it yet"),
        (
            "partial",
            {"against": Edges(subset_of=("C1",))},
            "evidence against it alone, as no check can speak for against",
        ),
        (
            "partial",
            {"asked": Edges(subset_of=("C1",)), "other": Edges(subset_of=("C1",))},
            "evidence against it alone, as no check can speak for other yet",
        ),
        ("partial", {"asked": Edges(subset_of=("C1",)), "other": Edges(intersects_with=("C1",))}, "all of that."),
    ],
)
def test_what_a_scan_could_show_and_what_this_version_does(
    assessable: str | None, edges: dict[str, Edges], expected: str
) -> None:
    assert expected in said(assessable, edges)


def test_a_row_of_a_benchmark_names_its_checks() -> None:
    assert "pass or fail, by MLP-1001" in said("automated", {}, checks=("MLP-1001",))


@pytest.mark.parametrize("framework", known())
def test_no_row_is_promised_to_be_fulfilled(framework: str) -> None:
    loaded = load([framework]).frameworks[framework]
    bearing = Bearing(loaded)
    for control in loaded.controls:
        text = " ".join(prospects(bearing, control, CHECKED)).replace("It is never called fulfilled.", "")
        assert text
        for word in ("fulfilled", "satisf", "complian", "conform", "certif"):
            assert word not in text, control.id
        assert loaded.benchmark or "pass" not in text
