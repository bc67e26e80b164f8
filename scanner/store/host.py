"""What an operating system may lack, or mean otherwise than Linux does; whoever needs such a thing asks here.

mlposture is tested on Linux. Elsewhere each function gives the answer that loses nothing.
"""

import errno
import os
import select
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_PRIVATE, _ORDINARY = 0o077, 0o666


@contextmanager
def private_files() -> Iterator[None]:
    """Files made meanwhile are their owner's alone; without a umask, they are as private as their folder."""
    if not hasattr(os, "umask"):
        yield
        return
    before = os.umask(_PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


def pour(path: Path, chunks: Iterable[bytes], patience: float) -> None:
    """Write to what is no file: a pipe, a device. Raises OSError, also if nobody reads for so many seconds.

    Opening a pipe would wait for a reader for ever, and so would writing to one that is full.
    """
    if not hasattr(os, "mkfifo"):
        with path.open("wb") as file:
            file.writelines(chunks)
        return
    handle = _opened(path, patience)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                try:
                    rest = rest[os.write(handle, rest) :]
                except BlockingIOError:
                    if not select.select((), (handle,), (), patience)[1]:
                        raise TimeoutError(errno.ETIMEDOUT, "nobody reads from it") from None
    finally:
        os.close(handle)


def _opened(path: Path, patience: float) -> int:
    until = monotonic() + patience
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, "nobody reads from it") from error
        sleep(0.05)


def mode_of_new_files() -> int:
    """The permissions of an ordinary new file; without a umask, those of a private one."""
    if not hasattr(os, "umask"):
        return _ORDINARY & ~_PRIVATE
    umask = os.umask(_PRIVATE)
    os.umask(umask)
    return _ORDINARY & ~umask


def ignores_case(folder: Path) -> bool:
    """Whether names that differ in case alone are one file there. It takes an empty file, which is removed again."""
    import tempfile  # here, because start-up must not pay for it

    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".mlposture-") as probe:
            return folder.joinpath(Path(probe.name).name.swapcase()).exists()
    except OSError:
        return True


def is_ours(path: Path) -> bool:
    """Whether a file belongs to who runs this. Without user ids it does: its folder is this user's by default."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a process to end. On Windows nothing sends more than Ctrl-C."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def is_running(pid: int) -> bool | None:
    """Whether there is a process of that number; None where that cannot be asked.

    On Windows it cannot: what only asks elsewhere, signal 0, is Ctrl-C there.
    """
    if sys.platform == "win32" or not hasattr(os, "kill"):
        return None
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # the latter: no process can have such a number
        return False
    except OSError:  # there is one, and it is not ours to signal
        pass
    return True
