"""A real PostgreSQL of the tests' own: a server with its data in a temporary folder, on a Unix socket alone."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Who runs it where the tests run as root, which PostgreSQL refuses to.
NOBODY = "nobody"
OWNER = "northwind"


def programs() -> Path | None:
    """The folder of initdb and postgres; Debian has it beside the path."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "postgres").exists()), None)


class Server:
    """A server that runs; `url` gives a new, empty database of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def url(self) -> str:
        import psycopg

        name = f"history_{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as db:
            # Texts are in another order there than in Python, as they are in most databases.
            icu = (
                "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0" if db.info.server_version >= 150000 else ""
            )
            db.execute(f"CREATE DATABASE {name} {icu}")
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self._folder}"


@contextlib.contextmanager
def running(bin: Path) -> Iterator[Server]:
    """Start a server, and stop it at the end."""
    # Not in the folder of pytest: the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_whom = _as_whom(folder)
    made = [
        bin / "initdb",
        "-D",
        folder / "data",
        "-U",
        OWNER,
        "--auth=trust",
        "--no-sync",
        "--no-locale",
        "-E",
        "UTF8",
    ]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **as_whom)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
    options = [part for setting in settings for part in ("-c", setting)]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [bin / "postgres", "-D", folder / "data", *options], stdout=log, stderr=log, cwd=folder, **as_whom
    )
    try:
        _wait(folder, process)
        yield Server(folder)
    finally:
        process.terminate()
        process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _as_whom(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(NOBODY)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(3000):  # five minutes, for machines that are busy with other tests
        assert process.poll() is None, (folder / "log").read_text()
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{OWNER}@/postgres?host={folder}").close()
            return
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())
