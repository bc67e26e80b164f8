"""No two places of a command are one, however they are spelled, and nothing is asked before that is known."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commandline import mlposture
from factories.aws import HERE, notebook
from scanning import running
from support import inventory_of

from scanner.cli.session import Session
from scanner.collect.plan import Plan
from scanner.model.errors import InputError
from scanner.store import places as module
from scanner.store.host import ignores_case
from scanner.store.journal import Facts
from scanner.store.journals import new_journal
from scanner.store.places import Places

#: Each option of `scan aws` that names a file to be written, as it names one.
WRITING = ("-o json:{}", "-o sarif:{}", "--save-inventory {}", "--journal {}", "--profile-run {}")
PAIRS = list(itertools.combinations(WRITING, 2))


def given(option: str, name: str) -> list[str]:
    return option.format(name).split()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("spelling", ["x", "./x", "link", "folder/../x", "hard"])
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_two_options_that_share_a_file_are_refused_by_name(one: str, other: str, spelling: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("x")
    if spelling == "hard":
        (tmp_path / "x").write_text("an earlier report")
        (tmp_path / "hard").hardlink_to(tmp_path / "x")
    before = names(tmp_path)
    with running("aws") as world:
        done = mlposture("scan", "aws", *given(one, "x"), *given(other, spelling), cwd=tmp_path)

    assert done.returncode == 2
    assert {one.format("x"), other.format(spelling)} == set(
        done.stderr.removeprefix("mlposture: ").rstrip("\n").split(": something else is to be written there too: ")
    )
    assert world.log == []
    assert names(tmp_path) == before
    assert spelling != "hard" or (tmp_path / "x").read_text() == "an earlier report"


@pytest.mark.parametrize("beside", ["r-wal", "r-shm", "r-journal", "r-lock"])
def test_what_lies_beside_a_journal_is_taken_too(beside: str, tmp_path: Path) -> None:
    (tmp_path / beside).write_text("an earlier report")
    (tmp_path / "alias").symlink_to("r")
    for journal in ("r", "alias"):
        done = mlposture("scan", "aws", "--journal", journal, "-o", f"json:{beside}", cwd=tmp_path)
        assert (done.returncode, f"-o json:{beside}: something else" in done.stderr) == (2, True)
        assert f"--journal {journal}" in done.stderr
    assert (tmp_path / beside).read_text() == "an earlier report"


@pytest.mark.parametrize("output", ["-o json:{}", "--save-inventory {}"])
def test_what_is_read_is_not_written_over(output: str, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[aws]\n")
    (tmp_path / "t.toml").write_text("[[trust.accounts]]\nid = '123456789012'\n")
    (tmp_path / "f.yaml").write_text("framework: {}\n")
    for name in ("s.yaml", "ai-systems.yaml"):
        (tmp_path / name).write_text("schema: ai-systems/1\n")
    inventory_of(notebook("a")).save(tmp_path / "i.json")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for command, read in (
        (["scan", "--config", "c.toml"], "c.toml"),
        (["scan", "aws", "--trust", "t.toml"], "t.toml"),
        (["scan", "aws", "--framework-file", "f.yaml"], "f.yaml"),
        (["scan", "aws", "--systems", "s.yaml"], "s.yaml"),
        (["scan", "aws"], "ai-systems.yaml"),
        (["merge", "i.json"], "i.json"),
    ):
        done = mlposture(*command, *given(output, f"./{read}"), cwd=tmp_path)
        assert (done.returncode, "something else is to be read there too" in done.stderr) == (2, True), done.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_resumed_scan_does_not_write_over_its_journal(tmp_path: Path) -> None:
    options = {"output": (), "verdicts": None}
    with new_journal(str(tmp_path / "j")) as journal:
        Session({"aws": {}}, options, Plan((), ()), journal, datetime.now(UTC)).record()
        journal.finish(journal.begin("k", HERE), (), Facts(), whole=True)
    before = (tmp_path / "j").read_bytes()
    done = mlposture("scan", "--resume", "--journal", "j", "-o", "json:j", cwd=tmp_path)

    assert (done.returncode, "there too: the journal of the scan" in done.stderr) == (2, True), done.stderr
    assert (tmp_path / "j").read_bytes() == before


def test_what_lies_where_a_lock_is_to_be_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "r-lock").write_text("a report")
    done = mlposture("scan", "aws", "--journal", "r", "-o", "json:x", cwd=tmp_path)
    assert (done.returncode, "r-lock: is there, and is no lock of a scan" in done.stderr) == (2, True), done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("r-lock", "a report")]


def test_standard_output_is_a_place_unless_it_is_a_device(tmp_path: Path) -> None:
    inventory_of(notebook("a")).save(tmp_path / "i.json")
    command = [str(Path(sys.executable).with_name("mlposture")), "evaluate", "i.json", "--fail-on", "never", "-o"]
    for place in ("r.json", "json:/dev/stdout"):
        with (tmp_path / "r.json").open("wb") as out:
            done = subprocess.run([*command, place], stdout=out, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
        assert (done.returncode, b"standard output" in done.stderr) == (2, True), done.stderr
    piped = subprocess.run([*command, "json:/dev/stdout"], capture_output=True, cwd=tmp_path, check=False)
    assert (piped.returncode, piped.stdout) == (2, b"")
    with Path(os.devnull).open("wb") as out:
        twice = [*command, f"json:{os.devnull}", "-o", f"sarif:{os.devnull}"]
        assert subprocess.run(twice, stdout=out, stderr=out, cwd=tmp_path, check=False).returncode == 0


def test_names_that_differ_in_case_are_one_where_the_file_system_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ignored in (True, False):
        monkeypatch.setattr(module, "ignores_case", lambda _, ignored=ignored: ignored)
        found = Places()
        found.note("one", tmp_path / "Stra\u00dfe\u00e9.json")
        if ignored:
            with pytest.raises(InputError, match=r"^other: .* one$"):
                found.note("other", tmp_path / "STRASSEe\u0301.json")
        else:
            found.note("other", tmp_path / "STRASSEe\u0301.json")
        found.note("elsewhere", tmp_path.parent / "STRASSEe\u0301.json")


def test_whether_case_counts_is_asked_of_the_file_system(tmp_path: Path) -> None:
    (tmp_path / "A").touch()
    assert ignores_case(tmp_path) is (tmp_path / "a").exists()
    assert names(tmp_path) == ["A"]


def test_addresses_in_buckets_are_compared_as_they_are() -> None:
    found = Places()
    found.note("one", "s3://northwind-example/a.json")
    found.note("two", "s3://northwind-example/b.json")
    with pytest.raises(InputError, match=r"^three: .* one$"):
        found.note("three", "s3://northwind-example/a.json")
