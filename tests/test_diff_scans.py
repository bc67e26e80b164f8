"""Comparisons of real scans of a world in which nothing changes: whatever is refused, nothing is new, fixed or gone."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from commandline import mlposture
from scanning import running
from support import registered
from worlds.base import Fault

from scanner.model.registry import PROVIDERS

CLOUDS = [provider for provider in PROVIDERS if provider in ("aws", "gcp", "azure")]
#: What the comparison of two scans may never say of a world that stayed as it is.
CHANGED = {"new", "fixed", "gone", "reopened"}


def scan(provider: str, folder: Path, name: str, *options: str) -> str:
    done = mlposture(
        "scan", provider, "--no-cache", "--no-progress", "--fail-on", "never", "--verdicts", "all", "-q",
        "-o", f"{name}.json", *options, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return f"{name}.json"


def compared(folder: Path, *arguments: str) -> Counter[str]:
    """How many findings became what."""
    done = mlposture("diff", *arguments, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return Counter(one["state"] for one in json.loads(done.stdout)["findings"])


def operations(provider: str) -> list[str]:
    collectors = registered()[1].values()
    every = {one for each in collectors if each.provider == provider for one in each.operations}
    return sorted(every)


@pytest.mark.parametrize("provider", CLOUDS)
def test_what_is_refused_changes_nothing(provider: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    every = operations(provider)
    refused = random.Random(f"{provider} 2").sample(every, len(every) // 4)
    store = ("--store", "sqlite:///history.db")
    faults = [Fault(operation, "deny") for operation in refused]
    with running(provider) as world:
        names = []
        for number, some in enumerate((faults, [], faults)):
            world.faults[:] = some
            names.append(scan(provider, tmp_path, str(number), *store))

    hidden = 0
    for before, after in ((0, 1), (1, 2), (0, 2)):
        of_files = compared(tmp_path, names[before], names[after])
        assert CHANGED.isdisjoint(of_files), (refused, of_files)
        of_store = compared(tmp_path, *store, "--from", str(before + 1), "--to", str(after + 1))
        assert CHANGED.isdisjoint(of_store), (refused, of_store)
        hidden += of_files["unknown"] + of_files["not compared"]
    assert hidden, "nothing was hidden: the test shows nothing"
    assert set(compared(tmp_path, names[1], names[1])) == {"persisting"}


def test_a_region_that_is_left_out_changes_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with running("aws"):
        wide = scan("aws", tmp_path, "1")
        narrow = scan("aws", tmp_path, "2", "--region", "us-east-1")
        again = scan("aws", tmp_path, "3")
    lost, back = compared(tmp_path, wide, narrow), compared(tmp_path, narrow, again)

    assert CHANGED.isdisjoint(lost)
    assert lost["unknown"]
    assert CHANGED.isdisjoint(back)
    assert back["not compared"] == lost["unknown"]
