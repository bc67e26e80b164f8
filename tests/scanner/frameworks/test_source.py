"""What is wrong with the file of a framework is said with its place and what to do; what is right is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.frameworks import RELATIONSHIPS, Control, Edges, Framework, Mapping, Objective, load
from scanner.frameworks.source import SourceError, read_framework, read_objectives
from scanner.frameworks.yaml_types import ControlSource, EdgesSource, HeadSource, ObjectiveSource
from scanner.model.errors import InputError

CHECKS = ("MLP-1001", "MLP-1004")
VALID = """\
framework:
  id: house-rules
  name: House rules of Northwind Example
  version: "3"
  published: 2026, autumn
  publisher: Northwind Example
  url: https://northwind.example/rules
  text_policy: Our own.
  note: For tests.
  benchmark: true
controls:
  - {id: H, title: Heading, level: chapter, parent: null, assessable: null}
  - {id: H.1, title: Networks, level: rule, parent: H, assessable: partial}
  - {id: H.2, title: Logs, level: rule, parent: H, assessable: automated, checks: [MLP-1004]}
  - {id: H.3, title: Papers, level: rule, parent: H, assessable: manual}
  - {id: H.4, title: Backups, level: rule, parent: H, assessable: partial, unmapped: No check looks at them.}
objectives:
  network-isolation:
    reason: H.1 is about networks.
    subset-of: [H.1]
  technical-file:
    intersects-with: [H.3, H.1]
  audit-logging: {excused: No rule is about logs of access.}
"""
OBJECTIVES = tuple(load().objectives.values())


def read(text: str, folder: Path) -> Framework:
    path = folder / "house-rules.yaml"
    path.write_text(text, encoding="utf-8")
    return read_framework(path, OBJECTIVES, CHECKS)


def test_a_framework_is_read(tmp_path: Path) -> None:
    framework = read(VALID, tmp_path)

    assert (framework.id, framework.version, framework.benchmark) == ("house-rules", "3", True)
    assert [row.id for row in framework.controls] == ["H", "H.1", "H.2", "H.3", "H.4"]
    assert framework.mappings == (
        Mapping("house-rules", "network-isolation", "H.1", "subset-of", "H.1 is about networks."),
        Mapping("house-rules", "technical-file", "H.3", "intersects-with"),
        Mapping("house-rules", "technical-file", "H.1", "intersects-with"),
    )
    assert framework.excused == {"audit-logging": "No rule is about logs of access."}
    assert framework.mapped == {"H.1", "H.2", "H.3"}
    catalogue = load(own=[framework])
    assert [objective.id for objective in catalogue.objectives_for("house-rules", "H.1")] == [
        "network-isolation", "technical-file"
    ]  # fmt: skip
    assert load() is not catalogue


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (VALID, "", "1:1: the file is empty; docs/guides/frameworks.md shows one"),
        ("id: house-rules", "id: House rules",
         "2:7: framework.id: write an id: lower-case letters, digits, hyphens, dots, not 'House rules'"),
        ("id: house-rules", "id: soc2",
         "2:7: framework.id: is that of a framework that is shipped; give yours another"),
        ('version: "3"', "version: 3", "4:12: framework.version: write text, not 3; put quotes around it"),
        ("published: 2026, autumn", "published: 2026-10-01",
         "5:14: framework.published: write text, not 2026-10-01; put quotes around it"),
        ("  note: For tests.\n", "", "2:3: framework: note is missing; add note: text"),
        ("benchmark: true", "benchmarks: true", "framework: no field 'benchmarks'; did you mean benchmark?"),
        ("benchmark: true", "benchmark: yes please", "framework.benchmark: write true or false, not 'yes please'"),
        ("title: Networks", "title: ''", "13:22: control H.1: title: write text, not ''"),
        ("assessable: manual", "assessable: maybe",
         "control H.3: assessable: write automated, manual or partial, not 'maybe'"),
        ("{id: H.3, title: Papers, level: rule, parent: H,", "{id: H.3, title: Papers, level: rule, parent: J,",
         "control H.3: parent: J is no control listed above it; correct it, or list it before"),
        ("id: H.4", "id: H", "16:10: control H: id: stands here twice; remove one"),
        ("checks: [MLP-1004]", "checks: [MLP-104]",
         "control H.2: checks 1: no check has the id MLP-104; did you mean MLP-1004?"),
        ("  benchmark: true\n", "",
         "control H.2: checks: only automated rows of a benchmark name checks; map objectives to it instead"),
        ("checks: [MLP-1004]", "roles: [provider]",
         "control H.2: is automated, and no objective maps to it; map one, say in unmapped why not, or call it manual"),
        ("checks: [MLP-1004]", "unmapped: nothing", "control H.2: unmapped: is no sentence"),
        ("assessable: manual", "assessable: manual, unmapped: Because.",
         "control H.3: unmapped: an objective maps to it, or it names checks; remove unmapped"),
        ("assessable: manual", "assessable: manual, roles: [vendor]",
         "control H.3: roles 1: write deployer, gpai-provider, provider or third-party, not 'vendor'"),
        ("assessable: manual", "assessable: manual, regime: some", "control H.3: regime: write "),
        ("assessable: manual", "assessable: manual, category: safety", "control H.3: category: write "),
        ("assessable: manual", "assessable: manual, oscal_id: 3 a",
         "control H.3: oscal_id: write a token of OSCAL, such as govern-1.1, not '3 a'"),
        ("assessable: manual", "assessable: manual, applies_from: {all: 2026-08-02}",
         "control H.3: applies_from.all: write a date in quotes, such as '2026-08-02', not 2026-08-02"),
        ("assessable: manual", "assessable: manual, applies_from: {all: '2026-02-30'}",
         "control H.3: applies_from.all: there is no such date as 2026-02-30; correct it"),
        ("assessable: manual", "assessable: manual, applied_from: {some: '2026-02-20'}",
         "control H.3: applied_from.some: write whom a date is for (all, annex_iii, "),
        ("  network-isolation:", "  network-isolatio:",
         "18:3: objectives.network-isolatio: no objective is called so; did you mean network-isolation?"),
        ("subset-of: [H.1]", "subset-of: [H.9]",
         "20:17: objectives.network-isolation.subset-of 1: no control has the id H.9; did you mean H."),
        ("subset-of: [H.1]", "related-to: [H.1]", "objectives.network-isolation: no field 'related-to'"),
        ("[H.3, H.1]", "[H.3, H.3]", "objectives.technical-file.intersects-with 2: H.3 stands here twice; remove one"),
        ("subset-of: [H.1]", "subset-of: [H.1, H.3]",
         "objectives.network-isolation.subset-of 2: H.3 is manual, and a scan observes this objective"),
        ("reason: H.1 is about networks.", "reason: networks", "objectives.network-isolation.reason: is no sentence"),
        ("{excused: No rule is about logs of access.}", "{reason: It is about logs.}",
         "objectives.audit-logging: must name controls, or say in excused why there are none; do one of both"),
        ("{excused: No rule is about logs of access.}", "{excused: No rule is about logs., subset-of: [H.1]}",
         "objectives.audit-logging: must name controls, or say in excused why there are none; do one of both"),
        ("{excused: No rule is about logs of access.}", "logs",
         "objectives.audit-logging: write a mapping with reason"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert old in VALID
    with pytest.raises(SourceError) as caught:
        read(VALID.replace(old, new), tmp_path)

    [line] = str(caught.value).splitlines()
    assert line.startswith("house-rules.yaml:")
    assert problem in line


def test_what_is_written_is_what_is_read_at_run_time() -> None:
    """The types of the YAML, and the plain ones that shipped frameworks are read with."""
    written = {*HeadSource.__struct_fields__, "controls", "objectives"}
    assert written == {*Framework.__struct_fields__}
    assert ControlSource.__struct_fields__ == Control.__struct_fields__
    assert EdgesSource.__struct_encode_fields__ == Edges.__struct_encode_fields__
    assert ObjectiveSource.__struct_fields__ == Objective.__struct_fields__
    assert {*Edges.__struct_encode_fields__} - {"reason", "excused"} == {*RELATIONSHIPS}


def test_a_null_says_nothing(tmp_path: Path) -> None:
    text = VALID.replace("assessable: manual", "assessable: manual, regime: null, oscal_id: null, unmapped: null")

    assert read(text, tmp_path) == read(VALID, tmp_path)


def test_all_that_is_wrong_is_said_but_not_without_end(tmp_path: Path) -> None:
    text = VALID.replace("parent: H", "parent: J")
    with pytest.raises(SourceError) as caught:
        read(text, tmp_path)
    assert len(str(caught.value).splitlines()) == 4

    rows = "".join(f"  - {{id: X{n}, title: t, level: l, parent: J, assessable: null}}\n" for n in range(30))
    with pytest.raises(SourceError) as caught:
        read(text.replace("objectives:", rows + "objectives:"), tmp_path)
    assert str(caught.value).splitlines()[-1] == "and 14 more"


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"s3://bucket/x\.yaml: No such file"):
        read_framework(tmp_path / "x.yaml", OBJECTIVES, CHECKS, shown="s3://bucket/x.yaml")


def test_what_is_shipped_is_called_like_its_file_and_says_something_of_each_objective(tmp_path: Path) -> None:
    path = tmp_path / "soc3.yaml"
    path.write_text(VALID.replace("id: house-rules", "id: soc2"), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_framework(path, OBJECTIVES, CHECKS, shipped=True)
    said = str(caught.value)

    assert "soc3.yaml:2:7: framework.id: must be the name of the file, soc3" in said
    assert "objectives.technical-file: has no reason; add one" in said
    assert "objectives: nothing is said of public-exposure, encryption-at-rest, " in said


def test_objectives_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "objectives.yaml"
    row = "- {id: a, title: A, group: g, statement: A sentence., cannot_prove: Much., evidence: observed}\n"
    path.write_text(f"objectives:\n{row}")
    assert read_objectives(path) == (
        Objective(id="a", title="A", group="g", statement="A sentence.", cannot_prove="Much.", evidence="observed"),
    )
    path.write_text(f"objectives:\n{row}{row.replace('Much.', 'much')}")
    with pytest.raises(SourceError) as caught:
        read_objectives(path)
    assert [line.partition(" ")[2] for line in str(caught.value).splitlines()] == [
        "objective a: id: stands here twice; remove one",
        "objective a: cannot_prove: is no sentence; begin it with a capital, and end it with a full stop",
    ]
