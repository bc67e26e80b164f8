"""Damaged files: an exit code of the contract and a sentence, never a traceback. `make fuzz` does it 100,000 times.

`FUZZ` in the environment says how often; a few times in each test unless given. Most of it is done in this process, and
a sample by the command itself.
"""

from __future__ import annotations

import os
import random
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from commandline import MLPOSTURE, mlposture
from fuzzing import (
    Change,
    change_bytes,
    change_lines,
    change_value,
    change_words,
    configuration,
    few,
    inventory,
    journal,
    trust,
)
from scanning import PROVIDERS, running
from support import ROOT

from reports import SUFFIXES
from scanner.model.exits import Exit
from scanner.systems.manifest import ManifestError, read_manifest

#: What a command may end with that nobody stops and that is no defect.
CONTRACT = {code for code in Exit if code < Exit.DEFECT}
TIMES = int(os.environ.get("FUZZ", "250"))
#: A process for each takes long: 200 times of 100,000 in all, and once for each kind of file unless told otherwise.
OF_THE_COMMAND = max(1, TIMES // 250)
#: A journal has to be sealed as it was, so that nearly all are refused; what is left of it is scanned again.
OF_JOURNALS = max(4, TIMES // 10)
SEED = os.environ.get("FUZZ_SEED", "mlposture")


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What `mlposture` does in a process of its own."""
    return subprocess.run([MLPOSTURE, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def problem(arguments: tuple[str, ...], folder: Path, run: Any = mlposture) -> str:
    """What is wrong with how a command ended; nothing if it ended as it should."""
    done = run(*arguments, cwd=folder)
    if done.returncode not in CONTRACT or "Traceback" in done.stderr:
        return f"ended with {done.returncode}:\n{done.stderr[-2000:]}"
    if done.returncode == 2 and done.stderr.count("\n") != 1:
        return f"says {done.stderr!r}: one sentence is enough"
    return ""


@pytest.mark.parametrize("change", [change_value, change_bytes])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_damaged_inventory_is_judged_or_refused(provider: str, change: Change, tmp_path: Path) -> None:
    seed, chance = inventory(provider, tmp_path), random.Random(f"{SEED} {provider} {change.__name__}")
    outputs = [f"report{suffix}" for suffix in SUFFIXES]
    for turn in range(TIMES):
        (tmp_path / "inventory.json").write_bytes(change(seed, chance))
        output = outputs[turn % len(outputs)]
        options = ("-o", output, "--verdicts", "all", "--fail-on", "never")
        found = problem(("evaluate", "inventory.json", *options), tmp_path)
        assert not found, f"turn {turn} {found}"


@pytest.mark.parametrize("change", [change_words, change_bytes])
def test_a_damaged_configuration_is_followed_or_refused(change: Change, tmp_path: Path) -> None:
    seed, chance = configuration(), random.Random(f"{SEED} {change.__name__}")
    (tmp_path / "inventory.json").write_bytes(inventory("gcp", tmp_path))
    for turn in range(TIMES):
        (tmp_path / "mlposture.toml").write_bytes(change(seed, chance))
        found = problem(("evaluate", "inventory.json", "--trust", "mlposture.toml", "--fail-on", "never"), tmp_path)
        assert not found, f"turn {turn} {found}"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, with the state folder of this test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def restore(folder: Path, content: bytes) -> None:
    """Put a journal where a scan left one, and nothing beside it."""
    for left in folder.glob("x.journal*"):
        left.unlink()
    (folder / "x.journal").touch(mode=0o600)
    (folder / "x.journal").write_bytes(content)


def test_a_damaged_journal_is_gone_on_with_or_refused(own: Path) -> None:
    chance = random.Random(f"{SEED} journal")
    with running("aws"):
        seed = journal(own)
        for turn in range(OF_JOURNALS):
            restore(own, change_bytes(seed, chance))
            found = problem(("scan", "--resume", "--journal", "x.journal", "-o", "x.json"), own)
            assert not found, f"turn {turn} {found}"


@pytest.mark.parametrize("what", ["inventory", "configuration", "trust", "journal"])
def test_the_command_itself_ends_as_it_should(what: str, own: Path) -> None:
    chance = random.Random(f"{SEED} command {what}")
    saved = inventory("aws", own)
    (own / "i.json").write_bytes(saved)
    with running("aws"):
        seed, arguments = {
            "inventory": (saved, ("evaluate", "x.inventory", "-o", "x.json")),
            "configuration": (few(), ("scan", "--config", "x.configuration", "--check", "MLP-1001", "--no-cache")),
            "trust": (trust(), ("evaluate", "i.json", "--trust", "x.trust", "--fail-on", "never")),
            "journal": (journal(own), ("scan", "--resume", "--journal", "x.journal", "-o", "x.json")),
        }[what]
        for turn in range(OF_THE_COMMAND):
            if what == "journal":
                restore(own, change_bytes(seed, chance))
            else:
                (own / f"x.{what}").write_bytes(chance.choice([change_words, change_bytes])(seed, chance))
            found = problem(arguments, own, command)
            assert not found, f"turn {turn} {found}"


@pytest.mark.parametrize("change", [change_lines, change_words, change_bytes])
def test_a_damaged_manifest_is_read_or_each_problem_is_a_sentence(change: Change, tmp_path: Path) -> None:
    seed, chance = (ROOT / "examples" / "ai-systems.yaml").read_bytes(), random.Random(f"{SEED} {change.__name__}")
    path, said = tmp_path / "ai-systems.yaml", []
    for _ in range(TIMES):
        path.write_bytes(change(seed, chance))
        try:
            read_manifest(path, date(2026, 11, 22))
        except ManifestError as error:
            said += error.lines

    assert said
    assert [line for line in said if "\n" in line or len(line) > 1000] == []
