"""What an earlier scan left is believed only while nobody else can have changed it."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories.aws import HERE

from scanner.model.errors import InputError
from scanner.store.cache import open_cache
from scanner.store.journal import Facts
from scanner.store.journals import new_journal, old_journal
from scanner.store.ours import NotOurs, beside, check_file
from scanner.store.state import own_key, state_folder


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def twice(path: Path) -> None:
    path.with_name("second").hardlink_to(path)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


#: what may be wrong with a file, and what is said of it
WRONG: dict[str, Callable[[Path], None]] = {
    "is open to others \\(mode 640\\)": lambda path: path.chmod(0o640),
    "is open to others \\(mode 602\\)": lambda path: path.chmod(0o602),
    "is a link": link,
    "has a second name": twice,
    "is not a file": folder_instead,
}


def spoil(path: Path, says: str) -> None:
    if not path.exists():
        path.touch(mode=0o600)
    WRONG[says](path)


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of a scan that was stopped."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "scans" / "x.journal"
    path.parent.mkdir(mode=0o700)
    with new_journal(str(path)) as journal:
        journal.set_meta("scan", "{}")
        journal.finish(journal.begin("kind", HERE), [], Facts(), whole=True)
    return path


@pytest.mark.parametrize("says", WRONG)
@pytest.mark.parametrize("which", range(4))
def test_a_file_or_one_beside_it_that_others_may_have_changed(left: Path, which: int, says: str) -> None:
    path = (left, *beside(left))[which]
    spoil(path, says)
    before = sorted(left.parent.iterdir())

    with pytest.raises(InputError, match=says if path.is_file() else "is|no such file"), old_journal(str(left)):
        pass
    assert sorted(left.parent.iterdir()) == before


@pytest.mark.parametrize(("mode", "refused"), [(0o777, True), (0o770, True), (0o1777, False), (0o755, False)])
def test_a_folder_that_others_may_write_to(left: Path, mode: int, refused: bool) -> None:
    left.parent.chmod(mode)
    if refused:
        with pytest.raises(NotOurs, match="others can put anything into the folder"):
            check_file(left)
    else:
        check_file(left)


def test_a_file_and_a_folder_of_somebody_else(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    owner = left.stat().st_uid
    says = (
        "belongs to somebody else" if owner else "x.journal: belongs to somebody else"
    )  # root's folders are all right
    with pytest.raises(InputError, match=says), old_journal(str(left)):
        pass


def test_a_scan_in_a_folder_of_all_says_that_it_cannot_be_resumed(left: Path, caplog: pytest.LogCaptureFixture) -> None:
    left.parent.chmod(0o777)
    with caplog.at_level(logging.WARNING, "mlposture"), new_journal(str(left.with_name("y"))) as journal:
        assert not journal.resumable
    assert "this scan cannot be resumed" in caplog.text


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_a_new_journal_takes_nothing_over_from_beside_it(left: Path, suffix: str) -> None:
    (left.parent / f"y{suffix}").touch()
    with pytest.raises(InputError, match="remove it"), new_journal(str(left.parent / "y")):
        pass
    assert not (left.parent / "y").exists()


@pytest.mark.parametrize("says", WRONG)
@pytest.mark.parametrize("which", range(4))
def test_a_cache_that_others_may_have_changed_is_not_used(
    tmp_path: Path, which: int, says: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "mlposture" / "c.sqlite"
    made = open_cache(path, "", datetime.now(UTC))
    assert made is not None
    made.close()
    each = (path, *beside(path))[which]
    spoil(each, says)

    with caplog.at_level(logging.WARNING, "mlposture"):
        assert open_cache(path, "", datetime.now(UTC)) is None
    assert str(each) in caplog.text


@pytest.mark.parametrize("says", [says for says in WRONG if "file" not in says])
def test_a_key_that_others_may_know_is_not_used(says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = own_key()
    assert own_key() == first
    assert stat.S_IMODE((state_folder() / "key").stat().st_mode) == 0o600
    spoil(state_folder() / "key", says)
    with pytest.raises(NotOurs, match=says):
        own_key()
    with new_journal(None) as journal:
        assert not journal.resumable
    assert open_cache(tmp_path / "mlposture" / "c.sqlite", "", datetime.now(UTC)) is None


def test_a_key_that_is_none_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = own_key()
    (state_folder() / "key").write_bytes(b"")
    assert len(own_key()) == len(first)
    assert own_key() != first
