"""A process as a hardened container has it: not root, a file system that is read-only, one folder to write to.

It takes Linux, and root to begin with: the file systems are made read-only in a name space of the process alone. The
user may read what root may, as Python may be in root's home here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

USER = 65532
#: Makes every mount but the folder's read-only, becomes the user without any capability but that, and is the command.
_CONFINE = """
set -eu
scratch=$1; shift
mount --bind "$scratch" "$scratch"
cd "$scratch"
while read -r _ place _; do
  [ "$place" = "$scratch" ] || mount -o remount,bind,ro "$place" 2> /dev/null || true
done < /proc/mounts
exec setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs --inh-caps=-all,+dac_read_search \\
  --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search "$@"
"""


def _can() -> bool:
    tools = shutil.which("unshare") and shutil.which("setpriv") and os.geteuid() == 0
    return (
        bool(tools) and subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    )


needs_confinement = pytest.mark.skipif(not _can(), reason="takes root, unshare and setpriv of util-linux")


def confined(command: Sequence[str], scratch: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command that may write below `scratch` alone."""
    scratch.mkdir()
    os.chown(scratch, USER, USER)
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", _CONFINE, "sh", str(scratch), *command],
        env=dict(environment), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
