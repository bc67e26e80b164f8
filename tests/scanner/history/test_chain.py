"""The chain of scans: whatever is changed in a history, or missing from it, is named."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys

import pytest
from nights import CLOSED, THERE, Nights, lab

from scanner.history.store import open_store

#: What somebody does to a history → what is said of it.
CHANGES = {
    "DELETE FROM mlposture_scans WHERE number = 2": "scan 2 is missing",
    "DELETE FROM mlposture_scans WHERE number IN (2, 3)": "scans 2 to 3 are missing",
    "DELETE FROM mlposture_scans WHERE number = 4": "there are findings of scan 4, which is missing",
    "UPDATE mlposture_scans SET id = 'other' WHERE number = 2": "scan 2 .*: its record is of another scan",
    "UPDATE mlposture_scans SET digest = (SELECT digest FROM mlposture_scans WHERE number = 1) WHERE number = 2":
        "scan 2: its record was changed",
    "UPDATE mlposture_spans SET state = 'fixed' WHERE first = 1": "scan 1 .*: what it found was changed",
    "DELETE FROM mlposture_spans WHERE first = 3": "scan 3 .*: what it found was changed",
    "UPDATE mlposture_findings SET subject = body FROM mlposture_spans s WHERE finding = number":
        "scan 1 .*: what it found was changed",
    "UPDATE mlposture_spans SET last = 3 WHERE first = 1 AND last IS NULL": "scan 1: until when something stayed",
    "UPDATE mlposture_findings SET first = 2": "scan 2: what was first found there was changed",
    "DELETE FROM mlposture_asked WHERE scan = 2": "scan 2 .*: which accounts it asked was changed",
    "UPDATE mlposture_accounts SET account = '999900001111' WHERE number = 1":
        "scan 1 .*: which accounts it asked was changed",
}  # fmt: skip


@pytest.fixture
def nights(database):
    made = Nights(database)
    made.scan(lab("a"), lab("b"))
    made.scan(lab("a"), lab("b", CLOSED), lab("c", scope=THERE), scopes=(lab().scope, THERE))
    made.scan(lab("a"), lab("b"))
    made.scan(lab("a"), lab("d"))
    return made


def test_what_was_written_fits(nights):
    with open_store(nights.url) as store:
        assert list(store.verify()) == []


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_is_named(nights, change):
    with open_store(nights.url) as store:
        store._engine.rows(change)
        problems = list(store.verify())
    assert any(re.match(CHANGES[change], problem) for problem in problems), problems


def test_a_record_that_was_made_anew_breaks_the_chain(nights):
    with open_store(nights.url) as store:
        [(record,)] = store._engine.rows("SELECT record FROM mlposture_scans WHERE number = 2")
        forged = json.dumps(json.loads(bytes(record)) | {"complete": False}).encode()
        query = "UPDATE mlposture_scans SET record = ?, digest = ? WHERE number = 2"
        store._engine.rows(query, forged, hashlib.sha256(forged).digest())
        assert [problem.partition(" (")[0] for problem in store.verify()] == ["scan 3"]


def test_the_command_says_so_and_ends_with_1(nights):
    def verify(*more):
        command = [sys.executable, "-m", "scanner.cli.commands", "history", "verify", "--store", nights.url, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    said = verify()
    assert said.returncode == 0, said.stderr
    last = said.stdout.split()[-1]
    assert said.stdout.startswith("4 scans, each as it was written.\n")
    assert verify("--digest", last).returncode == 0
    other = verify("--digest", "0" * 64)
    assert (other.returncode, "its end was cut off" in other.stdout) == (1, True)
    assert verify("--digest", "abc").returncode == 2
    with open_store(nights.url) as store:
        store._engine.rows("DELETE FROM mlposture_scans WHERE number = 2")
    gap = verify()
    assert (gap.returncode, gap.stdout.splitlines()[0]) == (1, "scan 2 is missing")
    assert "is not as it was written" in gap.stderr
