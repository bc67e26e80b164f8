"""The journals of a state folder: which is the last, whatever the clock says."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.store.journals import new_journal, old_journal


def test_the_last_scan_is_the_one_that_began_last_also_where_the_clock_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    names = []
    for number in range(3):
        with new_journal(None) as journal:
            assert journal.path is not None
            journal.set_meta("scan", str(number))
            journal.kept = True
        if not number:  # then it was far in the future
            journal.path.rename(journal.path.with_name("29990101T000000000000-1.journal"))
        names.append(journal.path.name)
    with old_journal(None) as last:
        assert last.path is not None
        assert last.path.name == names[-1]
