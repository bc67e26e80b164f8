"""A history in which something was changed by hand: one sentence says so, and nothing of it is believed."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from nights import CLOSED, Nights, lab
from support import NOW

from scanner.cli.evidence_history import Opened, first_seen
from scanner.cli.trend_running import trend_of
from scanner.history.store import open_store
from scanner.history.stored import compare_stored, two_of
from scanner.model.errors import InputError


def damaged(folder: Path, change: str) -> str:
    """A history of two nights, changed."""
    path = folder / "history.db"
    nights = Nights(f"sqlite:///{path}")
    nights.scan(lab(), lab("other"))
    nights.scan(lab("other", CLOSED), lab("third"))
    with sqlite3.connect(path) as db:
        db.execute(change)
    db.close()
    return nights.url


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM mlposture_scans WHERE number = 2",
        "INSERT INTO mlposture_asked VALUES (1, 99)",
        "DELETE FROM mlposture_asked",
        "UPDATE mlposture_accounts SET account = 'other'",
        "UPDATE mlposture_accounts SET account = x'ff'",
        "UPDATE mlposture_findings SET subject = '{}'",
        "UPDATE mlposture_scans SET started = 'yesterday'",
        "UPDATE mlposture_spans SET body = x'00'",
        "UPDATE mlposture_spans SET body = 'text'",
        "UPDATE mlposture_spans SET state = 'odd'",
        "UPDATE mlposture_spans SET state = x'ff'",
    ],
)
def test_what_no_version_wrote_is_not_believed_and_verify_says_more(change, tmp_path):
    with open_store(damaged(tmp_path, change)) as store:
        with pytest.raises(InputError, match=r"`mlposture history verify` says more$"):
            store.earlier()
        assert list(store.verify())


READ = {
    "earlier": lambda store: store.earlier(),
    "spans": lambda store: list(store.spans()),
    "findings": lambda store: list(store.findings("night-2")),
    "changes": lambda store: list(store.changes("night-1", "night-2")),
    "compared": lambda store: compare_stored(store, *two_of(store, None, None), lambda _: False),
    "trend": trend_of,
    "period": lambda store: Opened(store, store.scans(), NOW.date(), NOW.date()).asked(None),
    "first seen": lambda store: first_seen(store, NOW + timedelta(days=9), {"0"}),
}


@pytest.mark.parametrize("read", READ)
def test_each_way_to_read_says_it_in_a_sentence(read, tmp_path):
    url = damaged(tmp_path, "UPDATE mlposture_spans SET state = 'odd'")
    with open_store(url) as store, pytest.raises(InputError, match="holds what mlposture did not write so"):
        READ[read](store)


@pytest.mark.parametrize("read", ["trend", "period"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_scan_that_is_missing_is_not_passed_over(read, number, tmp_path):
    url = damaged(tmp_path, f"DELETE FROM mlposture_scans WHERE number = {number}")
    with open_store(url) as store, pytest.raises(InputError, match="holds what mlposture did not write so"):
        READ[read](store)


@pytest.mark.parametrize("change", ["DELETE FROM mlposture_version", "UPDATE mlposture_version SET version = 'first'"])
def test_a_history_that_does_not_say_its_version_is_not_opened(change, tmp_path):
    url = damaged(tmp_path, change)
    with pytest.raises(InputError, match=r"does not say its version$"):
        open_store(url)


@pytest.mark.parametrize("change", ["UPDATE mlposture_scans SET digest = 'a'", "UPDATE mlposture_scans SET record = 1"])
def test_text_and_numbers_for_bytes_are_found(change, tmp_path):
    with open_store(damaged(tmp_path, change)) as store:
        assert list(store.verify())
