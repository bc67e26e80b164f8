"""All verdicts of a run: every one is counted, and those that are shown are kept as findings."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from scanner.evaluate.findings import StoredFindings
from scanner.evaluate.judge import Judgement
from scanner.model.checks import Check
from scanner.model.nouns import CheckCount, CheckInfo, Finding, Severity, Status
from scanner.store.inventory import Inventory


class Verdicts:
    """Filled by one thread at a time, in any order. `shown` are the verdicts that findings are kept of.

    `prepare` is as of `StoredFindings`.
    """

    def __init__(
        self,
        inventory: Inventory,
        checks: Sequence[Check],
        infos: Mapping[str, CheckInfo],
        shown: frozenset[Status],
        prepare: Callable[[Finding], bytes] | None = None,
    ) -> None:
        self.checks = {check.id: check for check in checks}
        self.infos = infos
        self.shown = shown
        self.counts = {id: CheckCount() for id in self.checks}
        described = {id: (check, infos[id]) for id, check in self.checks.items()}
        self.findings = StoredFindings(described, inventory, prepare)

    def add(self, judgement: Judgement) -> None:
        status = judgement.verdict.status
        count = self.counts[judgement.check.id]
        if status is Status.PASS:
            count.passed += 1
        elif status is Status.FAIL:
            count.failed += 1
        elif status is Status.UNKNOWN:
            count.unknown += 1
        else:
            count.not_applicable += 1
        if status in self.shown:
            self.findings.add(judgement)

    def forget(self, checks: Iterable[str]) -> None:
        """Drop all verdicts of these checks: they will be given anew."""
        for id in checks:
            self.counts[id] = CheckCount()
        self.findings.forget(checks)

    def totals(self) -> dict[str, int]:
        """How many verdicts of each sort there are."""
        counts = self.counts.values()
        return {
            "pass": sum(count.passed for count in counts),
            "fail": sum(count.failed for count in counts),
            "unknown": sum(count.unknown for count in counts),
            "not_applicable": sum(count.not_applicable for count in counts),
            "suppressed": 0,
        }

    def failures_by_severity(self) -> dict[str, int]:
        """How many failures there are of each severity."""
        failures = dict.fromkeys((str(severity) for severity in Severity), 0)
        for id, count in self.counts.items():
            failures[self.checks[id].severity] += count.failed
        return failures
