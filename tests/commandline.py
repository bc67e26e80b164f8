"""The command line inside the test process, to the exit code and all that is printed.

Python starts and SDKs are imported once for all of these scans, which is most of what a process of its own costs. What
only such a process shows (signals, pipes, terminals, what is imported) is for tests that start one.
"""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from contextlib import ExitStack, chdir
from pathlib import Path
from unittest import mock

from scanner.cli import commands, scan_run

#: The command itself, for tests that start a process of their own.
MLPOSTURE = str(Path(sys.executable).with_name("mlposture"))
#: Before the command: a pipeline may start this suite with signals ignored, and that is inherited.
HEEDING = (
    "import os, signal, sys\n"
    "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
_LAGS = ("as Resource Graph lists none there", "only where Cloud Asset Inventory lists anything")
#: What is said of SARIF of an account with gaps, as some have in every simulated organisation.
_PARTIAL = "not seen completely, and marked to be left out of uploads"


class _Ended(BaseException):
    """The process would be gone now."""


def mlposture(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What the command of that name does, but for a scan that is stopped: that ends its process from within."""
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        raise _Ended

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with ExitStack() as stack:
        stack.enter_context(chdir(cwd or Path.cwd()))
        stack.enter_context(mock.patch.multiple(sys, argv=["mlposture", *arguments], stdout=out, stderr=err))
        stack.enter_context(mock.patch.object(os, "_exit", end))
        stack.enter_context(mock.patch.object(scan_run, "_relax_collector"))  # it is tuned for a process of its own
        stack.enter_context(_own_logging())
        try:
            commands.main()
        except _Ended:
            pass
        except SystemExit as ended:
            codes.append(int(ended.code or 0))
    [code] = codes
    said, complained = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(arguments, code, said, complained)


def said(stderr: str) -> str:
    """All but the warnings that an index was believed where it lists nothing, and that an account has gaps."""
    lines = stderr.splitlines(keepends=True)
    return "".join(line for line in lines if not any(known in line for known in (*_LAGS, _PARTIAL)))


def _own_logging() -> ExitStack:
    """Logging as it is when Python starts: a set-up that is there already, as pytest's, would be left as it is."""
    stack = ExitStack()
    stack.enter_context(mock.patch.object(logging.root, "handlers", []))
    for name in (None, "mlposture", "azure"):
        logger = logging.getLogger(name)
        stack.callback(logger.setLevel, logger.level)
    return stack
