"""What is shipped: the wheel's contents, that it stands its ground, and that every install line is tried.

That it works where nothing else is installed, scripts/try_installs.sh tries: it takes minutes, and a package registry.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from support import ROOT

from scanner.frameworks import known
from scanner.model.errors import how_to_install
from scripts.try_installs import LIMITS, SCANS, extras_of

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def test_the_wheel_holds_three_packages_and_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, capture_output=True, check=True)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}

    assert {name for name in top if not name.endswith(".dist-info")} == {"scanner", "checks", "reports"}
    assert {f"scanner/frameworks/data/{name}.json" for name in ("objectives", *known())} <= set(names)
    assert "scanner/systems/triage.yaml" in names
    assert not [name for name in names if "test" in name or name.endswith(".yaml.orig")]


@pytest.mark.parametrize("name", ["checks", "reports"])
def test_a_foreign_package_of_the_same_name_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    code = "from scanner.cli.commands import main; main()"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )

    assert done.returncode == 2
    assert name in done.stderr
    assert "is not ours" in done.stderr


def test_every_install_line_is_tried_in_a_clean_environment() -> None:
    lines = {line for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()}
    tried = {extras for line in lines if (extras := extras_of(line)) is not None}

    assert "aws" in {extras_of(line) for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()}
    assert tried <= set(SCANS)
    assert "\nscripts/try_installs.sh > " in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_how_to_install_an_extra_is_said_in_one_place() -> None:
    sources = [path for room in ("scanner", "checks", "reports") for path in sorted((ROOT / room).rglob("*.py"))]
    saying = [path for path in sources if "pip install" in path.read_text(encoding="utf-8")]

    assert saying == [ROOT / "scanner" / "model" / "errors.py"]  # which scripts/try_installs.py asks, too
    assert how_to_install("aws") == "in your copy of mlposture, run: pip install '.[aws]'"


def test_every_extra_is_tried_in_a_clean_environment() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]

    assert {extra for tried in SCANS for extra in tried.split(",")} == {"", *extras}
    assert all(SCANS[extra] for extra in SCANS if extra)
    assert LIMITS["aws"] == (100, 25)


@pytest.mark.parametrize(
    ("line", "extras"),
    [
        ("pipx install '.[aws]'", "aws"),
        ("pip install 'mlposture[dask,aws]'  # both", "aws,dask"),
        ("$ python -m pip install --upgrade .[all]", "all"),
        ("uv tool install mlposture", ""),
        ("Run `pipx install '.[gcp]'` first.", "gcp"),
        ("An install works on every cloud.", None),
    ],
)
def test_an_install_line_says_its_extras(line: str, extras: str | None) -> None:
    assert extras_of(line) == extras


@pytest.mark.parametrize("line", ["pip install boto3", "pip install .[aws] boto3", "pip install -r requirements.txt"])
def test_an_install_line_that_nobody_tries_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is no install line that this script knows"):
        extras_of(line)
