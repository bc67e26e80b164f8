"""Damaged files: an exit code of the contract and a sentence, never a traceback. `make fuzz` does it 100,000 times.

`FUZZ` in the environment says how often; a few times in each test unless given.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from commandline import mlposture
from fuzzing import Change, change_bytes, change_value, change_words, configuration, inventory
from scanning import PROVIDERS

from scanner.model.exits import Exit

#: What a command may end with that nobody stops and that is no defect.
CONTRACT = {code for code in Exit if code < Exit.DEFECT}
TIMES = int(os.environ.get("FUZZ", "250"))
SEED = os.environ.get("FUZZ_SEED", "mlposture")


def problem(arguments: tuple[str, ...], folder: Path) -> str:
    """What is wrong with how a command ended; nothing if it ended as it should."""
    done = mlposture(*arguments, cwd=folder)
    if done.returncode not in CONTRACT or "Traceback" in done.stderr:
        return f"ended with {done.returncode}:\n{done.stderr[-2000:]}"
    if done.returncode == 2 and done.stderr.count("\n") != 1:
        return f"says {done.stderr!r}: one sentence is enough"
    return ""


@pytest.mark.parametrize("change", [change_value, change_bytes])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_damaged_inventory_is_judged_or_refused(provider: str, change: Change, tmp_path: Path) -> None:
    seed, chance = inventory(provider, tmp_path), random.Random(f"{SEED} {provider} {change.__name__}")
    reports = ("-o", "report.json", "-o", "report.sarif", "--verdicts", "all", "--fail-on", "never")
    for turn in range(TIMES):
        (tmp_path / "inventory.json").write_bytes(change(seed, chance))
        found = problem(("evaluate", "inventory.json", *reports), tmp_path)
        assert not found, f"turn {turn} {found}"


@pytest.mark.parametrize("change", [change_words, change_bytes])
def test_a_damaged_configuration_is_followed_or_refused(change: Change, tmp_path: Path) -> None:
    seed, chance = configuration(), random.Random(f"{SEED} {change.__name__}")
    (tmp_path / "inventory.json").write_bytes(inventory("gcp", tmp_path))
    for turn in range(TIMES):
        (tmp_path / "mlposture.toml").write_bytes(change(seed, chance))
        found = problem(("evaluate", "inventory.json", "--trust", "mlposture.toml", "--fail-on", "never"), tmp_path)
        assert not found, f"turn {turn} {found}"
