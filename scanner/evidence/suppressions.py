"""Which entries of the file of suppressions are about an AI system. What they accept speaks against it as before."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from scanner.evaluate.suppressing import Suppressing
from scanner.evidence.dossier_types import Suppressed
from scanner.model.nouns import Status
from scanner.model.reported import Finding, Report


def register_of(report: Report, own: Iterable[Finding]) -> Iterator[Suppressed]:
    """The entries, in their order, that any of these findings matches: also those that count no more."""
    if not report.suppressions:
        return
    suppressing = Suppressing(use.entry for use in report.suppressions)
    covers: Counter[int] = Counter()
    for finding in own:
        if finding.verdict is Status.FAIL:
            known = partial(getattr, finding, "fingerprint")
            covers.update(suppressing.matching(finding.check_id, finding.resource, known))
    for number, use in enumerate(report.suppressions):
        if covers[number]:
            entry = use.entry
            yield Suppressed(
                check=entry.check,
                resource=entry.resource,
                account=entry.account,
                fingerprint=entry.fingerprint,
                reason=entry.reason,
                owner=entry.owner,
                approver=entry.approver,
                ticket=entry.ticket,
                until=entry.until,
                expired=use.state == "expired",
                covers=covers[number],
            )
