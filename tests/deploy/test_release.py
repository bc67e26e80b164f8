"""What the release workflow builds: the same bytes twice, of the version that the tag says."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from support import ROOT

import scanner

BUILD = ROOT / "deploy" / "release" / "build.sh"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    command = ["bash", str(BUILD), str(folder), f"v{scanner.__version__}"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHON": sys.executable}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_an_sdist_a_wheel_and_their_digests_are_left(packages: Path) -> None:
    [sdist], [wheel] = packages.glob("*.tar.gz"), packages.glob("*.whl")
    digests = dict(
        reversed(line.split()) for line in (packages / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    )
    assert digests == {f"./{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in (sdist, wheel)}
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} <= packed
    papers = {"README.md", "CHANGELOG.md", "LICENSE", "PKG-INFO", "pyproject.toml", ".gitignore"}
    assert {name.partition("/")[0] for name in packed} <= {"scanner", "checks", "reports", *papers}


def test_a_tag_of_another_version_is_refused(packages: Path, tmp_path: Path) -> None:
    stub = tmp_path / "python"  # builds by copying what was built
    stub.write_text(f'#!/bin/sh\nmkdir -p "$5" && cp {packages}/mlposture-* "$5"\n', encoding="utf-8")
    stub.chmod(0o755)
    command = ["bash", str(BUILD), str(tmp_path / "dist"), "v99"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHON": str(stub)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == f"the tag is v99, and the version is {scanner.__version__}\n"


def test_nothing_is_published() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    assert not [word for word in ("secrets.", "pypi", "docker push", "--push", "ghcr.io") if word in workflow]
    jobs = yaml.safe_load(workflow)["jobs"]
    assert all(job["permissions"]["contents"] == "read" for job in jobs.values())
