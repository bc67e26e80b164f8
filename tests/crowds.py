"""A report with as many findings as one likes, made by arithmetic while they are read: nothing was scanned for it.

Checks are the real ones of AWS, with all that is said about them. Resources are spread over accounts and regions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice

from factories.aws import notebook
from msgspec.structs import replace

from scanner.evaluate.report import check_info
from scanner.frameworks import load as load_frameworks
from scanner.model.claims import NoAssessment
from scanner.model.notes import Source, Suppression
from scanner.model.nouns import Scope, Severity, Status
from scanner.model.registry import load as load_checks
from scanner.model.reported import CheckCount, CheckInfo, Finding, Report

FRAMEWORKS = ("nist-ai-rmf-1.0", "iso-42001", "eu-ai-act", "soc2")
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2")
SYSTEMS = ("card-fraud", "ticket-sentiment", "claims-triage")
#: One finding in so many is unknown, has a path, belongs to a system, is accepted.
UNKNOWN, PATH, SYSTEM, ACCEPTED = 11, 7, 4, 101
EVIDENCE = {
    "subnet_id": None,
    "direct_internet_access": "Enabled",
    "score": "75 (high) x 1.0 (internet) x 0.8 (workbench) = 60.0",
}
ACCEPTANCE = Suppression(check="MLP-1001", reason="replaced in March", owner="ml-platform")


class Crowd:
    """`Findings`: so many of each of these checks, which are in the order of the report."""

    def __init__(self, checks: list[CheckInfo], count: int, accounts: int) -> None:
        self.checks, self.count = checks, count
        self.names = [str(111122220000 + n) for n in range(accounts)]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Finding]:
        return map(self.finding, range(self.count))

    def prepared(self) -> None:
        return None

    def check(self, number: int) -> CheckInfo:
        return self.checks[number * len(self.checks) // self.count]

    def account(self, number: int) -> str:
        return self.names[number % len(self.names)]

    def status(self, number: int) -> Status:
        return Status.UNKNOWN if number % UNKNOWN == 0 else Status.FAIL

    def finding(self, number: int) -> Finding:
        """The finding of this number."""
        check, account, region = self.check(number), self.account(number), REGIONS[number % len(REGIONS)]
        team, failed = number % 40, self.status(number) is Status.FAIL
        name = f"team-{team}-notebook-{number:06}"
        arn = f"arn:aws:sagemaker:{region}:{account}:notebook-instance/{name}"
        role = f"arn:aws:iam::{account}:role/team-{team}-execution"
        console = f"https://console.example/{region}/{name}"
        return Finding(
            fingerprint=sha256(f"{check.id} {arn}".encode()).hexdigest()[:32],
            check_id=check.id,
            slug=check.slug,
            title=check.title,
            verdict=self.status(number),
            severity=check.severity,
            score=60.0 if failed else 0.0,
            message=f"its role {role} may do more than it needs" if failed else "not observed: role_arn",
            evidence={**EVIDENCE, "role_arn": role, "tags": {"team": team}} if failed else {},
            resource=replace(notebook(name), id=arn, scope=Scope("aws", account, region), console_url=console),
            path=(arn, role, f"arn:aws:s3:::northwind-models-{team}", f"{arn}-endpoint") if number % PATH == 1 else (),
            objective=check.objective,
            controls=check.controls,
            remediation=check.remediation,
            references=check.references,
            systems=(SYSTEMS[number % len(SYSTEMS)],) if number % SYSTEM == 0 else (),
            source=Source(uri=f"infra/team-{team}.tf", line=number % 300 + 1, address=f"aws_thing.n{number}"),
            suppression=ACCEPTANCE if number % ACCEPTED == 0 else None,
            state="new" if number % 13 == 0 else "persisting",
        )

    def failures(self, most: int) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        each = self.count // len(self.checks)
        for place in range(len(self.checks)):
            first = -(-place * self.count // len(self.checks))
            numbers = (n for n in range(first, min(first + each, self.count)) if self.status(n) is Status.FAIL)
            if some := tuple(map(self.finding, islice(numbers, most))):
                yield each, some

    def severities_by_account(self) -> dict[tuple[str, str], Counter[Severity]]:
        found: dict[tuple[str, str], Counter[Severity]] = {}
        for number in range(self.count):
            if self.status(number) is Status.FAIL:
                found.setdefault(("aws", self.account(number)), Counter())[self.check(number).severity] += 1
        return found


def crowded(base: Report, count: int, accounts: int = 20) -> Report:
    """A report like `base` with so many findings."""
    catalogue = load_frameworks()
    checks = [check_info(check, catalogue, FRAMEWORKS) for check in load_checks(("aws",))[0].values()]
    checks.sort(key=lambda check: (check.severity.rank, check.id))
    findings = Crowd(checks, count, accounts)
    by_severity, unknown = Counter(), 0
    counts = {check.id: CheckCount() for check in checks}
    for number in range(count):
        one = counts[findings.check(number).id]
        if findings.status(number) is Status.FAIL:
            one.failed += 1
            by_severity[findings.check(number).severity] += 1
        else:
            one.unknown += 1
            unknown += 1
    return replace(
        base, findings=findings, checks=tuple(checks), check_counts=counts, assessment=NoAssessment(),
        counts={**base.counts, "fail": count - unknown, "unknown": unknown}, by_severity=by_severity,
        scopes=tuple(Scope("aws", name, region) for name in findings.names for region in REGIONS),
    )  # fmt: skip
