"""The guide to the first scan: its commands run as they stand there, one after the other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commandline import mlposture
from scanning import all_running
from support import ROOT
from worlds.base import Fault

GUIDE = (ROOT / "docs" / "guides" / "first-scan.md").read_text(encoding="utf-8")
DENIED = "s3:GetBucketAcl"


def commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.+?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def test_the_commands_of_the_guide_lead_to_what_was_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the guide calls a report is that of a scan whose role lacks one permission."""
    shown = {}
    with all_running() as worlds:
        monkeypatch.setenv("HOME", str(tmp_path))
        worlds["aws"].faults.append(Fault(DENIED, "deny"))
        for words in commands():
            done = mlposture(*words, cwd=tmp_path)
            assert done.returncode in ((0, 4) if words[0] == "doctor" else (0,)), (words, done.stderr)
            shown[" ".join(words)] = done.stdout

    assert len(shown) > 10
    assert (tmp_path / "mlposture-reader.tf").is_file()
    assert DENIED in shown["permissions aws --missing report.json"]
    assert f'"{DENIED}"' in shown["permissions aws --missing report.json --format terraform"]
