"""Whatever is changed in a journal or a cache after its scan ended: what is believed is what the scan wrote."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from factories.aws import HERE, model, notebook
from support import NOW, ROOT

from checks.aws.sagemaker.resources import Model, NotebookInstance
from scanner.model.errors import InputError
from scanner.model.nouns import Listing, Scope
from scanner.store.cache import open_cache
from scanner.store.journal import Facts
from scanner.store.journals import new_journal, old_journal

THERE = Scope("aws", HERE.account, "us-east-1")
UNITS = {(NotebookInstance.kind, HERE): 3, (NotebookInstance.kind, THERE): 2, (Model.kind, HERE): 1}
#: what SQLite may hold where something else was
VALUES = (b"\xff\xfe", "another", 7, None)
BORN = "2026-01-01T00:00:00+00:00"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of three units, of which one is killed before its end."""
    path = tmp_path_factory.mktemp("scan") / "x.journal"
    with new_journal(str(path)) as journal:
        journal.set_meta("scan", '{"asked": 1}')
        for (kind, scope), count in UNITS.items():
            facts = Facts(listings=(Listing(kind=kind, scope=scope, complete=True, observed=count),))
            make = notebook if kind == NotebookInstance.kind else model
            found = [msgspec.structs.replace(make(f"{scope.region}-{n}"), scope=scope) for n in range(count)]
            unit = journal.begin(kind, scope)
            journal.write(unit, found[1:])
            journal.finish(unit, found[:1], facts, whole=True)
        journal.write(journal.begin(Model.kind, THERE), [model("half")])
    return path


def gone_on_with(path: Path) -> tuple[dict[Any, Facts], set[bytes]]:
    """What a resumed scan believes of a journal."""
    with old_journal(str(path)) as journal:
        assert journal.meta("scan") == '{"asked": 1}'
        journal.take_over()
        kinds = (NotebookInstance.kind, Model.kind)
        return journal.finished(), {body for kind in kinds for body in journal.documents(kind)}


@pytest.fixture(scope="module")
def whole(left: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Any, Facts], set[bytes]]:
    finished, bodies = gone_on_with(copied(left, tmp_path_factory.mktemp("whole")))
    assert set(finished) == set(UNITS)
    assert len(bodies) == 6
    return finished, bodies


def copied(path: Path, folder: Path) -> Path:
    return Path(shutil.copy(path, folder / path.name))


def judged(path: Path, whole: tuple[dict[Any, Facts], set[bytes]]) -> int | None:
    """How many units count still; None if the journal is refused, in a sentence. Asserts that the rest is as it was."""
    try:
        finished, bodies = gone_on_with(path)
    except InputError:
        return None
    assert finished.items() <= whole[0].items()
    assert bodies <= whole[1]
    assert len(bodies) == sum(UNITS[unit] for unit in finished)
    return len(finished)


def places(path: Path) -> list[tuple[str, str]]:
    db = sqlite3.connect(path)
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = [(table, row[1]) for table in tables for row in db.execute(f"PRAGMA table_info({table})")]
    db.close()
    return found


def test_every_value_of_every_row(left: Path, whole, tmp_path: Path) -> None:
    """A changed value costs no more than its unit, or, where it says what was asked for, the journal."""
    tried = dict.fromkeys(places(left), 0)
    for table, column in tried:
        rows = [row for (row,) in sqlite3.connect(left).execute(f"SELECT rowid FROM {table}")]
        for row in (rows[0], rows[-1]):
            for value in VALUES:
                path = copied(left, tmp_path)
                db = sqlite3.connect(path)
                db.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")
                try:
                    db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))
                    db.execute(
                        f"UPDATE {table} SET {column} = CAST({column} AS TEXT) WHERE rowid = {row} AND ? = ?",
                        (value, b"\xff\xfe"),
                    )  # fmt: skip - invalid UTF-8 in a text
                    db.commit()
                except (sqlite3.IntegrityError, sqlite3.OperationalError):
                    continue  # it may not hold such a thing
                finally:
                    db.close()
                tried[table, column] += 1
                count = judged(path, whole)
                assert count is None or count >= len(UNITS) - (2 if column in ("unit", "id") else 1), (table, column)
    assert all(tried.values()), tried


@pytest.mark.parametrize(
    "change",
    [
        *(f"DROP TABLE {table}" for table in ("meta", "units", "resources")),
        *(f"DELETE FROM {table}" for table in ("meta", "units", "resources")),
        "DROP INDEX resources_by_id",
        "CREATE TABLE more (id)",
        "CREATE VIEW more AS SELECT * FROM units",
        "CREATE TRIGGER more AFTER UPDATE ON units BEGIN DELETE FROM resources; END",
        "UPDATE units SET finished = 1",
        "DELETE FROM resources WHERE rowid = 1",
        "INSERT INTO resources SELECT * FROM resources LIMIT 1",
        "INSERT INTO resources SELECT 99, kind, 'arn:aws:more', account, cached, body, read FROM resources LIMIT 1",
        "UPDATE resources SET unit = 3 - unit WHERE unit IN (1, 2)",
        "UPDATE resources SET rowid = 1000 - rowid",
        "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'schema') WHERE name = 'scan'",
        "UPDATE meta SET value = 'other' WHERE name = 'salt'",
    ],
)
def test_every_way_of_changing_the_whole(left: Path, whole, change: str, tmp_path: Path) -> None:
    path = copied(left, tmp_path)
    db = sqlite3.connect(path)
    db.execute(change)
    db.commit()
    db.close()
    count = judged(path, whole)
    assert count is None or count < len(UNITS) or change.startswith(("UPDATE units", "INSERT INTO resources SELECT 99"))


def test_a_file_that_is_damaged_anywhere(left: Path, whole, tmp_path: Path) -> None:
    chance = random.Random(13)
    good = left.read_bytes()
    refused = 0
    for number in range(150):
        bad = bytearray(good)
        if number % 3 == 0:
            del bad[chance.randrange(len(bad)) :]
        for _ in range(1 + number % 20):
            if bad:
                bad[chance.randrange(len(bad))] = chance.randrange(256)
        path = tmp_path / "x.journal"
        path.write_bytes(bad)
        path.chmod(0o600)
        refused += judged(path, whole) is None
    assert 30 < refused < 150


def test_what_was_sealed_in_another_journal_does_not_fit(left: Path, whole, tmp_path: Path) -> None:
    other = tmp_path / "y.journal"
    with new_journal(str(other)) as journal:
        journal.set_meta("scan", '{"asked": 1}')
        unit = journal.begin(Model.kind, THERE)
        journal.finish(unit, [model("other")], Facts(), whole=True)
    path = copied(left, tmp_path)
    db = sqlite3.connect(path)
    db.execute("ATTACH ? AS other", (str(other),))
    db.execute("DELETE FROM units WHERE NOT finished")
    db.execute("INSERT INTO units SELECT 77, kind, provider, account, region, finished, facts, seal FROM other.units")
    db.execute("INSERT INTO resources SELECT 77, kind, id, account, cached, body, read FROM other.resources")
    db.commit()
    db.close()
    assert judged(path, whole) == len(UNITS)


def test_without_its_key_a_journal_says_nothing(left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied(left, tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    with pytest.raises(InputError, match="its key is another"), old_journal(str(path)):
        pass
    assert path.read_bytes() == left.read_bytes()


def test_until_it_is_taken_over_a_journal_stays_as_it_is(left: Path, tmp_path: Path) -> None:
    path = copied(left, tmp_path)
    with old_journal(str(path)) as journal:
        assert journal.meta("scan")
    assert path.read_bytes() == left.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_read_of_the_log_of_a_killed_scan_is_left_in_it(left: Path, tmp_path: Path) -> None:
    """The write-ahead log of a process that was killed is part of the journal."""
    source = copied(left, tmp_path)
    db = sqlite3.connect(source, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("DELETE FROM resources WHERE rowid = 1")
    folder = tmp_path / "killed"
    folder.mkdir(mode=0o700)
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(f"{source}{suffix}", folder)
    db.close()
    path = folder / source.name
    before = [(path.parent / f"{path.name}{suffix}").read_bytes() for suffix in ("", "-wal")]
    with old_journal(str(path)) as journal:
        assert len(journal._unfit(journal._sealer)) == 1
    assert before == [(path.parent / f"{path.name}{suffix}").read_bytes() for suffix in ("", "-wal")]


# -- two at once -------------------------------------------------------------------------------------------------------

RESUMING = """
import sys, time
from scanner.model.errors import InputError
from scanner.store.journals import old_journal
for path in sys.stdin:
    try:
        with old_journal(path.strip()) as journal:
            print("has it", flush=True)
            sys.stdin.readline()
    except InputError as error:
        print(error, flush=True)
        sys.stdin.readline()
"""


def test_of_two_that_go_on_at_once_one_does(left: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RESUMING]
    pair = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=ROOT)
        for _ in range(2)
    ]
    for number in range(20):
        path = tmp_path / f"{number}.journal"
        shutil.copy(left, path)
        for each in pair:
            each.stdin.write(f"{path}\n")
        said = sorted(each.stdout.readline().strip() for each in pair)
        assert said[0].endswith("in another process") is True
        assert "being resumed" in said[0]
        assert said[1] == "has it"
        for each in pair:
            each.stdin.write("\n")
    for each in pair:
        each.communicate()


# -- the cache ---------------------------------------------------------------------------------------------------------


def test_an_entry_of_the_cache_that_was_changed_costs_that_entry_alone(tmp_path: Path) -> None:
    path = tmp_path / "mlposture" / "c.sqlite"
    first = open_cache(path, "", NOW)
    assert first is not None
    for name in "abc":
        first.keep(model(name), BORN)
    first.close()
    for column in ("key", "read_at", "used", "body", "seal"):
        for change in ("CAST(x'fffe' AS TEXT)", "x'fffe'", "7", "''"):
            changed = copied(path, tmp_path)
            shutil.copy(path, changed)
            db = sqlite3.connect(changed)
            db.execute(f"UPDATE resources SET {column} = {change} WHERE rowid = 1")
            db.commit()
            db.close()
            cache = open_cache(changed, "", NOW + timedelta(days=1))
            assert cache is not None
            found = [cache.recall(Model, model(name).id, BORN) for name in "abc"]
            assert sum(each is None for each in found) == (column != "used"), (column, change)
            assert all(each is None or each.id == model(name).id for each, name in zip(found, "abc", strict=True))
            cache.close()


def test_a_cache_that_another_scan_has_locked_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mlposture" / "c.sqlite"
    first = open_cache(path, "", NOW)
    assert first is not None
    first.keep(model("a"), BORN)
    first.close()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: connect(*given, **{**options, "timeout": 0}))
    other = connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("DELETE FROM resources WHERE key = ''")
    assert open_cache(path, "", NOW) is None
    other.close()
    again = open_cache(path, "", NOW)
    assert again is not None
    assert again.recall(Model, model("a").id, BORN) is not None


def test_a_cache_with_other_tables_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "mlposture" / "c.sqlite"
    path.parent.mkdir(mode=0o700)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE resources (key BLOB PRIMARY KEY, read_at TEXT, used INTEGER, body BLOB)")
    db.close()
    path.chmod(0o600)
    cache = open_cache(path, "", NOW)
    assert cache is not None
    cache.keep(model("a"), BORN)
    cache.flush()
    assert cache.recall(Model, model("a").id, BORN) is not None
    cache.close()


def test_a_cache_that_is_damaged_anywhere_gives_what_was_left_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mlposture" / "c.sqlite"
    first = open_cache(path, "", NOW)
    assert first is not None
    names = [f"m{number}" for number in range(50)]
    for name in names:
        first.keep(model(name, enable_network_isolation=False), BORN)
    first.close()
    chance, good, given = random.Random(13), path.read_bytes(), 0
    for number in range(100):
        bad = bytearray(good)
        for _ in range(1 + number):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        path.write_bytes(bad)
        cache = open_cache(path, "", NOW)
        assert cache is not None
        found = [cache.recall(Model, model(name).id, BORN) for name in names]
        cache.keep(model("more"), BORN)
        cache.close()
        for each, name in zip(found, names, strict=True):
            assert each in (None, model(name, enable_network_isolation=False))
        given += sum(each is not None for each in found)
    assert 0 < given < 100 * len(names)
