"""Writing files so that nobody ever sees half of one."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner.model.errors import InputError
from scanner.store.host import mode_of_new_files, pour

#: Chunks are small; this many bytes are written at a time.
_BUFFER = 1 << 18
#: Seconds that the reader of a pipe may take to come, or to read on.
_PATIENCE = 5.0


def check_target(option: str, text: str, path: Path, *, to_read: bool = False) -> Path:
    """Where writing to `path` will end up. Raises InputError for what can be known beforehand not to work.

    A scan may take an hour: better to hear of it now. What is only `to_read` need not be writable.
    """
    try:
        target = path.resolve()
        if target.is_dir():
            raise InputError(f"{option} {text}: is a directory")
        if not target.parent.exists():
            raise InputError(f"{option} {text}: the folder {path.parent} does not exist")
        if not target.parent.is_dir():
            raise InputError(f"{option} {text}: {path.parent} is not a folder")
        if to_read:
            return target
        if target.exists() and not writable(target):
            raise InputError(f"{option} {text}: is read-only")
        if (not target.exists() or target.is_file()) and not writable(target.parent):
            raise InputError(f"{option} {text}: the folder {path.parent} cannot be written to")
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, a null byte, a link that leads to itself
        raise InputError(f"{option} {text}: {getattr(error, 'strerror', None) or error}") from error
    return target


def writable(path: Path) -> bool:
    """Whether this process may write there: as whom it acts, where the system can tell that from whom it is."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def write_atomically(path: Path, chunks: Iterable[bytes] | bytes) -> None:
    """Write to a temporary file beside `path`, flush it to disk and rename. Raises OSError; leaves no debris.

    The chunks are written as they come; whatever making one raises, `path` is then as it was. The file keeps the
    permissions it has, or gets those of an ordinary new file (a temporary file is private to its owner). A link stays a
    link. What is no file, like /dev/null or a pipe, is written to, not replaced.
    """
    import tempfile  # here, because start-up must not pay for it

    chunks = (chunks,) if isinstance(chunks, bytes) else chunks
    if path.exists() and not path.is_file():
        pour(path, _in_blocks(chunks), _PATIENCE)
        return
    path = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".mlposture-")
    try:
        with os.fdopen(handle, "wb", buffering=_BUFFER) as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _in_blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for chunk in chunks:
        block += chunk
        if len(block) >= _BUFFER:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return mode_of_new_files()
