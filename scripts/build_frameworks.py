"""Check the framework YAML files and write scanner/frameworks/data/, which is what is read at run time.

Run without arguments to write the files, or with --check to exit 1 when a committed one is out of date.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script also runs where the project is not installed

from scanner.frameworks.source import read_framework, read_objectives  # noqa: E402
from scanner.model.errors import InputError  # noqa: E402
from scanner.model.registry import load  # noqa: E402

SOURCE = ROOT / "scanner" / "frameworks"
TARGET = SOURCE / "data"


def build(source: Path) -> dict[str, bytes]:
    """Read and check every YAML file in `source`: name below data/ → content. Raises InputError for the first wrong."""
    checks, _ = load()
    objectives = read_objectives(source / "objectives.yaml")
    made = {"objectives.json": msgspec.json.encode(objectives) + b"\n"}
    for path in sorted(source.glob("*.yaml")):
        if path.name != "objectives.yaml":
            framework = read_framework(path, objectives, checks, shipped=True)
            made[f"{framework.id}.json"] = msgspec.json.encode(framework) + b"\n"
    return made


def stale(target: Path, made: dict[str, bytes]) -> list[Path]:
    """The files of a folder that are not as they were made, or that were not made."""
    wrong = [target / name for name, content in made.items() if not _holds(target / name, content)]
    return wrong + [path for path in sorted(target.glob("*.json")) if path.name not in made]


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def main(argv: list[str] | None = None) -> int:
    """Write or check the files and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a file is out of date")
    check: bool = parser.parse_args(argv).check
    try:
        made = build(SOURCE)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    for path in stale(TARGET, made):
        if check:
            print(f"{path.name} is out of date: run python scripts/build_frameworks.py", file=sys.stderr)
        elif path.name in made:
            path.write_bytes(made[path.name])
        else:
            path.unlink()
    return int(check and bool(stale(TARGET, made)))


if __name__ == "__main__":
    raise SystemExit(main())
