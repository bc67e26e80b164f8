"""What is shipped: the wheel's contents, and that it works installed alone, without the repository and without SDKs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from scanning import running
from support import ROOT


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode in (0, 1), done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


def bin_of(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """An environment with the wheel and no extras."""
    environment = tmp_path_factory.mktemp("bare") / "venv"
    venv.create(environment, with_pip=True)
    run(bin_of(environment) / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel)
    return environment


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.json"
    with running("aws"):
        run(Path(sys.executable).with_name("mlposture"), "scan", "aws", "--save-inventory", path)
    return path


def test_the_wheel_holds_three_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names}

    assert {name for name in top if not name.endswith(".dist-info")} == {"scanner", "checks", "reports"}
    assert "scanner/frameworks/catalogue.json" in names
    assert not [name for name in names if "test" in name or name.endswith(".yaml.orig")]


def test_without_extras_everything_but_scanning_works(bare: Path, saved: Path, tmp_path: Path) -> None:
    command = bin_of(bare) / "mlposture"
    installed = run(bin_of(bare) / "python", "-m", "pip", "list", "--format=freeze")

    assert not {"botocore", "google-auth", "azure-core"} & {line.partition("==")[0] for line in installed.splitlines()}
    assert "MLP-1001" in run(command, "list", "checks", cwd=tmp_path)
    assert "Why it matters" in run(command, "explain", "MLP-1001", cwd=tmp_path)
    printed = run(command, "evaluate", saved, "-o", "x.json", "-o", "x.sarif", cwd=tmp_path)
    assert "MLP-1001" in printed
    assert (tmp_path / "x.json").stat().st_size > 1000
    assert (tmp_path / "x.sarif").stat().st_size > 1000


def test_without_extras_scanning_says_what_to_install(bare: Path, tmp_path: Path) -> None:
    for provider in ("aws", "gcp", "azure"):
        done = subprocess.run(
            [bin_of(bare) / "mlposture", "scan", provider], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 3
        assert f"mlposture[{provider}]" in done.stderr


def test_the_aws_extra_alone_scans_aws(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = bin_of(environment) / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"{wheel}[aws]")
    with running("aws"):
        run(bin_of(environment) / "mlposture", "scan", "aws", "-o", "x.json", cwd=tmp_path)

    assert (tmp_path / "x.json").stat().st_size > 1000
    installed = run(python, "-m", "pip", "list", "--format=freeze").splitlines()
    assert not [line for line in installed if line.startswith(("google", "azure"))]


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
