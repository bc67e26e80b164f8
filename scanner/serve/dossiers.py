"""Pages of dossiers in a folder that the user named: those that were there at the start, and nothing beside them."""

import os
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
    found = {path.relative_to(folder).as_posix(): path for path in _pages(folder)}
    if not found:
        raise InputError(f"--dossiers {folder}: has no page; write a dossier there with mlposture evidence")
    if len(found) > _MOST:
        raise InputError(f"--dossiers {folder}: has more than {_MOST} pages; name a folder of dossiers alone")
    return dict(sorted(found.items()))


def _pages(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        if len(Path(inside).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        yield from (path for name in names if name.endswith(".html") and not (path := Path(inside, name)).is_symlink())


def read_page(path: Path) -> bytes | None:
    """A page as it is now; None if it is gone, or is no file of its own any more."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()
