"""Write checks/aws/partitions.json from botocore's data: the parts of AWS, their regions and domains.

Run without arguments to write the file, or with --check to exit 1 if it is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import botocore.session

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.generated_file import write_or_check  # noqa: E402 - found by the line above

TARGET = ROOT / "checks" / "aws" / "partitions.json"


def build() -> str:
    """The file: partition → its domains and regions, one partition a line."""
    loader = botocore.session.get_session().get_component("data_loader")
    lines = []
    for partition in loader.load_data("partitions")["partitions"]:
        domains = sorted({partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]})
        regions = sorted(name for name in partition["regions"] if not name.endswith("-global"))
        facts = json.dumps({"domains": domains, "regions": regions}, separators=(",", ":"))
        lines.append(f"  {json.dumps(partition['id'])}: {facts}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(argv: list[str] | None = None) -> int:
    """Write or check the file and return the exit code."""
    return write_or_check(TARGET, build(), __file__, __doc__, argv)


if __name__ == "__main__":
    raise SystemExit(main())
