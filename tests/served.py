"""`mlposture serve` as a process, on a port of its own, and what it answers."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from commandline import HEEDING, MLPOSTURE, mlposture

#: The state of a socket of TCP that listens, as the kernel numbers them.
_LISTENS = "0A"


class Answer(NamedTuple):
    """What came back: the code, headers by their names in small letters, and the page."""

    status: int
    headers: dict[str, str]
    text: str


class Served:
    """A server that runs, told by `port`, or by the path of its socket."""

    def __init__(self, process: subprocess.Popen[str], place: str) -> None:
        self.process = process
        self.place = place
        found = re.search(r":(\d+)/", place)
        self.port = int(found[1]) if found else 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request. `Host` is as a browser has it, unless it is given."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            asked.putrequest(method, path, skip_host="Host" in given, skip_accept_encoding=True)
            for name, value in given.items():
                asked.putheader(name, value)
            asked.endheaders()
            answer = asked.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode())
        finally:
            asked.close()

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """The exit code and the rest of what it said, once it is told to end."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def serving(*arguments: str | Path, cwd: Path, port: bool = True, begin: str = HEEDING) -> Iterator[Served]:
    """A server while it is needed, once it listens. `begin` is what Python runs before the command."""
    command = [
        sys.executable,
        "-c",
        begin,
        MLPOSTURE,
        "serve",
        *map(str, arguments),
        *(("--port", "0") if port else ()),
    ]
    process = subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "Ctrl-C ends it" in first, first + process.stderr.read()
        yield Served(process, first)
    finally:
        process.kill()
        process.communicate()


def bound(pid: int) -> set[str]:
    """What a process receives from: addresses of TCP that it listens at, all of UDP, and names of Unix sockets."""
    own: set[str] = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            own.add(str(one.readlink()))
    found: set[str] = set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            local, state, inode = (line.split()[column] for column in (1, 3, 9))
            if f"socket:[{inode}]" in own and (state == _LISTENS or kind.startswith("udp")):
                found.add(_address(local.partition(":")[0]))
    for line in Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
        *_, inode, path = [*line.split(maxsplit=7), ""][:8]
        if f"socket:[{inode}]" in own and path:
            found.add(path)
    return found


def _address(shown: str) -> str:
    """An address as the kernel shows it: words of 32 bits, each in the order of the machine."""
    raw = bytes.fromhex(shown)
    words = (raw[at : at + 4] for at in range(0, len(raw), 4))
    order = (word[::-1] if sys.byteorder == "little" else word for word in words)
    return str(ipaddress.ip_address(b"".join(order)))


def report_of(inventory: Any, folder: Path, *more: str) -> dict[str, Any]:
    """`report.json` and `inventory.json` in a folder, and what the report holds."""
    inventory.save(folder / "inventory.json")
    done = mlposture("evaluate", "inventory.json", "-o", "report.json", "--fail-on", "never", *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def many(report: dict[str, Any], number: int) -> dict[str, Any]:
    """The same report with so many findings, each of its own fingerprint and resource."""
    some = report["findings"]
    made = []
    for place in range(number):
        one = some[place % len(some)]
        about = {**one["resource"], "id": f"{one['resource']['id']}/{place}"}
        made.append({**one, "fingerprint": f"{place:032x}", "resource": about})
    return {**report, "findings": made}
