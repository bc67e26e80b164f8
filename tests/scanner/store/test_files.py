"""Files are written whole or not at all, and what cannot be written is known beforehand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.cli.config import parse_outputs
from scanner.model.errors import InputError
from scanner.store.files import check_target, write_atomically
from scanner.store.places import Places

FORMATS = {"json": "", "sarif": ""}
SUFFIXES = {".json": "json", ".sarif": "sarif"}


def outputs(*texts: str) -> list[str]:
    return [str(output.path) for output in parse_outputs(texts, FORMATS, SUFFIXES, places=Places())]


def test_a_link_stays_a_link_and_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    write_atomically(link, b"new")

    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [link, real]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"report")
        assert os.read(reader, 100) == b"report"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_chunks_that_stop_halfway_leave_what_was_there(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * 1_000_000  # more than a buffer holds, so some of it is on disk
        raise ZeroDivisionError

    old = tmp_path / "old.json"
    write_atomically(old, iter([b"o", b"l", b"d"]))
    for path in (old, tmp_path / "new.json"):
        with pytest.raises(ZeroDivisionError):
            write_atomically(path, chunks())
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert old.read_bytes() == b"old"


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 250 + ".json")
    write_atomically(path, b"x")

    assert path.read_bytes() == b"x"


def test_targets_that_cannot_work_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    Path("folder.json").mkdir()
    Path("loop.json").symlink_to("loop.json")
    for text, says in (
        ("file/x.json", "is not a folder"),
        ("nowhere/x.json", "does not exist"),
        ("folder.json", "is a directory"),
        ("json:", "names no file"),
        ("a" * 300 + ".json", "too long"),
        ("a\0.json", "null"),
        ("loop.json", "-o loop.json"),
        ("x.docx", "no format"),
    ):
        with pytest.raises(InputError, match=says) as refused:
            outputs(text)
        assert "\n" not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.json", "loop.json"]


def test_what_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_text("")
    # The superuser, who may run these tests, may write everywhere; so ask somebody who may not.
    for denied, says in ((tmp_path / "x.json", "is read-only"), (tmp_path, "cannot be written to")):
        monkeypatch.setattr("os.access", lambda path, _, denied=denied, **__: path != denied)
        with pytest.raises(InputError, match=says):
            check_target("-o", "x.json", tmp_path / "x.json")
