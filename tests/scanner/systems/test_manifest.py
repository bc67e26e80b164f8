"""Manifests are read whole or not at all, and what is wrong with one is said with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml
from declaring import TODAY, VALID, problems, read, with_lines
from support import ROOT

from scanner.model.errors import InputError
from scanner.systems.manifest import FOLLOW, ManifestError, read_manifest

SCHEMA = msgspec.json.decode((ROOT / "docs" / "reference" / "ai-systems-v1.schema.json").read_bytes())


def test_a_valid_manifest_is_read(tmp_path: Path) -> None:
    manifest, warnings = read(VALID, tmp_path)
    [system] = manifest.systems

    assert warnings == ()
    assert (system.id, system.stage) == ("sentiment", "limited")
    assert system.classification.eu_ai_act.decided_on == date(2026, 9, 1)
    assert system.selectors.follow == FOLLOW
    assert manifest.defaults.log_retention_days == 184


def test_all_problems_are_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = with_lines(status="status: live", owner="owner: {team: support, kontakt: x}", purpose="porpose: {}")

    assert problems(text, tmp_path) == [
        "4:3: system sentiment: purpose is missing; add purpose: {intended: …}",
        "6:11: system sentiment: status: write development, production or retired, not 'live'",
        "8:10: system sentiment: owner: contact is missing; add contact: text",
        "8:26: system sentiment: owner: no field 'kontakt'; did you mean contact?",
        "9:3: system sentiment: no field 'porpose'; did you mean purpose?",
    ]


def test_an_error_holds_the_first_problem_and_says_that_there_are_more(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(with_lines(status="status: live", stage="stage: big"))

    with pytest.raises(ManifestError, match=r"m\.yaml:6:11: .*live.* \(and 1 more; `mlposture systems check` lists"):
        read_manifest(path, TODAY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: No such file"):
        read_manifest(tmp_path / "nowhere.yaml", TODAY)


def test_warnings_leave_a_manifest_valid(tmp_path: Path) -> None:
    text = with_lines(frameworks="frameworks: [house-rules]")

    assert read(text, tmp_path, date(2027, 10, 1)).warnings == (
        "ai-systems.yaml:11:107: system sentiment: its classification was to be reviewed by 2027-09-01",
        "ai-systems.yaml:12:16: system sentiment: this version maps nothing to house-rules; "
        "if it is your own, name its file with --framework-file",
    )


def test_the_published_schema_accepts_what_is_valid() -> None:
    example = yaml.safe_load((ROOT / "examples" / "ai-systems.yaml").read_text(encoding="utf-8"))

    jsonschema.validate(plain(example), SCHEMA)
    jsonschema.validate(plain(yaml.safe_load(VALID)), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        with_lines(status="status: live"),
        with_lines(purpose="porpose: {}"),
        VALID.partition("    include:")[0] + "    include: []\n",
        VALID.replace('"111122223333"', '"1111"'),
        VALID.replace("ai-systems/1", "ai-systems/9"),
    ],
)
def test_the_published_schema_refuses_what_we_refuse(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(yaml.safe_load(text)), SCHEMA)


def plain(value: object) -> object:
    """Dates as text, as JSON has them."""
    return msgspec.to_builtins(value)
