"""A scan in a process of its own that is interrupted while it waits for one operation."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from commandline import HEEDING, MLPOSTURE
from worlds.base import Fault, World


def interrupted(world: World, operation: str, *arguments: str) -> int:
    """The exit code of `mlposture` with these arguments, when Ctrl-C comes while this operation is not answered."""
    world.log.clear()
    world.faults.append(Fault(operation, "timeout"))
    command = [sys.executable, "-c", HEEDING, MLPOSTURE, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while operation not in world.operations():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    world.faults.clear()
    return process.returncode
