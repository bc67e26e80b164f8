"""Independent judges of drafts: huggingface_hub of cards, mlcroissant of data sheets, CycloneDX's validator of bills.

They are in environments of their own: `make .venv-cards/.ready .venv-formats/.ready`, or MLPOSTURE_CARDS and
MLPOSTURE_FORMATS.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from drafting import card, written
from support import ROOT, TESTS

from reports.cards.huggingface_draft import render_huggingface
from scanner.cards.sheet import answers_of
from scanner.cards.sheet_files import read_sheet


def python(name: str) -> str | None:
    """The Python of an environment of judges, if this machine has it."""
    own = ROOT / f".venv-{name}" / "bin" / "python"
    return os.environ.get(f"MLPOSTURE_{name.upper()}") or (str(own) if own.exists() else None)


def said(script: str, judge: str, *arguments: Path) -> dict[str, str]:
    done = subprocess.run(
        [judge, str(TESTS / script), *map(str, arguments)], capture_output=True, text=True, timeout=300, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return {Path(name).name: problem for name, problem in found.items()}


@pytest.mark.skipif(
    python("cards") is None,
    reason="huggingface_hub and mlcroissant are not installed: make .venv-cards/.ready, or set MLPOSTURE_CARDS",
)
def test_cards_are_read_by_hugging_face_and_data_sheets_by_mlcroissant(tmp_path: Path) -> None:
    files = {name: text for name, text in written().items() if name.endswith(("README.md", "croissant.json"))}
    broken = {"bad-README.md": render_huggingface(card()).replace('"type": "f1"', '"kind": "f1"')}
    broken["bad-croissant.json"] = files["croissant.json"].replace('"sc:Dataset"', '"sc:Book"')
    for name, text in {**files, **broken}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = said("cards_judge.py", str(python("cards")), tmp_path)

    assert {name: problem for name, problem in found.items() if name in files and problem} == {}
    assert [name for name in broken if not found[name]] == []


@pytest.mark.skipif(
    python("cards") is None,
    reason="huggingface_hub and mlcroissant are not installed: make .venv-cards/.ready, or set MLPOSTURE_CARDS",
)
def test_what_mlcroissant_writes_is_read() -> None:
    made = subprocess.run(
        [str(python("cards")), str(TESTS / "croissant_made.py")], capture_output=True, timeout=300, check=True
    )
    sheet = read_sheet("metadata.json", made.stdout)

    filled = ("DS-1.2", "DS-2.14", "DS-2.15", "DS-3.2", "DS-5.4", "DS-6.2", "DS-6.3", "DS-6.4")
    assert answers_of(sheet).filled == filled
    assert (sheet.name, sheet.version, sheet.date, sheet.specifications) == ("tickets", "1.0.0", "2026-01-01", ("1.0",))
    assert (sheet.description, sheet.digests) == ("filled", (f"sha256:{'a' * 64}",))


@pytest.mark.skipif(
    python("formats") is None,
    reason="cyclonedx-python-lib is not installed: make .venv-formats/.ready, or set MLPOSTURE_FORMATS to its Python",
)
def test_bills_of_one_model_are_valid(tmp_path: Path) -> None:
    names = [name for name in written() if name.endswith("cdx.json")]
    for name in names:
        (tmp_path / name).write_text(written()[name], encoding="utf-8")
    (tmp_path / "bad").write_text(written()[names[0]].replace("machine-learning-model", "model"), encoding="utf-8")
    found = said("cyclonedx_judge.py", str(python("formats")), *(tmp_path / name for name in (*names, "bad")))

    assert {name: found[name] for name in names} == dict.fromkeys(names, "")
    assert found["bad"]
