"""Journals of scans on disk: where they lie, which of them a scan still writes, and which nobody came back for.

Who writes a journal holds the lock of a file beside it, from start to end: no two processes go on with one scan.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from scanner.model.errors import InputError
from scanner.store.files import check_target
from scanner.store.host import Lock, lock, private_files
from scanner.store.journal import Journal
from scanner.store.ours import NotOurs, beside, check_file, check_folder, remove_with_beside
from scanner.store.state import is_in_state, own_key, own_state, state_folder

log = logging.getLogger("mlposture")

#: Unfinished journals are kept so many days, and so many of them.
_KEPT_DAYS, _KEPT = 7, 10
_SUFFIX, _LOCK = ".journal", "-lock"
#: what the file of a lock says while a scan is resumed
_RESUMING = b"resuming"


@contextmanager
def new_journal(path: str | None) -> Iterator[Journal]:
    """The journal of a new scan. Raises InputError for a path that cannot be used.

    Without a path, it is in the user's state folder; where that cannot be written, the scan cannot be resumed.
    """
    journal = _in_state() if path is None else _at(path)
    try:
        yield journal
    finally:
        journal.close()


def _at(path: str) -> Journal:
    target = check_target("--journal", path, Path(path))
    if target.exists():
        raise InputError(f"--journal {path}: is there already; go on with `mlposture scan --resume --journal {path}`")
    try:
        for each in beside(target):
            if os.path.lexists(each):
                raise InputError(f"--journal {path}: {each} is there, left by some other file; remove it")
        key: bytes | None = None
        try:
            check_folder(target.parent)
            key = own_key()
        except (OSError, NotOurs) as error:
            log.warning("%s; this scan cannot be resumed", error)
        return _made(target, key)
    except OSError as error:
        raise InputError(f"--journal {path}: {error.strerror}") from error


def _in_state() -> Journal:
    try:
        key = own_key()
        with own_state() as folder:
            _tidy(folder)
            return _made(folder / _new_name(folder), key)
    except NotOurs as error:
        log.warning("%s; this scan cannot be resumed", error)
    except (OSError, InputError) as error:
        log.info("this scan cannot be resumed: %s", error)
    return Journal()


def _new_name(folder: Path) -> str:
    """The time and a process, so that the last name is that of the last scan, also where the clock was set back."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    last = max((file.name.partition("-")[0] for file in folder.glob(f"*{_SUFFIX}")), default="")
    return f"{now if now > last else f'{last}0'}-{os.getpid()}{_SUFFIX}"


def _made(path: Path, key: bytes | None) -> Journal:
    held = _locked(path)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with private_files():
                return Journal(path, key=key, held=held)
        except BaseException:
            remove_with_beside(path)
            raise
    except BaseException:
        held.release()
        raise


@contextmanager
def old_journal(path: str | None) -> Iterator[Journal]:
    """The journal at a path, else of the last scan that was stopped or killed, which stays as it is until `take_over`.

    Raises InputError if there is none, and for one that this user's scans did not leave so.
    """
    found, held = _last_stopped() if path is None else _named(path)
    try:
        check_file(found)
        journal = Journal(found, key=own_key(), held=held, old=True)
    except OSError as error:
        held.release()
        raise InputError(f"{found}: cannot be gone on with: {error}") from error
    except BaseException:
        held.release()
        raise
    try:
        if journal.meta("scan") is None:
            raise InputError(f"{found}: the scan was killed before it began; start it anew")
        yield journal
    finally:
        journal.close()


def _named(path: str) -> tuple[Path, Lock]:
    found = Path(path)
    try:
        if found.is_file():
            check_file(found)  # before anything is made beside it
            # Whoever looks for the last scan that was stopped must not see this one half taken.
            with own_state() if is_in_state(found) else nullcontext():
                held = _locked(found, resuming=True)
            if found.is_file():
                return found, held
            held.release()  # who had it is done meanwhile
    except (OSError, ValueError) as error:
        raise InputError(f"--journal {path}: {getattr(error, 'strerror', None) or error}") from error
    raise InputError(f"--journal {path}: there is no such file")


def _last_stopped() -> tuple[Path, Lock]:
    nothing = InputError(f"--resume: no scan was stopped or killed (looked in {state_folder()})")
    if not state_folder().is_dir():
        raise nothing
    try:
        with own_state() as folder:
            for file in sorted(folder.glob(f"*{_SUFFIX}"), reverse=True):
                held = lock(_lock_of(file))
                if held is None and _is_resumed(file):
                    raise _taken(file)
                if held is not None and file.exists():
                    held.note(_RESUMING)
                    return file, held
                if held is not None:  # who had it is done meanwhile
                    held.release()
    except OSError as error:
        raise InputError(f"--resume: {state_folder()}: {error.strerror}; name a journal with --journal") from error
    raise nothing


def _locked(path: Path, *, resuming: bool = False) -> Lock:
    with suppress(FileNotFoundError):
        if _lock_of(path).read_bytes() not in (b"", _RESUMING):
            raise InputError(f"{_lock_of(path)}: is there, and is no lock of a scan; move it away")
    held = lock(_lock_of(path))
    if held is None:
        raise _taken(path)
    held.note(_RESUMING if resuming else b"")
    return held


def _taken(path: Path) -> InputError:
    does = "is being resumed" if _is_resumed(path) else "still runs, or is being resumed,"
    return InputError(f"{path}: the scan {does} in another process")


def _is_resumed(path: Path) -> bool:
    with suppress(OSError):  # it may be done by now
        return _lock_of(path).read_bytes() == _RESUMING
    return False


def _lock_of(path: Path) -> Path:
    return Path(f"{path}{_LOCK}")


def _tidy(folder: Path) -> None:
    """Remove journals that nobody came back for; none of those that are written."""
    oldest = time.time() - _KEPT_DAYS * 86_400
    for number, file in enumerate(sorted(folder.glob(f"*{_SUFFIX}"), reverse=True)):
        with suppress(FileNotFoundError):  # a scan that ends meanwhile removes its own
            if number < _KEPT and file.stat().st_mtime >= oldest:
                continue
        if (held := lock(_lock_of(file))) is not None:
            remove_with_beside(file)
            held.release()
    for left in folder.glob(f"*{_SUFFIX}{_LOCK}"):  # of a scan that was killed before it had a journal
        if not left.with_name(left.name.removesuffix(_LOCK)).exists() and (held := lock(left)) is not None:
            held.release()
