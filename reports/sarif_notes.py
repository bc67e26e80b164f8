"""Notifications of a SARIF run: what was not observed, and what the file leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.sarif_text import label
from reports.writing import sentence
from scanner.model.nouns import Gap, Reason, Severity
from scanner.model.reported import Unanswered

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
TRUNCATED = ("MLP-9020", "ResultsLeftOut", "Code scanning does not take as many results of one run as there are")
INCOMPLETE = (
    "MLP-9021",
    "NotToBeUploaded",
    "The account was not seen completely, and no earlier report makes up for it",
)
CARRIED = ("MLP-9022", "CarriedForward", "Failures of an earlier report could not be observed and are still here")
NOTIFIED = [*NOTIFICATIONS.values(), UNANSWERED, TRUNCATED, INCOMPLETE, CARRIED]

#: Failures that are left out, by severity and check.
LeftOut = Mapping[tuple[Severity, str], int]


def gap_note(gap: Gap) -> dict[str, Any]:
    """What was not observed."""
    times = "" if gap.count == 1 else f", {gap.count} times"
    where = f"{gap.scope.provider} {gap.scope.account} {gap.scope.region}"
    text = f"'{label(gap.operation)}' in '{label(where)}' was not observed ({gap.reason}{times})."
    if gap.detail:
        text += " " + sentence(label(gap.detail))
    if gap.permission:
        text += f" Permission that closes this gap: '{label(gap.permission)}'."
    if gap.checks:
        text += f" Checks affected: {label(', '.join(gap.checks))}."
    return _note("warning", NOTIFICATIONS[gap.reason], text)


def unanswered_note(one: Unanswered) -> dict[str, Any]:
    """Verdicts that could not be given, for one reason."""
    text = (
        f"'{one.count}' verdicts are unknown: {sentence(label(one.reason))} Checks affected: {', '.join(one.checks)}."
    )
    return _note("note", UNANSWERED, text)


def truncated_note(kept: int, left_out: LeftOut) -> dict[str, Any]:
    """Results that are not in the file."""
    by_severity: dict[Severity, list[str]] = {}
    for (severity, check), count in sorted(left_out.items(), key=lambda one: (one[0][0].rank, one[0][1])):
        by_severity.setdefault(severity, []).append(f"{check} '{count}'")
    parts = "; ".join(f"{severity}: {', '.join(checks)}" for severity, checks in by_severity.items())
    total = kept + sum(left_out.values())
    text = f"Only the {kept} most severe of '{total}' results are in this file; the JSON report holds all of them."
    text += f" Left out: {parts}."
    return _note("warning", TRUNCATED, text)


def incomplete_note() -> dict[str, Any]:
    """That a run is not to be uploaded."""
    text = (
        "This account was not seen completely, so that code scanning would close alerts of what nobody saw. Leave it "
        "out of uploads; with --baseline, what an earlier report has is carried forward."
    )
    return _note("warning", INCOMPLETE, text)


def carried_note(count: int) -> dict[str, Any]:
    """That results are those of an earlier report."""
    text = f"'{count}' failures of an earlier report could not be observed this time. They are here as they were there."
    return _note("note", CARRIED, text)


def _note(level: str, entry: tuple[str, str, str], text: str) -> dict[str, Any]:
    return {"level": level, "descriptor": {"id": entry[0], "index": NOTIFIED.index(entry)}, "message": {"text": text}}
