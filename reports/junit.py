"""JUnit XML for Jenkins, GitLab and Azure DevOps: a suite an account, a test case a check and resource.

A verdict that could not be given is an error, as that of a test that could not be carried out, and no test that was
skipped: a build with nothing but skipped ones is green. What was not seen has a suite of its own, the first, whose last
case says whether the report is complete. So there is a case where nothing was found: Jenkins takes no empty report.

Nothing is written as output of a test: GitLab and Jenkins look there for files to attach.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from reports.not_seen import Unseen, unseen
from reports.writing import clean, declared, first_paragraph, redact
from scanner.model.notes import Suppression
from scanner.model.nouns import Status
from scanner.model.reported import Finding, Report

#: Verdict → the element that says so; none for a pass. A failure that is suppressed is skipped.
OUTCOMES = {Status.FAIL: "failure", Status.UNKNOWN: "error", Status.NOT_APPLICABLE: "skipped"}


class Case(NamedTuple):
    """A test case. `outcome` is the element in it, empty where it passed."""

    classname: str
    name: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


def render(report: Report) -> Iterator[bytes]:
    """The report as JUnit XML, case by case. Each account is gone through twice: a suite begins with its counts."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mlposture">\n'
    missing = sum(1 for _ in unseen(report)) + (not report.complete)
    yield _begin(report, "completeness", Counter(error=missing, passed=report.complete))
    yield from map(_written, _seen(report))
    yield b"  </testsuite>\n"
    scanned = {(scope.provider, scope.account) for scope in report.scopes}
    for provider, account in sorted(scanned.union(report.findings.accounts())):
        counts = Counter(_outcome(finding) for finding in report.findings.of_account(provider, account))
        yield _begin(report, f"{provider} {account}", counts)
        for finding in report.findings.of_account(provider, account):
            yield _written(_case(finding))
        yield b"  </testsuite>\n"
    yield b"</testsuites>\n"


def _begin(report: Report, name: str, counts: Counter[str]) -> bytes:
    attributes = {
        "name": name,
        "tests": str(counts.total()),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "timestamp": report.started_at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00"),
    }
    written = " ".join(f"{key}={quoteattr(_shown(value))}" for key, value in attributes.items())
    return f"  <testsuite {written}>\n".encode()


def _seen(report: Report) -> Iterator[Case]:
    yield from map(_unseen, unseen(report))
    name = "everything that was asked for was seen"
    if report.complete:
        yield Case("mlposture.scan", name)
        return
    counted = ((len(report.gaps), "gap"), (report.counts["unknown"], "unknown verdict"))
    said = " and ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted if count)
    message = f"{said or 'lists that are incomplete'}: there may be more failures"
    yield Case("mlposture.scan", name, "error", "incomplete", message, message)


def _unseen(one: Unseen) -> Case:
    scope = one.scope
    where = ".".join(filter(None, (scope.provider, scope.account, one.kind)))
    name = f"{one.what} in {scope.region}" if one.verdict == "gap" else f"{one.reason}: {one.detail}"
    return Case(where, name, "error", one.verdict, f"{one.what}: {one.reason}", f"{one.what}: {one.text()}")


def _outcome(finding: Finding) -> str:
    return "skipped" if finding.suppression else OUTCOMES.get(finding.verdict, "passed")


def _case(finding: Finding) -> Case:
    """The class is the check in its account, and the name that of the resource, which is not there twice."""
    resource = finding.resource
    scope = resource.scope
    where = f"{scope.provider}.{scope.account}.{finding.slug}"
    name = f"{finding.check_id} {resource.id}"
    source = finding.source
    file, line = (source.uri, source.line) if source else ("", 0)
    if finding.verdict is Status.PASS:
        return Case(where, name, file=file, line=line)
    lines = {
        finding.severity: f"{finding.title}: {finding.message}",
        "Resource": f"{type(resource).title or type(resource).kind} {resource.name} in {scope.region}",
        "Path": " → ".join(finding.path),
        "AI systems": ", ".join(finding.systems),
        "Source": declared(source) if source else finding.unsourced,
        "Fix": first_paragraph(finding.remediation),
        "Console": resource.console_url,
        "Fingerprint": finding.fingerprint,
        **_decided(finding.suppression),
    }
    text = "\n".join(f"{label}: {_shown(said)}" for label, said in lines.items() if said)
    decision = finding.suppression
    message = f"suppressed, {decision.term}: {decision.reason}" if decision else finding.message
    return Case(where, name, _outcome(finding), finding.severity, message, text, file, line)


def _decided(decision: Suppression | None) -> dict[str, str]:
    """What was decided of a failure that is suppressed."""
    if decision is None:
        return {}
    return {
        "Suppressed": f"{decision.term}: {decision.reason}",
        "Owner": decision.owner,
        "Approved by": decision.approver,
        "Ticket": decision.ticket,
        "Entry": ", ".join((decision.place, *decision.also)),
    }


def _written(case: Case) -> bytes:
    # Where test runners have the file and line of a test, that of the code which made the resource.
    place = {"file": _shown(case.file), "line": str(case.line)} if case.file else {}
    element = ET.Element("testcase", {"classname": _shown(case.classname), "name": _shown(case.name), **place})
    if case.outcome:
        said = ET.SubElement(element, case.outcome, type=case.type, message=_shown(case.message))
        said.text = clean(redact(case.text), lines=True)
    return f"    {ET.tostring(element, encoding='unicode')}\n".encode()


def _shown(text: str) -> str:
    """Text of others: XML holds no control characters, and nobody a credential."""
    return clean(redact(text))
