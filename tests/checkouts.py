"""The Terraform of the demonstration as a checkout of a repository."""

from __future__ import annotations

import shutil
from pathlib import Path

from support import ROOT

EXAMPLE = ROOT / "examples" / "terraform"
REPOSITORY = "https://git.northwind.example/ml/infra"


def checked_out(folder: Path) -> Path:
    """A copy of it in this folder, with the files by which git says what it is of."""
    shutil.copytree(EXAMPLE, folder)
    (folder / ".git" / "refs" / "heads").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {REPOSITORY}.git\n')
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{'a' * 40}\n")
    return folder
