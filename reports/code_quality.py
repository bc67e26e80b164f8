"""GitLab Code Quality: an entry a failure, at the line that made it, and one for each thing that was not seen.

GitLab compares the files of two pipelines by fingerprint, and shows what is new and what is gone. Where no code is
known to have made a resource, the place is an invented path that is the resource's alone, and leads to no file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

from reports.not_seen import Unseen, unseen
from reports.sarif_evidence import uri
from reports.writing import clean, redact, sentence, stream
from scanner.model.nouns import Severity, Status
from scanner.model.reported import Finding, Report

SEVERITY = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFORMATIONAL: "info",
}
UNSEEN = "not-observed"


def render(report: Report) -> Iterator[bytes]:
    """The report as a list of entries, one by one."""
    shown = (finding for finding in report.findings if finding.verdict in (Status.FAIL, Status.UNKNOWN))
    return chain(stream(chain(map(_unseen, unseen(report)), map(_entry, shown))), [b"\n"])


def _entry(finding: Finding) -> dict[str, Any]:
    """A finding. What is suppressed, or could not be judged, weighs nothing and says so."""
    resource, scope = finding.resource, finding.resource.scope
    what = (
        f"{finding.title}: {finding.message} ({type(resource).title} {resource.name}, {scope.account} {scope.region})"
    )
    severity = SEVERITY[finding.severity]
    if finding.verdict is Status.UNKNOWN:
        what, severity = f"Not judged: {what}", "info"
    elif (accepted := finding.suppression) is not None:
        what, severity = f"Suppressed by {accepted.owner}, {accepted.term} ({accepted.reason}): {what}", "info"
    source = finding.source
    return {
        "description": _shown(what),
        "check_name": finding.check_id,
        "fingerprint": finding.fingerprint,
        "severity": severity,
        "location": {
            "path": _shown(source.uri) if source else uri(resource),
            "lines": {"begin": source.line if source else 1},
        },
    }


def _unseen(one: Unseen) -> dict[str, Any]:
    scope = one.scope
    where = " ".join(filter(None, (scope.provider, scope.account, scope.region)))
    what = "\x1f".join((where, one.verdict, one.kind, one.what, one.reason, one.detail))
    return {
        "description": f"Not observed in {_shown(where)}: {_shown(sentence(one.what))} {one.text()}",
        "check_name": UNSEEN,
        "fingerprint": hashlib.sha256(what.encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": "info",
        "location": {"path": f"cloud/{UNSEEN}", "lines": {"begin": 1}},
    }


def _shown(text: str) -> str:
    return clean(redact(text))
