"""What cannot be written is said in a sentence, leaves nothing half-written, and costs nothing that can."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from commandline import MLPOSTURE, mlposture
from declaring import declared, selecting
from factories.aws import ACCOUNT, notebook
from scanning import document, running
from support import NOW, inventory_of
from worlds.base import Fault, Request

from scanner.cli.declared import Declared, ownership
from scanner.evaluate import findings
from scanner.model.errors import NotKept
from scanner.store import files, keeping
from scanner.store.files import write_atomically
from scanner.store.inventory import Inventory
from scanner.store.journal import Journal
from scanner.systems import names as names_of_resources
from scanner.systems.manifest import Include

NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
ONE = ("scan", "aws", "--check", "MLP-1001", "--no-cache", "--fail-on", "never")
GO_ON = "nothing is lost: `mlposture scan --resume` writes it, and asks for nothing that was read\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for outputs, and a state folder of this test alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(files, "_PATIENCE", 0.2)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


class Removing(Fault):
    """Nothing goes wrong with the request; a folder is gone when it comes."""

    def __init__(self, folder: Path) -> None:
        super().__init__("*", "deny")
        self.folder = folder

    def strikes(self, request: Request) -> bool:
        if self.folder.exists():
            self.folder.rmdir()
        return False


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("place", ["pipe", "folder/x", pytest.param("/dev/full", marks=NEEDS_FULL)])
@pytest.mark.parametrize("option", ["-o json:{}", "-o sarif:{}", "--save-inventory {}", "--profile-run {}"])
def test_one_output_that_cannot_be_written_costs_no_other(option: str, place: str, own: Path) -> None:
    good = {"x.json": "-o x.json", "x.sarif": "-o x.sarif", "i": "--save-inventory i", "p": "--profile-run p"}
    good = {name: text for name, text in good.items() if text.startswith("-o") or text.split()[0] not in option}
    if place == "pipe":
        os.mkfifo(own / place)
    with running("aws") as world:
        if place == "folder/x":  # it is there when it is looked for, and not when it is needed
            (own / "folder").mkdir()
            world.faults.append(Removing(own / "folder"))
        options = [word for text in (option.format(place), *good.values()) for word in text.split()]
        done = mlposture(*ONE, *options, cwd=own)

    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"mlposture: {place}: ")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(GO_ON) is ("--profile-run" not in option)
    assert "internet" in done.stdout
    assert names(own) == sorted([*good, *(["pipe"] if place == "pipe" else [])])
    assert all(json.loads((own / name).read_bytes()) for name in good)


@pytest.fixture
def inventory(own: Path) -> str:
    inventory_of(notebook("a", direct_internet_access="Enabled")).save(own / "inv.json")
    return str(own / "inv.json")


def test_a_pipe_whose_reader_comes_late_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []

    def come_late() -> None:
        time.sleep(0.5)
        read.append((tmp_path / "pipe").read_bytes())

    reader = Thread(target=come_late)
    reader.start()
    content = b"x" * 300_000  # more than a pipe holds
    write_atomically(tmp_path / "pipe", iter([content[:10], content[10:]]))
    reader.join()
    assert read == [content]


def test_a_pipe_is_written_to_however_many_files_are_open(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _ in range(1100):  # select(2) knows 1024
            stack.enter_context(Path(os.devnull).open("rb"))
        test_a_pipe_whose_reader_comes_late_is_waited_for(tmp_path)


def test_a_pipe_whose_reader_does_not_read_is_given_up(own: Path) -> None:
    os.mkfifo(own / "pipe")
    reader = os.open(own / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(TimeoutError, match="nobody reads from it"):
            write_atomically(own / "pipe", b"x" * 300_000)
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    "output", ["-o", "--save-inventory", "--journal", "--profile-run", "--trust", "--framework-file"]
)
def test_a_name_that_is_no_utf_8_is_refused(output: str, own: Path) -> None:
    name = os.fsdecode(b"json:r\xff.json")
    done = subprocess.run(
        [MLPOSTURE, "scan", "aws", output, name], capture_output=True, text=True, cwd=own, check=False
    )

    assert (done.returncode, done.stderr) == (2, f"mlposture: {output} json:r\\udcff.json: is not UTF-8\n")
    assert names(own) == []


@NEEDS_FULL
@pytest.mark.parametrize("argument", ["good", "bad"])
def test_standard_error_that_takes_nothing_changes_no_outcome(argument: str, inventory: str, own: Path) -> None:
    wrong = ["--verdicts", "wrong"] if argument == "bad" else []
    command = [MLPOSTURE, "evaluate", inventory, "-o", "x.json", "--fail-on", "never", *wrong]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=full, cwd=own, check=False)

    assert done.returncode == (2 if wrong else 0)
    assert (own / "x.json").exists() is (not wrong)


@pytest.mark.parametrize("others", [["-o", "x.json"], ["-o", "x.json", "-o", "-"], ["-o", "-", "-o", "x.json"]])
def test_a_reader_that_went_away_costs_no_file(others: list[str], inventory: str, own: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [MLPOSTURE, "evaluate", inventory, "--fail-on", "never", *others]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=own, check=False)
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")
    assert json.loads((own / "x.json").read_bytes())["findings"]


@contextmanager
def little_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No room for findings and names in the folder for temporary files: SQLite says so itself."""
    real = keeping.private_database

    def small(folder: Path | None, kibibytes: int) -> sqlite3.Connection:
        made = real(folder, kibibytes)
        if folder is None:
            made.execute("PRAGMA max_page_count = 4")
        return made

    with monkeypatch.context() as patched:
        for module in (findings, names_of_resources):
            patched.setattr(module, "private_database", small)
        yield


def test_findings_go_beside_the_journal_where_temporary_files_have_no_room(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = ("scan", "aws", "--no-cache", "--verdicts", "all", "--fail-on", "never", "-o")
    with running("aws"):
        calm = mlposture(*everything, "calm.json", cwd=own)
        with little_room(monkeypatch):
            done = mlposture(*everything, "x.json", cwd=own)

    state = own.parent / "state" / "mlposture"
    assert (calm.returncode, done.returncode) == (0, 0)
    assert done.stderr.startswith("mlposture: the folder for temporary files, for which TMPDIR names another: ")
    assert done.stderr.endswith(f"is full; using {state}\n")
    assert names(state) == ["key"]
    kept = [json.loads((own / name).read_bytes())["findings"] for name in ("calm.json", "x.json")]
    assert kept[0] == kept[1] != []


def test_names_of_resources_go_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, mine = tmp_path / "x.journal", selecting(Include(provider="aws", accounts=(ACCOUNT,)))
    inventory = Inventory(NOW, Journal(path))
    inventory.store.put(notebook(f"a{n}") for n in range(300))
    before = names(tmp_path)
    with little_room(monkeypatch):
        owners = ownership(inventory, {"systems": Declared("ai-systems.yaml", declared(mine=mine), "")})

    assert owners is not None
    assert owners.of(notebook("a1")) == ("mine",)
    assert names(tmp_path) == before


def test_where_there_is_no_journal_a_full_folder_for_temporary_files_is_said(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory_of(*(notebook(f"a{n}", direct_internet_access="Enabled") for n in range(300))).save(own / "inv.json")
    with little_room(monkeypatch):
        done = mlposture("evaluate", "inv.json", "-o", "x.json", cwd=own)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "TMPDIR names another: database or disk is full" in done.stderr
    assert names(own) == ["inv.json"]


def test_a_disk_that_fills_up_while_a_scan_runs_ends_it_with_what_was_seen(own: Path) -> None:
    made = document("aws")
    kinds = made["regions"]["eu-west-1"]["sagemaker"]
    kinds["Model"] = [{**kinds["Model"][0], "ModelName": f"bulk-{n}"} for n in range(400)]
    # Of few controls there is little to say, so that the report itself has room.
    few = ("--check", "MLP-1101", "--verdicts", "unknown", "--framework", "owasp-ml-2023")
    models = (*few, "--no-cache", "--fail-on", "never", "-o", "x.json")
    with running("aws", made) as world:
        # No file may be larger, which the write-ahead log of the journal soon is.
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))  # noqa: E731 - for the child
        command = [MLPOSTURE, "scan", "aws", *models]
        done = subprocess.run(command, capture_output=True, text=True, cwd=own, preexec_fn=limit, check=False)
        partial = json.loads((own / "x.json").read_bytes())
        world.log.clear()
        resumed = mlposture("scan", "--resume", cwd=own)
        whole = json.loads((own / "x.json").read_bytes())

    [journal] = {gap["detail"].partition(".journal: ")[0] for gap in partial["gaps"]}
    assert done.returncode == 2
    assert done.stderr.startswith(f"mlposture: {journal}.journal: ")
    assert done.stderr.endswith("; reported what was seen by then; `mlposture scan --resume` goes on\n")
    assert {gap["reason"] for gap in partial["gaps"]} == {"stopped"}
    assert partial["summary"]["resources"] < whole["summary"]["resources"]
    assert (resumed.returncode, whole["gaps"], whole["scan"]["complete"]) == (0, [], True), resumed.stderr


def test_a_journal_that_had_no_room_goes_on_once_it_has(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "x.journal")
    before = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {before}")
    with pytest.raises(NotKept, match=r"x\.journal: database or disk is full"):
        journal.put(notebook(f"a{n}") for n in range(500))
    journal._db.execute("PRAGMA max_page_count = 100000")
    journal.put([notebook("b")])
    assert journal.count() == 1
