"""How a history went: what was open when, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest
from nights import CHECK, CLOSED, THERE, UNSEEN, Nights, lab

from scanner.history.store import open_store
from scanner.history.trend import TimeToFix, Trend, trend
from scanner.model.nouns import Severity


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(f"sqlite:///{tmp_path}/posture.db")


def made(nights: Nights) -> Trend:
    with open_store(nights.url) as store:
        return trend(store.scans(), store.spans(), lambda check: {"soc2"} if check == CHECK else set())


def high(found: Trend) -> TimeToFix:
    [one] = [one for one in found.times if one.severity is Severity.HIGH]
    return one


def test_time_to_fix_is_from_the_scan_that_found_it_to_the_one_that_saw_it_fixed(nights: Nights) -> None:
    nights.scan(lab("at first"), lab("other", CLOSED))
    nights.scan(lab("at first"), lab("other"))
    nights.scan(lab("at first"), lab("other"), lab("deleted"))
    nights.scan(lab("at first", CLOSED), lab("other", CLOSED), lab("deleted"))
    nights.scan(lab("at first", CLOSED), lab("other", CLOSED), lab("late"))
    nights.scan(lab("at first", CLOSED), lab("other", CLOSED), lab("late"))

    assert high(made(nights)) == TimeToFix(
        severity=Severity.HIGH, fixed=2, at_least=1, median=2.0, nine_tenths=None, gone=1, open=1, open_median=1.0
    )


def test_what_comes_back_is_fixed_anew(nights: Nights) -> None:
    for state in (CLOSED, "Enabled", CLOSED, "Enabled", "Enabled", "Enabled", CLOSED):
        nights.scan(lab("a", state))

    assert (high(made(nights)).fixed, high(made(nights)).median) == (2, 2.0)


def test_what_was_not_seen_is_not_fixed(nights: Nights) -> None:
    for state in (CLOSED, "Enabled", UNSEEN, UNSEEN, CLOSED):
        nights.scan(lab("a", state))
    found = made(nights)

    assert (high(found).fixed, high(found).median) == (1, 3.0)
    assert found.frameworks == {"soc2": (0, 1, 1, 1, 0)}


def test_a_scan_of_other_accounts_is_marked_and_ends_nothing(nights: Nights) -> None:
    nights.scan(lab("here"))
    nights.scan(lab("there", scope=THERE), scopes=(THERE,))
    nights.scan(lab("here", CLOSED))
    nights.scan(lab("here", CLOSED), checks=(CHECK, "MLP-1002"))
    found = made(nights)

    assert [point.unlike for point in found.points] == [(), ("accounts",), ("accounts",), ("checks",)]
    assert found.frameworks == {"soc2": (1, 2, 1, 1)}
    assert high(found).open == 1


def test_a_history_without_scans_has_no_points(nights: Nights) -> None:
    with open_store(nights.url) as store:
        found = trend(store.scans(), store.spans(), lambda _: ())

    assert (found.points, found.systems) == ((), {})
    assert {one.open for one in found.times} == {0}
