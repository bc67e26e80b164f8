"""Where pages are served: a port of this machine, or a socket that only its owner may open. Nowhere else."""

import ipaddress
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from scanner.model.errors import InputError
from scanner.store.host import private_files

#: What requests to a socket in the file system may name: clients make up a host, and `ssh -L` brings a port of its own.
_SOCKET_HOSTS = tuple(f"{name}{port}" for name in ("localhost", "127.0.0.1", "[::1]") for port in ("", ":*"))


class Place(NamedTuple):
    """A socket that listens, the hosts that requests to it may name, and how a person gets there.

    A host has its port; `*` stands for any.
    """

    socket: socket.socket
    hosts: tuple[str, ...]
    said: str


@contextmanager
def on_port(host: str, port: int) -> Iterator[Place]:
    """A port of this machine, 0 for any that is free. Raises InputError for any other host, or if it is taken."""
    address = "127.0.0.1" if host.lower() == "localhost" else host
    try:
        known = ipaddress.ip_address(address)
    except ValueError as error:
        raise InputError(f"--host {host}: {_only()}") from error
    if not known.is_loopback or "%" in address:
        raise InputError(f"--host {host}: {_only()}")
    family = socket.AF_INET if known.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((address, port))
            made.listen()
        except OSError as error:
            raise InputError(f"--port {port}: {error.strerror}; name another one, or 0 for any that is free") from error
        number = made.getsockname()[1]
        shown = f"[{address}]" if family == socket.AF_INET6 else address
        hosts = tuple(f"{name}:{number}" for name in (shown, "localhost"))
        yield Place(made, hosts, f"http://{shown}:{number}/")


def _only() -> str:
    return "findings are served on this machine alone; use 127.0.0.1 or localhost, or --socket PATH"


@contextmanager
def on_socket(path: Path) -> Iterator[Place]:
    """A Unix socket, mode 0600, which is removed at the end. Raises InputError where there is something already."""
    if not hasattr(socket, "AF_UNIX"):
        raise InputError(f"--socket {path}: this system has none; use --port")
    _make_way(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        try:
            with private_files():
                made.bind(str(path))
            path.chmod(0o600)
            made.listen()
        except OSError as error:
            raise InputError(f"--socket {path}: {error.strerror or error}") from error
        own = path.lstat().st_ino
        try:
            yield Place(made, _SOCKET_HOSTS, f"the socket {path}")
        finally:
            with suppress(OSError):
                if path.lstat().st_ino == own:  # another process may have taken the name meanwhile
                    path.unlink()


def _make_way(path: Path) -> None:
    """Remove a socket that nobody listens at any more, as one that was killed leaves it. Nothing else is removed."""
    try:
        found = path.lstat()
    except OSError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise InputError(f"--socket {path}: there is a file of that name; name another one")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        try:
            tried.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise InputError(f"--socket {path}: {error.strerror or error}") from error
    raise InputError(f"--socket {path}: another process listens there")
