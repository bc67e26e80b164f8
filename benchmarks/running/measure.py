"""Run commands as process trees and say what they used: wall and CPU time, memory, exit code.

The speed of a machine drifts, more so when it is shared. So whatever is compared is run by turns (`by_turns`), and what
is reported is the median with the least and the most.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCHER = Path(__file__).with_name("launch.py")
#: The caller's own cloud settings must not reach what is measured, nor a setting that slows Python down.
PRIVATE = (
    *("AWS_", "GOOGLE_", "AZURE_", "MLPOSTURE_", "CLOUDSDK_", "STORAGE_EMULATOR_HOST", "REQUESTS_CA_BUNDLE"),
    *("PYTHON", "PROWLER_", "VIRTUAL_ENV", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy"),
)


class DidNotEnd(Exception):
    """A command ran longer than it may, or its launcher broke."""


@dataclass(frozen=True)
class Run:
    """What one run of a command used. Seconds and bytes; `exit` is negative for the signal that ended it."""

    wall: float
    cpu: float
    peak: int
    tree_peak: int
    processes: int
    exit: int
    stdout: Path
    stderr: Path

    def tail(self) -> str:
        """The end of what it wrote to stderr, for messages."""
        return self.stderr.read_text(errors="replace")[-2000:]


class Running:
    """A command that has been started and not yet waited for."""

    def __init__(self, launcher: subprocess.Popen[bytes], stdout: Path, stderr: Path) -> None:
        self._launcher, self._stdout, self._stderr = launcher, stdout, stderr
        self.pid = int(self._line()["pid"])
        self.started = time.monotonic()

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it was faster
            return

    def wait(self, timeout: float) -> Run:
        """Wait for its end. Raises DidNotEnd after `timeout` seconds, having killed it."""
        try:
            output, _ = self._launcher.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as late:
            self._end()
            raise DidNotEnd(f"still running after {timeout:.0f} s") from late
        except BaseException:  # an interrupted benchmark must leave nothing behind
            self._end()
            raise
        if not output:
            raise DidNotEnd("the launcher broke")
        return Run(**json.loads(output), stdout=self._stdout, stderr=self._stderr)

    def _end(self) -> None:
        os.killpg(self._launcher.pid, signal.SIGKILL)
        self._launcher.communicate()

    def _line(self) -> dict[str, Any]:
        stream: IO[bytes] | None = self._launcher.stdout
        line = stream.readline() if stream else b""
        found: dict[str, Any] = json.loads(line) if line else {"error": "the launcher broke"}
        if "error" in found:
            self._launcher.communicate()
            raise DidNotEnd(f"cannot start: {found['error']}")
        return found


def environment(folder: Path, **more: str) -> dict[str, str]:
    """This process's environment without settings of clouds and Python, with home and caches in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PRIVATE)}
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config")}
    return {**kept, **home, **more}


def start(command: Sequence[str | Path], folder: Path, env: Mapping[str, str], *, tree: bool = False) -> Running:
    """Start a command in a folder, which also gets its stdout and stderr; `tree` samples memory of descendants."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = len(list(folder.glob("*.stdout")))
    stdout, stderr = folder / f"{taken}.stdout", folder / f"{taken}.stderr"
    launcher = subprocess.Popen(
        [sys.executable, "-I", "-S", LAUNCHER, str(int(tree)), stdout, stderr, *map(str, command)],
        # Without a buffer: it would take the second line with the first where both are there, and nobody would read it.
        cwd=folder, env=dict(env), stdout=subprocess.PIPE, bufsize=0, start_new_session=True,
    )  # fmt: skip
    return Running(launcher, stdout, stderr)


def run(
    command: Sequence[str | Path], folder: Path, env: Mapping[str, str], *, tree: bool = False, timeout: float = 3600
) -> Run:
    """Run a command to its end."""
    return start(command, folder, env, tree=tree).wait(timeout)


def by_turns(runs: int, **takers: Callable[[], Run]) -> dict[str, list[Run]]:
    """Each taker's runs, taken by turns so that drift of the machine falls on all alike."""
    taken: dict[str, list[Run]] = {name: [] for name in takers}
    for _ in range(runs):
        for name, take in takers.items():
            taken[name].append(take())
    return taken


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float]:
    """Median, least, most and number of the values."""
    return {
        "median": round(statistics.median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
        "runs": len(values),
    }


def used(runs: Sequence[Run]) -> dict[str, Any]:
    """What several runs of the same command used: wall and CPU seconds, peak memory in MB (10^6 bytes)."""
    found: dict[str, Any] = {
        "wall_s": spread([run.wall for run in runs]),
        "cpu_s": spread([run.cpu for run in runs]),
        "peak_mb": spread([run.peak / 1e6 for run in runs], 1),
        "exit": sorted({run.exit for run in runs}),
    }
    if any(run.tree_peak for run in runs):
        found["tree_peak_mb"] = spread([max(run.tree_peak, run.peak) / 1e6 for run in runs], 1)
        found["processes"] = max(run.processes for run in runs)
    return found


@contextmanager
def killed_at_end(process: subprocess.Popen[Any]) -> Iterator[None]:
    """End a helper process that was started for a measurement, whatever happens."""
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
