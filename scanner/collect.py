"""Run a plan's collectors: the only step that does I/O. A failed unit yields a gap, never an exception."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import Struct

from scanner.collector import Collector, Found, Provider
from scanner.inventory import Inventory
from scanner.model import ANYWHERE, Gap, Listing, Reason, Resource, Scope
from scanner.plan import Plan
from scanner.text import redact

log = logging.getLogger("mlposture")


class Progress(Struct, frozen=True):
    """Where a collection stands: units of work done and planned so far, resources seen, what finished last."""

    done: int
    total: int
    resources: int
    label: str


class _Unit(Struct, frozen=True):
    collector: Collector
    scope: Scope
    #: whether everything that refers to this kind was itself seen completely
    sources_complete: bool


def collect(
    plan: Plan,
    provider: Provider,
    inventory: Inventory,
    *,
    concurrency: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Fill the inventory with what the plan needs from one provider. Raises CannotScan if nothing can be asked at all.

    The result does not depend on `concurrency`: units are gathered in the order they were planned.
    """
    recorder = _Recorder()
    collectors = [c for c in plan.collectors if c.provider == provider.name]
    if not collectors:
        return
    accounts = provider.accounts()
    scopes: set[Scope] = set()
    done = total = 0
    pool = ThreadPoolExecutor(max(1, concurrency), thread_name_prefix="unit")
    try:
        for stage in plan.stages:
            units = [
                _Unit(collector, scope, _sources_complete(inventory, collector, account))
                for collector in stage
                if collector.provider == provider.name
                for account in accounts
                for scope in _scopes(provider, collector, account, inventory, recorder)
            ]
            scopes.update(unit.scope for unit in units)
            total += len(units)
            futures = [(unit, pool.submit(_run, unit, provider, inventory, recorder)) for unit in units]
            for unit, future in futures:
                seen = _gather(unit, future, inventory, recorder)
                done += 1
                label = f"{unit.scope.account} {unit.scope.region} {unit.collector.kind.kind}"
                progress(Progress(done, total, inventory.count(), label))
                log.debug("%s: %d resources", label, seen)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    inventory.scopes = tuple(sorted({*inventory.scopes, *scopes}))
    inventory.gaps = tuple(sorted({*inventory.gaps, *recorder.gaps(plan)}))


def _scopes(
    provider: Provider, collector: Collector, account: str, inventory: Inventory, recorder: "_Recorder"
) -> tuple[Scope, ...]:
    anywhere = Scope(provider.name, account, ANYWHERE)
    if collector.per == "account":
        return (anywhere,)
    try:
        return provider.scopes(collector, account, recorder)
    except Exception as error:
        recorder.broke(collector, anywhere, error)
        kind = collector.kind.kind
        inventory.listings[(kind, anywhere)] = Listing(kind=kind, scope=anywhere, complete=False)
        return ()


def _run(unit: _Unit, provider: Provider, inventory: Inventory, recorder: "_Recorder") -> list[Resource]:
    """All resources of a unit. Whatever goes wrong becomes a gap and an incomplete listing."""
    collector, scope = unit.collector, unit.scope
    kind = collector.kind.kind
    found: list[Resource] = []
    try:
        api = provider.api(collector, scope, recorder)
        if collector.follows:
            recorder.listed(kind, scope, complete=unit.sources_complete)
            source = Found(lambda k: tuple(r for r in inventory.of(k) if r.scope.account == scope.account))
            generator = collector.function(api, source)
        else:
            generator = collector.function(api)
        found.extend(generator)
    except Exception as error:
        recorder.broke(collector, scope, error)
    return found


def _sources_complete(inventory: Inventory, collector: Collector, account: str) -> bool:
    """Whether every kind it takes references from was read in full; one this run did not ask for takes nothing away."""
    asked = {name for name, scope in inventory.listings if scope.account == account}
    return all(inventory.complete(kind, account) for kind in collector.follows if kind.kind in asked)


def _gather(unit: _Unit, future: "Future[list[Resource]]", inventory: Inventory, recorder: "_Recorder") -> int:
    resources = future.result()
    for resource in resources:
        inventory.add(resource)
    key = (unit.collector.kind.kind, unit.scope)
    complete, absent = recorder.listing(*key)
    inventory.listings[key] = Listing(
        kind=key[0], scope=unit.scope, complete=complete, observed=len(resources), absent=absent
    )
    return len(resources)


class _Recorder:
    """Collects gaps from all threads, equal ones counted once, and whether each listing was complete."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gaps: dict[tuple[str, Scope, str, Reason], tuple[str, str, int]] = {}
        self._listings: dict[tuple[str, Scope], tuple[bool, str]] = {}

    def gap(self, kind: str, scope: Scope, operation: str, reason: Reason, permission: str, detail: str) -> None:
        key, detail = (kind, scope, operation, reason), redact(detail)
        with self._lock:
            known, kept, count = self._gaps.get(key, (permission, detail, 0))
            # Threads arrive in any order; what is kept must not depend on it.
            self._gaps[key] = (max(known, permission), min(kept, detail), count + 1)

    def broke(self, collector: Collector, scope: Scope, error: Exception) -> None:
        """A unit of work stopped where nobody expected it."""
        log.debug("collector of %s failed in %s", collector.kind.kind, scope, exc_info=error)
        detail = f"the collector stopped: {type(error).__name__}: {error}"
        self.gap(collector.kind.kind, scope, collector.operations[0], Reason.ERROR, "", detail)
        self.listed(collector.kind.kind, scope, complete=False)

    def listed(self, kind: str, scope: Scope, *, complete: bool, absent: str = "") -> None:
        with self._lock:
            known, why = self._listings.get((kind, scope), (True, ""))
            self._listings[(kind, scope)] = (known and complete, why or absent)

    def listing(self, kind: str, scope: Scope) -> tuple[bool, str]:
        with self._lock:
            return self._listings.get((kind, scope), (True, ""))

    def gaps(self, plan: Plan) -> list[Gap]:
        blinded: dict[str, tuple[str, ...]] = {}
        for collector in plan.collectors:
            kind = collector.kind
            blinded[kind.kind] = tuple(c.id for c in plan.checks if kind is c.kind or kind in c.needs)
        return [
            Gap(
                kind=kind,
                operation=operation,
                scope=scope,
                reason=reason,
                permission=permission,
                detail=detail,
                count=count,
                checks=blinded.get(kind, ()),
            )
            for (kind, scope, operation, reason), (permission, detail, count) in self._gaps.items()
        ]
