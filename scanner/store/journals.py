"""Journals of scans on disk: where they lie, which of them a scan still writes, and which nobody came back for."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from scanner.model.errors import InputError
from scanner.store.files import check_target
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
        waiting = [file for file in sorted(state_folder().glob(f"*{_SUFFIX}")) if not _is_alive(file)]
        if not waiting:
            raise InputError(f"--resume: no scan was stopped or killed (looked in {state_folder()})")
        found = waiting[-1]
    journal = Journal(found)
    try:
        if journal.meta("scan") is None:
            raise InputError(f"{found}: the scan was killed before it began; start it anew")
        journal.forget_unfinished()
        yield journal
    finally:
        journal.close()


def _private(path: Path) -> Journal:
    before = os.umask(0o077)
    try:
        return Journal(path)
    finally:
        os.umask(before)


def _is_alive(journal: Path) -> bool:
    """Whether the process that a journal is named after still runs."""
    pid = journal.name.removesuffix(_SUFFIX).rpartition("-")[2]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _tidy(folder: Path) -> None:
    """Remove journals that nobody came back for."""
    idle = [file for file in sorted(folder.glob(f"*{_SUFFIX}")) if not _is_alive(file)]
    oldest = time.time() - _KEPT_DAYS * 86_400
    for file in [*idle[:-_KEPT], *(file for file in idle[-_KEPT:] if file.stat().st_mtime < oldest)]:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
