"""Days of a period: what a scan of the day saw, and nothing in between."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from factories.aws import HERE
from msgspec.structs import replace
from nights import CHECK, CLOSED, THERE, UNSEEN, Nights, lab
from support import NOW

from scanner.history.period import Days, Watched, span_of
from scanner.history.store import open_store
from scanner.model.notes import Suppression
from scanner.model.nouns import Scope

OTHER = "MLP-1003"
AWS = frozenset({"aws"})
ACCEPTED = Suppression(check=CHECK, resource="*", reason="by design", owner="lab", until=date(2099, 1, 1))


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(f"sqlite:///{tmp_path}/posture.db")


def watched(nights: Nights, *, gone: str = "", told: str = "") -> Watched:
    """The history. One AI system claims all notebooks but one that is `gone`; scans were told so of one alone."""

    def claims(_: str, id: str) -> tuple[str, ...] | None:
        return None if gone and id.endswith(f"/{gone}") else ("research",)

    with open_store(nights.url) as store:
        spans = [
            replace(span, systems=("research",)) if told and span.id.endswith(f"/{told}") else span
            for span in store.spans()
        ]
        return Watched(store.scans(), spans, claims)


def counted(nights: Nights, *checks: str, scopes: Iterable[Scope] = (HERE,), days: int = 9, **how: str) -> str:
    """What each day from the first night on was: seen in full, in part, or without a scan; then ! where it failed."""
    first = (NOW + timedelta(days=1)).date()
    asked = dict.fromkeys(checks or (CHECK,), AWS)
    found = watched(nights, **how).days("research", scopes, asked, first, first + timedelta(days=days - 1))
    assert isinstance(found, Days)
    words = {**dict.fromkeys(found.observed, "o"), **dict.fromkeys(found.not_seen, "p")}
    words |= dict.fromkeys(found.without_scan, "-")
    every = [first + timedelta(days=number) for number in range(days)]
    assert sorted((*found.observed, *found.not_seen, *found.without_scan)) == every
    return " ".join(words[day] + ("!" if day in found.against else "") for day in every)


def test_a_day_is_what_a_scan_of_it_saw(nights: Nights) -> None:
    nights.scan(lab("a"))
    nights.scan(lab("a", CLOSED))
    nights.at += timedelta(days=2)
    nights.scan(lab("a", UNSEEN))
    nights.scan(lab("a"))
    nights.scan(lab("a"), complete=False)

    assert counted(nights) == "o! o - - p o! p! - -"


def test_what_is_unknown_is_neither_seen_nor_against(nights: Nights) -> None:
    nights.scan(lab("a"))
    nights.scan(complete=False)
    nights.scan(lab("a"))

    assert counted(nights, days=3) == "o! p o!"


def test_a_check_that_was_not_run_did_not_see_the_day(nights: Nights) -> None:
    rooted = replace(lab("a", CLOSED), root_access="Enabled")
    nights.scan(rooted)
    nights.scan(rooted, checks=(CHECK, OTHER))

    assert counted(nights, CHECK, OTHER, days=2) == "p o!"
    assert counted(nights, "MLP-0000", days=2) == "p p"


def test_all_accounts_of_a_system_have_to_be_asked(nights: Nights) -> None:
    nights.scan(lab("a", CLOSED))
    nights.scan(lab("b", scope=THERE), scopes=(THERE,))
    nights.scan(lab("a", CLOSED), lab("b", scope=THERE), scopes=(HERE, THERE))

    assert counted(nights, scopes=(HERE, THERE), days=4) == "p p! o! -"
    assert counted(nights, scopes=(HERE,), days=4) == "p p! o! -", "it held a failure there"


def test_regions_that_hold_resources_have_to_be_asked(nights: Nights) -> None:
    south = Scope("aws", HERE.account, "eu-south-1")
    nowhere = Scope("aws", HERE.account, "global")
    nights.scan(lab("a", CLOSED), scopes=(HERE, south))
    nights.scan(lab("a", CLOSED))

    assert counted(nights, scopes=(HERE, nowhere), days=2) == "o o"
    assert counted(nights, scopes=(HERE, south), days=2) == "o p"
    assert counted(nights, scopes=(HERE, Scope("aws", HERE.account, "eu-north-1")), days=2) == "p p", (
        "nobody ever looked"
    )


def test_regions_that_held_failures_have_to_be_asked_too(nights: Nights) -> None:
    south = Scope("aws", HERE.account, "eu-south-1")
    nights.scan(lab("b", scope=south), lab("a", CLOSED), scopes=(HERE, south))
    nights.scan(lab("a", CLOSED), scopes=(HERE, south))
    nights.scan(lab("a", CLOSED))

    assert nights.states("night-2") == {"b": "gone"}
    assert counted(nights, days=4) == "o! o p -"


def test_whose_a_failure_was_is_not_known_of_what_is_gone_where_scans_were_told_of_no_system(nights: Nights) -> None:
    nights.scan(lab("gone"), lab("a", CLOSED))
    nights.scan(lab("gone"), lab("a"))
    nights.scan(lab("a"))

    assert counted(nights, days=3) == "o! o! o!"
    assert counted(nights, days=3, gone="gone") == "p p! o!"
    assert counted(nights, days=3, gone="gone", told="a") == "p o! o!"
    assert counted(nights, days=3, gone="gone", told="gone") == "o! o! o!"


def test_any_scan_of_a_day_counts(nights: Nights) -> None:
    nights.scan(lab("a"))
    nights.at -= timedelta(hours=20)
    nights.scan(lab("a", CLOSED))

    assert counted(nights, days=2) == "o! -"


def test_of_what_no_check_looks_at_nothing_is_said(nights: Nights) -> None:
    nights.scan(lab("a"))
    day = nights.at.date()

    assert watched(nights).days("research", (HERE,), {CHECK: frozenset({"gcp"})}, day, day) is None
    assert watched(nights).days("another", (), {CHECK: AWS}, day, day) is None
    assert watched(nights).scans_of("research", (HERE,), day, day) == 1
    assert watched(nights).without_scan("another", (), day, day) == (day,)


def test_suppressed_failures_are_against_and_their_spells_are_known(nights: Nights) -> None:
    nights.scan(lab("a"))
    nights.scan(lab("a"), accept=(ACCEPTED,))
    nights.scan(lab("a"), lab("b"), accept=(ACCEPTED,))
    nights.scan(lab("a", CLOSED), lab("b"), accept=(ACCEPTED,))
    days = [(NOW + timedelta(days=number)).date() for number in range(5)]
    spells = watched(nights).spells("research")

    assert counted(nights, days=4) == "o! o! o! o!"
    assert [(one.id.rpartition("/")[2], one.since, one.until) for one in spells] == [
        ("a", days[2], days[4]), ("b", days[3], None)
    ]  # fmt: skip


def test_a_history_spans_the_days_of_its_scans(nights: Nights) -> None:
    assert span_of(()) is None
    nights.scan(lab("a"))
    nights.at += timedelta(days=5)
    nights.scan(lab("a"))
    with open_store(nights.url) as store:
        assert span_of(store.scans()) == ((NOW + timedelta(days=1)).date(), (NOW + timedelta(days=7)).date())


@pytest.mark.parametrize("night", range(4))
@pytest.mark.parametrize("less", [{"complete": False}, {"scopes": (THERE,)}, {"checks": (OTHER,)}])
def test_a_night_that_sees_less_never_makes_a_day_observed(tmp_path: Path, less: dict[str, Any], night: int) -> None:
    """Nor does it make evidence against, on that day or another."""
    states = ("Enabled", CLOSED, "Enabled", "Enabled")
    found = []
    for name, changed in (("whole", None), ("less", night)):
        nights = Nights(f"sqlite:///{tmp_path}/{name}.db")
        for number, state in enumerate(states):
            scanned = () if number == changed else (lab("a", state),)
            nights.scan(*scanned, **(less if number == changed else {}))
        first = (NOW + timedelta(days=1)).date()
        days = watched(nights).days("research", (HERE,), {CHECK: AWS}, first, first + timedelta(days=3))
        assert days is not None
        found.append(days)
    whole, part = found

    assert set(part.observed) < set(whole.observed)
    assert set(part.against) <= set(whole.against)
