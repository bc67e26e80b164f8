"""What tests need to look at pages in Chromium, and how the processes of one run share one look.

Needs Chromium, .venv-browser (make .venv-browser/.ready) and axe-core (npm install --prefix tests/npm, or MLPOSTURE_AXE
names it).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, TESTS

CHROMIUM = os.environ.get("MLPOSTURE_CHROMIUM") or shutil.which("chromium")
PYTHON = ROOT / ".venv-browser" / "bin" / "python"


def axe() -> str | None:
    """axe-core, if this machine has it."""
    named = os.environ.get("MLPOSTURE_AXE")
    folders = (
        [Path(named)]
        if named
        else [root / "node_modules" / "axe-core" / "axe.min.js" for root in (ROOT, TESTS / "npm")]
    )
    return next((str(path) for path in folders if path.is_file()), None)


MISSING = [
    what
    for what, there in (
        ("Chromium (apt install chromium)", CHROMIUM),
        (".venv-browser (make .venv-browser/.ready)", PYTHON.is_file()),
        ("axe-core (npm install --prefix tests/npm)", axe()),
    )
    if not there
]
needs_browser = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], str]) -> dict[str, Any]:
    """JSON that `make` gives. Of the processes of one run, one makes it, and the others wait for it."""
    base = factory.getbasetemp()
    found = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{name}.json"
    with found.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            found.write_text(make(factory.mktemp(name)), encoding="utf-8")
    return json.loads(found.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def in_browser(script: str, told: dict[str, Any]) -> str:
    """What a script of tests/ says that drives a browser, which it starts once. `told` is on its standard input."""
    told = {"chromium": CHROMIUM, "axe": axe(), "shots": os.environ.get("MLPOSTURE_SCREENSHOTS"), **told}
    if told["shots"]:
        Path(told["shots"]).mkdir(parents=True, exist_ok=True)
    done = subprocess.run([PYTHON, TESTS / script], input=json.dumps(told), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
