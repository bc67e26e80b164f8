"""What an operating system may lack, or mean otherwise than Linux does; whoever needs such a thing asks here.

mlposture is tested on Linux. Elsewhere each function gives the answer that loses nothing.
"""

import errno
import os
import select
import signal
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

_PRIVATE, _ORDINARY = 0o077, 0o666
#: seconds between looks whether a lock is free
_LOOK = 0.02
#: seconds after which nobody waits any more for what others lock for a moment
_PATIENCE = 5.0
_FAR = 1 << 30


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
    room = select.poll()  # unlike `select.select`, of any handle
    room.register(handle, select.POLLOUT)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                try:
                    rest = rest[os.write(handle, rest) :]
                except BlockingIOError:
                    if not room.poll(patience * 1000):
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


def settle_streams() -> None:
    """Have standard input, output and error be what a program may take for granted.

    Where one is closed, a folder is put, so that nothing opened later gets its number: /dev/stdout would lead to
    whatever that is, a connection perhaps. A folder takes nothing, and says so. Where one does not block, as whatever
    runs us may have left it, it does: what it would not take at once was lost.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):  # Windows does not open folders
                os.open(os.sep, os.O_RDONLY)
            continue
        if number and hasattr(os, "set_blocking"):
            with suppress(OSError):
                os.set_blocking(number, True)


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


def home() -> Path:
    """The user's folder; the root where no file knows the user, as in a container: what cannot be kept there is not."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep)


def is_ours(found: os.stat_result) -> bool:
    """Whether a file belongs to who runs this. Without user ids it does: its folder is this user's by default."""
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a process to end. On Windows nothing sends more than Ctrl-C."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


def is_the_systems(found: os.stat_result) -> bool:
    """Whether it belongs to who can change everything anyway."""
    return hasattr(os, "getuid") and found.st_uid == 0


def bits_for_others(found: os.stat_result) -> int:
    """The permissions of all but the owner; without user ids they mean nothing, and there are none."""
    return stat.S_IMODE(found.st_mode) & _PRIVATE if hasattr(os, "getuid") else 0


class Lock:
    """A lock that the system keeps for this process: until it is released, or the process ends in whatever way."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    def note(self, text: bytes) -> None:
        """Leave a word in the file for who finds it locked."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, text)

    def release(self) -> None:
        """Let others have it; the file that was made for it goes."""
        with suppress(OSError):  # where an open file cannot be removed, it stays
            self._path.unlink()
        os.close(self._handle)


def lock(path: Path) -> Lock | None:
    """Lock a file that is there for nothing else; None if somebody has it. Raises OSError where that cannot be known.

    Two that open the file lock each other out, in one process as in two, and on machines that share the folder if its
    file system tells them of locks.
    """
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if not _take(handle):
                os.close(handle)
                return None
            if _is_at(handle, path):
                return Lock(path, handle)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # who had it has removed the file meanwhile, and another may lock a new one


def wait_for_lock(path: Path) -> Lock:
    """The same, once nobody else has it. Raises OSError too where somebody keeps it, who may be suspended, or gone."""
    until = monotonic() + _PATIENCE
    while (held := lock(path)) is None:
        if monotonic() > until:
            raise TimeoutError(errno.ETIMEDOUT, f"another process has kept it locked for {_PATIENCE:g} s", str(path))
        sleep(_LOOK)
    return held


def _take(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _FAR, os.SEEK_SET)  # what is locked there, nobody else can read
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the latter is what Windows says
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False
