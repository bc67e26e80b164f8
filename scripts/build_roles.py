"""Write deploy/permissions.json: what a full scan of an organisation needs on each cloud, for the roles under deploy/.

Run through `make generate`; `--check` says whether it is out of date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scanner.collect.needed import needs_of  # noqa: E402
from scanner.collect.plan import make_plan  # noqa: E402
from scanner.model.registry import load  # noqa: E402
from scripts.generated_file import write_or_check  # noqa: E402

CLOUDS = ("aws", "gcp", "azure")
TARGET = ROOT / "deploy" / "permissions.json"


def needed(cloud: str) -> list[str]:
    """What `mlposture permissions` prints for the role that reads, wherever it is: in AWS in each account."""
    checks, collectors = load()
    plan = make_plan([check for check in checks.values() if cloud in check.providers], collectors)
    return sorted({need.permission for need in needs_of(cloud, plan, wide=cloud != "aws")})


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file, or with --check say whether it is out of date; the exit code."""
    content = json.dumps({cloud: needed(cloud) for cloud in CLOUDS}, indent=2) + "\n"
    return write_or_check(TARGET, content, __file__, __doc__, argv)


if __name__ == "__main__":
    sys.exit(main())
