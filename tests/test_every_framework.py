"""Guarantees over every framework and objective that is shipped. What `source` refuses is in test_source.py."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from support import ROOT, fail_with

from scanner.frameworks import HEADLINE, Framework, known, load
from scanner.model.errors import InputError
from scripts import build_frameworks
from scripts.build_frameworks import SOURCE, TARGET, build

FRAMEWORKS = load(known()).frameworks
#: Framework → controls, those of them that can be assessed, edges.
COUNTS = {
    "aws-ai-sbp": (34, 31, 49),
    "aws-ai-security-framework": (73, 63, 95),
    "aws-fsbp": (118, 92, 93),
    "cis-aws-7.0": (75, 70, 49),
    "cis-azure-6.0": (110, 103, 57),
    "cis-gcp-5.0": (81, 73, 47),
    "csa-aicm-1.0": (261, 243, 188),
    "csa-aicm-1.1": (265, 247, 188),
    "cwe": (49, 49, 84),
    "datasheets": (64, 57, 58),
    "etsi-en-304-223": (90, 72, 80),
    "eu-ai-act": (228, 197, 226),
    "finos-ccc": (32, 29, 58),
    "iso-27001": (97, 93, 118),
    "iso-42001": (80, 62, 138),
    "mcsb-v2": (93, 81, 104),
    "mitre-atlas": (221, 205, 164),
    "model-cards": (39, 30, 42),
    "nist-800-53-r5": (137, 121, 173),
    "nist-ai-600-1": (260, 211, 153),
    "nist-ai-rmf-1.0": (95, 72, 155),
    "nist-csf-2.0": (134, 106, 116),
    "owasp-agentic-2026": (10, 10, 29),
    "owasp-aisvs-1.0": (247, 191, 111),
    "owasp-llm-2025": (10, 10, 50),
    "owasp-ml-2023": (10, 10, 50),
    "soc2": (81, 61, 124),
}
OBJECTIVES = 53


def differing(what: str, found: Mapping[str, int], pinned: Mapping[str, int], remedy: str) -> Iterator[str]:
    """Counts that are not those that are pinned, and what to do about each."""
    for key in sorted(found.keys() | pinned.keys()):
        if found.get(key, 0) != pinned.get(key, 0):
            yield f"{key}: {found.get(key, 0)} {what}, and {pinned.get(key, 0)} are pinned: {remedy}"


def test_counts_are_pinned() -> None:
    found = {
        key: (len(one.controls), sum(row.assessable is not None for row in one.controls), len(one.mappings))
        for key, one in FRAMEWORKS.items()
    }
    again = "count them in the publication, and correct scanner/frameworks or COUNTS"
    for number, what in enumerate(("controls", "controls that can be assessed", "mappings")):
        pinned = {key: counts[number] for key, counts in COUNTS.items()}
        fail_with(differing(what, {key: counts[number] for key, counts in found.items()}, pinned, again))
    assert len(load().objectives) == OBJECTIVES, "an objective came or went: correct OBJECTIVES if that is meant"


@pytest.mark.parametrize(
    ("framework", "level", "by_prefix"),
    [
        ("nist-ai-rmf-1.0", "subcategory", {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}),
        ("soc2", "criterion", {"CC": 33, "A": 3, "C": 2, "PI": 5, "P": 18}),
        ("iso-42001", "control", {"A": 38}),
        ("nist-ai-600-1", "action", {"GV": 57, "MP": 39, "MS": 72, "MG": 43}),
        ("nist-csf-2.0", "subcategory", {"GV": 31, "ID": 21, "PR": 22, "DE": 11, "RS": 13, "RC": 8}),
        ("mitre-atlas", "tactic", {"AML": 16}),
        ("mitre-atlas", "mitigation", {"AML": 35}),
        ("owasp-aisvs-1.0", "section", {"C": 44}),
        ("etsi-en-304-223", "provision", {"5": 72}),
    ],
)
def test_published_totals_are_reached(framework: str, level: str, by_prefix: dict[str, int]) -> None:
    ids = [control.id for control in FRAMEWORKS[framework].controls if control.level == level]
    found = Counter(re.sub(r"(?<=[A-Z])\d+$", "", re.split("[ .-]", id)[0]) for id in ids)
    remedy = f"the publication has so many; correct scanner/frameworks/{framework}.yaml"

    fail_with(differing(f"of level {level}", found, by_prefix, remedy))


def test_headline_frameworks_say_something_of_every_objective() -> None:
    """The validator asks that of each; this, that it is asked of those that reports show."""
    for id in HEADLINE:
        mapped = {edge.objective for edge in FRAMEWORKS[id].mappings}
        assert mapped | FRAMEWORKS[id].excused.keys() == load().objectives.keys()
        assert not mapped & FRAMEWORKS[id].excused.keys()
        assert all(edge.reason for edge in FRAMEWORKS[id].mappings)


def test_only_environmental_impact_is_excused() -> None:
    excused = {(id, objective) for id in HEADLINE for objective in FRAMEWORKS[id].excused}
    assert excused == {("soc2", "environmental-impact")}, (
        "an excuse came or went: map it, or name it here if it is meant"
    )


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=lambda framework: framework.id)
def test_what_can_be_assessed_is_mapped_or_says_why_not(framework: Framework) -> None:
    """The rules of the validator once more, over what is shipped: nobody may pass by a file that was not checked."""
    observed = {objective.id for objective in load().objectives.values() if objective.evidence == "observed"}
    rows = {row.id: row for row in framework.controls}
    for edge in framework.mappings:
        assert rows[edge.control].assessable != "manual" or edge.objective not in observed, edge
    for row in framework.controls:
        assert row.parent is None or row.parent in rows
        if row.assessable in ("automated", "partial"):
            assert (row.id in framework.mapped) != bool(row.unmapped), row


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=lambda framework: framework.id)
def test_every_row_has_a_token_of_oscal_and_none_twice(framework: Framework) -> None:
    tokens = Counter(row.oscal_id or row.id for row in framework.controls)

    assert [token for token in tokens if not re.fullmatch("[A-Za-z_][A-Za-z0-9._-]*", token)] == []
    assert [token for token, times in tokens.items() if times > 1] == []


def test_the_categories_of_soc2_follow_from_the_ids() -> None:
    series = {
        "CC": "security",
        "A": "availability",
        "C": "confidentiality",
        "PI": "processing-integrity",
        "P": "privacy",
    }
    for row in FRAMEWORKS["soc2"].controls:
        assert row.category == series[row.id.split(".")[0].rstrip("0123456789")], row.id


def test_the_dates_of_the_ai_act_follow_from_article_113() -> None:
    """It says by chapter and section what applies since when, and the amendment moved Sections 1 to 3 alone."""
    for row in FRAMEWORKS["eu-ai-act"].controls:
        assert row.roles and row.regime, row.id
        found, before = row.applies_from, row.applied_from
        article = int(number[1]) if (number := re.match(r"Art\. (\d+)", row.id)) else 0
        if row.id.startswith("Art. 4a"):
            assert (found, before) == ({"all": "2026-07-27"}, {}), row.id
        elif row.id in ("Art. 5(1)(ba)", "Art. 5(1)(bb)"):
            assert (found, before) == ({"all": "2026-12-02"}, {}), row.id
        elif article in (4, 5):
            assert (found, before) == ({"all": "2025-02-02"}, {}), row.id
        elif row.regime in ("gpai", "gpai-sr"):
            assert (found, before) == ({"all": "2025-08-02", "placed_before_2025-08-02": "2027-08-02"}, {}), row.id
        elif article >= 43 or row.id.startswith("Annex VII("):
            assert set(found.values()) <= {"2026-08-02", "2026-12-02"}, row.id
            assert before.get("annex_i", "2027-08-02") == "2027-08-02", row.id
        else:
            assert found.items() <= {"annex_iii": "2027-12-02", "annex_i": "2028-08-02"}.items(), row.id
            assert before.items() <= {"annex_iii": "2026-08-02", "annex_i": "2027-08-02"}.items(), row.id
            assert found and found.keys() == before.keys(), row.id


@pytest.mark.parametrize(
    ("row", "routes"),
    [
        ("Art. 6(1)", {"annex_i"}),
        ("Art. 6(2)", {"annex_iii"}),
        ("Art. 9(1)", {"annex_i", "annex_iii"}),
        ("Art. 11(2)", {"annex_i"}),
        ("Art. 12(3)", {"annex_iii"}),
        ("Art. 27(1)(a)", {"annex_iii"}),
        ("Art. 43(3)", {"annex_i"}),
        ("Art. 49", {"annex_iii"}),
    ],
)
def test_a_row_of_the_ai_act_binds_the_route_that_its_text_names(row: str, routes: set[str]) -> None:
    [found] = (control for control in FRAMEWORKS["eu-ai-act"].controls if control.id == row)

    assert found.applies_from.keys() == routes


def test_titles_are_distinct() -> None:
    for framework in FRAMEWORKS.values():
        titles = [f"{control.title}, of {control.parent}" for control in framework.controls]
        fail_with(f"{framework.id}: {line}" for line in twice(titles))
    fail_with(f"objectives: {line}" for line in twice(one.title for one in load().objectives.values()))


def twice(titles: Iterable[str]) -> Iterator[str]:
    """Titles that are there more than once, and what to do about each."""
    for title, times in Counter(titles).items():
        if times > 1:
            yield f"{times} have the title {title!r}: give each one of its own"


def test_what_is_wrong_is_said_with_its_remedy() -> None:
    assert list(differing("controls", {"soc2": 1}, {"soc2": 2}, "count")) == [
        "soc2: 1 controls, and 2 are pinned: count"
    ]
    assert list(twice("aab")) == ["2 have the title 'a': give each one of its own"]


def test_what_is_read_at_run_time_is_up_to_date() -> None:
    made = build(SOURCE)
    assert build_frameworks.stale(TARGET, made) == [], "run python scripts/build_frameworks.py"
    assert {f"{id}.json" for id in known()} | {"objectives.json"} == made.keys()


def test_load_gives_one_catalogue_with_both_directions() -> None:
    catalogue = load()
    assert load() is catalogue
    assert tuple(catalogue.frameworks) == HEADLINE
    edges = catalogue.controls_for("network-isolation")
    assert [edge.control for edge in edges if edge.framework == "soc2"] == ["CC6.6", "CC6.1"]
    mapped = [objective.id for objective in catalogue.objectives_for("soc2", "CC8.1")]
    assert "human-approval" in mapped
    assert "network-isolation" not in mapped
    for id, objective in catalogue.objectives.items():
        for edge in catalogue.controls_for(id):
            assert objective in catalogue.objectives_for(edge.framework, edge.control)
    assert catalogue.objectives_for("eu-ai-act", "Art. 5(1)(a)") == ()


def test_only_what_is_named_is_loaded() -> None:
    assert tuple(load(["soc2"]).frameworks) == ("soc2",)
    assert load(["soc2", "soc2"]) is load(["soc2"])
    assert {edge.framework for edge in load(["soc2"]).controls_for("audit-logging")} == {"soc2"}
    assert known()[:4] == HEADLINE
    assert load([]).frameworks == {}


def test_unknown_ids_are_errors() -> None:
    catalogue = load()
    with pytest.raises(KeyError, match="no-such"):
        catalogue.controls_for("no-such")
    with pytest.raises(KeyError, match="no-such"):
        catalogue.objectives_for("no-such", "CC6.1")
    with pytest.raises(KeyError, match=r"CC6\.99"):
        catalogue.objectives_for("soc2", "CC6.99")
    with pytest.raises(InputError, match=r"no framework is called 'iso-42002'; did you mean iso-42001\?"):
        load(["iso-42002"])
    for id in ("objectives", "../data/soc2", ""):
        with pytest.raises(InputError, match="no framework is called"):
            load([id])


def test_import_and_load_stay_light() -> None:
    code = (
        "import sys, msgspec, scanner; before = set(sys.modules);"
        "import scanner.frameworks as f; imported = set(sys.modules);"
        "f.load(); heavy = {'yaml', 'dataclasses', 'importlib.resources'};"
        "print(sorted((imported - before) & (heavy | {'typing', 'pathlib'}) | (set(sys.modules) - before) & heavy))"
    )
    root = SOURCE.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_check_reports_an_outdated_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build_frameworks.main(["--check"]) == 0
    monkeypatch.setattr(build_frameworks, "build", cache(build_frameworks.build))  # the sources stay as they are
    monkeypatch.setattr(build_frameworks, "TARGET", tmp_path / "data")
    assert build_frameworks.main(["--check"]) == 1
    assert "soc2.json is out of date" in capsys.readouterr().err
    assert build_frameworks.main([]) == 0
    assert build_frameworks.main(["--check"]) == 0
    (tmp_path / "data" / "soc2.json").write_text("{}")
    (tmp_path / "data" / "left-over.json").write_text("{}")
    assert build_frameworks.main(["--check"]) == 1
    assert capsys.readouterr().err.count("is out of date") == 2
    assert build_frameworks.main([]) == 0
    assert not (tmp_path / "data" / "left-over.json").exists()


def test_the_readme_counts_the_frameworks() -> None:
    assert f"controls of {len(known())} frameworks" in (ROOT / "README.md").read_text(encoding="utf-8")
