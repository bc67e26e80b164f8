"""Write deploy/permissions.json: what a full scan of an organisation needs on each cloud, for the roles under deploy/.

Run through `make generate`; `--check` says whether it is out of date.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scanner.model.registry import load  # noqa: E402
from scripts.build_docs import DISCOVERY, permissions  # noqa: E402
from scripts.generated_file import write_or_check  # noqa: E402

CLOUDS = ("aws", "gcp", "azure")
TARGET = ROOT / "deploy" / "permissions.json"


def needed(cloud: str) -> list[str]:
    """The permissions of one cloud, without what only options ask for."""
    collectors = (one for one in load()[1].values() if one.provider == cloud and one.opt_in is None)
    above = importlib.import_module("checks.gcp.permissions").ENUMERATION if cloud == "gcp" else ()
    operations = {operation for collector in collectors for operation in collector.operations}
    return sorted({*permissions(cloud, {*operations, *DISCOVERY[cloud]}), *above})


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file, or with --check say whether it is out of date; the exit code."""
    content = json.dumps({cloud: needed(cloud) for cloud in CLOUDS}, indent=2) + "\n"
    return write_or_check(TARGET, content, __file__, __doc__, argv)


if __name__ == "__main__":
    sys.exit(main())
