"""A package that is missing or broken is told in one sentence, with what to install; a defect of ours stays one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scanning import running

from scanner.collect import extras
from scanner.collect.extras import needs
from scanner.model.errors import CannotScan

#: A module that each client cannot do without.
NEEDED = {"aws": "botocore.exceptions", "gcp": "google.auth", "azure": "azure.identity"}


def scan(provider: str, *, first: str = "", path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a scan in a process that has run `first` before, with modules of `path` before all others."""
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    program = f"{first}\nfrom scanner.cli.commands import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "scan", provider],
        capture_output=True, text=True, check=False, env=environment, timeout=120,
    )  # fmt: skip


def load(path: Path, name: str, content: str) -> None:
    """Import a module of this content under some name."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.parametrize(("provider", "missing"), NEEDED.items())
def test_a_missing_module_ends_the_scan_with_a_sentence(provider: str, missing: str) -> None:
    done = scan(provider, first=f"import sys; sys.modules[{missing!r}] = None")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"mlposture: {provider}: the SDK is not installed, or not all of it (there is no module {missing}); "
        f"in your copy of mlposture, run: pip install '.[{provider}]'\n"
    )


def test_so_does_one_that_only_some_credentials_call_for() -> None:
    with running("gcp"):
        done = scan("gcp", first="import sys; sys.modules['cryptography.x509'] = None")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1), done.stderr
    assert "there is no module cryptography.x509" in done.stderr


def test_so_does_a_broken_one(tmp_path: Path) -> None:
    (tmp_path / "certifi.py").write_text("where(:")
    done = scan("gcp", path=tmp_path)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1), done.stderr
    assert "SyntaxError" in done.stderr
    assert "run: pip install --force-reinstall '.[gcp]'" in done.stderr


def test_a_defect_of_ours_ends_it_as_one() -> None:
    done = scan("aws", first="import sys; sys.modules['checks.aws.client.signing'] = None")

    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "a defect of mlposture" in done.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("import gone", "no module gone); in your copy of mlposture, run: pip install '.[x]'"),
        (
            "try: import gone\nexcept ImportError as e: raise ImportError('needs it') from e",
            "no module gone); in your copy of mlposture, run: pip",
        ),
        (
            "raise ImportError('for another machine\\n\\nA story.')",
            "(ImportError: for another machine); in your copy of mlposture, run: pip",
        ),
        (
            "import os; os.gone",
            "(AttributeError: module 'os' has no attribute 'gone'); in your copy of mlposture, run: pip",
        ),
        (
            "import re; re.compile('(')",
            "(error: missing ), unterminated subpattern at position 0); in your copy of mlposture, run: pip",
        ),
        ("import ctypes; ctypes.CDLL('libgone.so')", "(OSError: libgone.so: cannot open"),
        ("raise PermissionError(13, 'Permission denied', __file__)", "(PermissionError: [Errno 13] Permission denied"),
        ("where(:", "(SyntaxError: invalid syntax (sdk.py, line 1)); in your copy of mlposture, run: pip"),
        (
            "class Panic(BaseException): ...\nraise Panic('in Rust')",
            "(Panic: in Rust); in your copy of mlposture, run: pip",
        ),
    ],
)
def test_whatever_is_wrong_with_a_module_is_said(content: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CannotScan) as caught, needs("x", "x: the SDK"):
        load(tmp_path / "sdk.py", "sdk", content)

    assert str(caught.value).startswith("x: the SDK ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["from urllib3.connection import Gone", "import urllib3; urllib3.Gone"])
def test_a_version_that_lacks_what_we_ask_of_it_is_no_defect_of_ours(content: str, tmp_path: Path) -> None:
    with pytest.raises(CannotScan, match="Gone"), needs("x", "x: the SDK"):
        load(tmp_path / "ours.py", "checks.ours", content)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("raise ImportError('ours')", ImportError),
        ("import checks.gone", ImportError),
        ("from checks.aws.names import gone", ImportError),
        ("import checks.aws.names; checks.aws.names.gone", AttributeError),
        ("raise AttributeError('ours')", AttributeError),
        ("import os; os.gone", AttributeError),
        ("import re; re.compile('(')", Exception),
        ("where(:", SyntaxError),
    ],
)
def test_a_defect_of_ours_is_left_as_it_is(
    content: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_HOME", tmp_path)
    with pytest.raises(error), needs("x", "x: the SDK"):
        load(tmp_path / "checks" / "ours.py", "checks.ours", content)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_who_stops_an_import_is_heeded(error: type[BaseException]) -> None:
    with pytest.raises(error), needs("x", "x: the SDK"):
        raise error


def test_what_an_sdk_says_as_it_runs_is_no_missing_module() -> None:
    with pytest.raises(ValueError, match="no such region"), needs("x", "x: the SDK", failing=ImportError):
        raise ValueError("no such region")
