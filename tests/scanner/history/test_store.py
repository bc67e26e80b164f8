"""Histories of many scans, in SQLite, in a real PostgreSQL and in the buckets of three clouds."""

from __future__ import annotations

import pytest
from factories.aws import HERE
from msgspec.structs import replace
from nights import CHECK, CLOSED, OPEN, THERE, UNSEEN, Nights, day, lab

from scanner.history.store import open_store
from scanner.model.errors import InputError
from scanner.model.notes import Suppression

ACCEPTED = Suppression(check=CHECK, resource="*", reason="a lab without data", owner="ml-platform")


def test_ten_nights_of_a_changing_world(url):
    nights = Nights(url)
    worlds = [
        (lab("a"), lab("b"), lab("c", CLOSED)),
        (lab("a"), lab("b"), lab("c", CLOSED), lab("d")),
        (lab("a", CLOSED), lab("b"), lab("d")),
        (lab("a"), lab("b", UNSEEN), lab("d")),
        (lab("a"), lab("b")),
        (),
        (lab("a"), lab("b")),
    ]
    states = []
    for night, world in enumerate(worlds, 1):
        nights.scan(*world, complete=night != 6)
        states.append(nights.states())
    nights.scan(lab("a"), lab("b"), accept=[ACCEPTED])
    states.append(nights.states())
    nights.scan(lab("a"), lab("b", CLOSED))
    states.append(nights.states())
    nights.scan(lab("b", CLOSED))
    states.append(nights.states())
    assert states == [
        {"a": "not compared", "b": "not compared"},
        {"a": "persisting", "b": "persisting", "d": "new"},
        {"a": "fixed", "b": "persisting", "d": "persisting"},
        {"a": "reopened", "b": "unknown", "d": "persisting"},
        {"a": "persisting", "b": "persisting", "d": "gone"},
        {"a": "unknown", "b": "unknown"},
        {"a": "persisting", "b": "persisting"},
        {"a": "suppressed", "b": "suppressed"},
        {"a": "reopened", "b": "fixed"},
        {"a": "gone"},
    ]
    with open_store(url) as store:
        scans = store.scans()
        assert list(store.verify()) == []
        assert [{one.name: str(one.state) for one in store.findings(scan.id)} for scan in scans] == states
        assert [sum(scan.states.values()) for scan in scans] == [len(each) for each in states]
        seen = {one.name: one.first_seen for scan in scans for one in store.findings(scan.id)}
    assert seen == {"a": day(1), "b": day(1), "d": day(2)}
    assert [scan.previous for scan in scans[1:]] == [scan.digest for scan in scans[:-1]]
    assert [scan.complete for scan in scans] == [night not in (4, 6) for night in range(1, 11)]


def test_reports_say_what_the_history_says(database):
    nights = Nights(database)
    for world in ((lab("a"), lab("b")), (lab("a"), lab("b", CLOSED)), (lab("a"), lab("b"), lab("c"))):
        report = nights.scan(*world)
        said = {one.resource.name: one.state for one in report.findings}
        assert said == {name: state for name, state in nights.states().items() if state != "fixed"}
    assert {one.resource.name: one.first_seen for one in report.findings} == {"a": day(1), "b": day(1), "c": day(3)}
    report = nights.scan(lab("a"), lab("e"), accept=[ACCEPTED])
    assert [(one.state, one.first_seen) for one in report.findings] == [("suppressed", day(1)), ("suppressed", day(4))]
    report = nights.scan(lab("a"), lab("e"))
    assert {one.state for one in report.findings} == {"reopened"}, "nobody answers for them any more"


def test_what_stays_the_same_is_one_row(database):
    nights = Nights(database)
    for _ in range(5):
        nights.scan(lab("a"), lab("b"))
    with open_store(database) as store:
        assert store._engine.rows("SELECT first, last, state FROM mlposture_spans") == [(1, None, "not compared")] * 2
        assert [scan.states for scan in store.scans()] == [{"not compared": 2}, *[{"persisting": 2}] * 4]


@pytest.mark.parametrize("how", ["check", "region", "account", "gap"])
def test_what_was_not_asked_is_never_fixed_or_gone(database, how):
    nights = Nights(database)
    nights.scan(lab("a"), scopes=(HERE, THERE))
    if how == "check":
        nights.scan(lab("a", CLOSED), checks=["MLP-1002"])
    elif how == "region":
        nights.scan(scopes=(type(HERE)("aws", HERE.account, "us-west-2"),))
    elif how == "account":
        nights.scan(scopes=(THERE,))
    else:
        nights.scan(complete=False)
    assert nights.states() == ({} if how == "account" else {"a": "unknown"})
    nights.scan(lab("a"))
    assert nights.states() == {"a": "persisting"}


@pytest.mark.parametrize("how", ["check", "region", "account", "gap"])
def test_what_no_scan_looked_at_before_is_not_new(database, how):
    there = replace(HERE, account=THERE.account) if how == "account" else replace(HERE, region="us-west-2")
    nights = Nights(database)
    nights.scan(lab("a"), complete=how != "gap", checks=["MLP-1002"] if how == "check" else [CHECK])
    if how in ("region", "account"):
        report = nights.scan(lab("a"), lab("b"), lab("c", scope=there), scopes=(HERE, there))
        expected = {"a": "persisting", "b": "new", "c": "not compared"}
    else:
        report = nights.scan(lab("a"), lab("b"))
        expected = {"a": "persisting" if how == "gap" else "not compared", "b": "not compared"}
    assert {one.resource.name: one.state for one in report.findings} == nights.states() == expected
    # The next night all of it was looked at before.
    where = (HERE, there) if how in ("region", "account") else (HERE,)
    nights.scan(*(lab(name, scope=where[-1]) for name in ("c", "d")), scopes=where)
    states = nights.states()
    assert (states["d"], states["c"]) == ("new", "persisting" if len(where) > 1 else "new")
    with open_store(database) as store:
        assert list(store.verify()) == []


def test_a_scan_that_looked_long_ago_is_enough(database):
    nights = Nights(database)
    nights.scan(lab("a"))
    nights.scan(lab("a"), checks=["MLP-1002"])
    nights.scan(lab("a"), lab("b"))
    assert nights.states() == {"a": "persisting", "b": "new"}


def test_accounts_have_histories_of_their_own(url):
    nights = Nights(url)
    nights.scan(lab("a"))
    nights.scan(lab("b", scope=THERE), scopes=(THERE,))
    assert nights.states() == {"b": "not compared"}
    assert list(nights.reports[-1].earlier.carried()) == []
    nights.scan(lab("a", CLOSED), lab("c"))
    assert nights.states() == {"a": "fixed", "c": "new"}
    nights.scan(lab("a"), lab("b", CLOSED, scope=THERE), scopes=(HERE, THERE))
    assert nights.states() == {"a": "reopened", "b": "fixed", "c": "gone"}
    with open_store(url) as store:
        assert list(store.verify()) == []
        assert [[one.account for one in scan.accounts] for scan in store.scans()] == [
            [HERE.account], [THERE.account], [HERE.account], [HERE.account, THERE.account]
        ]  # fmt: skip


def test_accounts_are_in_the_same_order_everywhere(database):
    nights = Nights(database)
    scopes = [replace(HERE, account=name) for name in ("team-b", "Team-A", "team_c", "teama")]
    nights.scan(*(lab("a", scope=scope) for scope in scopes), scopes=scopes)
    with open_store(database) as store:
        assert list(store.verify()) == []
        [scan] = store.scans()
        order = [one.account for one in scan.accounts]
        assert [one.scope.account for one in store.findings(scan.id)] == order == sorted(order)


def test_two_jobs_at_once_lose_nothing(url):
    nights = Nights(url)
    nights.scan(lab("a"), lab("b"))
    with open_store(url) as one, open_store(url) as other:
        first = nights.judge(one, lab("a", CLOSED), lab("b"), lab("c"))
        second = nights.judge(other, lab("a"), lab("b", CLOSED), lab("d"), lab("e", scope=THERE), scopes=(HERE, THERE))
        one.write(first)
        other.write(second)
        assert list(one.verify()) == []
    assert nights.states("night-2") == {"a": "fixed", "b": "persisting", "c": "new"}
    # The second job did not know of `c`, and so cannot say that it is gone.
    assert nights.states("night-3") == {"a": "reopened", "b": "fixed", "c": "unknown", "d": "new", "e": "not compared"}
    with open_store(url) as store:
        [why] = (one.why for one in store.findings("night-3") if one.name == "c")
    assert why == "another scan of the account found it while this one ran"


def test_what_another_job_found_meanwhile_does_not_end_by_what_was_seen_before(url):
    nights = Nights(url)
    nights.scan(lab("a"))
    with open_store(url) as one, open_store(url) as other:
        first = nights.judge(one, lab("a", UNSEEN))
        second = nights.judge(other, lab("a", CLOSED))
        one.write(first)
        other.write(second)
    assert nights.states() == {"a": "unknown"}
    with open_store(url) as store:
        [found] = store.findings("night-3")
    assert (found.why, found.observed) == ("not observed: direct_internet_access", day(1))


def test_changes_between_two_scans(database):
    nights = Nights(database)
    nights.scan(lab("a"), lab("b"), lab("c"), lab("d"), lab("s"))
    nights.scan(lab("a", CLOSED), lab("b"), lab("c"), lab("d"), lab("e"), lab("s"))
    nights.scan(
        lab("a"), lab("b", CLOSED), lab("d", UNSEEN), lab("e"), lab("f"), lab("g"), lab("s"),
        accept=[Suppression(check=CHECK, resource="*/s", reason="a lab", owner="ml-platform")],
    )  # fmt: skip
    nights.scan(lab("a"), lab("b", CLOSED), lab("d", UNSEEN), lab("e"), lab("f"), lab("h", CLOSED), lab("s"))

    def changes(before, after):
        with open_store(database) as store:
            found = store.changes(f"night-{before}", f"night-{after}")
            return {one.finding.name: (one.before and str(one.before), str(one.state)) for one in found}

    first = "not compared"
    assert changes(1, 3) == {
        "a": (first, "persisting"), "b": (first, "fixed"), "c": (first, "gone"), "d": (first, "unknown"),
        "e": (None, "new"), "f": (None, "new"), "g": (None, "new"), "s": (first, "suppressed"),
    }  # fmt: skip
    assert changes(2, 4) == {
        "a": ("fixed", "reopened"), "b": ("persisting", "fixed"), "c": ("persisting", "gone"),
        "d": ("persisting", "unknown"), "e": ("new", "persisting"), "f": (None, "new"),
        "s": ("persisting", "persisting"),
    }  # fmt: skip
    with pytest.raises(InputError, match="night-3 is not before"):
        changes(3, 3)
    with pytest.raises(InputError, match="holds no scan night-9"):
        changes(1, 9)


def test_a_finding_keeps_its_first_day_and_its_last(database):
    nights = Nights(database)
    nights.scan(lab())
    nights.scan(lab())
    for _ in range(3):
        nights.scan(lab(state=UNSEEN))
    with open_store(database) as store:
        [found] = store.findings("night-5")
        assert (found.first_seen, found.observed) == (day(1), day(2))
    [carried] = nights.reports[-1].earlier.carried()
    assert (carried.first_seen, carried.observed) == (day(1), day(2))
    nights.scan(lab(state=CLOSED))
    nights.scan(lab(state=OPEN))
    with open_store(database) as store:
        [found] = store.findings("night-7")
    assert (found.state, found.first_seen, found.observed) == ("reopened", day(1), day(7))


def test_a_history_that_is_opened_to_be_read_cannot_be_changed(database):
    nights = Nights(database)
    report = nights.scan(lab("a"))
    with open_store(database, make=False, read_only=True) as store:
        assert [scan.number for scan in store.scans()] == [1]
        assert [one.name for one in store.findings(report.scan_id)] == ["a"]
        later = nights.judge(store, lab("b"))
        with pytest.raises(InputError, match=r"read-?only"):
            store.write(later)
    with open_store(database) as store:
        assert len(store.scans()) == 1 and list(store.verify()) == []
