"""What has become of each failure between two scans, and what only one of them looked at."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from scanner.history.sides import About, Side, Sides, Told
from scanner.history.states import Seen, State, seen, state
from scanner.model.nouns import Status


class What(StrEnum):
    """What has become of a finding, what is worse now first: its `State`, or what two files leave open."""

    NEW = State.NEW.value
    REOPENED = State.REOPENED.value
    #: it fails, and the scan before did not look at it: nobody knows whether it is new
    NOT_COMPARED = State.NOT_COMPARED.value
    UNKNOWN = State.UNKNOWN.value
    FIXED = State.FIXED.value
    GONE = State.GONE.value
    #: it does not fail any more, by a file that holds no passes: it is fixed or gone
    NOT_FAILING = "not failing"
    SUPPRESSED = State.SUPPRESSED.value
    PERSISTING = State.PERSISTING.value


class Fate(Struct, frozen=True):
    """What has become of a finding. `told` is what the later side says of it that has it as a failure.

    `why` says what keeps it from being compared, or judged; empty elsewhere. `before` and `after` are the verdicts of
    the two, None where they gave none, or do not show it.
    """

    what: What
    told: Told
    about: About
    before: Status | None
    after: Status | None
    why: str = ""


class Rescored(NamedTuple):
    """A check whose severity is another."""

    check: str
    before: str
    after: str


Joined = Callable[[str], bool]


class Comparing:
    """Says what has become of a finding. `joined` says of a check whether it looks at more than one resource."""

    def __init__(self, before: Side, after: Side, joined: Joined) -> None:
        self._before = before
        self._after = after
        self._joined = joined
        before.look(after)
        after.look(before)
        self.rescored: set[Rescored] = set()

    def fates(self, sides: Sides) -> Iterator[Fate]:
        """What has become of every failure, in no order."""
        for former, latter in sides.pairs():
            if fate := self._fate(former, latter):
                yield fate

    def _fate(self, former: Told | None, latter: Told | None) -> Fate | None:
        failed = former if former and former.verdict is Status.FAIL else None
        fails = latter if latter and latter.verdict is Status.FAIL and not latter.carried else None
        told = fails or failed or latter
        if told is None or told.about is None:
            return None
        if failed and fails:
            self._note_severities(failed, fails)
        appeared = self._appeared(fails, former, told.about) if fails and not failed else None
        what, why = appeared or self._became(failed, latter, told.about)
        if what is None:
            return None
        return Fate(what, told, told.about, _verdict(former), _verdict(latter), why)

    def _appeared(self, fails: Told, former: Told | None, about: About) -> tuple[What, str]:
        """It fails now, and the side before has it as no failure."""
        if fails.suppressed:
            return What.SUPPRESSED, ""
        why = self._unseen_before(fails.check, former, about)
        return (What.NOT_COMPARED, why) if why else (What.NEW, "")

    def _unseen_before(self, check: str, former: Told | None, about: About) -> str:
        """Why the side before may have missed a failure; empty if it was none then."""
        if former is not None and former.verdict is Status.UNKNOWN:
            return former.message or "its verdict was unknown"
        if former is None and (why := _silent(self._before, check, about)):
            return why
        return self._before.hides_paths(about.provider) if self._joined(check) else ""

    def _became(self, failed: Told | None, latter: Told | None, about: About) -> tuple[What | None, str]:
        """It failed, or the later side has it from an earlier report."""
        if latter is None:
            return self._vanished(failed, about) if failed else (None, "")
        if latter.carried:
            return What.UNKNOWN, latter.why
        says = seen(latter.verdict, suppressed=latter.suppressed)
        if says is Seen.ENDED and (hidden := self._hides_paths(latter.check, about)):
            return What.UNKNOWN, hidden
        why = latter.message or "its verdict is unknown"
        return _after(failed, says), why if says is Seen.UNSEEN else ""

    def _vanished(self, failed: Told, about: About) -> tuple[What | None, str]:
        """It failed, and the later side says nothing of it."""
        after, check = self._after, failed.check
        hidden = _silent(after, check, about)
        left = [after.left_out(check, status) for status in (Status.PASS, Status.NOT_APPLICABLE)]
        if hidden or not any(count is None or count for count in left):
            return _after(failed, seen(None, hidden=hidden)), hidden
        hidden = self._hides_paths(check, about)
        return (What.UNKNOWN, hidden) if hidden else (What.NOT_FAILING, "")

    def _hides_paths(self, check: str, about: About) -> str:
        return self._after.hides_paths(about.provider) if self._joined(check) else ""

    def _note_severities(self, failed: Told, fails: Told) -> None:
        if failed.severity and fails.severity and failed.severity != fails.severity:
            self.rescored.add(Rescored(fails.check, failed.severity, fails.severity))


def _silent(side: Side, check: str, about: About) -> str:
    """Why a side that says nothing of a resource by a check may have missed a failure; empty if it would have it."""
    if check not in side.checks:
        return "its check was not run"
    if why := side.hides(about):
        return why
    if side.cut:
        return f"{side.said} leaves failures out"
    if left := side.left_out(check, Status.UNKNOWN):
        return f"{side.said} leaves out unknown verdicts, of which {check} gave {left}"
    return ""


def _after(failed: Told | None, says: Seen) -> What | None:
    """What the rule of states makes of a finding that failed, or did not."""
    became = state(None if failed is None else State.PERSISTING, says)
    return None if became is None else What(became)


def _verdict(told: Told | None) -> Status | None:
    if told is None:
        return None
    return Status.UNKNOWN if told.carried else told.verdict
