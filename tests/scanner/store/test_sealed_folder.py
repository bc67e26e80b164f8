"""A folder is written whole or not at all, and whatever is changed in it is found."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.errors import InputError, NotWritten
from scanner.store.sealed_folder import FolderManifest, check_folder, look, write_folder

HEAD = FolderManifest(tool="mlposture 0", system="s", audience="auditor", inventories=(), files=())
FILES = {"a.txt": (b"one", b" two"), "deep/er/b.json": (b"{}",), "empty": ()}


def test_a_folder_is_as_it_was_written(tmp_path: Path) -> None:
    digest = write_folder(tmp_path / "d", HEAD, FILES)
    looked = look(tmp_path / "d")
    assert looked.problems == ()
    assert looked.sha256 == digest == hashlib.sha256((tmp_path / "d" / "manifest.json").read_bytes()).hexdigest()
    assert [(one.path, one.bytes) for one in looked.manifest.files] == [
        ("a.txt", 7),
        ("deep/er/b.json", 2),
        ("empty", 0),
    ]
    assert (tmp_path / "d" / "a.txt").read_bytes() == b"one two"
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_what_breaks_on_the_way_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("broke")

    write_folder(tmp_path / "d", HEAD, FILES)
    with pytest.raises(RuntimeError, match="broke"):
        write_folder(tmp_path / "d", HEAD, {"a.txt": breaking()})
    with pytest.raises(NotWritten, match="No such file or directory"):
        write_folder(tmp_path / "no" / "d", HEAD, FILES)
    assert look(tmp_path / "d").problems == ()
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_folder_that_cannot_come_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "d", HEAD, FILES)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(NotWritten, match="Input/output error"):
        write_folder(tmp_path / "d", HEAD, {"other": (b"x",)})
    assert look(tmp_path / "d").problems == ()
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


@pytest.mark.parametrize("name", ["new", "d"])
@pytest.mark.parametrize("done", [False, True])
def test_a_signal_while_folders_change_places_leaves_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, done: bool
) -> None:
    """Before and after the old one goes, before and after the new one comes."""
    write_folder(tmp_path / "d", HEAD, FILES)
    rename = Path.rename

    def stopped(self: Path, target: Path) -> Path:
        if self.name != name:
            return rename(self, target)
        monkeypatch.undo()
        if done:
            rename(self, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "d", HEAD, {"other": (b"x",)})
    looked = look(tmp_path / "d")
    assert looked.problems == ()
    assert len(looked.manifest.files) == (1 if name == "new" and done else 3)
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_what_somebody_put_there_meanwhile_stays(tmp_path: Path) -> None:
    def slow() -> Iterator[bytes]:
        (tmp_path / "d" / "note.txt").write_text("what the auditor asked")
        yield b"x"

    write_folder(tmp_path / "d", HEAD, FILES)
    with pytest.raises(InputError, match=r"note\.txt: additional"):
        write_folder(tmp_path / "d", HEAD, {"other": slow()})
    assert (tmp_path / "d" / "note.txt").read_text() == "what the auditor asked"
    assert (tmp_path / "d" / "a.txt").read_bytes() == b"one two"
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_a_place_that_no_folder_can_have_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("x")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for target, problem in (
        (tmp_path / "loop", "Symlink loop"),
        (tmp_path / "file" / "d", "is no folder"),
        (tmp_path / "no" / "d", "does not exist"),
        (Path.cwd(), "you are in it"),
    ):
        with pytest.raises(InputError, match=problem):
            check_folder("-o", target)


def test_a_file_of_another_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be made to have any size at no cost."""
    write_folder(tmp_path / "d", HEAD, FILES)
    os.truncate(tmp_path / "d" / "a.txt", 1 << 40)
    monkeypatch.setattr(hashlib, "file_digest", mock.Mock(wraps=hashlib.file_digest))
    assert look(tmp_path / "d").problems == ("a.txt: changed",)
    assert hashlib.file_digest.call_count == 2  # type: ignore[attr-defined]  # those of the other two


def test_a_folder_that_cannot_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "d", HEAD, FILES)
    (tmp_path / "d" / "shut").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(InputError, match="shut: Permission denied"):
        look(tmp_path / "d")


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    check_folder("-o", tmp_path / "link")
    write_folder(tmp_path / "link", HEAD, FILES)
    assert (tmp_path / "link").is_symlink()
    assert look(tmp_path / "real").problems == look(tmp_path / "link").problems == ()


def test_a_manifest_that_is_no_file_is_not_read(tmp_path: Path) -> None:
    write_folder(tmp_path / "d", HEAD, FILES)
    (tmp_path / "d" / "manifest.json").rename(tmp_path / "m.json")
    (tmp_path / "d" / "manifest.json").symlink_to(tmp_path / "m.json")
    with pytest.raises(InputError, match=r"manifest\.json: is no file"):
        look(tmp_path / "d")


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_as_a_manifest_are_told_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(InputError, match=r"manifest\.json"):
        look(folder)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_changes_in_a_manifest_is_found(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("bit") / "d"
    write_folder(folder, HEAD, FILES)
    path = folder / "manifest.json"
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << bit
    path.write_bytes(content)
    try:
        problems = look(folder).problems
    except InputError:
        return
    assert "manifest.json: changed" in problems
