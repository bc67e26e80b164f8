"""The schedules of the clouds under deploy/, by the scheme of the bucket that each leaves its reports in."""

from __future__ import annotations

import re
from pathlib import Path

from support import ROOT

DEPLOY = ROOT / "deploy"
SCHEDULES = {
    "s3": DEPLOY / "aws" / "schedule.yaml",
    "gs": DEPLOY / "gcp" / "schedule" / "main.tf",
    "az": DEPLOY / "azure" / "schedule" / "main.tf",
}


def command(path: Path) -> list[str]:
    """The words of the container's command, in whichever way the file spells them."""
    [line] = re.findall(r"(?:args +=|Command:) \[(scan, .*|\"scan\", .*)\]", path.read_text(encoding="utf-8"))
    return [word.strip().removeprefix("!Sub ").strip('"') for word in line.split(",")]
