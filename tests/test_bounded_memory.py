"""What a provider answers with, however much it is, does not fill the memory of a scan: the command and its bounds as
they are."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from commandline import MLPOSTURE
from scanning import PROVIDERS, running
from test_every_bound import BEFORE, MIB, SIGN_IN, large_chunks
from worlds.base import Request, Response

LIMIT = 200 * 10**6
#: Places enough for many such replies at once.
SOME = {
    "aws": ("--region", "eu-west-1"),
    "gcp": ("--location", "europe-west4"),
    "azure": (),
    "mlflow": (),
    "lineage": (),
}


@cache
def squeezed() -> bytes:
    """1 GiB of spaces in 1 MB: a file in this format may follow another."""
    return gzip.compress(b" " * (64 * MIB), 1) * 16


def bomb() -> Iterator[bytes]:
    body = squeezed()
    head = f"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    yield b"HTTP/1.1 200 OK\r\n" + head.encode() + body


def peak_of(process: subprocess.Popen[bytes]) -> int:
    """Most memory that a process had at once, in bytes, looked at until it ends.

    Not `ru_maxrss`: a new process starts with that of the one that started it.
    """
    peak = 0
    while process.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        peak = max(peak, int(found[1]) * 1024 if found else 0)
        time.sleep(0.05)
    return peak


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the peak of a process")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_replies_of_a_gigabyte_do_not_fill_the_memory(provider: str, tmp_path: Path) -> None:
    struck = itertools.count()
    with running(provider) as world:
        respond = world.respond

        def answer(request: Request) -> Response:
            spared = request.operation.startswith(SIGN_IN) or re.fullmatch(BEFORE, request.operation)
            if spared or request.method == "HEAD" or "x-inside-a-batch" in request.headers:
                return respond(request)
            return Response(200, raw=bomb() if next(struck) % 2 else large_chunks())

        world.respond = answer  # type: ignore[method-assign]
        command = [MLPOSTURE, "scan", provider, *SOME[provider], "-o", "x.json", "--no-cache", "--fail-on", "never"]
        with (tmp_path / "said").open("wb") as said:
            peak = peak_of(subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said))

    gaps = json.loads((tmp_path / "x.json").read_bytes())["gaps"]
    assert next(struck) > 2
    assert any("the reply is larger than" in gap["detail"] for gap in gaps)
    assert 0 < peak < LIMIT
