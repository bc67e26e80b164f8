"""What the pages for newcomers show runs as it stands there, page by page, in a folder where nothing was before.

The guide to the first scan has a test of its own, for what its commands lead to.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commandline import mlposture
from scanning import all_running, calm
from support import ROOT

PAGES = ("quickstart.md", "guides/terminal.md", "troubleshooting.md", "integrations.md")
#: Commands that end with findings, as their pages say: by default a scan fails for what is high.
WITH_FINDINGS = {"scan aws -o report.html -o report.json --save-inventory inventory.json"}
GAPS_OR_NONE = (0, 4)


def commands(page: str) -> list[str]:
    """The lines of its blocks of commands, as they stand there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.+?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("mlposture ") for block in blocks for line in block.splitlines()]


def expected(line: str) -> tuple[int, ...]:
    if line.startswith("doctor"):
        return GAPS_OR_NONE
    if line in WITH_FINDINGS or line.startswith("evaluate inventory.json --fail-on critical"):
        return (1,)
    return (0,)


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_the_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    calm("aws")[0].save(tmp_path / "inventory.json")  # for pages that do not begin with a scan
    lines = commands(page)
    assert lines
    with all_running():
        for line in lines:
            done = mlposture(*shlex.split(line), cwd=tmp_path)
            assert done.returncode in expected(line), (line, done.stderr)


def test_every_report_that_the_page_of_integrations_names_is_written(tmp_path: Path) -> None:
    """Names in its table are those of its commands."""
    text = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"-o ([a-z]+:?[\w.-]*)", text))
    run = {name for line in commands("integrations.md") for name in re.findall(r"-o ([a-z]+:?[\w.-]*)", line)}

    assert shown - run == {"asff:findings.json"}
    calm("aws")[0].save(tmp_path / "inventory.json")
    outputs = [word for name in sorted(shown) for word in ("-o", name)]
    assert mlposture("evaluate", "inventory.json", *outputs, "--fail-on", "never", cwd=tmp_path).returncode == 0
    assert all((tmp_path / name.rpartition(":")[2]).stat().st_size for name in shown)
