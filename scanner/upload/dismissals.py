"""Which alerts are to be dismissed, because their findings are suppressed, and which opened again. Pure.

An alert has no fingerprint of ours. It is known by rule, category and place, and by its message where several share
these. One that cannot be told from another is left as it is, and named.
"""

from __future__ import annotations

import mmap
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Raw, Struct, field

from scanner.model.errors import InputError
from scanner.model.sanitize import redact
from scanner.upload.sarif_runs import FINGERPRINT, Run

#: How the comments begin by which our own dismissals are known again. Never to be changed.
OURS = "Suppressed in mlposture: "
#: Characters that GitHub's API takes of a comment, and that an owner may have of these.
_LONGEST, _LONGEST_OWNER = 280, 80
REASON = "won't fix"
_REPORT = "mlposture/report/v1"


class _Suppression(Struct):
    reason: str = ""
    owner: str = ""
    until: date | None = None


class _Finding(Struct):
    fingerprint: str
    verdict: str
    suppression: _Suppression | None = None


class _Scan(Struct):
    started_at: datetime


class _Report(Struct):
    schema: str
    findings: list[Raw]
    scan: _Scan | None = None


#: Of each failure, the comment that its alert is dismissed with; None where it is not suppressed.
Decisions = Mapping[str, str | None]


class Shown(NamedTuple):
    """A result by what its alert shows of it."""

    key: tuple[str, str, str, int]
    text: str
    fingerprint: str


class _Place(Struct):
    path: str = ""
    start_line: int = 0


class _Message(Struct):
    text: str = ""


class _Instance(Struct):
    category: str = ""
    location: _Place = field(default_factory=_Place)
    message: _Message = field(default_factory=_Message)


class _Rule(Struct):
    id: str | None = None


class Alert(Struct):
    """What is looked at of an alert."""

    number: int
    state: str | None
    rule: _Rule
    most_recent_instance: _Instance
    dismissed_comment: str | None = None

    @property
    def key(self) -> tuple[str, str, str, int]:
        instance = self.most_recent_instance
        place = instance.location
        return self.rule.id or "", instance.category.rstrip("/"), place.path, place.start_line

    @property
    def text(self) -> str:
        return _folded(self.most_recent_instance.message.text)

    @property
    def ours(self) -> bool:
        """Whether it was dismissed by this, and not by a person."""
        return self.state == "dismissed" and (self.dismissed_comment or "").startswith(OURS)


class Change(NamedTuple):
    """What is to be done to an alert, and the comment that it is dismissed with."""

    alert: int
    to: Literal["dismiss", "open"]
    comment: str = ""


class Plan(NamedTuple):
    """All changes, the alerts of suppressed findings that need none, and the results whose alert is not known."""

    changes: tuple[Change, ...]
    kept: int
    unmatched: tuple[Shown, ...]


def shown(run: Run, chosen: Collection[int]) -> Iterator[Shown]:
    """Those of a run's results, by number, that have a fingerprint of ours."""
    category, numbers = run.category.rstrip("/"), frozenset(chosen)
    for number, result in enumerate(run.results()):
        if number in numbers and (fingerprint := result.partial_fingerprints.get(FINGERPRINT)):
            yield Shown((result.rule_id, category, result.path, result.line), _folded(result.message.text), fingerprint)


def read_decisions(path: Path, name: str, wanted: Mapping[str, datetime | None], today: date) -> tuple[Decisions, int]:
    """What a JSON report decides on failures with these fingerprints, and how many others it suppresses.

    `wanted` says when the scan of each began: the report of another scan decides nothing, for what was suppressed then
    need not be now. One finding at a time is taken out of the file. Raises InputError.
    """
    decisions: dict[str, str | None] = {}
    others = 0
    try:
        for scanned_at, finding in _failures(path, name):
            comment = _comment(finding.suppression, today)
            if finding.fingerprint in wanted:
                if _differ(scanned_at, wanted[finding.fingerprint]):
                    continue
                decisions[finding.fingerprint] = comment
            elif comment is not None:
                others += 1
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # also of a file that is empty
        raise InputError(f"{name}: is no JSON report, which -o FILE.json writes ({error})") from error
    return decisions, others


def _differ(one: datetime | None, other: datetime | None) -> bool:
    """Whether two times are not the same; SARIF has no more than milliseconds."""
    return one is not None and other is not None and abs(one - other) >= timedelta(seconds=1)


def _failures(path: Path, name: str) -> Iterator[tuple[datetime | None, _Finding]]:
    """The failures, with the time of their scan. What was not observed is none, and says nothing of a suppression."""
    with path.open("rb") as file:
        # A hundred thousand findings take half a second so. Never closed by hand, as findings point into it.
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    report = msgspec.json.decode(content, type=_Report)
    if report.schema != _REPORT:
        raise InputError(f"{name}: schema is {report.schema[:40]!r}; this version reads {_REPORT!r}")
    scanned_at = report.scan.started_at if report.scan else None
    for raw in report.findings:
        finding = msgspec.json.decode(raw, type=_Finding)
        if finding.verdict == "fail":
            yield scanned_at, finding


def plan(results: Iterable[Shown], alerts: Iterable[Any], decisions: Decisions) -> Plan:
    """What to do to the alerts of a repository. What the report does not know stays as it is."""
    changes: list[Change] = []
    unmatched: list[Shown] = []
    kept = 0
    for result, alert in _pairs(results, [msgspec.convert(one, Alert) for one in alerts]):
        comment = decisions.get(result.fingerprint)
        if alert is None:
            unmatched += [result] if comment is not None else []
        elif comment is not None and alert.state == "open":
            changes.append(Change(alert.number, "dismiss", comment))
        elif comment is not None and alert.ours and alert.dismissed_comment != comment:
            # The API changes no comment of an alert that is dismissed.
            changes += [Change(alert.number, "open"), Change(alert.number, "dismiss", comment)]
        elif comment is not None:
            kept += 1
        elif result.fingerprint in decisions and alert.ours:
            changes.append(Change(alert.number, "open"))
    return Plan(tuple(changes), kept, tuple(unmatched))


def _pairs(results: Iterable[Shown], alerts: Iterable[Alert]) -> Iterator[tuple[Shown, Alert | None]]:
    """Each result with the one alert that can be its own, None where there is none or no telling."""
    of_results: dict[Any, list[Shown]] = defaultdict(list)
    of_alerts: dict[Any, list[Alert]] = defaultdict(list)
    for result in results:
        of_results[result.key].append(result)
    for alert in alerts:
        of_alerts[alert.key].append(alert)
    for key, same in of_results.items():
        there = of_alerts[key]
        for result in same:
            if len(same) == len(there) == 1:
                yield result, there[0]
                continue
            alike = [one for one in there if one.text == result.text]
            twins = [one for one in same if one.text == result.text]
            yield result, alike[0] if len(alike) == len(twins) == 1 else None


def _comment(suppression: _Suppression | None, today: date) -> str | None:
    """Reason, owner and end of a suppression that still counts, as long as a comment may be."""
    if suppression is None or (suppression.until is not None and suppression.until < today):
        return None
    owner = _cut(_folded(redact(suppression.owner)), _LONGEST_OWNER) or "not named"
    end = f"until {suppression.until}" if suppression.until else "risk accepted"
    tail = f" Owner: {owner}; {end}."
    room = _LONGEST - len(OURS) - len(tail) - 1
    reason = _cut(_folded(redact(suppression.reason)).rstrip("."), room) or "no reason given"
    return f"{OURS}{reason}.{tail}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _folded(text: str) -> str:
    return " ".join(text.split())
