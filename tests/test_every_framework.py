"""Guarantees over every framework and objective, and over the validator that lets them in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from support import fail_with

from scanner.frameworks import Catalogue, Objective, load
from scripts import build_frameworks
from scripts.build_frameworks import RELATIONSHIPS, SOURCE, TARGET, FrameworkError, build, render

CONTROLS = {"eu-ai-act": 228, "iso-42001": 80, "nist-ai-rmf-1.0": 95, "soc2": 81}
ASSESSED = {"eu-ai-act": 197, "iso-42001": 62, "nist-ai-rmf-1.0": 72, "soc2": 61}
EDGES = {"eu-ai-act": 226, "iso-42001": 138, "nist-ai-rmf-1.0": 155, "soc2": 124}
OBJECTIVES = 53


def differing(what: str, found: Mapping[str, int], pinned: Mapping[str, int], remedy: str) -> Iterator[str]:
    """Counts that are not those that are pinned, and what to do about each."""
    for key in sorted(found.keys() | pinned.keys()):
        if found.get(key, 0) != pinned.get(key, 0):
            yield f"{key}: {found.get(key, 0)} {what}, and {pinned.get(key, 0)} are pinned: {remedy}"


def test_control_counts_are_pinned() -> None:
    frameworks = load().frameworks
    controls = {key: len(value.controls) for key, value in frameworks.items()}
    assessed = {key: sum(c.assessable is not None for c in value.controls) for key, value in frameworks.items()}
    again = "count them in the publication, and correct scanner/frameworks or"

    fail_with(differing("controls", controls, CONTROLS, f"{again} CONTROLS"))
    fail_with(differing("controls that can be assessed", assessed, ASSESSED, f"{again} ASSESSED"))


@pytest.mark.parametrize(
    ("framework", "level", "by_prefix"),
    [
        ("nist-ai-rmf-1.0", "subcategory", {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}),
        ("soc2", "criterion", {"CC": 33, "A": 3, "C": 2, "PI": 5, "P": 18}),
        ("iso-42001", "control", {"A": 38}),
    ],
)
def test_published_totals_are_reached(framework: str, level: str, by_prefix: dict[str, int]) -> None:
    ids = [control.id for control in load().frameworks[framework].controls if control.level == level]
    found = Counter(id.split(" ")[0].split(".")[0].rstrip("0123456789") for id in ids)
    remedy = f"the publication has so many; correct scanner/frameworks/{framework}.yaml"

    fail_with(differing(f"of level {level}", found, by_prefix, remedy))


def test_edge_counts_are_pinned() -> None:
    catalogue = load()
    assert len(catalogue.objectives) == OBJECTIVES, "an objective came or went: correct OBJECTIVES if that is meant"
    edges = Counter(edge.framework for objective in catalogue.objectives.values() for edge in objective.mappings)
    fail_with(differing("mappings", edges, EDGES, "correct objectives.yaml, or EDGES if the change is meant"))


def _is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith(".")


@pytest.mark.parametrize("objective_id", load().objectives)
def test_every_objective_is_mapped_or_excused_in_every_framework(objective_id: str) -> None:
    catalogue = load()
    objective = catalogue.objectives[objective_id]
    fail_with(f"{objective_id}: {problem}" for problem in mapped_badly(objective, catalogue))


def mapped_badly(objective: Objective, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with the mappings and excuses of an objective, and what to do about it in objectives.yaml."""
    mapped = {edge.framework for edge in objective.mappings}
    for framework in sorted(catalogue.frameworks.keys() - mapped - objective.excused.keys()):
        yield f"nothing is said of {framework}: map it to a control, or say in `excused` why there is none"
    for framework in sorted((mapped | objective.excused.keys()) - catalogue.frameworks.keys()):
        yield f"there is no framework {framework}: correct its id, or add it to scanner/frameworks"
    for framework in sorted(mapped & objective.excused.keys()):
        yield f"{framework} is mapped and excused: remove one of both"
    for text in (objective.statement, objective.cannot_prove, *objective.excused.values()):
        if not _is_sentence(text):
            yield f"{text!r} is no sentence: begin it with a capital, and end it with a full stop"
    for edge in objective.mappings:
        known = catalogue.frameworks.get(edge.framework)
        if known and edge.control not in {control.id for control in known.controls}:
            yield f"{edge.framework} has no control {edge.control}: take one of its file"
        if edge.relationship not in RELATIONSHIPS:
            yield f"{edge.control}: {edge.relationship!r} is no relationship: take one of {', '.join(RELATIONSHIPS)}"
        if not _is_sentence(edge.reason):
            yield f"{edge.control}: its reason is no sentence: begin it with a capital, and end it with a full stop"


def test_what_is_wrong_with_an_objective_is_said_with_its_remedy() -> None:
    objective = load().objectives["network-isolation"]
    edge = msgspec.structs.replace(objective.mappings[0], control="CC99.9", relationship="related", reason="")
    broken = msgspec.structs.replace(
        objective, statement="no sentence", mappings=(edge,), excused={edge.framework: "Nothing.", "soc3": "Nothing."}
    )
    found = "\n".join(mapped_badly(broken, load()))

    assert list(mapped_badly(objective, load())) == []
    for problem in (
        "map it to a control",
        "there is no framework soc3",
        "is mapped and excused",
        "'no sentence' is no sentence",
        "has no control CC99.9",
        "'related' is no relationship",
        "its reason is no sentence",
    ):
        assert problem in found
    assert list(differing("controls", {"soc2": 1}, {"soc2": 2}, "count")) == [
        "soc2: 1 controls, and 2 are pinned: count"
    ]
    assert list(twice("aab")) == ["2 have the title 'a': give each one of its own"]


def test_only_environmental_impact_is_excused() -> None:
    excused = {o.id: set(o.excused) for o in load().objectives.values() if o.excused}
    assert excused == {"environmental-impact": {"soc2"}}, (
        "an excuse came or went: map it, or name it here if it is meant"
    )


def test_titles_are_distinct() -> None:
    catalogue = load()
    for framework in catalogue.frameworks.values():
        fail_with(f"{framework.id}: {line}" for line in twice(control.title for control in framework.controls))
    fail_with(f"objectives: {line}" for line in twice(one.title for one in catalogue.objectives.values()))


def twice(titles: Iterable[str]) -> Iterator[str]:
    """Titles that are there more than once, and what to do about each."""
    for title, times in Counter(titles).items():
        if times > 1:
            yield f"{times} have the title {title!r}: give each one of its own"


def test_catalogue_is_up_to_date() -> None:
    catalogue = build(SOURCE)
    assert render(catalogue) == TARGET.read_bytes(), "run python scripts/build_frameworks.py"
    assert catalogue == load(), "what is loaded is not what was written: add the new member to scanner/frameworks too"


def test_load_gives_one_catalogue_with_both_directions() -> None:
    catalogue = load()
    assert isinstance(catalogue, Catalogue)
    assert load() is catalogue
    edges = catalogue.controls_for("network-isolation")
    assert [edge.control for edge in edges if edge.framework == "soc2"] == ["CC6.6", "CC6.1"]
    mapped = [objective.id for objective in catalogue.objectives_for("soc2", "CC8.1")]
    assert "human-approval" in mapped
    assert "network-isolation" not in mapped
    for objective in catalogue.objectives.values():
        for edge in objective.mappings:
            assert objective in catalogue.objectives_for(edge.framework, edge.control)
    assert catalogue.objectives_for("eu-ai-act", "Art. 5(1)(a)") == ()


def test_unknown_ids_are_errors() -> None:
    catalogue = load()
    with pytest.raises(KeyError, match="no-such"):
        catalogue.controls_for("no-such")
    with pytest.raises(KeyError, match="no-such"):
        catalogue.objectives_for("no-such", "CC6.1")
    with pytest.raises(KeyError, match=r"CC6\.99"):
        catalogue.objectives_for("soc2", "CC6.99")


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


def _control(data: dict[str, Any], control: str) -> dict[str, Any]:
    return next(entry for entry in data["controls"] if entry["id"] == control)


def _maps(data: dict[str, Any], objective: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in data["objectives"] if entry["id"] == objective)["maps"]
    return found


BROKEN = {
    "unknown control": (
        "objectives.yaml",
        lambda data: _maps(data, "audit-logging")["soc2"]["controls"][0].update(id="CC99.9"),
        "objectives.yaml: audit-logging: soc2: CC99.9: soc2 has no control 'CC99.9'",
    ),
    "duplicate control": (
        "soc2.yaml",
        lambda data: data["controls"].append(dict(_control(data, "CC6.6"))),
        "soc2.yaml: controls: duplicate id 'CC6.6'",
    ),
    "duplicate objective": (
        "objectives.yaml",
        lambda data: data["objectives"].append(dict(data["objectives"][0])),
        "objectives.yaml: objectives: duplicate id 'network-isolation'",
    ),
    "duplicate edge": (
        "objectives.yaml",
        lambda data: _maps(data, "audit-logging")["soc2"]["controls"].append({"id": "CC7.2"}),
        "objectives.yaml: audit-logging: soc2: duplicate id 'CC7.2'",
    ),
    "missing reason": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture")["iso-42001"].pop("reason"),
        "objectives.yaml: data-capture: iso-42001: missing reason",
    ),
    "empty reason": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture")["iso-42001"].update(reason=" "),
        "objectives.yaml: data-capture: iso-42001: reason must be a non-empty text",
    ),
    "reason without period": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture")["iso-42001"].update(reason="Capture is logged"),
        "objectives.yaml: data-capture: iso-42001: reason must be a sentence ending in a period",
    ),
    "unknown relationship": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture")["soc2"]["controls"][0].update(relationship="related"),
        "objectives.yaml: data-capture: soc2: CC7.2: unknown relationship 'related'",
    ),
    "framework neither mapped nor excused": (
        "objectives.yaml",
        lambda data: _maps(data, "environmental-impact").pop("soc2"),
        "objectives.yaml: environmental-impact: maps: missing soc2",
    ),
    "framework mapped and excused": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture")["soc2"].update(excused="Nothing to map."),
        "objectives.yaml: data-capture: soc2: unknown key controls, reason",
    ),
    "unknown framework": (
        "objectives.yaml",
        lambda data: _maps(data, "data-capture").update({"soc3": {"excused": "Nothing to map."}}),
        "objectives.yaml: data-capture: maps: unknown key soc3",
    ),
    "unknown parent": (
        "iso-42001.yaml",
        lambda data: _control(data, "A.7.2").update(parent="A.77"),
        "iso-42001.yaml: A.7.2: parent 'A.77' is not a control listed above it",
    ),
    "empty title": (
        "nist-ai-rmf-1.0.yaml",
        lambda data: _control(data, "MAP 1.1").update(title=""),
        "nist-ai-rmf-1.0.yaml: MAP 1.1: title must be a non-empty text",
    ),
    "unknown assessable": (
        "nist-ai-rmf-1.0.yaml",
        lambda data: _control(data, "MAP 1.1").update(assessable="maybe"),
        "nist-ai-rmf-1.0.yaml: MAP 1.1: unknown assessable 'maybe'",
    ),
    "impossible date": (
        "eu-ai-act.yaml",
        lambda data: _control(data, "Art. 4").update(applies_from={"all": "2025-02-30"}),
        "eu-ai-act.yaml: Art. 4: applies_from: Invalid RFC3339",
    ),
    "id is not the file name": (
        "soc2.yaml",
        lambda data: data["framework"].update(id="soc-2"),
        "soc2.yaml: framework: id 'soc-2' must be the name of the file",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_validator_rejects_a_broken_copy(case: str, tmp_path: Path) -> None:
    file, spoil, message = BROKEN[case]
    for path in SOURCE.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    data = yaml.load((tmp_path / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    spoil(data)
    (tmp_path / file).write_text(json.dumps(data), encoding="utf-8")  # JSON is YAML, and faster to write
    with pytest.raises(FrameworkError) as caught:
        build(tmp_path)
    assert str(caught.value).startswith(message)


def test_check_reports_an_outdated_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build_frameworks.main(["--check"]) == 0
    monkeypatch.setattr(build_frameworks, "ROOT", tmp_path)
    monkeypatch.setattr(build_frameworks, "TARGET", tmp_path / "catalogue.json")
    assert build_frameworks.main(["--check"]) == 1
    assert "catalogue.json is out of date" in capsys.readouterr().err
    assert build_frameworks.main([]) == 0
    assert build_frameworks.main(["--check"]) == 0
    (tmp_path / "catalogue.json").write_text("{}")
    assert build_frameworks.main(["--check"]) == 1
