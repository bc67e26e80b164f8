"""What a history of scans adds to the evidence on an AI system: days of a period, spells of suppressions, since when.

A type 2 report of SOC 2 is about a period, and a scan is a moment: days are counted, and no word is said about the
time between two scans, or about whether a control operated.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from scanner.evidence.dossier_types import ControlDays, Period, Recalled, SuppressedSpell
from scanner.history.period import Days, Watched
from scanner.history.records import Scan
from scanner.model.checks import CHECKS
from scanner.model.claims import ControlState, FrameworkState, SystemState, Word
from scanner.model.nouns import Scope

#: The framework whose auditors ask about a period.
FRAMEWORK = "soc2"
LIMITS = (
    "A scan is a snapshot: a day counts as observed only by what a scan that began on it (UTC) saw at that moment.",
    "Observed says that every check of a control ran on every account of the system that it is about, and could judge "
    "all of it. It does not say that the control operated, on that day or over the period.",
    "Days with evidence against it are days on which a scan saw a check of it fail, suppressed failures among them. On "
    "the other days nothing was seen to fail, which is no evidence for what was not looked at.",
    "Checks of today are counted; a scan that had not got one of them yet did not observe the control. The accounts of "
    "the system are those that hold its resources now, or held failures of it then, and so are their regions: where a "
    "scan did not ask one of them, it did not observe the control.",
    "A failure is of the system if its scan said so, or if the system claims its resource now. Of a scan that was told "
    "of no systems, a failure whose resource is gone may have been of this one: that day was not seen in full.",
)
#: Said before these where it is so.
NOTHING = "No scan of the history asked an account of the system on a day of this period: nothing is known of its days."


class Asked(Struct, frozen=True):
    """A history, and the days that are asked about. `digest` is that of its last scan."""

    store: str
    scans: Sequence[Scan]
    watched: Watched
    first: date
    last: date

    @property
    def digest(self) -> str:
        return self.scans[-1].digest if self.scans else ""


def recalled(asked: Asked, state: SystemState, scopes: Iterable[Scope]) -> Recalled:
    """What a history says of a system that holds resources in these scopes."""
    period = period_of(asked, state, frozenset(scopes))
    return Recalled(
        store=asked.store,
        scans=len(asked.scans),
        digest=asked.digest,
        period=period,
        suppressed=tuple(
            SuppressedSpell(
                check=one.check,
                kind=one.kind,
                resource=one.id,
                account=one.account[1],
                since=one.since,
                until=one.until,
            )
            for one in asked.watched.spells(state.id)
        ),
        limits=LIMITS if period is None or period.scans else (NOTHING, *LIMITS),
    )


def period_of(asked: Asked, state: SystemState, scopes: Iterable[Scope]) -> Period | None:
    """The period by the controls that apply, or may; None of a system that is not assessed by the framework."""
    framework = _framework(state)
    if framework is None:
        return None
    scopes = frozenset(scopes)
    found: list[ControlDays] = []
    unasked: list[str] = []
    for control in framework.controls:
        if control.word is Word.NOT_APPLICABLE:
            continue
        checks = checks_of(state, [control])
        days = asked.watched.days(state.id, scopes, checks, asked.first, asked.last)
        if days is None:
            unasked.append(control.id)
        else:
            found.append(_control(control, state, checks, days))
    return Period(
        framework=framework.id,
        first=asked.first,
        last=asked.last,
        scans=asked.watched.scans_of(state.id, scopes, asked.first, asked.last),
        without_scan=asked.watched.without_scan(state.id, scopes, asked.first, asked.last),
        controls=tuple(found),
        unasked=tuple(unasked),
    )


def days_of(asked: Asked, state: SystemState, scopes: Iterable[Scope]) -> Days | None:
    """The same of all controls together: a day is observed if that of each of them is."""
    framework = _framework(state)
    if framework is None:
        return None
    controls = [one for one in framework.controls if one.word is not Word.NOT_APPLICABLE]
    return asked.watched.days(state.id, scopes, checks_of(state, controls), asked.first, asked.last)


def checks_of(state: SystemState, controls: Iterable[ControlState]) -> Mapping[str, frozenset[str]]:
    """The checks that may give these controls a word, and the clouds of each. What is recorded gives none."""
    objectives = {one for control in controls for one in control.core}
    return {
        name: CHECKS[name].providers for name in sorted({name for one in objectives for name in _decides(state, one)})
    }


def _decides(state: SystemState, objective: str) -> tuple[str, ...]:
    """The checks whose verdicts decide about an objective."""
    asked = state.claims[objective].checks if objective in state.claims else ()
    return tuple(name for name in asked if name in CHECKS and not CHECKS[name].recorded)


def _framework(state: SystemState) -> FrameworkState | None:
    return next((one for one in state.frameworks if one.id == FRAMEWORK), None)


def _control(control: ControlState, state: SystemState, checks: Iterable[str], days: Days) -> ControlDays:
    return ControlDays(
        id=control.id,
        title=control.title,
        checks=tuple(checks),
        observed=days.observed,
        not_seen=days.not_seen,
        against=days.against,
        unchecked=tuple(one for one in control.core if not _decides(state, one)),
    )
