"""The image: its SBOM names each package of its lock, and nothing else, by the tool that the release has write it.

The packages are those of the environment that tests run in, which has the versions of all locks; that the image's own
steps install them, scripts/try_image.py shows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from imaged import DOCKERFILE, locked, named, sboms, syft
from packaging.utils import canonicalize_name
from support import ROOT, TESTS

EXTRAS = ("aws", "gcp", "azure", "all")
_OWN = ROOT / ".venv-formats" / "bin" / "python"
JUDGE = os.environ.get("MLPOSTURE_FORMATS") or (str(_OWN) if _OWN.exists() else None)
needs_syft = pytest.mark.skipif(
    syft() is None, reason="no Syft here: make .venv-deploy/.ready, or set MLPOSTURE_DEPLOY to the Python beside it"
)
needs_judge = pytest.mark.skipif(
    JUDGE is None, reason="no judge here: make .venv-formats/.ready, or set MLPOSTURE_FORMATS"
)


def root_with(names: set[str], folder: Path) -> Path:
    """A file system that has what these packages say of themselves, where the image has them."""
    place = re.search(r"-m venv --without-pip (\S+)", DOCKERFILE.read_text(encoding="utf-8"))
    assert place
    site = folder / place[1].lstrip("/") / "lib" / "python3" / "site-packages"
    site.mkdir(parents=True)
    for one in metadata.distributions():
        if canonicalize_name(one.metadata["Name"]) in names:
            [own] = {Path(str(one.locate_file(file))).parent for file in one.files or () if file.name == "METADATA"}
            shutil.copytree(own, site / own.name, dirs_exist_ok=True)
    return folder


@needs_syft
@needs_judge
@pytest.mark.parametrize("extra", EXTRAS)
def test_the_sbom_is_valid_and_names_each_locked_package(extra: str, tmp_path: Path) -> None:
    expected = locked(extra)
    found = sboms(root_with({name for name, _ in expected}, tmp_path / "root"), tmp_path)
    judged = subprocess.run(
        [str(JUDGE), str(TESTS / "cyclonedx_judge.py"), str(found[0])], capture_output=True, text=True, check=True
    )

    assert [named(sbom) for sbom in found] == [expected, expected]
    assert json.loads(judged.stdout) == {str(found[0]): ""}
    assert len(expected) > 10


@needs_syft
def test_a_package_that_is_not_there_is_not_named(tmp_path: Path) -> None:
    """Or the test above would show nothing."""
    found = sboms(root_with({"click", "mlposture"}, tmp_path / "root"), tmp_path)

    assert [{name for name, _ in named(sbom)} for sbom in found] == [{"click", "mlposture"}] * 2


def test_the_release_has_an_sbom_made_of_every_image_and_keeps_it() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")

    assert f"extra: [{', '.join(EXTRAS)}]" in workflow
    assert workflow.count("--sbom=true") == 2 and "mlposture-${{ matrix.extra }}.spdx.json" in workflow
