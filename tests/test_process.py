"""How the process ends: no two outcomes share an exit code, and nobody sees a traceback that is not about a defect."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commandline import HEEDING, MLPOSTURE
from factories.aws import HERE, notebook
from scanning import running
from support import inventory_of


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    inventory_of(notebook("a", direct_internet_access="Enabled")).save(tmp_path / "inv.json")
    return str(tmp_path / "inv.json")


def start(*arguments: str, **options) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", HEEDING, MLPOSTURE, *arguments], stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("arguments", [("list", "checks"), ("explain", "MLP-1001"), ("--help",), ("evaluate", "INV")])
def test_a_reader_that_went_away_is_no_error(arguments: tuple[str, ...], inventory: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*(inventory if a == "INV" else a for a in arguments), stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
@pytest.mark.parametrize("arguments", [("list", "checks"), ("evaluate", "INV"), ("evaluate", "INV", "-o", "-")])
def test_a_full_disk_is_said_in_one_line(arguments: tuple[str, ...], inventory: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(*(inventory if a == "INV" else a for a in arguments), stdout=full)
        _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (2, b"mlposture: output: No space left on device\n")


def test_without_standard_output_files_are_written_and_nothing_is_promised(inventory: str, tmp_path: Path) -> None:
    closed = f"{MLPOSTURE} evaluate {inventory} --fail-on never"
    to_file = subprocess.run(f"{closed} -o {tmp_path}/x.json >&-", shell=True, capture_output=True, check=False)
    to_stdout = subprocess.run(f"{closed} -o - >&-", shell=True, capture_output=True, check=False)

    assert (to_file.returncode, to_file.stderr) == (0, b"")
    assert (tmp_path / "x.json").stat().st_size > 0
    assert (to_stdout.returncode, to_stdout.stderr) == (2, b"mlposture: -o: standard output is closed\n")


@pytest.mark.parametrize(
    ("arguments", "closed", "out"),
    [
        (("merge", "INV", "--save-inventory", "/dev/stdout"), ">&-", b"--save-inventory /dev/stdout: is a directory\n"),
        (("list", "wrong"), "2>&-", b""),
    ],
)
def test_a_stream_that_is_closed_leads_nowhere(
    arguments: tuple[str, ...], closed: str, out: bytes, inventory: str
) -> None:
    """Neither to what is opened later, which gets its number, nor to another stream."""
    command = " ".join([MLPOSTURE, *(inventory if a == "INV" else a for a in arguments), closed])
    done = subprocess.run(command, shell=True, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr.removeprefix(b"mlposture: ")) == (2, b"", out)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_does_not_take_all_at_once_gets_all(unbuffered: str, inventory: str) -> None:
    """What runs the command may have left its output so that it does not wait for a reader."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = start("evaluate", inventory, "-o", "-", stdout=writer, env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
    os.close(writer)
    time.sleep(0.5)  # a pipe holds less than the report
    with os.fdopen(reader, "rb") as file:
        report = json.loads(file.read())

    assert (process.communicate()[1], process.returncode) == (b"", 0)
    assert report["summary"]["resources"] == 1


@pytest.mark.parametrize("base", ["Exception", "BaseException"])  # the latter is what Rust's panics are
def test_a_defect_is_not_mistaken_for_findings(base: str) -> None:
    code = (
        f"import click\nfrom scanner.cli.process import run\nclass Defect({base}): ...\n"
        "@click.command()\n"
        "def cli():\n    raise Defect('key AKIAIOSFODNN7EXAMPLE \\x1b[31m')\n"
        "run(cli)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 70
    assert "Defect" in done.stderr
    assert "please report it" in done.stderr
    assert "AKIA" not in done.stderr
    assert "\x1b" not in done.stderr


def test_errors_show_no_control_characters(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen([MLPOSTURE, "evaluate", "\x1b[2J\n::error::x"], stderr=follower, cwd=tmp_path)
    process.wait(timeout=30)
    os.close(follower)
    shown = os.read(leader, 4096).decode()
    os.close(leader)

    assert process.returncode == 2
    assert "\x1b" not in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_drawn_on_a_terminal_alone(terminal: bool, tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    with running("aws"):
        process = subprocess.Popen(
            [MLPOSTURE, "scan", "aws", "--check", "MLP-1001", "--region", HERE.region, "-o", "x.json"],
            stdout=subprocess.PIPE,
            stderr=follower if terminal else subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "TERM": "xterm"},
        )
        out, err = process.communicate(timeout=60)
    os.close(follower)
    drawn = os.read(leader, 65536) if terminal else err
    os.close(leader)

    assert process.returncode == 1
    assert b"\x1b" not in out
    assert (b"scanning" in drawn) is terminal
    assert terminal or drawn == b""
