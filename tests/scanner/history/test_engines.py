"""Where a history is: its URL, its migrations, and what is said where it cannot be opened."""

from __future__ import annotations

import builtins
import sqlite3
import sys
from pathlib import Path

import pytest
from nights import Nights, lab

from scanner.history.engine import engine_of, shown, without_password
from scanner.history.migrations import MIGRATIONS, migrate
from scanner.history.store import open_store
from scanner.model.errors import InputError

ADDED = (*MIGRATIONS, ("CREATE TABLE mlposture_notes (scan BIGINT NOT NULL, note TEXT NOT NULL)",))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://northwind-example", "^--store s3://northwind-example: names no folder in the bucket; use sqlite"),
        ("gs://northwind-example/", "names no folder in the bucket"),
        ("az://northwind/history/", "names no folder in the bucket"),
        ("az://northwind/", "^--store az://northwind: no container has such a name"),
        ("s3://northwind-example/../history", "has a part that is . or .."),
        ("mysql://me:invented-secret@host/db", "use sqlite:///PATH, postgresql://USER@HOST/DATABASE, s3://BUCKET/"),
        ("history.db", "--store history.db: use sqlite:///PATH"),
        ("host=db user=me password=invented-secret", "^--store: use sqlite:///PATH"),
        ("//me:invented-secret@host/db", "^--store: use sqlite:///PATH"),
        ('"postgresql://me:invented-secret@host/db"', "^--store: use sqlite:///PATH"),
        ("postgresql://host/db?user=me&password=se@invented-secret", "^--store postgresql://host: has an @ after"),
        ("sqlite://", "use sqlite:///PATH"),
        ("sqlite:///", "use sqlite:///PATH"),
        ("sqlite:///nowhere/history.db", "the folder nowhere does not exist"),
        ("sqlite:///.", "is a directory"),
        ("sqlite:///:memory:", "what is in memory is gone with this process"),
        ("sqlite:///a\0b", "embedded null byte"),
    ],
)
def test_a_url_that_leads_to_no_history(url, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said) as caught:
        open_store(url)
    assert "invented-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "named", "kept"),
    [
        ("postgresql://me:pa-ss@host:5432/db?sslmode=require", "postgresql://me@host:5432/db",
         "postgresql://me@host:5432/db?sslmode=require"),
        ("postgresql://me:pa/ss?x@y@host/db", "postgresql://me@host/db", "postgresql://me@host/db"),
        ("postgres://host/db?user=me&password=pa-ss", "postgres://host/db", "postgres://host/db?user=me"),
        ("postgresql://me:pa-ss", "postgresql://me", "postgresql://me"),
        ("postgresql://host:5433/db?sslpassword=pa-ss", "postgresql://host:5433/db", "postgresql://host:5433/db?"),
        ("postgresql://host:1/db?user=me&password=pa@ss", "postgresql://host", "postgresql://host"),
        ("postgresql://me:pa?x=y@host/db", "postgresql://me", "postgresql://me"),
        ("postgresql://me:pa/ss", "postgresql://me", "postgresql://me"),
        ("postgresql://[::1]:1/db?user=me", "postgresql://[::1]:1/db", "postgresql://[::1]:1/db?user=me"),
        ("postgresql://a:1,b:2/db", "postgresql://a:1,b:2/db", "postgresql://a:1,b:2/db"),
        ("sqlite:///history.db", "sqlite:///history.db", "sqlite:///history.db"),
    ],
)  # fmt: skip
def test_a_password_is_nowhere(url, named, kept):
    assert (shown(url), without_password(url)) == (named, kept)


@pytest.mark.parametrize("url", ["postgresql://me:invented-secret@127.0.0.1:1/db", "postgresql://me:invented-secret"])
def test_no_server_and_no_url_are_said_without_the_password(url):
    with pytest.raises(InputError, match=r"^--store postgresql://me") as caught:
        open_store(url)
    assert "invented-secret" not in str(caught.value)


def test_without_psycopg_one_sentence_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "psycopg":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "scanner.history.postgres_engine", raising=False)
    with pytest.raises(InputError, match=r"^--store postgresql://me@host/db: .*pip install '\.\[postgres\]'$"):
        open_store("postgresql://me:pw@host/db")


def test_a_history_of_an_earlier_version_is_brought_forward(database):
    Nights(database).scan(lab())
    engine = engine_of(database, make=False)
    migrate(engine, ADDED)
    assert (engine.version(), engine.rows("SELECT * FROM mlposture_notes")) == (2, [])
    assert engine.rows("SELECT number FROM mlposture_scans") == [(1,)]
    engine.close()
    with pytest.raises(InputError, match="written by a newer version of mlposture"):
        open_store(database)


def test_a_migration_that_fails_changes_nothing(database):
    Nights(database).scan(lab())
    engine = engine_of(database, make=False)
    with pytest.raises(InputError):
        migrate(engine, (*ADDED, ("CREATE TABLE mlposture_scans (number BIGINT)",)))
    engine.close()
    with open_store(database) as store:
        assert len(store.scans()) == 1


def test_a_file_that_is_something_else_is_let_be(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="is no history of mlposture; name another file"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    path.write_text("no database, and longer than the header of one would be" * 20)
    with pytest.raises(InputError, match="is no history of mlposture, or damaged: file is not a database"):
        open_store(f"sqlite:///{path}")


def test_a_trigger_that_somebody_put_there_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'history.db'}"
    Nights(url).scan(lab())
    with sqlite3.connect(tmp_path / "history.db") as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON mlposture_scans BEGIN DELETE FROM mlposture_spans; END")
    db.close()
    with pytest.raises(InputError, match="its tables are not those that this version writes"):
        open_store(url)


def test_a_history_is_its_owners_alone_and_is_not_made_to_be_looked_at(tmp_path):
    url = f"sqlite:///{tmp_path / 'history.db'}"
    with pytest.raises(InputError, match="there is no such file"):
        open_store(url, make=False)
    assert not list(tmp_path.iterdir())
    Nights(url).scan(lab())
    assert Path(tmp_path / "history.db").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["history.db"]
