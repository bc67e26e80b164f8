"""Run a plan's collectors: the only step that does I/O.

Accounts are independent of each other: within one, a collector runs as soon as those it takes references from are done.
Turns go round the accounts, so that the limits of one never idle another.
"""

import logging
import queue
import sqlite3
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from typing import Any

from msgspec import Struct

from scanner.calls.client import Calls
from scanner.collect.plan import Plan
from scanner.collect.stops import STOPS
from scanner.collect.work import Unit, is_whole, left_out, open_account
from scanner.collect.workers import Threads, Workers
from scanner.model.collectors import Collector, Provider
from scanner.model.errors import CannotScan, InputError, NotKept
from scanner.model.nouns import ANYWHERE, Gap, Listing, Scope
from scanner.model.origins import Principal
from scanner.model.sanitize import quote
from scanner.store.inventory import Inventory
from scanner.store.journal import ACCOUNT, Facts
from scanner.store.saved import Shard

log = logging.getLogger("mlposture")

#: Seconds that calls in flight are given when a scan is stopped.
GRACE = 10.0
#: Stands for the accounts of a provider that nobody could be asked for.
NOT_KNOWN = "unknown"


class Progress(Struct, frozen=True):
    """Where a collection stands: units of work done and planned so far, resources seen, what finished last.

    `resources` is None where none are collected.
    """

    done: int
    total: int
    resources: int | None
    label: str


def collect(
    plan: Plan,
    provider: Provider,
    inventory: Inventory,
    *,
    concurrency: int,
    calls: Calls | None = None,
    shard: Shard | None = None,
    until: float | None = None,
    grace: float = GRACE,
    workers: Workers | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> None:
    """Fill the inventory with what the plan needs from one provider. Raises CannotScan if nothing can be asked at all.

    The result does not depend on `concurrency`, nor on the `workers` (threads of this process if None). Units that the
    inventory's journal has already are not done again. `until` (on the monotonic clock) or a signal stop `calls`, and
    so this, once calls in flight have had `grace` seconds: what was not read by then becomes gaps.
    """
    collectors = [c for c in plan.collectors if c.provider == provider.name]
    if not collectors:
        return
    if calls is not None:
        calls.until = until
    known = _accounts(provider, calls)
    if known is None:
        leave_out(plan, provider.name, inventory, calls.stopped if calls is not None else "")
        return
    inventory.accounts |= {(provider.name, account) for account in known}  # before anything is judged
    inventory.organizations.update(provider.organizations)
    inventory.names |= _names(provider, known)
    accounts = [account for account in known if shard is None or shard.holds(account)]
    if len(known) == 1:
        collectors = [c for c in collectors if c.opt_in != "accounts"]
    run = _Run(plan, collectors, provider, inventory, calls, 2 * max(1, concurrency), grace, workers, progress)
    try:
        run.go(accounts)
    except sqlite3.Error as error:
        raise InputError(f"{inventory.store.path or 'temporary file'}: {error}") from error
    inventory.scopes = tuple(sorted({*inventory.scopes, *run.scopes}))
    inventory.gaps = tuple(sorted({*inventory.gaps, *run.gaps}))
    for account, names in run.askers.items():
        inventory.principals |= {Principal(provider.name, account, name) for name in names - {""} or {""}}


def _names(provider: Provider, accounts: Iterable[str]) -> dict[tuple[str, str], str]:
    """What accounts are called: texts of others, of which nothing is known but that they were in a reply."""
    said = {account: provider.names.get(account) for account in accounts}
    quoted = {account: quote(name) for account, name in said.items() if isinstance(name, str)}
    return {(provider.name, account): name for account, name in quoted.items() if name}


def leave_out(plan: Plan, provider: str, inventory: Inventory, why: str) -> None:
    """Say of all that a provider was to be asked for that it was not, not even for its accounts."""
    scope = Scope(provider, NOT_KNOWN, ANYWHERE)
    # Not what several accounts are asked for: whether there are several is not known.
    asked = [c for c in plan.collectors if c.provider == provider and c.opt_in != "accounts"]
    left = [left_out(Unit(c, scope), plan, why) for c in asked]
    for facts in left:
        inventory.listings.update(((listing.kind, listing.scope), listing) for listing in facts.listings)
    inventory.gaps = tuple(sorted({*inventory.gaps, *(gap for facts in left for gap in facts.gaps)}))
    inventory.scopes = tuple(sorted({*inventory.scopes, scope}))


def _accounts(provider: Provider, calls: Calls | None) -> Sequence[str] | None:
    """The accounts to scan; None if the scan was stopped before they were known."""
    known: Sequence[str] | None = None
    try:
        known = STOPS.unless_told(provider.accounts)
    except CannotScan:
        if calls is None or not calls.stopped:
            raise
    if known is None and calls is not None:
        calls.stop(STOPS.why)
    return known


class _Account:
    """One account: which collectors wait for which, and how its listings stand."""

    def __init__(self, name: str, collectors: list[Collector], facts: Facts, earlier: Iterable[Listing]) -> None:
        self.name = name
        self.facts = facts
        kinds = {collector.kind.kind for collector in collectors}
        self.waiting = {c.kind.kind: (c, {k.kind for k in c.follows} & kinds) for c in collectors}
        self.left = {kind: len(facts.scopes.get(kind, ())) for kind in kinds}
        self.complete: dict[str, dict[str, bool]] = {}
        for listing in facts.listings:
            self.note(listing)
        for listing in earlier:
            if listing.kind not in kinds:
                self.note(listing)

    def note(self, listing: Listing) -> None:
        if listing.scope.account != self.name:
            return
        regions = self.complete.setdefault(listing.kind, {})
        regions[listing.scope.region] = regions.get(listing.scope.region, True) and listing.complete

    def followed(self, collector: Collector, scope: Scope) -> bool:
        """Whether all was read that a unit goes by: of a region that region alone, as others name nothing there."""
        for kind in collector.follows:
            regions = self.complete.get(kind.kind, {})
            near = [regions[name] for name in (scope.region, ANYWHERE) if name in regions]
            if not all(regions.values() if scope.region == ANYWHERE or not near else near):
                return False
        return True

    def ready(self) -> list[Unit]:
        """Units that wait for nothing any more, each once. A kind without units is done at once."""
        units: list[Unit] = []
        while startable := [kind for kind, (_, needs) in self.waiting.items() if not needs & self.unfinished]:
            for kind in startable:
                collector, _ = self.waiting.pop(kind)
                scopes = self.facts.scopes.get(kind, ())
                units += [Unit(collector, scope, self.followed(collector, scope)) for scope in scopes]
        return units

    @property
    def unfinished(self) -> set[str]:
        return {kind for kind, left in self.left.items() if left} | self.waiting.keys()


class _Run:
    """One collection from one provider. Only the thread that calls `go` changes it; others do the work."""

    def __init__(
        self,
        plan: Plan,
        collectors: list[Collector],
        provider: Provider,
        inventory: Inventory,
        calls: Calls | None,
        threads: int,
        grace: float,
        workers: Workers | None,
        progress: Callable[[Progress], None],
    ) -> None:
        self.plan = plan
        self.collectors = collectors
        self.provider = provider
        self.inventory = inventory
        self.journal = inventory.store
        self.calls = calls
        self.grace = grace
        self.progress = progress
        self.scopes: set[Scope] = set()
        self.gaps: set[Gap] = set()
        #: in whose names each account was read; empty where nothing said so
        self.askers: dict[str, set[str]] = {}
        self.known = self.journal.finished()
        self.earlier = tuple(inventory.listings.values())
        self.accounts: dict[str, _Account] = {}
        self.turns: OrderedDict[str, deque[Unit]] = OrderedDict()
        self.running: dict[Future[Any], Unit | str] = {}
        self.cut: list[Unit | str] = []
        # Not a SimpleQueue: a signal that comes as its wait ends can make CPython's wait there for ever.
        self.ended: queue.Queue[Future[Any]] = queue.Queue()
        self.threads = threads
        self.opening = 0
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="unit")
        self.workers = workers or Threads(plan, provider, inventory, calls, self.pool, threads)
        self.done = self.total = self.resources = 0

    @property
    def stopped(self) -> str:
        return self.calls.stopped if self.calls is not None else ""

    def go(self, accounts: list[str]) -> None:
        """Do everything, or as much as there is time for."""
        closed = deque(accounts)
        deadline: float | None = None
        try:
            while True:
                self._look_for_an_end()
                if self.stopped and deadline is None:
                    deadline = monotonic() + self.grace
                    self.workers.stop(self.stopped)
                if deadline is None:
                    self._start(closed)
                if not self.running or (deadline is not None and monotonic() > deadline):
                    break
                self._gather(self._next())
            self._leave_out(closed)
        finally:
            self.workers.close()
            self.pool.shutdown(wait=False, cancel_futures=True)

    def _look_for_an_end(self) -> None:
        if self.calls is not None:
            if STOPS.why:
                self.calls.stop(STOPS.why)
            self.calls.look_at_the_clock()

    def _start(self, closed: "deque[str]") -> None:
        """Keep all workers busy: with units of accounts in turn, else with accounts that were not opened yet."""
        while self.workers.has_room(len(self.running)):
            if self.turns:
                account, units = self.turns.popitem(last=False)
                some = self.workers.take(units)
                if units:
                    self.turns[account] = units
                for unit, future in zip(some, self.workers.start(some), strict=True):
                    self._note_start(unit, future)
            elif closed and self.opening < self.threads:
                self.opening += 1
                self._note_start(closed[0], self.pool.submit(self._open, closed.popleft()))
            else:
                return

    def _note_start(self, task: Unit | str, future: "Future[Facts]") -> None:
        self.running[future] = task
        future.add_done_callback(self.ended.put)

    def _next(self) -> "Future[Any] | None":
        try:
            return self.ended.get(timeout=0.25)  # not for ever: the scan may be stopped meanwhile
        except queue.Empty:
            return None

    def _gather(self, future: "Future[Any] | None") -> None:
        if future is None:
            return
        task = self.running.pop(future)
        try:
            facts = future.result()
        except (NotKept, CannotScan) as error:
            self._cut_short(task, error)
            return
        if isinstance(task, str):
            self.opening -= 1
            self._opened(task, facts)
        else:
            self._finished(task, facts)

    def _cut_short(self, task: Unit | str, error: Exception) -> None:
        """Nothing can be kept any more, or nobody is left to ask: then what was seen is all there is to report."""
        if self.calls is None or not (self.stopped or isinstance(error, NotKept)):
            raise error
        if isinstance(error, NotKept):
            self.inventory.not_kept = self.inventory.not_kept or str(error)
        self.calls.stop(str(error))
        self.cut.append(task)

    def _open(self, account: str) -> Facts:
        place = (ACCOUNT, Scope(self.provider.name, account, ANYWHERE))
        known = self.known.get(place)
        if known is not None and {c.kind.kind for c in self.collectors} <= known.kinds:
            with suppress(Exception):  # what becomes a gap below
                self.provider.open(account)
                return known
        facts = open_account(account, self.collectors, self.provider, self.plan)
        number = self.journal.begin(*place)
        self.journal.finish(number, (), facts, whole=is_whole(facts) and bool(facts.scopes))
        return facts

    # -- what came of it ---------------------------------------------------------------------------------------------

    def _opened(self, name: str, facts: Facts) -> None:
        account = self.accounts[name] = _Account(name, self.collectors, facts, self.earlier)
        self.gaps.update(facts.gaps)
        for listing in facts.listings:
            self.inventory.listings[listing.kind, listing.scope] = listing
            self.scopes.add(listing.scope)
        self._line_up(account)

    def _line_up(self, account: _Account) -> None:
        units = deque(account.ready())
        self.total += len(units)
        for unit in [unit for unit in units if unit.key in self.known]:
            units.remove(unit)
            self._finished(unit, self.known[unit.key])
        if units:
            self.turns.setdefault(account.name, deque()).extend(units)

    def _finished(self, unit: Unit, facts: Facts) -> None:
        kind, scope = unit.key
        self.gaps.update(facts.gaps)
        self.scopes.add(scope)
        self.askers.setdefault(scope.account, set()).add(facts.asked_as)
        account = self.accounts[scope.account]
        for listing in facts.listings:
            self.inventory.listings[listing.kind, listing.scope] = listing
            self.scopes.add(listing.scope)
            account.note(listing)
            self.resources += listing.observed
        account.left[kind] -= 1
        self.done += 1
        log.debug("%s: %d resources", unit.label, sum(listing.observed for listing in facts.listings))
        self.progress(Progress(self.done, self.total, self.resources, unit.label))
        if not account.left[kind]:
            self._line_up(account)

    def _leave_out(self, closed: "deque[str]") -> None:
        """Say of all that was not done that it was not: the scan was stopped."""
        why = self.stopped
        left = (*self.running.values(), *self.cut)
        opening = [task for task in left if isinstance(task, str)]
        for account in (*opening, *closed):
            anywhere = Scope(self.provider.name, account, ANYWHERE)
            self._note([left_out(Unit(collector, anywhere), self.plan, why) for collector in self.collectors])
        running = [task for task in left if isinstance(task, Unit)]
        waiting = [unit for units in self.turns.values() for unit in units]
        later = [
            Unit(collector, scope)
            for account in self.accounts.values()
            for kind, (collector, _) in account.waiting.items()
            for scope in account.facts.scopes.get(kind, ())
        ]
        self._note([left_out(unit, self.plan, why) for unit in (*running, *waiting, *later)])

    def _note(self, left: list[Facts]) -> None:
        for facts in left:
            self.gaps.update(facts.gaps)
            for listing in facts.listings:
                self.inventory.listings[listing.kind, listing.scope] = listing
                self.scopes.add(listing.scope)
