"""Two scans of a history, beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from factories.aws import HERE
from nights import CHECK, CLOSED, OPEN, THERE, UNSEEN, Nights, lab
from support import registered

from reports.diff_words import alike
from scanner.history.comparison import Comparison
from scanner.history.store import open_store
from scanner.history.stored import compare_stored, two_of
from scanner.model.errors import InputError
from scanner.model.nouns import Scope

CHECKS = registered()[0]
ELSEWHERE = Scope("aws", HERE.account, "us-east-1")


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(f"sqlite:///{tmp_path}/posture.db")


def compared(nights: Nights, earlier: str | None = None, later: str | None = None) -> Comparison:
    with open_store(nights.url) as store:
        return compare_stored(store, *two_of(store, earlier, later), lambda check: bool(CHECKS[check].needs))


def states(found: Comparison) -> dict[str, str]:
    return {fate.about.name: str(fate.what) for fate in found.fates()}


def test_a_store_knows_what_is_reopened_and_since_when(nights: Nights) -> None:
    nights.scan(lab("back"), lab("stays"), lab("fixed"), lab("deleted"), lab("hidden"))
    nights.scan(lab("back", CLOSED), lab("stays"), lab("fixed"), lab("deleted"), lab("hidden"))
    nights.scan(lab("back"), lab("stays"), lab("fixed", CLOSED), lab("hidden", UNSEEN), lab("appeared"))
    found = compared(nights)

    assert states(found) == {
        "back": "reopened", "stays": "persisting", "fixed": "fixed", "deleted": "gone", "hidden": "unknown",
        "appeared": "new",
    }  # fmt: skip
    assert found.differences == ()
    assert {fate.why for fate in found.fates() if fate.about.name == "hidden"} == {
        "not observed: direct_internet_access"
    }
    [appeared] = [fate for fate in found.fates() if fate.about.name == "appeared"]
    assert appeared.told.first_seen == nights.at
    assert states(compared(nights, "1", "3"))["back"] == "persisting"


@pytest.mark.parametrize(
    ("wide", "names"),
    [({"scopes": (HERE, THERE)}, ("account", "aws 444455556666")),
     ({"scopes": (HERE, ELSEWHERE)}, ("region", f"aws {HERE.account} us-east-1"))],
)  # fmt: skip
def test_what_one_scan_did_not_ask_is_neither_new_nor_gone(
    wide: dict[str, tuple[Scope, ...]], names: tuple[str, str], nights: Nights
) -> None:
    there = lab("there", scope=wide["scopes"][1])
    nights.scan(lab("here"))
    nights.scan(lab("here"), there, **wide)
    nights.scan(lab("here"))
    widened, narrowed = compared(nights, "1", "2"), compared(nights, "2", "3")

    assert states(widened) == {"here": "persisting", "there": "not compared"}
    assert states(narrowed) == {"here": "persisting", "there": "unknown"}
    assert [(one.what, one.lacks, one.items) for one in widened.differences] == [(names[0], "before", (names[1],))]
    assert [(one.what, one.lacks) for one in narrowed.differences] == [(names[0], "after")]


@pytest.mark.parametrize(
    ("complete", "says"),
    [
        ((True, True), "Both looked at the same."),
        ((True, False), "Both asked for the same; AFTER did not see all of it."),
        ((False, True), "Both asked for the same; BEFORE did not see all of it."),
        ((False, False), "Both asked for the same; neither of them saw all of it."),
    ],
)
def test_who_was_refused_something_did_not_look_at_the_same(
    complete: tuple[bool, bool], says: str, nights: Nights
) -> None:
    for whole in complete:
        nights.scan(lab(), complete=whole)

    assert not (found := compared(nights)).differences
    assert alike(found) == says


def test_what_the_earlier_scan_could_not_judge_is_not_new(nights: Nights) -> None:
    nights.scan(lab("a", UNSEEN))
    nights.scan(lab("a"), lab("b"))
    nights.scan(complete=False)
    nights.scan(lab("a"), lab("b"), lab("c"))

    assert states(compared(nights, "1", "2")) == {"a": "not compared", "b": "not compared"}
    assert states(compared(nights, "2", "3")) == {"a": "unknown", "b": "unknown"}
    assert states(compared(nights, "3", "4")) == {"a": "persisting", "b": "persisting", "c": "not compared"}


def test_what_no_check_judged_is_not_new(nights: Nights) -> None:
    nights.scan(lab("a"), checks=("MLP-1002",))
    nights.scan(lab("a"), checks=(CHECK,))
    found = compared(nights)

    assert states(found)["a"] == "not compared"
    assert [(one.what, one.lacks, one.items) for one in found.differences] == [
        ("check", "before", (CHECK,)), ("check", "after", ("MLP-1002",))
    ]  # fmt: skip


def test_by_default_the_last_scan_is_beside_the_one_before_it_of_the_same_accounts(nights: Nights) -> None:
    nights.scan(lab("here"))
    nights.scan(lab("there", scope=THERE), scopes=(THERE,))
    nights.scan(lab("here", CLOSED))
    with open_store(nights.url) as store:
        before, after = two_of(store, None, None)

    assert (before.number, after.number) == (1, 3)
    assert states(compared(nights)) == {"here": "fixed"}


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ((None, "9"), "--to 9: "),
        (("absent", None), "--from absent: "),
        (("2", "1"), "--from 2 --to 1: give the earlier scan as --from"),
        ((None, "1"), "holds no earlier scan of the accounts of scan 1"),
    ],
)
def test_scans_that_are_not_there_are_said(named: tuple[str | None, str | None], says: str, nights: Nights) -> None:
    for _ in range(2):
        nights.scan(lab("a", OPEN))

    with open_store(nights.url) as store, pytest.raises(InputError, match=says):
        two_of(store, *named)
