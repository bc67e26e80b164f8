"""The state of a finding: every pair of what it was and what a scan says of it."""

from __future__ import annotations

import itertools

import pytest

from scanner.history.states import ENDED, OPEN, Seen, State, seen, state
from scanner.model.nouns import Status

FAILED = (State.NEW, State.PERSISTING, State.REOPENED, State.NOT_COMPARED, State.UNKNOWN, State.SUPPRESSED)


@pytest.mark.parametrize("before", FAILED)
@pytest.mark.parametrize(
    ("now", "after"),
    [
        (Seen.FAILS, State.PERSISTING),
        (Seen.SUPPRESSED, State.SUPPRESSED),
        (Seen.ENDED, State.FIXED),
        (Seen.ABSENT, State.GONE),
        (Seen.UNSEEN, State.UNKNOWN),
    ],
)
def test_what_had_not_ended_is_what_the_scan_says(before, now, after):
    if before is State.SUPPRESSED and now is Seen.FAILS:  # what was accepted is so no more
        after = State.REOPENED
    assert state(before, now) is after


@pytest.mark.parametrize("before", [None, *sorted(ENDED)])
@pytest.mark.parametrize("now", [Seen.ENDED, Seen.ABSENT, Seen.UNSEEN])
def test_nothing_is_said_of_what_did_not_fail_and_does_not(before, now):
    assert state(before, now) is None


def test_what_fails_is_new_once():
    assert state(None, Seen.FAILS) is State.NEW
    assert state(None, Seen.FAILS, compared=False) is State.NOT_COMPARED
    assert {state(before, Seen.FAILS, compared=False) for before in ENDED} == {State.REOPENED}
    assert {state(before, Seen.FAILS) for before in ENDED} == {State.REOPENED}


def test_nothing_ends_but_by_a_verdict_or_a_complete_listing():
    for before, now in itertools.product((None, *State), Seen):
        ended = state(before, now) in ENDED
        assert ended == (before in FAILED and now in (Seen.ENDED, Seen.ABSENT))


def test_states_are_open_ended_or_suppressed():
    assert not OPEN & ENDED
    assert set(State) - OPEN - ENDED == {State.SUPPRESSED}


@pytest.mark.parametrize(
    ("verdict", "suppressed", "hidden", "says"),
    [
        (Status.FAIL, False, "", Seen.FAILS),
        (Status.FAIL, True, "", Seen.SUPPRESSED),
        (Status.PASS, False, "", Seen.ENDED),
        (Status.NOT_APPLICABLE, False, "", Seen.ENDED),
        (Status.UNKNOWN, False, "", Seen.UNSEEN),
        (None, False, "the list is not complete", Seen.UNSEEN),
        (None, False, "", Seen.ABSENT),
    ],
)
def test_what_a_scan_says(verdict, suppressed, hidden, says):
    assert seen(verdict, suppressed=suppressed, hidden=hidden) is says
