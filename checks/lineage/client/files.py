"""Events in files: lines of JSON, an array, one event or several after each other, each of them plain or as gzip.

One event at a time is in memory, and none that is larger than any event is. What is no event costs itself, and where a
file cannot be read on, the rest of it.
"""

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from scanner.lineage.events import LARGEST
from scanner.model.errors import CallFailed, InputError
from scanner.model.nouns import Reason
from scanner.store.piecewise import UNREADABLE, Reader

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"
#: Levels of folders that are gone into.
_DEEPEST = 20

#: What is called with why a piece of a file was not read; the rest of it is.
Failed = Callable[[CallFailed], None]


class Document(NamedTuple):
    """What may be an event, and where it is: the name of the file, and its line there or its number."""

    place: str
    content: bytes


def check_path(text: str) -> Path:
    """The path that a user named. Raises InputError where nothing can be read there."""
    path = Path(text)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            next(path.iterdir(), None)
        elif stat.S_ISREG(mode):
            path.open("rb").close()
        else:
            raise InputError(f"lineage: {text}: is neither a file nor a folder")
    except OSError as error:
        raise InputError(f"lineage: {text}: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in it
        raise InputError(f"lineage: {text}: is no path") from error
    return path


def documents(path: Path, failed: Failed) -> Iterator[Document]:
    """What may be events at a path, one JSON text after the other; files of a folder in the order of their names.

    A path without any is a failure: nobody names one to have nothing looked at.
    """
    nothing = True

    def noted(failure: CallFailed) -> None:
        nonlocal nothing
        nothing = False
        failed(failure)

    for file in _files(path, noted) if path.is_dir() else (path,):
        for document in _contents(file, noted):
            nothing = False
            yield document
    if nothing:
        files = f" in files that end in {', '.join(_SUFFIXES)}" if path.is_dir() else ""
        failed(CallFailed(Reason.ERROR, f"{path.name}: there are no events{files}"))


def _contents(file: Path, failed: Failed) -> Iterator[Document]:
    """What may be events in a file."""
    try:
        with file.open("rb") as opened:
            head = opened.read(2)
            opened.seek(0)
            if head == _GZIP:
                with gzip.open(opened) as plain:
                    yield from _pieces(file, cast("BinaryIO", plain), failed)
            else:
                yield from _pieces(file, opened, failed)
    except PermissionError:
        failed(CallFailed(Reason.DENIED, f"{file.name}: the file may not be read"))
    except (OSError, EOFError, zlib.error) as error:
        failed(CallFailed(Reason.ERROR, f"{file.name}: it could not be read to its end ({type(error).__name__})"))


def _files(folder: Path, failed: Failed, levels: int = _DEEPEST) -> Iterator[Path]:
    """The files of events in a folder and those below it. Links lead elsewhere, and are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        failed(CallFailed(Reason.DENIED, f"{folder.name}: the folder cannot be listed ({type(error).__name__})"))
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if levels:
                yield from _files(Path(entry.path), failed, levels - 1)
            else:
                failed(CallFailed(Reason.ERROR, f"there are folders more than {_DEEPEST} levels below"))
        elif entry.is_file(follow_symlinks=False) and entry.name.removesuffix(".gz").endswith(_SUFFIXES):
            yield Path(entry.path)


def _pieces(path: Path, file: BinaryIO, failed: Failed) -> Iterator[Document]:
    """The JSON texts of a file: by lines if its first line is one, else one value after the other."""
    first, number = file.readline(LARGEST + 1), 1
    while first and not first.strip():
        first, number = file.readline(LARGEST + 1), number + 1
    if first.lstrip().startswith(b"{") and _is_json(first):
        yield from _lines(path.name, number, first, file, failed)
        return
    file.seek(0)
    reader = _Reader(path, file)
    try:
        for count, value in enumerate(_values(reader), 1):
            yield Document(f"{path.name}: event {count}", value)
    except UNREADABLE as error:
        failed(CallFailed(Reason.MALFORMED, f"{path.name}: the rest of it is no JSON ({error})"))


def _values(reader: "_Reader") -> Iterator[bytes]:
    if reader.peek() == b"[":
        yield from reader.items()
    while reader.peek():
        yield reader.value()


def _lines(name: str, number: int, line: bytes, file: BinaryIO, failed: Failed) -> Iterator[Document]:
    while line:
        if len(line) > LARGEST:
            failed(CallFailed(Reason.MALFORMED, f"{name}: line {number} has more than {LARGEST} bytes"))
            while line and not line.endswith(b"\n"):
                line = file.readline(LARGEST)
        elif line.strip():
            yield Document(f"{name}: line {number}", line)
        line, number = file.readline(LARGEST + 1), number + 1


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except UNREADABLE:
        return False
    return True


class _Reader(Reader):
    """A reader that gives up a value that is larger than any event."""

    def _more(self) -> bool:
        if len(self._buffer) - self._at > LARGEST:
            raise msgspec.DecodeError(f"an event has more than {LARGEST} bytes")
        return super()._more()
