"""Two real MLflow servers, in whose place the scanner asks a front that keeps every request, and what is logged there.

Needs an environment of its own: `make .venv-mlflow/.ready`, or MLPOSTURE_MLFLOW names its Python.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
from support import ROOT, TESTS
from worlds.base import Request, Response, World
from worlds.upstream import forwarded

#: Who may do all on the server that asks for credentials; see mlflow_real.py.
ADMIN = ("northwind-admin", "invented-admin-password")
API = "/api/2.0/mlflow/"
#: Seconds: the first password that a server is sent takes long where the machine is busy.
PATIENT = 120


def python() -> str | None:
    """The Python that has MLflow, if this machine has one."""
    own = ROOT / ".venv-mlflow" / "bin" / "python"
    return os.environ.get("MLPOSTURE_MLFLOW") or (str(own) if own.with_name("mlflow").exists() else None)


class Front(World):
    """Hands every request on to a real server, as one for `host` if that is given."""

    def __init__(self, upstream: str, host: str = "") -> None:
        super().__init__({})
        self.upstream, self.host = upstream, host
        self._pool = urllib3.PoolManager(timeout=PATIENT)
        self.said: list[tuple[Request, Response]] = []

    def identify(self, request: Request) -> None:
        request.operation = f"{request.method} {request.path}"

    def respond(self, request: Request) -> Response:
        response = forwarded(request, self.upstream, self.url, request.path, self._pool, self.host)
        self.said.append((request, response))
        return response

    def exchanges(self) -> list[dict[str, Any]]:
        """Each request and its reply, as far as tests look at them."""
        return [
            {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "sent": {name: request.headers.get(name, "") for name in ("authorization", "origin")},
                "status": response.status,
                "headers": {name.lower(): value for name, value in response.headers.items()},
                "body": response.body.decode(),
            }
            for request, response in self.said
        ]


@contextmanager
def real_servers(folder: Path) -> Iterator[dict[str, Any]]:
    """Where both servers are, and what was logged to the open one."""
    command = [str(python()), str(TESTS / "mlflow_real.py"), str(folder)]
    with (folder / "stderr").open("w") as complaints:
        # A session of its own: its servers end with it, whatever happens to the tests.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, start_new_session=True
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "stderr").read_text(encoding="utf-8")
        yield json.loads(line)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
