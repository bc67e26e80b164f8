"""Pages as a person meets them, in Chromium: accessible, silent, on paper, and unmoved by what others wrote.

With MLPOSTURE_SCREENSHOTS, pictures and PDFs of all pages are left in that folder, for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from boards import full_board
from browsers import in_browser, needs_browser, once
from courses import course
from made_dossiers import dossier, hostile, recalled, system
from paging import golden_text
from scanning import PROVIDERS, calm
from support import ROOT
from triaging import QUESTIONS, plain, silent

from reports.board import render_board
from reports.dossier import render as render_dossier
from reports.dossier import render_record
from reports.html_report import render as render_report
from reports.triage_worksheet import page as worksheet_page
from scanner.cli.evidence_building import dossier_of, judged
from scanner.model.claims import Word
from scanner.systems.triage import Basis, Conclusion, Open, Triage
from scanner.systems.triage_sheet import worksheet

GOLDEN = Path(__file__).parent / "golden"
NAME = "<script>document.title = 'obeyed'</script></style></title><img src=x onerror=alert(1)>"
HOSTILE = {"script": NAME, "bidi": "\u202eexe.tnemucod\u2066 \u05d0\u05d1", "long": "x" * 10_000, "empty": ""}
DEMO = {"ticket-sentiment": "nist-ai-rmf-1.0", "fraud-scoring": "soc2", "retina-diagnosis": "eu-ai-act"}
_BASIS = Basis(question="role-provider", answer="yes", by="dpo", on=date(2026, 9, 1), source="manifest")
#: What the triage came to, in words of its own: golden files do not change with its questions.
TRIAGE = Triage(
    system="sentiment", name="Ticket sentiment", as_of=date(2026, 11, 22), headline=("a person must decide",),
    conclusions=(Conclusion(kind="role", says="provider", articles=("Art. 3(3)",), since=None, rests_on=(_BASIS,),
                            checked=True),),
    open=(Open(question="scope", asks="Is it used in the Union?", articles=("Art. 2(1)",), answered=None, depends=(),
               bears_on_class=True),),
    answers=(_BASIS,), contradictions=("the manifest and an answer differ",), notes=("one answer is old",),
)  # fmt: skip
#: Dossiers of dozens of sheets.
LARGE = tuple(f"demo-{name}" for name in DEMO)
#: All that pages are made of: these are also looked at in the dark.
DARK = (
    "board",
    "board-full",
    "dossier",
    "dossier-high-risk",
    "record",
    "report-mixed",
    "report-history",
    "dossier-history",
)
SHEETS = {
    "board": 1,
    "board-full": 1,
    "board-gaps": 1,
    "board-hostile": 1,
    "demo-board": 1,
    "record": 2,
    "demo-record": 2,
}
REPORTS = ("mixed", "hostile", "clean", "empty", "declared")
LOOKED_AT = (*DARK, *(f"report-{name}" for name in REPORTS if f"report-{name}" not in DARK), "worksheet",
             "board-gaps", "board-hostile", "demo-board", "demo-record", *LARGE,
             *(f"{kind}-{name}" for kind in ("dossier", "record") for name in HOSTILE))  # fmt: skip


pytestmark = needs_browser


def demo_pages(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The board of the demo organisation, and of each of its systems the dossier that is asked of it."""
    for provider in PROVIDERS:
        calm(provider)[0].save(folder / f"{provider}.json")
    paths = [str(folder / f"{provider}.json") for provider in PROVIDERS]
    options = {"systems": str(ROOT / "examples" / "ai-systems.yaml"), "framework_file": (), "as_of": "2026-12-01",
               "trust": None}  # fmt: skip
    for name, framework in DEMO.items():
        made = dossier_of(name, judged(paths, {**options, "framework": (framework,)}))
        yield f"demo-{name}", render_dossier(made)
        if name == "ticket-sentiment":
            yield "demo-record", render_record(made)
    everything = judged(paths, {**options, "framework": ()})
    yield "demo-board", render_board(everything.report, everything.owners.manifest)


def pages(make: Any, folder: Path) -> dict[str, bytes]:
    """All pages that are looked at, by name."""
    high_risk = system(classification=make.Classification(eu_ai_act=make.EuAiAct(tier="high-risk")))
    made = {
        "board": render_board(make.declared_report()),
        "board-gaps": render_board(make.mixed_report()),
        "board-full": full_board(make),
        "board-hostile": render_board(make.hostile_report()),
        "dossier": render_dossier(dossier(triage=TRIAGE)),
        "dossier-high-risk": render_dossier(dossier(declared=high_risk)),
        "dossier-history": render_dossier(dossier(history=recalled())),
        "record": render_record(dossier(triage=TRIAGE)),
        "report-history": b"".join(render_report(make.mixed_report(), course(now=True))),
        **{f"report-{name}": make.whole("html", make.REPORTS[name]()) for name in REPORTS},
    }
    made["worksheet"] = worksheet_page(worksheet(QUESTIONS, plain(), silent().systems[0]))
    for name, text in HOSTILE.items():
        made[f"dossier-{name}"] = render_dossier(hostile(text))
        made[f"record-{name}"] = render_record(hostile(text))
    script = b"<script>document.title = 'obeyed'</script><img src='https://evil.example/x'><p onclick='1'>x</p></main>"
    made["injected"] = made["record"].replace(b"</main>", script)
    return made | dict(demo_pages(folder))


def how(name: str, *, everything: bool) -> dict[str, Any]:
    """How a page is looked at. Dozens of sheets, made as those of `dossier` are, would take axe minutes."""
    dark = name in DARK or (everything and name.startswith("demo-"))
    return {"schemes": ["light", "dark"] if dark else ["light"], "judged": name not in LARGE}


@pytest.fixture(scope="module")
def seen(make: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser makes of all pages."""
    return once(tmp_path_factory, "pages", lambda folder: looked_at(make, folder))


def looked_at(make: Any, folder: Path) -> str:
    """What tests/looking.py says of all pages."""
    files = {}
    for name, page in pages(make, folder).items():
        files[name] = folder / f"{name}.html"
        files[name].write_bytes(page)
    everything = bool(os.environ.get("MLPOSTURE_SCREENSHOTS"))
    return in_browser("looking.py", {"pages": {str(files[name]): how(name, everything=everything) for name in files}})


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_is_accessible_and_silent(seen: dict[str, Any], name: str) -> None:
    for page in seen[name].values():
        assert page["axe"] == (None if name in LARGE else [])
        assert (page["requests"], page["console"], page["violated"]) == ([], [], [])
        assert page["title"] != "obeyed" and page["text"]
        assert page["widest"] <= 1100
    assert ("dark" in seen[name]) >= (name in DARK)


def test_it_is_light_dark_and_black_on_white_on_paper(seen: dict[str, Any]) -> None:
    grounds = [seen["board"][scheme]["ground"] for scheme in ("light", "dark")]

    assert grounds == ["rgb(255, 255, 255)", "rgb(21, 24, 27)"]
    assert seen["board"]["light"]["print"]["ground"] == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("name", "sheets"),
    [
        ("board", 1),
        ("board-full", 1),
        ("board-gaps", 1),
        ("board-hostile", 1),
        ("demo-board", 1),
        ("record", 2),
        ("demo-record", 2),
    ],
)
def test_it_takes_as_many_sheets_as_it_should(seen: dict[str, Any], name: str, sheets: int) -> None:
    assert seen[name]["light"]["print"]["sheets"] == sheets


@pytest.mark.parametrize("name", LARGE)
def test_what_a_stranger_has_to_know_is_on_the_first_sheet(seen: dict[str, Any], name: str) -> None:
    found = seen[name]["light"]["print"]

    assert 200 < found["first"] < found["room"] - 90  # of which the title takes some
    assert 5 <= found["sheets"] <= 150  # grows with the system: twice as many were a defect


def test_the_policy_stops_what_got_into_a_page_all_the_same(seen: dict[str, Any]) -> None:
    page = seen["injected"]["light"]

    assert page["title"].startswith("Classification record") and page["requests"] == []
    assert {one.partition(" ")[0] for one in page["violated"]} >= {"script-src-elem", "img-src"}


@pytest.mark.parametrize("name", ["board", "board-gaps", "dossier", "record", "report-mixed"])
def test_the_text_that_a_person_sees_is_the_golden_one(seen: dict[str, Any], name: str) -> None:
    """MLPOSTURE_UPDATE_GOLDEN=1 writes it anew; read the difference before committing it."""
    file = GOLDEN / f"page-{name}.txt"
    text = golden_text(seen[name]["light"]["text"])
    if os.environ.get("MLPOSTURE_UPDATE_GOLDEN") == "1":
        file.write_text(text, encoding="utf-8")

    assert text == file.read_text(encoding="utf-8")


def test_a_name_that_attacks_is_shown_as_it_is(seen: dict[str, Any]) -> None:
    assert NAME in seen["dossier-script"]["light"]["text"]
    assert r"\u202eexe.tnemucod\u2066" in seen["record-bidi"]["light"]["text"]
    assert "x" * 100 in seen["dossier-long"]["light"]["text"]
    assert str(Word.AGAINST) in seen["dossier-long"]["light"]["text"]
