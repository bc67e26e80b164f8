"""A history that this user may read and not write: on a mount that is read-only, or in a file of somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from confined import confined, needs_confinement
from nights import Nights, lab

from scanner.history.store import open_store
from scanner.model.errors import InputError

READ = """
import sys
from scanner.history.store import open_store
from scanner.model.errors import InputError
try:
    with open_store(sys.argv[1], make=False, read_only=True) as store:
        print([scan.number for scan in store.scans()])
except InputError as error:
    print(error)
"""


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    """A history of a scan, in a folder of its own."""
    (tmp_path / "kept").mkdir()
    made = Nights(f"sqlite:///{tmp_path}/kept/history.db")
    made.scan(lab("a"))
    return made


def read(nights: Nights, scratch: Path) -> subprocess.CompletedProcess[str]:
    return confined([sys.executable, "-c", READ, nights.url], scratch, os.environ)


@needs_confinement
def test_it_is_read_and_nothing_is_made_beside_it(nights: Nights, tmp_path: Path) -> None:
    [history] = (tmp_path / "kept").iterdir()
    before = history.read_bytes()
    done = read(nights, tmp_path / "scratch")

    assert (done.stdout, done.stderr) == ("[1]\n", "")
    assert list((tmp_path / "kept").iterdir()) == [history]
    assert history.read_bytes() == before


@needs_confinement
def test_an_empty_log_that_was_left_beside_it_is_no_hindrance(nights: Nights, tmp_path: Path) -> None:
    (tmp_path / "kept" / "history.db-wal").touch()

    assert read(nights, tmp_path / "scratch").stdout == "[1]\n"


@needs_confinement
def test_one_that_is_being_written_is_refused_and_no_scan_is_left_out(nights: Nights, tmp_path: Path) -> None:
    with open_store(nights.url):  # as long as one is open, what was written since is in a file beside it
        nights.scan(lab("b"))
        assert (tmp_path / "kept" / "history.db-wal").stat().st_size
        done = read(nights, tmp_path / "scratch")

    assert done.stdout == f"--store {nights.url}: attempt to write a readonly database\n"


def test_what_is_no_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        open_store(f"sqlite:///{tmp_path}", make=False, read_only=True)
    with pytest.raises(InputError, match="there is no such file"):
        open_store(f"sqlite:///{tmp_path}/x.db", make=False, read_only=True)
