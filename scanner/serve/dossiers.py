"""Pages of dossiers in a folder that the user named: those that were there at the start, and nothing beside them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scanner.model.errors import InputError

#: Pages that are listed; a folder with more of them is no folder of dossiers.
_MOST = 1000
_DEEPEST = 3


def pages_in(folder: Path) -> dict[str, Path]:
    """The pages of a folder by their name in it. Raises InputError if there is no such folder, or none in it.

    Links are not followed: what they lead to was not named.
    """
    if not folder.is_dir():
        raise InputError(f"--dossiers {folder}: there is no such folder")
    real = Path(os.path.realpath(folder))
    found = {_name(path.relative_to(real)): path for path in _pages(real)}
    if not found:
        raise InputError(f"--dossiers {folder}: has no page; write a dossier there with mlposture evidence")
    if len(found) > _MOST:
        raise InputError(f"--dossiers {folder}: has more than {_MOST} pages; name a folder of dossiers alone")
    return dict(sorted(found.items()))


def _name(path: Path) -> str:
    """What a page is called in an address, whatever bytes its name has."""
    return os.fsencode(path.as_posix()).decode(errors="replace")


def _pages(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        if len(Path(inside).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        yield from (path for name in names if name.endswith(".html") and _is_file(path := Path(inside, name)))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def read_page(path: Path) -> bytes | None:
    """A page as it is now; None if it is gone, or is no file of its own any more.

    A link may have come to be on the way there, and a pipe in its place, which nobody would ever be done reading.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode) or os.path.realpath(path) != str(path):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()
