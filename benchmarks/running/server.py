"""Start the replay server (`benchmarks/replay.py`) as a process of its own and read its counters and log."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.running.floor import Limit
from benchmarks.running.measure import killed_at_end

PROGRAM = Path(__file__).resolve().parent.parent / "replay.py"


class ServerBroke(Exception):
    """The replay server did not start, or does not answer."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What the server is to answer: how much of each kind, how slowly, and how often. Latency in seconds."""

    cloud: str = "aws"
    per_kind: int = 1000
    latency: float = 0.05
    limits: tuple[Limit, ...] = ()
    accounts: int = 1
    regions: int = 1
    log: bool = False
    more: tuple[str, ...] = field(default=())

    def arguments(self, log: Path) -> list[str]:
        """The command line of the server."""
        given: dict[str, Any] = {"cloud": self.cloud, "per-kind": self.per_kind, "latency-ms": self.latency * 1000}
        given |= {name: value for name in ("accounts", "regions") if (value := getattr(self, name)) != 1}
        if self.log:
            given["log"] = log
        flags = [f"--{name}={value}" for name, value in given.items()]
        flags += [f"--limit={limit.pattern}={limit.rate:g}/{limit.burst:g}" for limit in self.limits]
        return [*flags, *self.more]


class Server:
    """A running replay server."""

    def __init__(self, world: World, url: str, env: Mapping[str, str], log: Path) -> None:
        self.world, self.url, self.env = world, url, dict(env)
        self._log = log
        # The replay of Azure speaks TLS, for its SDK refuses to send a token without.
        authority = env.get("REQUESTS_CA_BUNDLE")
        self._trust = ssl.create_default_context(cafile=authority) if authority else None

    def counters(self) -> dict[str, Any]:
        """Calls, throttled calls and errors since the last reset, in total and by operation."""
        found: dict[str, Any] = json.loads(self._ask("GET", "counters"))
        return found

    def reset(self) -> None:
        """Zero the counters and fill the buckets of the limits."""
        self._ask("POST", "reset")

    def mark(self) -> int:
        """Where the log ends now, for `calls`."""
        self.counters()  # which flushes it
        return self._log.stat().st_size

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """The logged calls since a mark."""
        self.counters()
        with self._log.open("rb") as file:
            file.seek(since)
            return [json.loads(line) for line in file]

    def _ask(self, method: str, what: str) -> bytes:
        body = b"" if method == "POST" else None
        request = urllib.request.Request(f"{self.url}/_replay/{what}", data=body, method=method)  # noqa: S310 - our own
        with urllib.request.urlopen(request, context=self._trust) as reply:  # noqa: S310 - our own server
            content: bytes = reply.read()
        return content


@contextmanager
def serving(world: World, folder: Path) -> Iterator[Server]:
    """A server for a world, until the block ends. Raises ServerBroke."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "calls.jsonl"
    with (folder / "server.stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, PROGRAM, *world.arguments(log)], stdout=subprocess.PIPE, stderr=stderr
        )
    with killed_at_end(process):
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            process.wait()
            raise ServerBroke((folder / "server.stderr").read_text(errors="replace")[-2000:])
        ready = json.loads(line)
        yield Server(world, ready["url"], ready["env"], log)
