"""What generators of one file have in common: they write it, or say that it is out of date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_or_check(target: Path, content: str, script: str, description: str | None, argv: Sequence[str] | None) -> int:
    """Write the file, or with --check say whether it is out of date; the exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="exit 1 if the file is out of date")
    if parser.parse_args(argv).check:
        if target.is_file() and target.read_text(encoding="utf-8") == content:
            return 0
        print(f"{target.relative_to(ROOT)} is out of date: run python scripts/{Path(script).name}", file=sys.stderr)
        return 1
    target.write_text(content, encoding="utf-8")
    return 0
