"""What a piece of work could not observe, gathered from its threads: gaps, and whether each listing was complete."""

import logging
import threading
from collections import Counter

from scanner.collect.plan import Plan
from scanner.model.collectors import Collector
from scanner.model.nouns import Gap, Listing, Reason, Scope
from scanner.model.sanitize import redact_wholly

log = logging.getLogger("mlposture")


class GapRecorder:
    """The recorder of one piece of work. Equal gaps are counted once."""

    def __init__(self, plan: Plan | None = None) -> None:
        self._lock = threading.Lock()
        self._gaps: dict[tuple[str, Scope, str, Reason], tuple[str, str, int]] = {}
        self._listings: dict[tuple[str, Scope], tuple[bool, str]] = {}
        self._gone: Counter[tuple[str, Scope]] = Counter()
        self._pages: Counter[tuple[str, Scope]] = Counter()
        self._blinded: dict[str, tuple[str, ...]] = {}
        if plan is not None:
            for kind in (collector.kind for collector in plan.collectors):
                self._blinded[kind.kind] = tuple(c.id for c in plan.checks if kind in (c.kind, *c.needs, *c.also))

    def gap(self, kind: str, scope: Scope, operation: str, reason: Reason, permission: str, detail: str) -> None:
        key, detail = (kind, scope, operation, reason), redact_wholly(detail)
        with self._lock:
            known, kept, count = self._gaps.get(key, (permission, detail, 0))
            # Threads arrive in any order; what is kept must not depend on it.
            self._gaps[key] = (max(known, permission), min(kept, detail), count + 1)

    def broke(self, collector: Collector, scope: Scope, error: Exception) -> None:
        """A unit of work stopped where nobody expected it."""
        log.debug("collector of %s failed in %s", collector.kind.kind, scope, exc_info=error)
        self._undone(collector, scope, Reason.ERROR, f"the collector stopped: {type(error).__name__}: {error}")

    def lost(self, collector: Collector, scope: Scope, why: str) -> None:
        """Nothing that counts came of a unit of work that was done elsewhere."""
        self._undone(collector, scope, Reason.ERROR, why)

    def left_out(self, collector: Collector, scope: Scope, why: str) -> None:
        """A unit of work was not done because the scan was stopped."""
        self._undone(collector, scope, Reason.STOPPED, why)

    def _undone(self, collector: Collector, scope: Scope, reason: Reason, why: str) -> None:
        self.gap(collector.kind.kind, scope, collector.operations[0], reason, "", why)
        self.listed(collector.kind.kind, scope, complete=False)

    def listed(self, kind: str, scope: Scope, *, complete: bool, absent: str = "") -> None:
        with self._lock:
            known, why = self._listings.get((kind, scope), (True, ""))
            self._listings[(kind, scope)] = (known and complete, why or absent)

    def gone(self, kind: str, scope: Scope) -> None:
        """A resource was listed and is not there any more: no gap, for there is nothing left to be observed."""
        with self._lock:
            self._gone[kind, scope] += 1

    def page(self, kind: str, scope: Scope) -> None:
        """A page of what lists the kind was read."""
        with self._lock:
            self._pages[kind, scope] += 1

    def listing(self, kind: str, scope: Scope, observed: int) -> Listing:
        """How much of a kind was seen in a scope that gave so many resources; complete unless somebody said not."""
        with self._lock:
            complete, absent = self._listings.get((kind, scope), (True, ""))
            gone, pages = self._gone[kind, scope], self._pages[kind, scope]
        return Listing(
            kind=kind, scope=scope, complete=complete, observed=observed, absent=absent, gone=gone, pages=pages
        )

    def listings(self) -> tuple[Listing, ...]:
        """Everything that was reported as listed, with nothing in it."""
        with self._lock:
            known = sorted(self._listings)
        return tuple(self.listing(kind, scope, 0) for kind, scope in known)

    def gaps(self) -> tuple[Gap, ...]:
        """All gaps so far, sorted."""
        with self._lock:
            found = dict(self._gaps)
        return tuple(
            sorted(
                Gap(
                    kind=kind,
                    operation=operation,
                    scope=scope,
                    reason=reason,
                    permission=permission,
                    detail=detail,
                    count=count,
                    checks=self._blinded.get(kind, ()),
                )
                for (kind, scope, operation, reason), (permission, detail, count) in found.items()
            )
        )
