"""Whose files are that an earlier scan left: looked at before a byte of them is believed."""

import stat
from pathlib import Path

from scanner.model.errors import InputError
from scanner.store.host import bits_for_others, is_ours, is_the_systems

#: What SQLite believes beside a file: changes to come into it, where they are, and changes to be taken back.
_BESIDE = ("-wal", "-shm", "-journal")
_WRITE = 0o022


class NotOurs(InputError):
    """Somebody else has made a file, or could have changed it."""


def beside(path: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps, or looks for, beside its own."""
    return tuple(Path(f"{path}{suffix}") for suffix in _BESIDE)


def remove_with_beside(path: Path) -> None:
    """Remove a file of SQLite's, with those beside it."""
    for each in (path, *beside(path)):
        each.unlink(missing_ok=True)


def check_file(path: Path) -> None:
    """Raise NotOurs unless a file, those that SQLite keeps beside it, and their folder are this user's alone."""
    check_folder(path.parent)
    for each in (path, *beside(path)):
        if why := _why_not(each):
            raise NotOurs(f"{each}: {why}, and what it says is not believed")


def check_folder(path: Path) -> None:
    """Raise NotOurs if somebody else could put other files into a folder than those that this user put there."""
    found = path.stat()
    shown = path.absolute()
    if not stat.S_ISDIR(found.st_mode):
        raise NotOurs(f"{shown}: is not a folder")
    if not (is_ours(found) or is_the_systems(found)):
        raise NotOurs(f"{shown}: the folder belongs to somebody else, who can put anything there")
    # Where everybody may write, as in /tmp, the sticky bit keeps them from each other's files.
    if bits_for_others(found) & _WRITE and not found.st_mode & stat.S_ISVTX:
        mode = stat.S_IMODE(found.st_mode)
        raise NotOurs(f"{shown}: others can put anything into the folder (mode {mode:o}); run chmod go-w on it")


def _why_not(path: Path) -> str:
    """Why a file is not this user's alone; empty if it is, or is not there."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return ""
    if stat.S_ISLNK(found.st_mode):
        return "is a link"
    if not stat.S_ISREG(found.st_mode):
        return "is not a file"
    if not is_ours(found):
        return "belongs to somebody else"
    if bits_for_others(found):
        return f"is open to others (mode {stat.S_IMODE(found.st_mode):o})"
    return "" if found.st_nlink == 1 else "has a second name (a hard link)"
