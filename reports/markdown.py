"""Markdown for a GitHub step summary or a comment on a pull request: what was not seen, the worst, the sums.

The file is bounded: GitHub takes no comment of more than 65,536 characters, and drops a step summary of more than
1 MiB. Each part has a share of the bytes, is cut between two rows, and says how much more there is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import islice

from reports.markdown_text import code, fitting, head, link, prose, row
from reports.not_seen import Unseen, unseen
from reports.notification import as_before, message
from reports.terminal import posture_line
from reports.writing import declared, first_paragraph
from scanner.model.claims import Posture, SystemState
from scanner.model.notes import SuppressionUse
from scanner.model.nouns import Severity
from scanner.model.reported import Finding, Report

MAX_BYTES = 65_000
#: Bytes that each part may take; the list of failures has the rest.
GAPS, REASONS, WORST, FIXES, ACCOUNTS, SYSTEMS, SUPPRESSED = 8_000, 6_000, 14_000, 4_000, 8_000, 6_000, 6_000
#: Checks that are shown with their fix, and resources of each.
MAX_WORST, MAX_EACH = 20, 3
#: AI systems that are read: each is judged anew.
MAX_SYSTEMS = 50
#: What follows the list of failures, and stands around it.
_LAST = 300


def render(report: Report) -> Iterator[bytes]:
    """The report as Markdown. It is small, however large the report."""
    parts = (_totals, _gaps, _reasons, _worst, _fixes, _accounts, _systems, _suppressed)
    text = "\n".join(line for part in parts for line in part(report))
    left = MAX_BYTES - len(text.encode()) - _LAST
    yield "\n".join((text, *_failures(report, left))).encode().rstrip(b"\n") + b"\n"


def _totals(report: Report) -> Iterator[str]:
    counts = report.counts
    yield f"# ML posture: {_count(counts['fail'], 'failure')}{'' if report.complete else ', incomplete'}"
    yield ""
    if not report.complete:
        gaps = sum(one.verdict == "gap" for one in unseen(report))
        counted = ((gaps, "gap"), (counts["unknown"], "unknown verdict"))
        missing = " and ".join(_count(number, noun) for number, noun in counted if number)
        again = (", as before" if as_before(report) else "") + (": " if missing else "")
        yield f"> **Not everything was seen{again}{missing}.** What failed did fail; there may be more."
        yield ""
    elif not counts["fail"]:
        none = "No open failures" if counts["suppressed"] else "No failures"
        yield f"{none}, and everything that was asked for was seen."
        yield ""
    if report.states is not None:
        yield f"**{prose(message(report).text)}**"
        yield ""
    yield ", ".join(f"{report.by_severity[severity]} {severity}" for severity in Severity) + "."
    suppressed = f", {counts['suppressed']} suppressed" if counts["suppressed"] else ""
    yield (
        f"Verdicts: {counts['pass']} pass, {counts['fail']} fail, {counts['unknown']} unknown, "
        f"{counts['not_applicable']} not applicable{suppressed}, on "
        f"{_count(report.resources, 'resource')} of {_count(len(_of_scopes(report)), 'account')}, "
        f"read on {report.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    )
    if report.unmanaged is not None:
        yield f"No code made {_count(len(report.unmanaged), 'resource')}: no state that was given has them."
    if report.trusted:
        yield f"{report.trusted} of {counts['pass']} passes rest on what was declared in \\[trust\\]."
    yield ""
    yield f"**{posture_line(report.score)}**"
    yield ""


def _gaps(report: Report) -> Iterator[str]:
    """What was not observed, once for each operation and reason: a missing permission is missing in every region."""
    groups: dict[tuple[str, str, str], list[Unseen]] = {}
    for one in unseen(report):
        if one.verdict == "gap":
            groups.setdefault((one.what, one.reason, one.permission), []).append(one)
    if not groups:
        return
    rows = (
        row((
            code(what), reason, str(len({one.scope for one in found})), code(permission),
            str(len({check for one in found for check in one.checks})), code(found[0].detail),
        ))
        for (what, reason, permission), found in sorted(groups.items(), key=_most_checks)
    )  # fmt: skip
    yield "## Not observed"
    yield ""
    yield head(("What", "Why", "Places", "What would show it", "Checks affected", "In the provider's words"), text=6)
    yield from _cut(rows, GAPS, len(groups), "more operation")


def _most_checks(group: tuple[tuple[str, str, str], Sequence[Unseen]]) -> tuple[int, tuple[str, str, str]]:
    key, found = group
    return -len({check for one in found for check in one.checks}), key


def _reasons(report: Report) -> Iterator[str]:
    """Why verdicts could not be given, folded."""
    if not report.unanswered:
        return
    rows = (
        row(
            (
                str(one.count),
                code(_called(report, (one.provider, one.account))),
                code(one.reason),
                code(", ".join(one.checks)),
            )
        )
        for one in report.unanswered
    )
    yield "<details>"
    yield f"<summary>Why {_count(report.counts['unknown'], 'verdict')} could not be given</summary>"
    yield ""
    yield head(("Verdicts", "Account", "Why", "Checks"), text=4)
    yield from _cut(rows, REASONS, len(report.unanswered), "more reason")
    yield "</details>"
    yield ""


def _worst(report: Report) -> Iterator[str]:
    """The worst checks that failed, with the first resources and the fix of each."""
    found = list(islice(report.findings.failures(MAX_EACH), MAX_WORST))
    if not found:
        return
    kept = fitting((_block(total, findings) for total, findings in found), WORST)
    failed = sum(count.open > 0 for count in report.check_counts.values())
    yield "## Worst findings"
    yield ""
    yield from kept
    if failed > len(kept):
        yield ""
        yield f"… and {_count(failed - len(kept), 'more check')} that failed."
    yield ""


def _block(total: int, findings: Sequence[Finding]) -> str:
    first = findings[0]
    lines = [f"- **{first.severity}** {first.check_id}: **{prose(first.title)}** ({_count(total, 'resource')})"]
    for finding in findings:
        resource = finding.resource
        title = prose(type(resource).title or type(resource).kind)
        shown = f"  - {title} {code(resource.name)} in {_where(finding)}: {code(finding.message)}"
        lines.append(f"{shown} {link('console', resource.console_url)}".rstrip())
        if finding.source:
            lines.append(f"    - Source: {code(declared(finding.source))}")
    if total > len(findings):
        lines.append(f"  - … and {total - len(findings)} more")
    if first.remediation:
        reference = next(filter(None, (link("reference", address) for address in first.references)), "")
        lines.append(f"  - Fix: {prose(first_paragraph(first.remediation))} {reference}".rstrip())
    return "\n".join(lines)


def _fixes(report: Report) -> Iterator[str]:
    """The changes that would close most, where one would close several failures: each alone is shown as it is."""
    if not any(fix.count > 1 for fix in report.fixes):
        return
    closed = sum(fix.count for fix in report.fixes)
    yield "## What fixes most"
    yield ""
    changes = _count(len(report.fixes), "change")
    yield f"{changes} would close {closed} of {_count(report.counts['fail'], 'failure')}, at most."
    yield ""
    yield head(("Change", "About", "Closes", "Of", "Fix"), text=5)
    rows = (
        row((
            f"{prose(fix.title or fix.kind)} {code(fix.name)} in {code(f'{fix.provider} {fix.account} {fix.region}')}",
            prose(fix.objective),
            ", ".join(f"{count} {severity}" for severity, count in fix.by_severity.items()),
            ", ".join(f"{one.check} {one.count} of {one.of}" for one in fix.checks),
            prose(first_paragraph(fix.remediation)),
        ))
        for fix in report.fixes
    )  # fmt: skip
    yield from _cut(rows, FIXES, len(report.fixes), "more change")


def _accounts(report: Report) -> Iterator[str]:
    """Failures by account and severity, worst first, beside what is unknown there."""
    failures = report.findings.severities_by_account()
    unknown: Counter[tuple[str, str]] = Counter()
    for one in report.unanswered:
        unknown[one.provider, one.account] += one.count
    gaps = Counter((one.scope.provider, one.scope.account) for one in unseen(report) if one.verdict == "gap")
    numbers: dict[tuple[str, str], list[int]] = {}
    for account in sorted(_of_scopes(report) | failures.keys() | unknown.keys() | gaps.keys()):
        failed = failures.get(account, {})
        numbers[account] = [*(failed.get(severity, 0) for severity in Severity), unknown[account], gaps[account]]
    if not numbers:
        return
    worst = sorted(numbers.items(), key=lambda entry: [-number for number in entry[1]])
    yield "## Accounts"
    yield ""
    yield head(("Account", *(str(severity).capitalize() for severity in Severity), "Unknown", "Gaps"))
    rows = (row((code(_called(report, account)), *map(str, counts))) for account, counts in worst)
    yield from _cut(rows, ACCOUNTS, len(worst), "more account")


def _called(report: Report, account: tuple[str, str]) -> str:
    """The cloud and the account, by the name it has."""
    return f"{account[0]} {report.called(account)}"


def _systems(report: Report) -> Iterator[str]:
    """The declared AI systems in numbers."""
    assessment = report.assessment
    if not assessment.manifest:
        return
    rows = (_system(state) for state in islice(assessment, MAX_SYSTEMS + 1) if state.id)
    yield "## AI systems"
    yield ""
    yield head(("System", "Resources", "Critical", "High", "Other", "Posture", "Coverage", "Range"))
    yield from _cut(rows, SYSTEMS, len(assessment.declared), "more AI system")
    if report.counts["suppressed"]:
        yield "Suppressed failures count here as before."
        yield ""
    if assessment.unclaimed:
        yield f"No system claims {_count(assessment.unclaimed, 'resource')} of ML."
        yield ""


def _system(state: SystemState) -> str:
    others = dict(state.failures)
    critical, high = others.pop(Severity.CRITICAL, 0), others.pop(Severity.HIGH, 0)
    counts = (state.resources, critical, high, sum(others.values()))
    return row((code(state.id), *map(str, counts), *_shares(state.score)))


def _shares(score: Posture) -> tuple[str, str, str]:
    posture = "n/a" if score.posture is None else f"{score.posture} %"
    return posture, f"{score.coverage} %", f"{score.lower} to {score.upper} %"


def _suppressed(report: Report) -> Iterator[str]:
    """The entries of the file of suppressions, first those that somebody has to look at."""
    if not report.suppressions:
        return
    uses = sorted(report.suppressions, key=lambda use: (use.state != "expired", not use.ends_soon))
    yield "## Suppressed"
    yield ""
    yield head(("Check", "Resource", "Findings", "State", "Until", "Owner", "Reason"), text=2)
    yield from _cut(map(_suppression, uses), SUPPRESSED, len(uses), "more entry", "more entries")


def _suppression(use: SuppressionUse) -> str:
    entry = use.entry
    about = f"{entry.account} {entry.resource or entry.fingerprint}".strip()
    state = f"**{use.state}**" if use.state == "expired" else "ends soon" if use.ends_soon else use.state
    until = str(entry.until or "risk accepted")
    return row((entry.check, code(about), str(use.findings), state, until, code(entry.owner), code(entry.reason)))


def _failures(report: Report, most: int) -> Iterator[str]:
    """Every failure, folded, as far as there is room."""
    if not report.counts["fail"]:
        return
    failures = (finding for finding in report.findings if finding.open)
    yield "<details>"
    yield f"<summary>{_count(report.counts['fail'], 'failure')}, worst first</summary>"
    yield ""
    yield head(("Severity", "Check", "Resource", "Where", "Message"), text=5)
    yield from _cut(map(_failure, failures), most, report.counts["fail"], "more failure")
    yield "</details>"


def _failure(finding: Finding) -> str:
    name, message = code(finding.resource.name), code(finding.message)
    return row((finding.severity, f"{finding.check_id} {prose(finding.title)}", name, _where(finding), message))


def _cut(rows: Iterator[str], most: int, total: int, what: str, several: str = "") -> Iterator[str]:
    """The rows of a table as far as there is room, and how many more there are."""
    kept = fitting(rows, most)
    yield from kept
    yield ""
    if total > len(kept):
        yield f"… and {_count(total - len(kept), what, several)}; all of them are in the JSON report."
        yield ""


def _where(finding: Finding) -> str:
    scope = finding.resource.scope
    return code(f"{scope.provider} {scope.account} {scope.region}")


def _of_scopes(report: Report) -> set[tuple[str, str]]:
    return {(scope.provider, scope.account) for scope in report.scopes}


def _count(number: int, noun: str, several: str = "") -> str:
    return f"{number} {noun if number == 1 else several or noun + 's'}"
