"""The places that one command reads and writes. No two may be one: the later would eat the earlier."""

import os
import stat
import unicodedata
from pathlib import Path

from msgspec import Struct

from scanner.model.errors import InputError
from scanner.store.host import ignores_case

#: What is kept beside a database: what SQLite does, and the lock of who writes it.
BESIDE = ("", "-wal", "-shm", "-journal", "-lock")


class _Spot(Struct, frozen=True):
    """A place on disk as the file system sees it: what is there, if anything, else its folder and its name."""

    path: Path
    there: os.stat_result | None
    folder: os.stat_result | None = None


class Places:
    """Filled with every place of a command before anything is asked."""

    def __init__(self) -> None:
        self._known: list[tuple[str, _Spot | str, bool]] = []

    def note(self, said: str, place: Path | str, *, written: bool = True) -> None:
        """A file on disk, or the text of an address in a bucket; `said` is what the user calls it.

        Raises InputError, naming both, if something else is read or written there and one of the two is written.
        """
        self._add(said, place if isinstance(place, str) else _spot(place), written=written)

    def note_database(self, said: str, path: Path) -> None:
        """A file that SQLite writes, and what is kept beside it."""
        target = _spot(path).path
        for suffix in BESIDE:
            self._add(said, _spot(Path(f"{target}{suffix}")), written=True)

    def note_open(self, said: str, number: int) -> None:
        """A file that this process has open already; several streams of one name may go to one."""
        self._add(said, _Spot(Path(), os.fstat(number)), written=True, shared=True)

    def _add(self, said: str, spot: _Spot | str, *, written: bool, shared: bool = False) -> None:
        for other, known, is_written in self._known:
            if (written or is_written) and not (shared and other == said) and _same(spot, known):
                what = "written" if is_written else "read"
                raise InputError(f"{said}: something else is to be {what} there too: {other}")
        self._known.append((said, spot, written))


def _spot(path: Path) -> _Spot:
    try:
        target = path.resolve()
    except (OSError, ValueError, RuntimeError):  # who opens it will say what is wrong with it
        target = path
    # Of the path itself: what /dev/stdout leads to may have no name.
    return _Spot(target, _status(path), _status(target.parent))


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _same(one: _Spot | str, other: _Spot | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if one.there is not None and other.there is not None:
        # Nothing that is written to /dev/null or a terminal takes the place of anything.
        return os.path.samestat(one.there, other.there) and not stat.S_ISCHR(one.there.st_mode)
    if one.there is not None or other.there is not None:
        return False
    if one.folder is None or other.folder is None or not os.path.samestat(one.folder, other.folder):
        return one.path == other.path
    if one.path.name == other.path.name:
        return True
    return _folded(one.path.name) == _folded(other.path.name) and ignores_case(one.path.parent)


def _folded(name: str) -> str:
    """A name as file systems compare it that know no case; these tell no spellings of an accent apart either."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
