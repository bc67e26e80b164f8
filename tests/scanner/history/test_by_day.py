"""A history day by day: what is known of all accounts, and days without a scan."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from factories.aws import HERE
from nights import CLOSED, THERE, UNSEEN, Nights, lab

from scanner.history.by_day import Course, course, days
from scanner.history.store import open_store
from scanner.history.trend import trend
from scanner.model.nouns import Severity


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(f"sqlite:///{tmp_path}/posture.db")


def made(nights: Nights) -> Course:
    with open_store(nights.url) as store:
        return course(trend(store.scans(), store.spans(), lambda _: ()), store.shown)


def test_what_another_account_had_is_known_still(nights: Nights) -> None:
    nights.scan(lab("a"), lab("b"))
    nights.scan(lab("c", scope=THERE), scopes=(THERE,))
    nights.scan(lab("a", CLOSED), lab("b", UNSEEN))
    found = [(one.by_severity.get(Severity.HIGH, 0), one.unknown) for one in made(nights).sights]

    assert found == [(2, 0), (3, 0), (1, 1)]
    assert made(nights).sights[1].unlike == ("accounts",)


def test_a_day_without_a_scan_has_none(nights: Nights) -> None:
    nights.scan(lab("a"))
    nights.at += timedelta(days=2)
    nights.scan(lab("a"))
    nights.at -= timedelta(days=1, hours=-2)
    nights.scan(lab("a"), scopes=(HERE,))
    found = days(made(nights).sights, 100)

    assert [place for _, place in found] == [0, None, None, 2]
    assert [place for _, place in days(made(nights).sights, 2)] == [None, 2]
    assert days((), 10) == []
