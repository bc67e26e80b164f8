"""Journals of scans on disk: where they lie, which of them a scan still writes, and which nobody came back for."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from scanner.model.errors import InputError
from scanner.store.files import check_target
from scanner.store.host import is_running, private_files
from scanner.store.journal import Journal

#: Unfinished journals are kept so many days, and so many of them.
_KEPT_DAYS, _KEPT = 7, 10
_SUFFIX = ".journal"


def state_folder() -> Path:
    """`$XDG_STATE_HOME/mlposture`, `~/.local/state/mlposture` where that is not set."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "mlposture"


@contextmanager
def new_journal(path: str | None) -> Iterator[Journal]:
    """The journal of a new scan. Raises InputError for a path that cannot be used.

    Without a path, it is in the user's state folder; where that cannot be written, the scan cannot be resumed.
    """
    if path is not None:
        target = check_target("--journal", path, Path(path))
        if target.exists():
            raise InputError(
                f"--journal {path}: is there already; go on with `mlposture scan --resume --journal {path}`"
            )
        journal = _private(target)
    else:
        folder = state_folder()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _tidy(folder)
            journal = _private(folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}{_SUFFIX}")
        except (OSError, InputError):
            journal = Journal()
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def old_journal(path: str | None) -> Iterator[Journal]:
    """The journal at a path, else of the last scan that was stopped or killed. Raises InputError if there is none."""
    if path is not None:
        found = Path(path)
        if not found.is_file():
            raise InputError(f"--journal {path}: there is no such file")
    else:
        found = _last_stopped(state_folder())
    journal = Journal(found)
    try:
        if journal.meta("scan") is None:
            raise InputError(f"{found}: the scan was killed before it began; start it anew")
        journal.forget_unfinished()
        yield journal
    finally:
        journal.close()


def _private(path: Path) -> Journal:
    with private_files():
        return Journal(path)


def _last_stopped(folder: Path) -> Path:
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    if any(_is_written(file) is None for file in files):
        raise InputError(
            f"--resume: this system does not say which scans still run; name one with --journal (they lie in {folder})"
        )
    stopped = [file for file in files if not _is_written(file)]
    if not stopped:
        raise InputError(f"--resume: no scan was stopped or killed (looked in {folder})")
    return stopped[-1]


def _is_written(journal: Path) -> bool | None:
    """Whether the process that a journal is named after still runs; None where that cannot be known."""
    pid = journal.name.removesuffix(_SUFFIX).rpartition("-")[2]
    return is_running(int(pid)) if pid.isdigit() else False


def _tidy(folder: Path) -> None:
    """Remove journals that nobody came back for; none of those that may still be written."""
    idle = [file for file in sorted(folder.glob(f"*{_SUFFIX}")) if _is_written(file) is False]
    oldest = time.time() - _KEPT_DAYS * 86_400
    for file in [*idle[:-_KEPT], *(file for file in idle[-_KEPT:] if file.stat().st_mtime < oldest)]:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
