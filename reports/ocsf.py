"""OCSF 1.8.0 for data lakes and SIEMs: an event a line, with the profiles `cloud` and `datetime`.

A failure along a path is a detection finding (class 2004) with that path as its attack graph. Every other verdict is a
compliance finding (2003), and so is what was not seen: its compliance is unknown, and never a pass. Between two scans
`finding_info.uid` is the same for the same thing.

Nothing is said that was not observed: without an earlier report nobody knows when a finding was first seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reports.extent import Extents, Looked
from reports.not_seen import Unseen, unseen
from reports.writing import line
from scanner import __version__
from scanner.model.nouns import Scope, Severity, Status
from scanner.model.reported import CheckInfo, ControlRef, Finding, Report

VERSION = "1.8.0"
#: Class → its number in the schema.
COMPLIANCE, DETECTION = 2003, 2004
_CLASSES = {COMPLIANCE: "Compliance Finding", DETECTION: "Detection Finding"}
_CATEGORY, _RULE = 2, 1
#: Activities of a finding, and what an earlier report makes of one; without an earlier report it is created.
_ACTIVITIES = {1: "Create", 2: "Update", 3: "Close"}
_ACTIVITY = {"": 1, "new": 1, "not compared": 1, "fixed": 3, "gone": 3}
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
#: Verdict → `status_id` and `status` of the compliance.
_COMPLIANCE = {
    Status.PASS: (1, "Pass"),
    Status.FAIL: (3, "Fail"),
    Status.UNKNOWN: (0, "Unknown"),
    Status.NOT_APPLICABLE: (99, "Not Applicable"),
}
_SEVERITY = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFORMATIONAL: (1, "Informational"),
}
_UNKNOWN_SEVERITY = (0, "Unknown")
#: What is noted of a finding → the members of it that are written: neither the text of a line nor how an entry matches.
_NOTES = {
    "source": ("uri", "line", "column", "address", "attribute"),
    "suppression": ("reason", "owner", "approver", "ticket", "until"),
}
#: Provider → its name, and the type of its accounts.
_PROVIDERS = {"aws": ("AWS", 10, "AWS Account"), "gcp": ("GCP", 11, "GCP Project"),
              "azure": ("Azure", 13, "Azure Subscription")}  # fmt: skip


def render(report: Report) -> Iterator[bytes]:
    """The report as events: where it looked, what was not seen, then a finding each."""
    constant = {check.id: _of_check(check) for check in report.checks}
    for looked in Extents(report).looked():
        yield line(_looked(looked, report)) + b"\n"
    for one in unseen(report):
        yield line(_unseen(one, report)) + b"\n"
    for finding in report.findings:
        yield line(_event(finding, report, constant[finding.check_id])) + b"\n"


def _event(finding: Finding, report: Report, constant: Mapping[str, Any]) -> dict[str, Any]:
    attack = finding.verdict is Status.FAIL and len(finding.path) > 1
    number = DETECTION if attack else COMPLIANCE
    info = {
        **constant["finding_info"],
        "uid": finding.fingerprint,
        **_seen(finding, report),
        **({"src_url": finding.resource.console_url} if finding.resource.console_url else {}),
    }
    if attack:
        info["attack_graph"] = _graph(finding)
    if finding.systems:
        info["tags"] = [*info["tags"], {"name": "ai-systems", "values": list(finding.systems)}]
    event = {
        **_base(number, report, finding.resource.scope, _ACTIVITY.get(finding.state, 2), finding.check_id),
        **_pair("severity", _severity(finding)),
        **_pair("status", _workflow(finding)),
        "finding_info": info,
        "message": f"{finding.title}: {finding.message}",
        "resources": [_resource(finding)],
        "remediation": constant["remediation"],
        "unmapped": _unmapped(finding),
    }
    if not attack:
        said = _pair("status", _COMPLIANCE[finding.verdict])
        check = {**constant["check"], **said}
        # One check is no proof of a control: none may stand beside a pass.
        related = constant["related"] if finding.verdict is not Status.PASS else {}
        detail = {"checks": [check], **said, "status_detail": finding.message}
        event["compliance"] = {**constant["compliance"], **related, **detail}
    return event


def _base(number: int, report: Report, scope: Scope, activity: int, code: str) -> dict[str, Any]:
    """What every event of a class begins with."""
    # What is none of these was not written by a scan: the schema has a number for what it does not know.
    name, type_id, type = _PROVIDERS.get(scope.provider, (scope.provider, 99, "Other"))
    account = {"uid": scope.account, "type_id": type_id, "type": type}
    if called := report.names.get((scope.provider, scope.account)):
        account["name"] = called
    cloud = {"provider": name, "account": account, **({"region": scope.region} if scope.region else {})}
    return {
        "class_uid": number,
        "class_name": _CLASSES[number],
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "activity_id": activity,
        "activity_name": _ACTIVITIES[activity],
        "type_uid": number * 100 + activity,
        "type_name": f"{_CLASSES[number]}: {_ACTIVITIES[activity]}",
        **_time("time", report.finished_at),
        "metadata": {
            "version": VERSION,
            "product": {"name": "mlposture", "vendor_name": "mlposture", "version": __version__},
            "profiles": ["cloud", "datetime"],
            "correlation_uid": report.scan_id,
            "event_code": code,
        },
        "cloud": cloud,
    }


def _of_check(check: CheckInfo) -> dict[str, Any]:
    """What the events of a check have in common, made once."""
    severity_id, severity = _SEVERITY[check.severity]
    frameworks = _by_framework(check.controls)
    identity = {"uid": check.id, "name": check.slug}
    references = {"references": list(check.references)} if check.references else {}
    return {
        "finding_info": {
            "title": check.title,
            "desc": check.why or check.title,
            "types": [check.objective],
            "analytic": {**identity, "type_id": _RULE, "type": "Rule"},
            "tags": [{"name": name, "values": controls} for name, controls in frameworks.items()],
        },
        "check": {**identity, "desc": check.title, "severity_id": severity_id, "severity": severity},
        "compliance": {"control": check.id, "desc": check.title},
        "related": {
            "standards": list(frameworks),
            "requirements": [f"{control.framework}:{control.id}" for control in check.controls],
        },
        "remediation": {"desc": check.remediation or check.title, **references},
    }


def _by_framework(controls: Iterable[ControlRef]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for control in controls:
        found.setdefault(control.framework, []).append(control.id)
    return found


def _seen(finding: Finding, report: Report) -> dict[str, Any]:
    """When it was seen last and, where earlier scans tell, first."""
    since = report.started_at if finding.state in ("new", "not compared") else finding.first_seen
    first = _time("first_seen_time", since) if since else {}
    return {**first, **_time("last_seen_time", report.started_at)}


def _resource(finding: Finding) -> dict[str, Any]:
    resource = finding.resource
    found = {"uid": resource.id, "name": resource.name, "type": type(resource).kind, "region": resource.scope.region}
    return {**found, "data": finding.evidence}


def _graph(finding: Finding) -> dict[str, Any]:
    """The path as a graph: a node a resource, from the one that is judged to the last."""
    types = {finding.resource.id: type(finding.resource).kind}
    return {
        "uid": finding.fingerprint,
        "name": finding.title,
        "is_directed": True,
        "nodes": [
            {"uid": id, **({"type": types[id]} if id in types else {})} for id in dict.fromkeys(finding.path)
        ],
        "edges": [
            {"uid": f"{finding.fingerprint}-{n}", "source": source, "target": target, "is_directed": True}
            for n, (source, target) in enumerate(zip(finding.path, finding.path[1:], strict=False), 1)
        ],
    }  # fmt: skip


def _unmapped(finding: Finding) -> dict[str, Any]:
    """What is ours and has no place in the schema: the line in code, the exception, the score."""
    found: dict[str, Any] = {"verdict": finding.verdict}
    if finding.verdict is Status.FAIL:
        found["score"] = finding.score
    if finding.state:
        found["state"] = finding.state
    for name, members in _NOTES.items():
        if (note := getattr(finding, name)) is not None:
            found[name] = {member: getattr(note, member) for member in members}
    return found


def _looked(looked: Looked, report: Report) -> dict[str, Any]:
    """A scope that was asked, so that nothing found there is not taken for nothing looked at."""
    said = _pair("status", _COMPLIANCE[Status.PASS if looked.whole else Status.UNKNOWN])
    return {
        **_base(COMPLIANCE, report, looked.scope, 1, "completeness"),
        **_pair("severity", _SEVERITY[Severity.INFORMATIONAL] if looked.whole else _UNKNOWN_SEVERITY),
        "finding_info": {
            "uid": looked.uid(),
            "title": "Completeness of the scan",
            "types": ["completeness"],
            **_time("last_seen_time", report.started_at),
        },
        "message": looked.text(),
        "compliance": {**said, "control": "completeness", "status_detail": looked.text()},
        "unmapped": {"judged": looked.judged},
    }


def _unseen(one: Unseen, report: Report) -> dict[str, Any]:
    """What was not seen, as a verdict that could not be given on it."""
    said = _pair("status", _COMPLIANCE[Status.UNKNOWN])
    remediation = {"remediation": {"desc": f"Grant {one.permission}"}} if one.permission else {}
    return {
        **_base(COMPLIANCE, report, one.scope, 1, one.verdict),
        **_pair("severity", _UNKNOWN_SEVERITY),
        **_pair("status", _NEW),
        "finding_info": {
            "uid": one.uid(),
            "title": f"Not observed: {one.what}",
            "types": ["not observed"],
            **_time("last_seen_time", report.started_at),
        },
        "message": f"Not observed: {one.what}: {one.text()}",
        "compliance": {**said, "status_detail": one.text(), "checks": [{"uid": id, **said} for id in one.checks]},
        "unmapped": {"verdict": one.verdict, "reason": one.reason, "permission": one.permission, "kind": one.kind},
        **remediation,
    }


def _severity(finding: Finding) -> tuple[int, str]:
    """How bad this is: nobody knows of what could not be judged, and what passed is not bad. The check has its own."""
    if finding.verdict is Status.UNKNOWN:
        return _UNKNOWN_SEVERITY
    return _SEVERITY[finding.severity if finding.verdict is Status.FAIL else Severity.INFORMATIONAL]


def _workflow(finding: Finding) -> tuple[int, str] | None:
    if finding.suppression is not None:
        return _SUPPRESSED
    if _ACTIVITY.get(finding.state) == 3:
        return _RESOLVED
    return _NEW if finding.verdict in (Status.FAIL, Status.UNKNOWN) else None


def _pair(name: str, value: tuple[int, str] | None) -> dict[str, Any]:
    return {f"{name}_id": value[0], name: value[1]} if value else {}


def _time(name: str, when: datetime) -> dict[str, Any]:
    """A time as the schema has it, in milliseconds, and as the profile `datetime` has it."""
    when = when.astimezone(UTC)
    return {name: round(when.timestamp() * 1000), f"{name}_dt": when.isoformat()}
