"""Write checks/aws/partitions.json from botocore's data: the parts of AWS, their regions and domains.

Run without arguments to write the file, or with --check to exit 1 if it is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import botocore.session

ROOT = Path(__file__).resolve().parent.parent
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the file is out of date")
    content = build()
    if parser.parse_args(argv).check:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == content:
            return 0
        print(f"{TARGET.relative_to(ROOT)} is out of date: run python scripts/build_partitions.py", file=sys.stderr)
        return 1
    TARGET.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
