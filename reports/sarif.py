"""SARIF 2.1.0 as GitHub code scanning takes it: one run an account, failures only, gaps as notifications.

A live resource has no source file, so every result points into an evidence artifact embedded in the run. Code scanning
tells results apart by rule, path and `primaryLocationLineHash`; all three depend on the resource alone, never on time,
order or message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

from reports.sarif_evidence import Evidence
from reports.writing import Pieces, clean, one_line, redact, sentence, stream
from scanner import HOME, __version__
from scanner.model.claims import STATEMENT
from scanner.model.errors import InputError
from scanner.model.nouns import CheckInfo, Finding, Gap, Reason, Report, Severity, Status, Unanswered

MAX_RUNS = 20
MAX_RESULTS = 25_000
MAX_TAGS = 10
MAX_TEXT = 1024

LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
#: GitHub's bands are critical > 9.0, high 7.0–8.9, medium 4.0–6.9, low 0.1–3.9; a rule without one is just its level.
SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}

#: Why something was not observed → id, name and description of its notification.
NOTIFICATIONS = {
    Reason.DENIED: ("MLP-9001", "AccessDenied", "The credentials of the scan may not perform an operation"),
    Reason.THROTTLED: ("MLP-9002", "Throttled", "The provider kept refusing an operation because of its rate"),
    Reason.TIMEOUT: ("MLP-9003", "TimedOut", "The provider did not answer an operation in time"),
    Reason.UNREACHABLE: ("MLP-9004", "Unreachable", "The endpoint of an operation could not be reached"),
    Reason.UNSUPPORTED_REGION: ("MLP-9005", "UnsupportedRegion", "The region does not offer an operation"),
    Reason.NOT_ENABLED: ("MLP-9006", "NotEnabled", "The service is not enabled in the account"),
    Reason.MALFORMED: ("MLP-9007", "MalformedReply", "A reply of the provider was not understood"),
    Reason.ERROR: ("MLP-9008", "ProviderError", "The provider failed to perform an operation"),
    Reason.STOPPED: ("MLP-9009", "Stopped", "The scan ended before it came to an operation"),
}
UNANSWERED = ("MLP-9010", "VerdictUnknown", "What was observed does not suffice for the verdict of a check")
TRUNCATED = ("MLP-9020", "ResultsLeftOut", f"Code scanning takes no more than {MAX_RESULTS} results a run")
_NOTIFIED = [*NOTIFICATIONS.values(), UNANSWERED, TRUNCATED]


def render(report: Report) -> Iterator[bytes]:
    """The failures of the report as SARIF, in pieces. Raises InputError for more accounts than one file may hold.

    One account at a time is in memory: the evidence of at most `MAX_RESULTS` failures.
    """
    accounts = {(scope.provider, scope.account) for scope in report.scopes}.union(report.findings.accounts())
    if len(accounts) > MAX_RUNS:
        raise InputError(
            f"SARIF for code scanning holds at most {MAX_RUNS} accounts a file and this report has {len(accounts)}; "
            "scan and write one SARIF file per account"
        )
    document = Pieces(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": (_run(report, provider, account) for provider, account in sorted(accounts)),
        }
    )
    return chain(stream(document), [b"\n"])


def _run(report: Report, provider: str, account: str) -> Pieces:
    checks = sorted((c for c in report.checks if c.kind.partition(".")[0] in (provider, "any")), key=lambda c: c.id)
    index = {check.id: position for position, check in enumerate(checks)}
    gaps = [gap for gap in report.gaps if (gap.scope.provider, gap.scope.account) == (provider, account)]
    notifications = [_gap(gap) for gap in gaps]
    notifications += [
        _unanswered(one) for one in report.unanswered if (one.provider, one.account) == (provider, account)
    ]
    failures = _failures(report, provider, account)
    evidence = Evidence(finding.resource for finding in islice(failures, MAX_RESULTS))
    if more := sum(1 for _ in failures):
        notifications.append(_truncated(MAX_RESULTS, MAX_RESULTS + more))
    return Pieces(
        tool={"driver": _driver(checks)},
        automationDetails={"id": f"mlposture/{provider}/{quote(account, safe='')}/{_iso(report.started_at)}"},
        invocations=[
            {
                "executionSuccessful": not any(gap.reason is Reason.STOPPED for gap in gaps),
                "startTimeUtc": _iso(report.started_at),
                "endTimeUtc": _iso(report.finished_at),
                "toolExecutionNotifications": notifications,
            }
        ],
        columnKind="unicodeCodePoints",
        properties={
            "trusted": report.trusted,
            "statement": STATEMENT,
            "systems": list(report.assessment.declared),
            # As the provider calls them; null where nothing said it.
            "principals": [
                redact(one.name) or None
                for one in report.principals
                if (one.provider, one.account) == (provider, account)
            ],
            "inventories": list(report.inventories),
        },
        artifacts=evidence.artifacts(),
        results=_results(islice(_failures(report, provider, account), MAX_RESULTS), evidence, index),
    )


def _failures(report: Report, provider: str, account: str) -> Iterator[Finding]:
    return (finding for finding in report.findings.of_account(provider, account) if finding.verdict is Status.FAIL)


def _results(failures: Iterable[Finding], evidence: Evidence, index: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The results. A generator, because it lets go of the evidence when it is through."""
    for finding in failures:
        yield _result(finding, evidence, index)


def _driver(checks: Sequence[CheckInfo]) -> dict[str, Any]:
    return {
        "name": "mlposture",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(check) for check in checks],
        "notifications": [_notification(*entry) for entry in _NOTIFIED],
    }


def _notification(id: str, name: str, description: str) -> dict[str, Any]:
    text = {"text": description + "."}
    return {"id": id, "name": name, "shortDescription": text, "fullDescription": text, "help": text, "helpUri": HOME}


def _rule(check: CheckInfo) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": _tags(check)}
    if check.severity in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[check.severity]
    properties["objective"] = check.objective
    properties["controls"] = [f"{control.framework}:{control.id}" for control in check.controls]
    title = sentence(one_line(check.title))
    why = sentence(one_line(check.why)) if check.why else title
    sections = (("Why it matters", check.why), ("How to fix", check.remediation))
    parts = [(heading, clean(text, lines=True)) for heading, text in sections if text]
    if check.blind_to:
        parts.append(("What a pass does not cover", "\n".join(f"- {clean(spot)}" for spot in check.blind_to)))
    if check.references:
        parts.append(("References", "\n".join(f"- {clean(reference)}" for reference in check.references)))
    return {
        "id": check.id,
        "name": pascal(check.slug),
        "shortDescription": {"text": _short(title)},
        "fullDescription": {"text": _short(why)},
        "help": {
            "text": "\n\n".join([title, *(f"{heading}\n{text}" for heading, text in parts)]),
            "markdown": "\n\n".join([f"**{title}**", *(f"## {heading}\n\n{text}" for heading, text in parts)]),
        },
        "helpUri": next((ref for ref in check.references if ref.startswith("https://")), HOME),
        "defaultConfiguration": {"level": LEVEL[check.severity]},
        "properties": properties,
    }


def _tags(check: CheckInfo) -> list[str]:
    """`security`, then controls, one of each framework before a second of any: code scanning keeps ten."""
    seen: dict[str, int] = {}
    turns: list[tuple[int, int, str]] = []
    for position, control in enumerate(check.controls):
        turn = seen[control.framework] = seen.get(control.framework, 0) + 1
        turns.append((turn, position, f"{control.framework}:{control.id}"))
    return ["security", *(tag for _, _, tag in sorted(turns))][:MAX_TAGS]


def _result(finding: Finding, evidence: Evidence, index: Mapping[str, int]) -> dict[str, Any]:
    resource = finding.resource
    message = sentence(f"'{_label(resource.name)}' ({type(resource).title}): {_label(finding.message)}")
    if finding.systems:
        message += f" AI system: {', '.join(finding.systems)}."
    result: dict[str, Any] = {
        "ruleId": finding.check_id,
        "ruleIndex": index[finding.check_id],
        "kind": "fail",
        "level": LEVEL[finding.severity],
        "rank": finding.score,
        "message": {"text": message},
        "locations": [
            evidence.location(resource.id, resource.name, evidence.line(resource.id, tuple(finding.evidence)))
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": line_hash(finding.check_id, resource.id),
            "resourceFinding/v1": finding.fingerprint,
        },
    }
    if finding.systems:
        result["properties"] = {"systems": list(finding.systems)}
    if finding.path:
        steps = _steps(finding, evidence)
        # Code scanning shows related locations only where the message links them.
        links = ", ".join(f"[{_label(_last(id))}]({number})" for number, id in enumerate(finding.path, start=1))
        result["message"]["text"] = f"{message} It goes through {links}."
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
        result["relatedLocations"] = [{"id": number, **step} for number, step in enumerate(steps, start=1)]
    return result


def _steps(finding: Finding, evidence: Evidence) -> list[dict[str, Any]]:
    """A location for each resource of the path; where nothing failed on one, no snapshot of it is here to point at."""
    return [
        {
            **evidence.location(id if id in evidence else finding.resource.id, _last(id), id=id),
            "message": {"text": f"Step {number}: '{_label(id)}'."},
        }
        for number, id in enumerate(finding.path, start=1)
    ]


def _gap(gap: Gap) -> dict[str, Any]:
    times = "" if gap.count == 1 else f", {gap.count} times"
    where = f"{gap.scope.provider} {gap.scope.account} {gap.scope.region}"
    text = f"'{_label(gap.operation)}' in '{_label(where)}' was not observed ({gap.reason}{times})."
    if gap.detail:
        text += " " + sentence(_label(gap.detail))
    if gap.permission:
        text += f" Permission that closes this gap: '{_label(gap.permission)}'."
    if gap.checks:
        text += f" Checks affected: {_label(', '.join(gap.checks))}."
    return {"level": "warning", "descriptor": _descriptor(NOTIFICATIONS[gap.reason]), "message": {"text": text}}


def _unanswered(one: Unanswered) -> dict[str, Any]:
    text = (
        f"'{one.count}' verdicts are unknown: {sentence(_label(one.reason))} Checks affected: {', '.join(one.checks)}."
    )
    return {"level": "note", "descriptor": _descriptor(UNANSWERED), "message": {"text": text}}


def _truncated(kept: int, total: int) -> dict[str, Any]:
    text = f"Only the {kept} most severe of '{total}' failures are in this file; the JSON report holds all of them."
    return {"level": "warning", "descriptor": _descriptor(TRUNCATED), "message": {"text": text}}


def _descriptor(entry: tuple[str, str, str]) -> dict[str, Any]:
    return {"id": entry[0], "index": _NOTIFIED.index(entry)}


def line_hash(check_id: str, resource_id: str) -> str:
    """The fingerprint that code scanning uses, in its form."""
    return hashlib.sha256(f"{check_id}\x1f{resource_id}".encode("utf-8", "backslashreplace")).hexdigest()[:16] + ":1"


def pascal(slug: str) -> str:
    """`s3_bucket_public` → `S3BucketPublic`."""
    return "".join(word[:1].upper() + word[1:] for word in slug.split("_"))


def _label(text: str) -> str:
    """Text of others inside a message: no controls, no secrets, and no link of its own."""
    return clean(redact(text)).replace("[", r"\[").replace("]", r"\]")


def _last(id: str) -> str:
    """The last segment of a resource's full name."""
    return id.rstrip("/").rpartition("/")[2].rpartition(":")[2] or id


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 2].rstrip() + "…."


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
