"""Results of SARIF: one a finding, one a failure that an earlier report has, or one a check with what fails it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from reports.sarif_evidence import Evidence, check_uri
from reports.sarif_locations import location, related, steps
from reports.sarif_rules import LEVEL
from reports.sarif_style import MAX_LOCATIONS
from reports.sarif_text import iso, label, last, link
from reports.writing import one_line, redact, sentence
from scanner.model.history import Former
from scanner.model.notes import Suppression
from scanner.model.nouns import Severity, Status
from scanner.model.reported import CheckInfo, Finding

#: Resources of a check that its message names.
MAX_NAMED = 20
KIND = {
    Status.FAIL: "fail",
    Status.PASS: "pass",
    Status.UNKNOWN: "open",
    Status.NOT_APPLICABLE: "notApplicable",
}
#: What a finding is against an earlier report, in SARIF's words.
BASELINE = {
    "new": "new", "not compared": "new", "reopened": "new", "persisting": "unchanged", "suppressed": "unchanged",
    "unknown": "updated", "fixed": "updated",
}  # fmt: skip


class Subject(NamedTuple):
    """What a result is about. A failure of an earlier report is carried forward, or is `absent` now."""

    one: Finding | Former
    absent: bool = False

    @property
    def carried(self) -> bool:
        return isinstance(self.one, Former) and not self.absent

    @property
    def severity(self) -> Severity:
        return self.one.check.severity if isinstance(self.one, Former) else self.one.severity

    @property
    def check_id(self) -> str:
        return self.one.check.id if isinstance(self.one, Former) else self.one.check_id


class Group:
    """The failures of a check in an account, of which the first are kept."""

    def __init__(self) -> None:
        self.first: list[Subject] = []
        self.count = self.carried = 0
        self.observed: datetime | None = None
        self.states: set[str] = set()

    def add(self, subject: Subject) -> None:
        """Count a failure, in the order of findings."""
        self.count += 1
        if isinstance(subject.one, Finding):
            self.states.add(subject.one.state)
        if isinstance(subject.one, Former):
            self.carried += 1
            self.observed = min(self.observed or subject.one.observed, subject.one.observed)
        if len(self.first) < MAX_LOCATIONS:
            self.first.append(subject)


class Results:
    """Makes results of a run: `evidence` is what they point at, `index` the place of each rule."""

    def __init__(self, evidence: Evidence, index: Mapping[str, int], *, full: bool) -> None:
        self._evidence = evidence
        self._index = index
        self._full = full

    def of(self, subject: Subject) -> dict[str, Any]:
        """The result about one resource."""
        one, evidence = subject.one, self._evidence
        status = Status.FAIL if isinstance(one, Former) else one.verdict
        if subject.carried and self._full:
            status = Status.UNKNOWN
        made: dict[str, Any] = {
            "ruleId": subject.check_id,
            "ruleIndex": self._index[subject.check_id],
            "kind": KIND[status],
            "level": LEVEL[subject.severity] if status is Status.FAIL else "none",
            "rank": one.score,
            "message": {"text": ""},
            "locations": [location(one, evidence)],
            "partialFingerprints": {
                "primaryLocationLineHash": line_hash(subject.check_id, one.resource.id),
                "resourceFinding/v1": one.fingerprint,
            },
        }
        beside = related(one, evidence)
        if isinstance(one, Finding) and one.path:
            along = steps(one, evidence)
            made["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in along]}]}]
            beside = [*along[:MAX_LOCATIONS], *beside]
        if beside:
            made["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(beside, start=1)]
        made["message"]["text"] = _message(subject, len(beside))
        if properties := _properties(subject):
            made["properties"] = properties
        if self._full:
            made.update(_for_others(subject))
        return made

    def of_check(self, check: CheckInfo, group: Group) -> dict[str, Any]:
        """The result about a check in an account. Its place is the check's own, whichever resources fail it."""
        scope = group.first[0].one.resource.scope
        account = f"{scope.provider} {scope.account}"
        made: dict[str, Any] = {
            "ruleId": check.id,
            "ruleIndex": self._index[check.id],
            "kind": "fail",
            "level": LEVEL[check.severity],
            "rank": max(subject.one.score for subject in group.first),
            "message": {"text": _group_message(check, group, label(account))},
            "locations": [self._evidence.location(check_uri(scope, check.id), check.id)],
            "relatedLocations": [
                {**self._member(subject.one), "id": number} for number, subject in enumerate(group.first, start=1)
            ],
            "partialFingerprints": {
                "primaryLocationLineHash": line_hash(check.id, account),
                "checkInAccount/v1": digest(check.id, account),
            },
            "properties": {"resources": group.count},
        }
        if self._full:
            made.update(_state_of_all(group.states))
        return made

    def _member(self, one: Finding | Former) -> dict[str, Any]:
        text = sentence(f"'{label(one.resource.name)}': {label(one.message)}")
        return {
            **location(one, self._evidence),
            "message": {"text": text},
            "properties": {"finding": _described(one)},
        }


def _message(subject: Subject, beside: int) -> str:
    one = subject.one
    resource, scope = one.resource, one.resource.scope
    where = label(f"{scope.provider} {scope.account} {scope.region}")
    text = sentence(f"'{label(resource.name)}' ({label(resource.title)}, {where}): {label(one.message)}")
    if subject.carried and isinstance(one, Former):
        text = f"Not observed since {one.observed.date()}: {text} Why: {sentence(label(one.why))}"
    if one.systems:
        text += f" AI system: {label(', '.join(one.systems))}."
    path = one.path[:MAX_LOCATIONS] if isinstance(one, Finding) else ()
    if path:
        # Code scanning shows related locations only where the message links them.
        links = ", ".join(f"[{label(last(id))}]({number})" for number, id in enumerate(path, start=1))
        text += f" It goes through {links}."
    seen = [f"[what was observed]({beside})"] if one.source else []
    if console := link("the console", resource.console_url):
        seen.append(console)
    return text + (f" See {' and '.join(seen)}." if seen else "")


def _group_message(check: CheckInfo, group: Group, account: str) -> str:
    named = [
        f"[{label(subject.one.resource.name)}]({number})"
        for number, subject in enumerate(group.first[:MAX_NAMED], start=1)
    ]
    more = f" and {group.count - len(named)} more" if group.count > len(named) else ""
    text = f"{sentence(one_line(check.title))} In {account}: {', '.join(named)}{more}."
    if group.observed is None:
        return text
    since = f"ot observed since {group.observed.date()}"
    return f"N{since}: {text}" if group.carried == group.count else f"{text} {group.carried} of them: n{since}."


def _properties(subject: Subject) -> dict[str, Any]:
    """What the next scan reads of a failure, and AI systems for people."""
    one = subject.one
    made: dict[str, Any] = {"systems": list(one.systems)} if one.systems else {}
    if subject.carried or (isinstance(one, Finding) and one.verdict is Status.FAIL):
        made["finding"] = _described(one)
    return made


def _described(one: Finding | Former) -> dict[str, Any]:
    resource, scope = one.resource, one.resource.scope
    made: dict[str, Any] = {
        "fingerprint": one.fingerprint,
        "message": redact(one.message),
        "score": one.score,
        "resource": {
            "id": resource.id,
            "kind": resource.kind,
            "name": resource.name,
            "provider": scope.provider,
            "account": scope.account,
            "region": scope.region,
            "console_url": resource.console_url,
        },
    }
    if one.systems:
        made["systems"] = list(one.systems)
    if one.source:
        made["source"] = {
            "uri": redact(one.source.uri),
            "line": one.source.line,
            "address": redact(one.source.address),
        }
    if isinstance(one, Former):
        made["notObservedSince"] = iso(one.observed)
    return made


def _for_others(subject: Subject) -> dict[str, Any]:
    """What code scanning does not understand and others do."""
    one = subject.one
    if isinstance(one, Former):
        return {"baselineState": "absent" if subject.absent else "updated"}
    made = _state(one.state)
    if one.suppression is not None:
        made["suppressions"] = [_suppression(one.suppression)]
    return made


def _state(state: str) -> dict[str, Any]:
    return {"baselineState": BASELINE[state]} if state in BASELINE else {}


def _state_of_all(states: Collection[str]) -> dict[str, Any]:
    """The state of a result about several failures: it is there as before unless all of them are new."""
    known = [_state(state) for state in states if state in BASELINE]
    return next((each for each in known if each != _state("new")), known[0] if known else {})


def _suppression(one: Suppression) -> dict[str, Any]:
    properties = {"owner": redact(one.owner), "approver": redact(one.approver), "ticket": redact(one.ticket)}
    if one.until is not None:
        properties["expiryUtc"] = f"{one.until.isoformat()}T23:59:59Z"
    return {
        "kind": "external",
        "status": "accepted",
        "justification": redact(one.reason),
        "properties": {name: value for name, value in properties.items() if value},
    }


def document_of_check(check: CheckInfo, group: Group) -> Sequence[tuple[str, Any]]:
    """What the place of a check in an account has to show."""
    listed: Iterable[str] = (subject.one.resource.id for subject in group.first)
    return [("check", check.id), ("resources", group.count), ("listed", list(listed))]


def line_hash(check_id: str, resource_id: str) -> str:
    """The fingerprint that code scanning uses, in its form."""
    return digest(check_id, resource_id)[:16] + ":1"


def digest(*parts: str) -> str:
    """What identifies these together."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
