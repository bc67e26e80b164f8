"""The framework that is an example, and the one in the guide, are valid."""

from __future__ import annotations

from pathlib import Path

from support import ROOT, registered

from scanner.frameworks import load
from scanner.frameworks.source import read_framework

OBJECTIVES = load().objectives.values()
CHECKS, _ = registered()


def test_the_example_maps_what_it_says() -> None:
    rules = read_framework(ROOT / "examples" / "house-rules.yaml", OBJECTIVES, CHECKS)

    assert rules.mapped == {"HR-1.1", "HR-1.2", "HR-2.1", "HR-2.2"}
    assert [row.id for row in rules.controls if row.unmapped] == ["HR-2.3"]


def test_what_the_guide_shows_is_valid(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guides" / "frameworks.md").read_text(encoding="utf-8")
    (tmp_path / "shown.yaml").write_text(guide.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")

    assert read_framework(tmp_path / "shown.yaml", OBJECTIVES, CHECKS).mapped == {"HR-1.1"}
