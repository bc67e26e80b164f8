"""What a finding is in one scan, by what it was before and by what that scan says of it. Pure.

A finding has a state once it has failed. Nothing ends it but a verdict of its check on its resource, or a listing that
is complete and does not have the resource: whatever else keeps a scan from judging it leaves it open.
"""

from enum import StrEnum

from scanner.model.nouns import Status


class State(StrEnum):
    """What a finding is in a scan."""

    #: it fails, and an earlier scan that looked at it has it as no failure
    NEW = "new"
    #: it fails, and was open in the scan before
    PERSISTING = "persisting"
    #: it fails, and had ended, or was accepted until now
    REOPENED = "reopened"
    #: it fails, and no earlier scan looked at it: nobody knows whether it is new
    NOT_COMPARED = "not compared"
    #: its resource is there and does not fail any more
    FIXED = "fixed"
    #: its resource is there no more, by a listing that is complete
    GONE = "gone"
    #: it failed before, and this scan could not or did not judge it
    UNKNOWN = "unknown"
    #: it fails, and somebody has accepted that
    SUPPRESSED = "suppressed"


class Seen(StrEnum):
    """What a scan says of a finding."""

    FAILS = "fails"
    SUPPRESSED = "suppressed"
    #: it was judged, and does not fail: it passes, or the question does not arise
    ENDED = "ended"
    #: the resource is not in a listing that is complete, where it would be
    ABSENT = "absent"
    #: anything else: its verdict is unknown, its check was not run, its region was not asked or not read to the end
    UNSEEN = "unseen"


#: Whoever is asked what fails has to name these.
OPEN = frozenset({State.NEW, State.PERSISTING, State.REOPENED, State.NOT_COMPARED, State.UNKNOWN})
ENDED = frozenset({State.FIXED, State.GONE})
_BEGINS = frozenset({State.NEW, State.REOPENED, State.NOT_COMPARED})
_ENDS = {Seen.ENDED: State.FIXED, Seen.ABSENT: State.GONE, Seen.UNSEEN: State.UNKNOWN}


def seen(verdict: Status | None, *, suppressed: bool = False, hidden: str = "") -> Seen:
    """What a scan says of a finding, by the verdict that it gave; None if it gave none.

    `hidden` says then why the resource may be there all the same. Only where nothing hides it is it gone.
    """
    if verdict is Status.FAIL:
        return Seen.SUPPRESSED if suppressed else Seen.FAILS
    if verdict is Status.UNKNOWN or (verdict is None and hidden):
        return Seen.UNSEEN
    return Seen.ABSENT if verdict is None else Seen.ENDED


def state(before: State | None, now: Seen, *, compared: bool = True) -> State | None:
    """The state of a finding after a scan; None where there is nothing to say: it never failed, or had ended already.

    `before` is its state in the scan before, None if it never failed. `compared`: some scan before looked at it.
    """
    if now is Seen.SUPPRESSED:
        return State.SUPPRESSED
    if now is Seen.FAILS:
        if before is None:
            return State.NEW if compared else State.NOT_COMPARED
        return State.REOPENED if before in ENDED or before is State.SUPPRESSED else State.PERSISTING
    return None if before is None or before in ENDED else _ENDS[now]


def later(found: State) -> State:
    """What a finding that was `found` so is in the scans after that which find nothing else."""
    return State.PERSISTING if found in _BEGINS else found
