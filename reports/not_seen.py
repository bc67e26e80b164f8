"""What a report did not see, one entry for each thing, for formats that a person or a build takes for complete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from reports.writing import clean, redact, sentence
from scanner.model.nouns import Gap, Scope, Status
from scanner.model.reported import Report, Unanswered


class Unseen(NamedTuple):
    """Something that was not observed, or (`unknown`) verdicts that could not be given and are no findings.

    `what` is the operation, or what it was about. `scope` of verdicts has no region: they are counted by account.
    """

    verdict: Literal["gap", "unknown"]
    what: str
    kind: str
    scope: Scope
    reason: str
    detail: str
    permission: str = ""
    checks: tuple[str, ...] = ()
    times: int = 1

    def uid(self) -> str:
        """The same in every report that did not see it for this reason, and nothing else's."""
        parts = (self.verdict, self.what, self.kind, *msgspec.structs.astuple(self.scope), self.reason, self.detail)
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]

    def text(self) -> str:
        """All of it but the scope, in sentences that are safe to show."""
        reason = self.reason if self.times == 1 else f"{self.reason}, {self.times} times"
        parts = [sentence(f"{reason}: {_shown(self.detail)}" if self.detail else reason)]
        if self.permission:
            parts.append(f"Permission that closes this gap: {_shown(self.permission)}.")
        if self.checks:
            parts.append(f"Checks affected: {', '.join(self.checks)}.")
        return " ".join(parts)


def unseen(report: Report) -> Iterator[Unseen]:
    """Gaps, listings that are incomplete for no gap, and reasons of unknown verdicts where these are no findings."""
    yield from map(_gap, report.gaps)
    explained = {(gap.kind, gap.scope.provider, gap.scope.account) for gap in report.gaps}
    for listing in report.listings:
        scope = listing.scope
        if not listing.complete and (listing.kind, scope.provider, scope.account) not in explained:
            yield Unseen("gap", f"list of {listing.kind}", listing.kind, scope, "incomplete", "not all were listed")
    if Status.UNKNOWN not in report.shown:
        yield from map(_unanswered, report.unanswered)


def _gap(gap: Gap) -> Unseen:
    return Unseen(
        "gap", gap.operation, gap.kind, gap.scope, str(gap.reason), gap.detail, gap.permission, gap.checks, gap.count
    )


def _unanswered(one: Unanswered) -> Unseen:
    scope = Scope(one.provider, one.account, "")
    what = "1 verdict" if one.count == 1 else f"{one.count} verdicts"
    return Unseen("unknown", what, "", scope, "unknown", one.reason, checks=one.checks)


def _shown(text: str) -> str:
    return clean(redact(text))
