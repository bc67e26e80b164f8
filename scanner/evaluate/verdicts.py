"""All verdicts of a run: every one is counted, and those that are shown are kept as findings."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from scanner.evaluate.findings import StoredFindings
from scanner.evaluate.judge import Judgement, fingerprint
from scanner.evaluate.suppressing import NOTHING, Suppressing
from scanner.evaluate.trusting import Trusting
from scanner.history.earlier import Earlier
from scanner.history.looked_at import Place
from scanner.history.states import State
from scanner.model.checks import Check
from scanner.model.globs import WILD, place_of
from scanner.model.notes import Suppression, SuppressionUse
from scanner.model.nouns import Resource, Severity, Status, Verdict
from scanner.model.reported import CheckCount, CheckInfo, Finding, Unanswered
from scanner.model.trust import Entry, Use
from scanner.source.sources import Sources
from scanner.store.inventory import Inventory
from scanner.systems.ownership import Ownership

#: Reasons of one check that are told apart: some name a resource, and there may be a million of those.
_REASONS = 200


class Verdicts:
    """Filled by one thread at a time, in any order. `shown` are the verdicts that findings are kept of.

    `prepare` and `folder` are as of `StoredFindings`. Verdicts on what belongs to an AI system, by its `owners`, are
    counted for the system, too. `earlier` is told of each.
    """

    def __init__(
        self,
        inventory: Inventory,
        checks: Sequence[Check],
        infos: Mapping[str, CheckInfo],
        shown: frozenset[Status],
        prepare: Callable[[Finding], bytes] | None = None,
        trust: Sequence[Entry] = (),
        folder: Path | None = None,
        owners: Ownership | None = None,
        suppressing: Suppressing = NOTHING,
        earlier: Earlier | None = None,
        sources: Sources | None = None,
    ) -> None:
        self.checks = {check.id: check for check in checks}
        self.infos = infos
        self.shown = shown
        self.trusting = Trusting(inventory, trust)
        self.counts = {id: CheckCount() for id in self.checks}
        described = {id: (check, infos[id]) for id, check in self.checks.items()}
        self.suppressing = suppressing
        self.findings = StoredFindings(described, inventory, prepare, folder, owners, suppressing, earlier, sources)
        #: the counts of each AI system, and how many of its failures under an objective it accepts
        self.of_systems: dict[str, dict[str, CheckCount]] = {}
        self.excepted: Counter[tuple[str, str]] = Counter()
        self._owners = owners
        self.earlier = earlier
        #: of each check: what its failures are against earlier scans
        self._states: dict[str, Counter[str]] = {id: Counter() for id in self.checks}
        #: the checks that failed anything there
        self._failed_before = earlier.check_ids() if earlier else frozenset()
        #: of each check: why verdicts could not be given, by provider, account and reason
        self._reasons: dict[str, Counter[tuple[str, str, str]]] = {id: Counter() for id in self.checks}
        #: of each check: the failures that match each entry of the suppressions; of an expired one, those that are open
        self._suppressed: dict[str, Counter[int]] = {id: Counter() for id in self.checks}
        #: of each check: the entries of [trust] that were about something, with the verdicts that this gave
        self._uses: dict[str, Counter[tuple[Entry, Status]]] = {id: Counter() for id in self.checks}

    def add(self, judgement: Judgement) -> None:
        status = judgement.verdict.status
        suppressed = self._suppressions_of(judgement) if status is Status.FAIL else ()
        _count(self.counts[judgement.check.id], judgement.verdict, suppressed)
        if status is Status.UNKNOWN:
            self._note_reason(judgement)
        if self._owners is not None:
            self._count_for_systems(judgement, suppressed, self._owners)
        if judgement.verdict.trust:
            self._uses[judgement.check.id].update((entry, status) for entry in judgement.verdict.trust)
        if self.earlier is not None:
            self._compare(judgement, self.earlier, suppressed=bool(suppressed))
        if status in self.shown:
            self.findings.add(judgement, suppressed)

    def _compare(self, judgement: Judgement, earlier: Earlier, *, suppressed: bool) -> None:
        """Tell what is known of earlier scans of a verdict, and count what a failure is against these."""
        check, status = judgement.check, judgement.verdict.status
        if status is not Status.FAIL and check.id not in self._failed_before:
            return
        mark = fingerprint(check.id, judgement.resource)
        if check.id in self._failed_before:
            joined = judgement.resource.scope.provider if check.joins else ""
            earlier.note(mark, status, judgement.verdict.message, joined=joined)
        if status is Status.FAIL:
            place = Place(check.id, judgement.resource.kind, judgement.resource.scope, check.joins)
            state, _ = earlier.told(mark, status, place, suppressed=suppressed)
            self._states[check.id][state] += 1

    def _suppressions_of(self, judgement: Judgement) -> tuple[int, ...]:
        """The numbers of the entries in force that a failure matches."""
        check, resource = judgement.check.id, judgement.resource
        matching = self.suppressing.matching(check, resource, partial(fingerprint, check, resource))
        if not matching:
            return ()
        in_force = tuple(number for number in matching if number not in self.suppressing.ended)
        self._suppressed[check].update(in_force or matching)
        return in_force

    def _count_for_systems(self, judgement: Judgement, suppressed: tuple[int, ...], owners: Ownership) -> None:
        check, resource, status = judgement.check, judgement.resource, judgement.verdict.status
        for system in owners.of(resource):
            count = self.of_systems.setdefault(system, {}).setdefault(check.id, CheckCount())
            _count(count, judgement.verdict, suppressed)
            if status is Status.FAIL and owners.exception(system, check.objective, resource):
                self.excepted[system, check.objective] += 1

    def forget(self, checks: Iterable[str]) -> None:
        """Drop all verdicts of these checks: they will be given anew."""
        for id in checks:
            self.counts[id] = CheckCount()
            self._reasons[id].clear()
            self._uses[id].clear()
            self._suppressed[id].clear()
            self._states[id].clear()
        self.findings.forget(checks)
        if self.earlier is not None:
            self.earlier.forget(checks)

    def unanswered(self) -> tuple[Unanswered, ...]:
        """Why verdicts could not be given, the most frequent reasons first."""
        together: dict[tuple[str, str, str], dict[str, int]] = {}
        for id, reasons in self._reasons.items():
            for key, count in reasons.items():
                together.setdefault(key, {})[id] = count
        found = (
            Unanswered(provider=key[0], account=key[1], reason=key[2], count=sum(by.values()), checks=tuple(sorted(by)))
            for key, by in together.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.count, one.provider, one.account, one.reason)))

    def _note_reason(self, judgement: Judgement) -> None:
        scope, reasons = judgement.resource.scope, self._reasons[judgement.check.id]
        key = (scope.provider, scope.account, judgement.verdict.message)
        if key not in reasons and len(reasons) >= _REASONS:
            key = (*key[:2], "other reasons")
        reasons[key] += 1

    def uses(self) -> tuple[Use, ...]:
        """What came of each entry of `[trust]`, in their order."""
        together: Counter[tuple[Entry, Status]] = sum(self._uses.values(), Counter())
        matched = {entry for entry, _ in together}
        return tuple(
            Use(
                entry=entry,
                expired=self.trusting.expired(entry),
                matched=entry in matched,
                passes=together[entry, Status.PASS],
            )
            for entry in self.trusting.entries
        )

    def suppressions(self, complete: Mapping[str, bool], accounts: Collection[str]) -> tuple[SuppressionUse, ...]:
        """What came of each entry of the suppressions, in their order.

        `complete` says of each kind that was asked for whether all of it was seen, and `accounts` were scanned.
        """
        together: Counter[int] = sum(self._suppressed.values(), Counter())

        def state(number: int, entry: Suppression) -> Literal["used", "unused", "not judged", "expired"]:
            if number in self.suppressing.ended:
                return "expired"
            if together[number]:
                return "used"
            return "unused" if self._saw_all(entry, complete, accounts) else "not judged"

        return tuple(
            SuppressionUse(
                entry=entry,
                state=state(number, entry),
                findings=together[number],
                ends_soon=entry.ends_soon(self.suppressing.day),
            )
            for number, entry in enumerate(self.suppressing.entries)
        )

    def _saw_all(self, entry: Suppression, complete: Mapping[str, bool], accounts: Collection[str]) -> bool:
        """Whether all was judged that an entry may be about."""
        check = self.checks.get(entry.check)
        account = entry.account or place_of(entry.resource)[0].removeprefix("_")  # which is any project's bucket
        elsewhere = account and not WILD.search(account) and account.lower() not in accounts
        if check is None or elsewhere or self.counts[check.id].unknown:
            return False
        return check.kind is Resource or complete.get(check.kind.kind, False)

    def totals(self) -> dict[str, int]:
        """How many verdicts of each sort there are; a suppressed failure counts as suppressed alone."""
        counts = self.counts.values()
        return {
            "pass": sum(count.passed for count in counts),
            "fail": sum(count.open for count in counts),
            "unknown": sum(count.unknown for count in counts),
            "not_applicable": sum(count.not_applicable for count in counts),
            "suppressed": sum(count.suppressed for count in counts),
        }

    def states(self) -> dict[str, int] | None:
        """How many findings are what against earlier scans; None where nothing is known of any."""
        if self.earlier is None:
            return None
        together: Counter[str] = sum(self._states.values(), Counter(self.earlier.ended()))
        return {state: together[state] for state in State if together[state]}

    def failures_by_severity(self) -> dict[str, int]:
        """How many failures there are of each severity that nothing suppresses."""
        failures = dict.fromkeys((str(severity) for severity in Severity), 0)
        for id, count in self.counts.items():
            failures[self.checks[id].severity] += count.open
        return failures


def _count(count: CheckCount, verdict: Verdict, suppressed: tuple[int, ...]) -> None:
    status = verdict.status
    if status is Status.PASS:
        count.passed += 1
        count.trusted += bool(verdict.trust)
    elif status is Status.FAIL:
        count.failed += 1
        count.suppressed += bool(suppressed)
    elif status is Status.UNKNOWN:
        count.unknown += 1
    else:
        count.not_applicable += 1
