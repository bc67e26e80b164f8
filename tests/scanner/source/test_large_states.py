"""A large state: its instances are in a file, and of the state itself no copy is in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT

MIB = 1 << 20
COUNT, EACH = 10_000, 2_000

#: Run with a state. Prints how many instances it has, and how many bytes of memory of its own the process came to.
PROGRAM = """
import sys, threading
from pathlib import Path
from scanner.source.instances import Instances
from scanner.source.terraform_types import members
from scanner.source.tfstate import read_state

def own():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon:")]
    return int(line.split()[1]) * 1024

def watched(instances):
    global most
    for number, instance in enumerate(instances):
        if number % 500 == 0:
            most = max(most, own())
        yield instance

found, before = Instances(), own()
most = before
print(found.add(watched(read_state(Path(sys.argv[1]), members(), "x"))), most - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc says how much memory a process has")
@pytest.mark.parametrize("shape", ["one resource", "many resources"])
def test_memory_does_not_grow_with_a_state(shape: str, tmp_path: Path) -> None:
    attributes = {"id": "x", "name": "x", "definition": "x" * EACH}
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/{}"
    instances = [{"index_key": n, "attributes": {**attributes, "arn": arn.format(n)}} for n in range(COUNT)]
    groups = [instances] if shape == "one resource" else [[one] for one in instances]
    resource = {"mode": "managed", "type": "aws_sagemaker_notebook_instance"}
    resources = [{**resource, "name": f"n{n}", "instances": group} for n, group in enumerate(groups)]
    (tmp_path / "state").write_text(json.dumps({"version": 4, "resources": resources}))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "state"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    count, memory = map(int, done.stdout.split())

    assert count == COUNT
    assert (tmp_path / "state").stat().st_size > COUNT * EACH
    assert memory < 10 * MIB
