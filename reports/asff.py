"""AWS Security Finding Format for Security Hub: what `BatchImportFindings` takes, with a finding a line.

A verdict that could not be given is NOT_AVAILABLE and never PASSED, and so is what was not seen. Ids are the same in
the next report. Each finding belongs to the account and region of its resource, whose default product it is of: that
account uploads it itself (`mlposture upload security-hub`). What is in no account of AWS has `NOWHERE` until then.

Product fields say which check, verdict and place a finding is of. Those of a scope that was looked at say which checks
can be believed to have no other failure there, so that who uploads can archive what has vanished.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reports.extent import Extents, Looked
from reports.not_seen import Unseen, unseen
from reports.writing import clean, first_paragraph, line, place, redact
from scanner.model.notes import Suppression
from scanner.model.nouns import ANYWHERE, Scope, Severity, Status, plain
from scanner.model.reported import CheckInfo, Finding, Report

SCHEMA = "2018-10-08"
#: Account of what is in none of AWS.
NOWHERE = "000000000000"
#: Partition → the region that findings on what has no region go to, and how the names of its regions begin.
_HOMES = {"aws-cn": ("cn-north-1", "cn-"), "aws-us-gov": ("us-gov-west-1", "us-gov-"), "aws": ("us-east-1", "")}
#: What begins the generator of every finding of ours, and the names of our product fields.
PREFIX = "mlposture/"
_STATUS = {Status.PASS: "PASSED", Status.FAIL: "FAILED"}
_NOT_AVAILABLE = "NOT_AVAILABLE"
_TYPES = ["Software and Configuration Checks"]
#: Kinds that the format knows by name.
_KINDS = {
    "aws.iam.Role": "AwsIamRole",
    "aws.s3.Bucket": "AwsS3Bucket",
    "aws.sagemaker.NotebookInstance": "AwsSageMakerNotebookInstance",
}
_OTHER = "Other"
#: The most that the format takes: characters of texts, items of lists and of maps.
TITLE, DESCRIPTION, IDENTIFIER, FIX, REASON, REQUIREMENT, FIELD, DETAIL = 256, 1024, 512, 512, 2048, 64, 2048, 1024
NOTE = 512
RESOURCES, REQUIREMENTS, DETAILS = 32, 32, 50
#: Bytes of a finding that the service certainly takes: of 240 KB, and what is not ASCII has three times as many there.
_LARGE = 80_000


def render(report: Report) -> Iterator[bytes]:
    """The report as one JSON object: the scopes looked at, what was not seen, then the findings."""
    lead = b'{"Findings": [\n'
    for finding in _findings(report):
        text = line(finding)
        if len(text) > _LARGE:
            first = {name: value for name, value in finding["Resources"][0].items() if name != "Details"}
            text = line({**finding, "Resources": [first]})
        yield lead + text
        lead = b",\n"
    yield lead + b"]}\n" if lead.startswith(b"{") else b"\n]}\n"


def _findings(report: Report) -> Iterator[dict[str, Any]]:
    extents = Extents(report)
    for looked in extents.looked():
        yield _looked(looked, report)
    for one in unseen(report):
        yield _unseen(one, report)
    checks = {check.id: _of_check(check) for check in report.checks}
    for finding in report.findings:
        yield _finding(finding, report, checks[finding.check_id], extents)


def _finding(finding: Finding, report: Report, constant: Mapping[str, Any], extents: Extents) -> dict[str, Any]:
    resource = finding.resource
    scope = resource.scope
    failed = finding.verdict is Status.FAIL
    fields = {
        "check": finding.check_id,
        "verdict": finding.verdict,
        "severity": finding.severity,
        "score": str(finding.score) if failed else "",
        "systems": ", ".join(finding.systems),
        "objective": finding.objective,
        "slug": finding.slug,
        "name": resource.name,
        "kind": type(resource).kind,
        **_place(scope, extents.place(resource), extents),
    }
    if len(finding.path) > 1:
        fields["reach"] = extents.reach(scope.provider)
    if finding.source is not None:
        fields["source"] = place(finding.source)
        fields["source-address"] = finding.source.address
    if finding.suppression is not None:
        fields["suppressed-by"] = finding.suppression.owner
        fields["suppressed-because"] = finding.suppression.reason
        fields["suppressed-until"] = str(finding.suppression.until or "")
    reason = "" if finding.verdict in _STATUS else finding.message
    path = f" Path: {' → '.join(finding.path)}." if finding.path else ""
    since = report.started_at if finding.state in ("new", "not compared") else finding.first_seen
    return {
        **_base(f"{finding.check_id}/{finding.fingerprint}", finding.check_id, scope, report, resource.id),
        "Title": constant["title"],
        "Description": _text(f"{finding.title}: {finding.message}.{path}", DESCRIPTION),
        **_severity(finding.severity if failed else Severity.INFORMATIONAL, finding.severity),
        **constant["remediation"],
        **({"SourceUrl": resource.console_url} if resource.console_url else {}),
        **({"FirstObservedAt": _time(since)} if since else {}),
        **_decided(finding.suppression, report),
        "ProductFields": _fields(fields),
        "Resources": _resources(finding),
        "Compliance": {
            **_status(_STATUS.get(finding.verdict, _NOT_AVAILABLE), finding.verdict.upper(), reason),
            # One check is no proof of a control: none may stand beside PASSED.
            **(constant["requirements"] if finding.verdict is not Status.PASS else {}),
        },
    }


def _decided(suppression: Suppression | None, report: Report) -> dict[str, Any]:
    """What its owner has decided of it, and why."""
    if suppression is None:
        return {}
    text = _text(f"Suppressed by {suppression.owner}, {suppression.term}: {suppression.reason}", NOTE)
    note = {"Text": text, "UpdatedBy": "mlposture", "UpdatedAt": _time(report.finished_at)}
    return {"Workflow": {"Status": "SUPPRESSED"}, "Note": note}


def _base(id: str, generator: str, scope: Scope, report: Report, resource: str = "") -> dict[str, Any]:
    """What every finding begins with. The account and region are those that upload it."""
    account, partition, region = _home(scope, resource)
    return {
        "SchemaVersion": SCHEMA,
        "Id": f"{PREFIX}{id}",
        "ProductArn": product_arn(partition, region, account),
        "GeneratorId": f"{PREFIX}{generator}",
        "AwsAccountId": account,
        "CreatedAt": _time(report.started_at),
        "UpdatedAt": _time(report.finished_at),
        "LastObservedAt": _time(report.started_at),
        "RecordState": "ACTIVE",
    }


def product_arn(partition: str, region: str, account: str) -> str:
    """The product that an account's own findings are of."""
    return f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


def _home(scope: Scope, resource: str) -> tuple[str, str, str]:
    """Account, partition and region that a finding belongs to."""
    if scope.provider != "aws":
        return NOWHERE, "aws", _HOMES["aws"][0]
    named = resource.split(":")[1] if resource.startswith("arn:") and resource.count(":") > 1 else ""
    partition = named or next(name for name, (_, begins) in _HOMES.items() if scope.region.startswith(begins))
    home = _HOMES.get(partition, _HOMES["aws"])[0]
    return scope.account, partition, home if scope.region in ("", ANYWHERE) else scope.region


def _of_check(check: CheckInfo) -> dict[str, Any]:
    """What the findings of a check have in common, made once."""
    fix: dict[str, Any] = {"Text": _text(first_paragraph(check.remediation) or check.title, FIX)}
    if check.references:
        fix["Url"] = check.references[0]
    controls = [_text(f"{control.framework} {control.id}", REQUIREMENT) for control in check.controls]
    return {
        "title": _text(check.title, TITLE),
        "remediation": {"Remediation": {"Recommendation": fix}},
        "requirements": {"RelatedRequirements": controls[:REQUIREMENTS]} if controls else {},
    }


def _resources(finding: Finding) -> list[dict[str, Any]]:
    """The resource that is judged, with what was observed, and those that its path goes through."""
    resource = finding.resource
    scope = resource.scope
    found: dict[str, Any] = {"Type": _KINDS.get(type(resource).kind, _OTHER), "Id": _text(resource.id, IDENTIFIER)}
    if scope.provider == "aws":
        found["Partition"] = _home(scope, resource.id)[1]
        found |= {} if scope.region in ("", ANYWHERE) else {"Region": scope.region}
    if details := _details(finding.evidence):
        found["Details"] = {"Other": details}
    others = [id for id in dict.fromkeys(finding.path) if id != resource.id and id.strip()]
    return [found, *({"Type": _named(id), "Id": _text(id, IDENTIFIER)} for id in others[: RESOURCES - 1])]


def _named(arn: str) -> str:
    """The type of a resource of which only the id is known."""
    _, _, service, _, _, name = (*arn.split(":", 5), *[""] * 6)[:6]
    if service == "s3" and "/" not in name:
        return "AwsS3Bucket"
    return "AwsIamRole" if service == "iam" and name.startswith("role/") else _OTHER


def _details(evidence: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in list(evidence.items())[:DETAILS]:
        said = plain(value)
        found[_text(name, 128)] = _text(said if isinstance(said, str) else json.dumps(said), DETAIL)
    return found


def _looked(looked: Looked, report: Report) -> dict[str, Any]:
    """A scope that was asked, with the checks that can be believed there."""
    scope = looked.scope
    place = {"region": scope.region, "provider": scope.provider, "account": scope.account}
    judged = {f"judged-{n}": text for n, text in enumerate(_packed(looked.judged), 1)}
    status = "PASSED" if looked.whole else _NOT_AVAILABLE
    return {
        **_base(f"completeness/{looked.uid()}", "completeness", scope, report),
        "Title": "Completeness of the scan",
        "Description": _text(f"{looked.text()}.", DESCRIPTION),
        **_severity(Severity.INFORMATIONAL),
        "ProductFields": _fields({"extent": looked.extent, **place, **judged}),
        "Resources": [_account(scope)],
        "Compliance": _status(status, "INCOMPLETE", "" if looked.whole else looked.text()),
    }


def _packed(checks: tuple[str, ...]) -> Iterator[str]:
    """Ids of checks, as many in a text as a product field takes."""
    text = ""
    for id in checks:
        if len(text) + len(id) + 1 > FIELD:
            yield text
            text = ""
        text = f"{text} {id}".strip()
    if text:
        yield text


def _unseen(one: Unseen, report: Report) -> dict[str, Any]:
    """What was not seen, as a verdict that could not be given on its account."""
    fields = {"permission": one.permission, "reason": one.reason, "kind": one.kind, "checks": " ".join(one.checks)}
    place = {"region": one.scope.region or ANYWHERE, "provider": one.scope.provider, "account": one.scope.account}
    grant = {"Recommendation": {"Text": _text(f"Grant {one.permission}.", FIX)}}
    return {
        **_base(f"not-seen/{one.uid()}", "not-seen", one.scope, report),
        "Title": _text(f"Not observed: {one.what}", TITLE),
        "Description": _text(f"Not observed: {one.what}: {one.text()}", DESCRIPTION),
        **_severity(Severity.INFORMATIONAL),
        **({"Remediation": grant} if one.permission else {}),
        "ProductFields": _fields({**fields, **place}),
        "Resources": [_account(one.scope)],
        "Compliance": _status(_NOT_AVAILABLE, one.reason.upper(), one.text()),
    }


def _account(scope: Scope) -> dict[str, Any]:
    """The account that is spoken of, as a resource."""
    of_aws = scope.provider == "aws"
    id = f"AWS::::Account:{scope.account}" if of_aws else f"{scope.provider}:{scope.account}"
    return {"Type": "AwsAccount" if of_aws else _OTHER, "Id": _text(id, IDENTIFIER)}


def _place(scope: Scope, region: str, extents: Extents) -> dict[str, str]:
    """Where a finding would be found again. What is listed for a whole account depends on what else is asked for."""
    found = {"region": region, "provider": scope.provider, "account": scope.account}
    return {**found, "extent": extents.of(scope)} if region == ANYWHERE else found


def _fields(fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{name}": _text(value, FIELD) for name, value in fields.items() if value.strip()}


def _severity(severity: Severity, original: Severity | None = None) -> dict[str, Any]:
    said = {"Label": severity.upper(), "Original": str(original or severity)}
    return {"FindingProviderFields": {"Severity": said, "Types": _TYPES}}


def _status(status: str, code: str, why: str) -> dict[str, Any]:
    if not why:
        return {"Status": status}
    return {"Status": status, "StatusReasons": [{"ReasonCode": code, "Description": _text(why, REASON)}]}


def _text(text: str, longest: int) -> str:
    """Text of others in one line, no longer than the format takes, and never blank."""
    if not text.strip():
        return "-"
    if len(text) > longest:
        text = redact(text)  # a part of a credential does not look like one any more
    text = clean(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
