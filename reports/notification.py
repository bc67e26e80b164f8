"""How a scan went, in one line that a person reads first, and as the JSON that a webhook is sent.

docs/reference/notification-v1.schema.json describes the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from reports.json_finding_types_v1 import ResourceV1
from reports.json_types_v1 import SeverityCountsV1, ToolV1
from reports.notification_types_v1 import EndedV1, NotificationV1, ReasonV1, WorstV1
from reports.writing import clean, line, one_line, redact
from scanner import __version__
from scanner.history.states import State
from scanner.model.nouns import Severity
from scanner.model.reported import Finding, Report

#: Reasons that are told, and letters of a name or a reason: the text is to be read at a glance, and bounded.
MOST_REASONS, _LONGEST = 5, 120
#: What is worth a look first.
FRESH = (State.NEW, State.REOPENED)
_FIRST = {State.NOT_COMPARED, State.SUPPRESSED}
SCHEMA: Literal["mlposture/notification/v1"] = "mlposture/notification/v1"
_UNOBSERVED = "not observed: "


def encoded(made: NotificationV1) -> bytes:
    """The message as JSON on one line, without credentials."""
    return line(made)


def message(report: Report) -> NotificationV1:
    """What there is to say of a scan."""
    made = NotificationV1(
        schema=SCHEMA,
        tool=ToolV1("mlposture", __version__),
        id=report.scan_id,
        started_at=report.started_at,
        finished_at=report.finished_at,
        text="",
        complete=report.complete,
        accounts=len(report.accounts),
        resources=report.resources,
        gaps=len(report.gaps),
        unknown=report.counts["unknown"],
        by_severity=SeverityCountsV1(*(report.by_severity[severity] for severity in Severity)),
        states=None if report.states is None else dict(report.states),
        not_seen=sum(report.earlier.carried_by_account().values()),
        not_seen_because=reasons(report.earlier.reasons(MOST_REASONS)),
        worst=_worst(report),
        not_seen_as_before=report.earlier.carried_as_before(),
        newly_not_seen_because=reasons(report.earlier.reasons(MOST_REASONS, newly=True)),
        gaps_as_before=report.as_before.gaps,
        unknown_as_before=report.as_before.unknown,
        as_before=as_before(report),
    )
    return worded(made)


def worded(made: NotificationV1) -> NotificationV1:
    """The message with its text."""
    return msgspec.structs.replace(made, text=words(made))


def without_names(made: NotificationV1) -> NotificationV1:
    """The message without anything that names what was scanned: counts alone."""
    return worded(msgspec.structs.replace(made, not_seen_because=[], newly_not_seen_because=[], worst=None))


def ended(made: NotificationV1, code: int, why: str) -> NotificationV1:
    """The message with how the command ends."""
    return msgspec.structs.replace(made, ended=EndedV1(code, why))


def words(made: NotificationV1) -> str:
    """The message as one line, which claims nothing of what was not seen."""
    parts = _compared(made, made.states) if made.states is not None and compared(made.states) else _alone(made)
    return f"{', '.join(parts)}{'' if made.complete else _incomplete(made)}."


def as_before(report: Report) -> bool:
    """Whether this scan saw less than all, and no less than the last one."""
    return not report.complete and report.as_before.whole


def _incomplete(made: NotificationV1) -> str:
    """What was not seen, apart from what was not seen before: who reads this every night looks for the former."""
    known = _missing(made.gaps_as_before, made.unknown_as_before)
    if made.as_before:
        return f"; as before, not everything was seen{f': {known}' if known else ''}"
    rest = _missing(made.gaps - made.gaps_as_before, made.unknown - made.unknown_as_before)
    said = ", and as before ".join(part for part in (rest, known) if part)
    return f"; not everything was seen{': ' if said else ''}{'' if rest or not known else 'as before '}{said}"


def _missing(gaps: int, unknown: int) -> str:
    counted = ((gaps, "gap"), (unknown, "unknown verdict"))
    return " and ".join(_count(number, noun) for number, noun in counted if number)


def compared(states: Mapping[str, int] | None) -> bool:
    """Whether anything was known before. In a first scan of a history nothing was, and its worst failure is told."""
    return states is not None and not (states.get(State.NOT_COMPARED) and states.keys() <= _FIRST)


def _compared(made: NotificationV1, states: Mapping[str, int]) -> Iterator[str]:
    new = states.get(State.NEW, 0)
    nothing = "nothing new" if made.complete and not made.not_seen else "nothing new in what was seen"
    reopened = states.get(State.REOPENED, 0)
    fresh = [f"{count} {state}" for state, count in ((State.NEW, new), (State.REOPENED, reopened)) if count]
    yield f"Since the last scan: {' and '.join(fresh) or nothing}{_named(made.worst)}"
    for state in (State.FIXED, State.GONE):
        if states.get(state):
            yield f"{states[state]} {state}"
    if states.get(State.NOT_COMPARED):
        yield f"{states[State.NOT_COMPARED]} first looked at"
    known = made.not_seen_as_before
    if newly := made.not_seen - known:
        yield f"{newly} {'newly ' if known else ''}not seen{_because(made, newly)}"
    if known:
        yield f"{known} not seen as before"


def _alone(made: NotificationV1) -> Iterator[str]:
    counts = msgspec.structs.asdict(made.by_severity)
    total = sum(counts.values())
    said = " and ".join(f"{counts[name]} {name}" for name in ("critical", "high") if counts[name])
    none = "no failures" if made.complete else "no failures in what was seen"
    yield f"This scan: {_count(total, 'failure') if total else none}{f', {said} among them' if said else ''}"
    yield f"nothing earlier to compare with{_named(made.worst)}" if total else "nothing earlier to compare with"


def _named(worst: WorstV1 | None) -> str:
    if worst is None:
        return ""
    return f" (worst: {worst.severity} {worst.check} {worst.title}: {short(worst.name)} in {_where(worst)})"


def _where(worst: WorstV1) -> str:
    return f"{worst.provider} {worst.account} {worst.region}"


def _because(made: NotificationV1, newly: int) -> str:
    if not made.newly_not_seen_because:
        return ""
    first = made.newly_not_seen_because[0]
    some = "" if first.count == newly else f", {first.count} of them"
    why = first.reason
    if why.startswith(_UNOBSERVED):
        why = f"nobody could read {why.removeprefix(_UNOBSERVED)}"
    return f"{some} because {why}"


def _worst(report: Report) -> WorstV1 | None:
    """The first in the order of findings: they come worst first."""
    known = compared(report.states)
    if known and not any((report.states or {}).get(state) for state in FRESH):
        return None
    wanted = (one for one in report.findings if one.open and (not known or one.state in FRESH))
    found = next(wanted, None)
    return None if found is None else _shown(found)


def _shown(finding: Finding) -> WorstV1:
    one, scope = finding.resource, finding.resource.scope
    resource = ResourceV1(
        one.id, type(one).kind, one.name, scope.provider, scope.account, scope.region, one.console_url
    )
    return about(finding.severity, finding.check_id, finding.title, resource)


def about(severity: Severity, check: str, title: str, one: ResourceV1) -> WorstV1:
    """A failure as messages show it: others have named the resource."""
    return WorstV1(
        severity=severity,
        check=short(check),
        title=short(one_line(title)),
        kind=short(one.kind),
        name=clean(redact(one.name)),
        id=clean(redact(one.id)),
        provider=clean(redact(one.provider)),
        account=clean(redact(one.account)),
        region=clean(redact(one.region)),
        console_url=clean(redact(one.console_url)),
    )


def reasons(found: Iterable[tuple[str, int]]) -> list[ReasonV1]:
    """Reasons as they are told, each with how many there are."""
    return [ReasonV1(short(why), count) for why, count in found]


def short(text: str) -> str:
    """Text of others as it may stand in a line."""
    text = clean(redact(text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
