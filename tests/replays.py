"""The replay server of the benchmarks as a process, for tests."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scanning import take_inventory, verdicts_of
from support import ROOT, registered

from scanner.model.selection import without_systems
from scanner.store.inventory import Inventory


class Server:
    """A running replay: its address, its environment, its management."""

    def __init__(self, announced: dict[str, Any]) -> None:
        self.url: str = announced["url"]
        self._env: dict[str, str] = announced["env"]

    def env(self) -> dict[str, str]:
        return self._env

    def manage(self, path: str, body: Any = None) -> Any:
        """`counters`, or a POST with a body."""
        import ssl

        data = None if body is None else json.dumps(body).encode()
        context = ssl.create_default_context(cafile=self._env.get("REQUESTS_CA_BUNDLE"))
        with urllib.request.urlopen(f"{self.url}/_replay/{path}", data, context=context) as reply:
            return json.load(reply)

    def counters(self) -> dict[str, Any]:
        found: dict[str, Any] = self.manage("counters")
        return found

    def calls(self) -> dict[str, int]:
        """Calls by operation since the last reset."""
        return {operation: count["calls"] for operation, count in self.counters()["operations"].items()}


@contextmanager
def replaying(cloud: str, *options: object) -> Iterator[Server]:
    """`benchmarks/replay.py` with these options, until the block ends."""
    command = [sys.executable, str(ROOT / "benchmarks" / "replay.py"), "--cloud", cloud, *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line, process.communicate()[1]
            yield Server(json.loads(line))
        finally:
            process.terminate()
            complaints = process.communicate()[1]
    assert complaints == ""


def scanned(server: Server, provider: str, **settings: Any) -> tuple[Inventory, dict[tuple[str, str], str]]:
    """Inventory and verdicts (check slug, name of the resource in it) of a scan of a replay."""
    from scanning import _pointing_at

    with _pointing_at(server):
        inventory = take_inventory(provider, verify=False, tags=False, systems=False, **settings)
    known, collectors = registered()
    wanted = without_systems((check for check in known.values() if check.providers == {provider}), collectors)
    return inventory, {
        (slug, identifier.rpartition("/")[2]): status.value
        for (slug, identifier), status in verdicts_of(inventory, provider, wanted).items()
    }
