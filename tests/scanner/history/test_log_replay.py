"""Tables that are made of a log are those that the scans had made."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from nights import CLOSED, THERE, UNSEEN, Nights, lab

from scanner.history.chain import anew
from scanner.history.log_replay import Replay, check_all
from scanner.history.log_scan import Damaged, write_scan
from scanner.history.migrations import migrate
from scanner.history.sqlite_engine import SqliteEngine
from scanner.history.store import open_store

TABLES = ("scans", "accounts", "asked", "findings", "spans")


@pytest.fixture
def nights(tmp_path):
    made = Nights(f"sqlite:///{tmp_path / 'history.db'}")
    made.scan(lab("a"), lab("b", scope=THERE), scopes=(THERE, HERE))
    made.scan(lab("a", CLOSED), lab("c"))
    made.scan(lab("b", UNSEEN, scope=THERE), scopes=(THERE,))
    made.scan(lab("a"), lab("b", scope=THERE), lab("d"), scopes=(HERE, THERE))
    made.scan(lab("a"), lab("d"), complete=False)
    made.scan()
    return made


@pytest.fixture
def files(nights, tmp_path):
    """The objects of a log of these nights."""
    with open_store(nights.url) as store:
        for number, record in store._engine.rows("SELECT number, record FROM mlposture_scans"):
            write_scan(tmp_path / str(number), record, anew(store._engine, number))
    return [tmp_path / str(number) for number in range(1, 7)]


@pytest.fixture
def engine(tmp_path):
    made = SqliteEngine("a log", tmp_path / "tables.db", make=True)
    migrate(made)
    yield made
    made.close()


def test_they_are_the_same_to_the_last_number(nights, files, engine):
    replay = Replay(engine)
    for path in files:
        with path.open("rb") as file:
            replay.take(file)
    assert replay.last == 6
    with open_store(nights.url) as store:
        for table in TABLES:
            query = f"SELECT * FROM mlposture_{table} ORDER BY 1, 2"
            assert engine.rows(query) == store._engine.rows(query), table


def test_the_same_scan_is_the_same_bytes(nights, files, tmp_path):
    before = files[0].read_bytes()
    with open_store(nights.url) as store:
        [(record,)] = store._engine.rows("SELECT record FROM mlposture_scans WHERE number = 1")
        write_scan(tmp_path / "again", record, anew(store._engine, 1))
    assert (tmp_path / "again").read_bytes() == before


def test_a_scan_that_does_not_follow_is_not_taken(files, engine):
    replay = Replay(engine)
    with files[0].open("rb") as file:
        replay.take(file)
    with files[2].open("rb") as file, pytest.raises(Damaged, match="scan 2: its record is of scan 3"):
        replay.take(file)
    assert engine.rows("SELECT number FROM mlposture_scans") == [(1,)]


def test_all_that_is_wrong_is_named(files):
    files[1].write_bytes(files[1].read_bytes()[:-9])
    opened = [(number, path.open("rb")) for number, path in enumerate(files, 1)]
    assert [said.partition(" (")[0] for said in check_all(opened)] == ["scan 2: cannot be read"]
    for _, file in opened:
        file.close()
