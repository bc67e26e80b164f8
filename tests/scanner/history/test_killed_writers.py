"""Whoever writes a history may be killed at any moment, and several may write at once: `tests/killed_writers.py`."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import Any

from support import ROOT, TESTS

#: Kills for each kind of history; `make sweep` has as many as a history has to bear.
KILLS = 200 if os.environ.get("MLPOSTURE_SWEEP") else 20
#: Each scan in a bucket takes several requests.
BUCKETS = ("s3://", "gs://", "az://")


def run(*arguments: str) -> dict[str, Any]:
    paths = os.pathsep.join(map(str, (ROOT, TESTS)))
    done = subprocess.run(
        [sys.executable, str(TESTS / "killed_writers.py"), *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_killed_writer_leaves_no_half_scan_and_loses_none_that_was_promised(url, record_property):
    seed = str(random.SystemRandom().getrandbits(32))
    kills = KILLS // 4 if url.startswith(BUCKETS) else KILLS
    said = run(url, str(kills), seed)
    record_property("writers of a history that were killed", kills)
    assert (said["lost"], said["half"], said["problems"]) == ([], [], []), f"seed {seed}"
    record_property("of which were killed while they wrote", said["writing"])
    assert said["writing"] > 0, f"seed {seed}: no writer was killed while it wrote"


def test_several_writers_at_once_lose_nothing(url):
    each = 3 if url.startswith(BUCKETS) else 8
    said = run(url, "together", str(each))
    assert said == {"promised": 4 * each, "writing": 0, "there": 4 * each, "lost": [], "half": [], "problems": []}
