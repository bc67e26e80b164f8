"""How well secrets are recognised, beside detect-secrets: precision and recall on invented settings.

    make bench-secrets

Each corpus holds settings of containers and jobs, half of them with a credential. `known` was there while the rules
were written. The others were made without sight of the rules, which were then mended by what they showed; decision 0029
has the figures before that. detect-secrets gets each setting in five file formats, and the best one counts.

Values in the JSON files are written backwards, so that no scanner of this repository takes one for real.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run as a program, the folder of the benchmarks would be searched first.
sys.path[0] = str(ROOT)

from benchmarks.detection import known  # noqa: E402 - needs the line above

CORPORA = ("known", "unseen", "unseen_too")
FOLDER = ROOT / "benchmarks" / "detection"


def corpus(name: str) -> list[tuple[str, str, bool]]:
    """Names, values, and whether the value is a secret."""
    if name == "known":
        return [(entry.name, entry.value, entry.secret) for entry in known.entries()]
    rows = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return [(setting, backwards[::-1], secret) for _, setting, secret, backwards in rows]


def ours(entries: Sequence[tuple[str, str]]) -> tuple[float, dict[str, list[bool]]]:
    """CPU milliseconds of our import, and what we find."""
    started = time.process_time()
    from scanner.model.secrets.detect import holds_secret

    spent = 1000 * (time.process_time() - started)
    return spent, {"": [holds_secret(name, value) for name, value in entries]}


def theirs(python: str, entries: Sequence[tuple[str, str]]) -> tuple[float, dict[str, list[bool]]]:
    """The same of detect-secrets, by file format."""
    ran = subprocess.run(
        [python, FOLDER / "peer.py"], input=json.dumps(entries), capture_output=True, text=True, check=True
    )
    answer = json.loads(ran.stdout)
    return answer["milliseconds"], answer["found"]


def measures(found: Sequence[bool], secret: Sequence[bool]) -> tuple[float, float]:
    """Recall and precision."""
    right = sum(one and other for one, other in zip(found, secret, strict=True))
    return right / sum(secret), right / (sum(found) or 1)


def main(argv: Sequence[str]) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Measure how well secrets are recognised.")
    parser.add_argument("--peer", metavar="PYTHON", help="of an environment with requirements/judges.txt")
    options = parser.parse_args(argv)
    for title in CORPORA:
        entries = corpus(title)
        pairs, secret = [entry[:2] for entry in entries], [entry[2] for entry in entries]
        judges = {"mlposture": ours(pairs)} | ({"detect-secrets": theirs(options.peer, pairs)} if options.peer else {})
        print(f"{title}: {len(entries)} settings, {sum(secret)} with a credential")
        for judge, (spent, forms) in judges.items():
            recall, precision = max((measures(found, secret) for found in forms.values()), key=sum)
            print(f"  {judge:15} recall {recall:.3f}  precision {precision:.3f}  import {spent:.0f} ms of CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
