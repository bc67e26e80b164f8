"""Write the tables of docs/performance.md, and its charts, from benchmarks/results/latest.json.

Run without arguments to write them, or with --check to exit 1 and name the files that are out of date. A table stands
between `<!-- table: NAME -->` and `<!-- /table -->`; the text around them is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the script also runs where the project is not installed

from benchmarks.running import table  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"
_PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- /table -->)", re.DOTALL)


def build(page: str, results: table.Results) -> dict[str, str]:
    """File name below docs/ → content. Raises SystemExit for a marker that no table belongs to."""
    named = [name for _, name, _ in _PLACE.findall(page)]
    if sorted(named) != sorted(table.TABLES):
        raise SystemExit(f"{PAGE.name} must hold each of these tables once: {', '.join(table.TABLES)}")

    def filled(place: re.Match[str]) -> str:
        return f"{place[1]}{table.TABLES[place[2]](results)}\n{place[3]}"

    return {PAGE.name: _PLACE.sub(filled, page), **table.charts(results)}


def main(argv: Sequence[str]) -> int:
    """Write or compare."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    stale = []
    for name, content in build(PAGE.read_text(), results).items():
        path = PAGE.with_name(name)
        if not path.exists() or path.read_text() != content:
            stale.append(name)
            if "--check" not in argv:
                path.write_text(content)
    if "--check" in argv and stale:
        print(f"out of date, run `make generate`: {', '.join(f'docs/{name}' for name in stale)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
