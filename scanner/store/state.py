"""The user's state folder: what it is for is kept in it from one scan to the next, and nobody else can write there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.store.host import home, wait_for_lock
from scanner.store.ours import check_file, check_folder

_KEY_BYTES = 32
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def state_folder() -> Path:
    """`$XDG_STATE_HOME/mlposture`, `~/.local/state/mlposture` where that is not set."""
    return Path(os.environ.get("XDG_STATE_HOME") or home() / ".local" / "state") / "mlposture"


def is_in_state(path: Path) -> bool:
    """Whether a file lies in the state folder itself."""
    return path.resolve().parent == state_folder().resolve()


@contextmanager
def own_state() -> Iterator[Path]:
    """The state folder, made if need be, for one process at a time. Raises OSError, and NotOurs."""
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_folder(folder)
    held = wait_for_lock(folder / "lock")
    try:
        yield folder
    finally:
        held.release()


def own_key() -> bytes:
    """The key that tells what this user's scans wrote from what others did; made at first use.

    Raises OSError, and NotOurs.
    """
    with own_state() as folder:
        path = folder / "key"
        check_file(path)
        found = path.read_bytes() if path.exists() else b""
        if len(found) != _KEY_BYTES:  # made anew, also after a power failure: what it vouched for is lost
            found = secrets.token_bytes(_KEY_BYTES)
            made = path.with_name("key.new")
            made.unlink(missing_ok=True)
            with os.fdopen(os.open(made, _NEW, 0o600), "wb") as file:
                file.write(found)
                file.flush()
                os.fsync(file.fileno())
            made.replace(path)
        return found
