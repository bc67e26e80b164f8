"""Scans of a world of which little differs from a calm one: what cannot have become different is not asked again."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from scanning import QUICK, Verdicts, manners_for, quick_calls, running, verdicts_of
from support import named, registered
from watching import watched
from worlds.base import Fault

from scanner.calls.client import Manners
from scanner.collect.plan import Plan, make_plan
from scanner.collect.run import collect
from scanner.model.checks import Check
from scanner.model.collectors import Collector, Found, Recorder
from scanner.model.documents import Many
from scanner.model.nouns import Resource, Scope
from scanner.store.inventory import Inventory


class Again(NamedTuple):
    """What is seen now, and the kinds of which something else is seen than before."""

    inventory: Inventory
    different: frozenset[str]


class Calm:
    """What a calm scan of a world gave, and what each collector looked at in the resources that it follows."""

    def __init__(
        self,
        provider: str,
        connected: Any,
        checks: Iterable[Check] = (),
        *,
        verify: bool = True,
        documents: bool = True,
        tags: bool = True,
    ) -> None:
        known, collectors = registered()
        self.provider = provider
        self.checks = {c.slug: c for c in (tuple(checks) or known.values()) if c.providers == {provider}}
        self.plan = make_plan(
            list(self.checks.values()),
            collectors,
            verify=verify,
            tags=(provider,) if tags else (),
            documents=documents,
            named=named(),
        )
        #: by kind of the collector that follows: kinds and fields
        self._followed: dict[str, set[tuple[str, str]]] = {c.kind.kind: set() for c in self.plan.collectors}
        stages = tuple(tuple(self._watched(collector) for collector in stage) for stage in self.plan.stages)
        self._replies: dict[Any, Any] = {}
        self._accounts: WeakKeyDictionary[Any, tuple[str, ...]] = WeakKeyDictionary()
        self.inventory = scan(Plan(self.plan.checks, stages, self.plan.named), _Remembering(self, connected))
        self.verdicts = verdicts_of(self.inventory, provider, list(self.checks.values()))

    def _watched(self, collector: Collector) -> Collector:
        """The same, but it is noted which fields of what it follows it reads."""
        if not collector.follows:
            return collector
        notes = self._followed[collector.kind.kind]

        def function(api: Any, found: Found) -> Iterator[Resource]:
            return collector.function(api, _WatchedFound(found, collector.follows, notes))

        return Collector(
            function, collector.kind, collector.operations, collector.per, collector.follows, collector.opt_in
        )

    def again(self, connected: Any, operations: frozenset[str]) -> Again:
        """All as it was, but for what asks one of these operations, or sees something else in what it follows."""
        inventory = Inventory(self.inventory.taken_at)
        inventory.scopes, inventory.listings = self.inventory.scopes, dict(self.inventory.listings)
        different: set[str] = set()
        for stage in self.plan.stages:
            some = {
                collector.kind.kind: collector
                for collector in stage
                if operations & set(collector.operations) or self._sees_other(collector, inventory, different)
            }
            if some:
                recalling = _Recalling(self, connected, operations)
                scan(Plan(self.plan.checks, (tuple(some.values()),), self.plan.named), recalling, inventory)
            for kind in (collector.kind for collector in stage):
                if kind.kind not in some:
                    inventory.store.put(self.inventory.of(kind))
                elif self._differs(kind, inventory):
                    different.add(kind.kind)
        return Again(inventory, frozenset(different))

    def _differs(self, kind: type[Resource], inventory: Inventory) -> bool:
        return inventory.of(kind) != self.inventory.of(kind) or _listings(kind, inventory) != _listings(
            kind, self.inventory
        )

    def _sees_other(self, collector: Collector, inventory: Inventory, different: set[str]) -> bool:
        """Whether what it read of the resources that it follows has changed."""
        for kind in collector.follows:
            if kind.kind in different:
                fields = [field for name, field in self._followed[collector.kind.kind] if name == kind.kind]
                read = (*Resource.__struct_fields__, *fields)
                now, before = (
                    [[getattr(resource, field) for field in read] for resource in seen.of(kind)]
                    for seen in (inventory, self.inventory)
                )
                if now != before or inventory.complete(kind) != self.inventory.complete(kind):
                    return True
        return False

    def verdicts_of(self, again: Again) -> Verdicts:
        """Every verdict now. A check cannot see other kinds than it declares."""
        touched = [
            check
            for check in self.checks.values()
            if again.different.intersection(kind.kind for kind in (check.kind, *check.needs))
        ]
        slugs = {check.slug for check in touched}
        kept = {key: status for key, status in self.verdicts.items() if key[0] not in slugs}
        return {**kept, **verdicts_of(again.inventory, self.provider, touched)}


class _WatchedFound(Found):
    def __init__(self, found: Found, follows: tuple[type[Resource], ...], notes: set[tuple[str, str]]) -> None:
        super().__init__(found.of, follows)
        self._notes = notes

    def of(self, kind: Any) -> Any:
        many = super().of(kind)

        def note(field: str, inner: tuple[str, ...]) -> None:
            self._notes.add((kind.kind, field))

        return Many(lambda: (watched(resource, note) for resource in many), lambda: len(many))


class _Remembering:
    """A provider that keeps which accounts there are, and what single calls gave."""

    def __init__(self, calm: Calm, connected: Any) -> None:
        self._calm = calm
        self._connected = connected
        self._replies = calm._replies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def accounts(self) -> tuple[str, ...]:
        if self._connected not in self._calm._accounts:
            self._calm._accounts[self._connected] = self._connected.accounts()
        return self._calm._accounts[self._connected]

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> Any:
        api = self._connected.api(collector, scope, recorder)
        api.__class__ = _remembered(type(api))
        api.result_of = self.result_of
        return api

    def result_of(self, operation: str, key: Any, call: Callable[[], Any]) -> Any:
        result = self._replies[key] = call()
        return result


class _Recalling(_Remembering):
    """A provider that makes single calls of some operations anew. What others gave is known, if they were made."""

    def __init__(self, calm: Calm, connected: Any, anew: frozenset[str]) -> None:
        super().__init__(calm, connected)
        self._anew = anew

    def result_of(self, operation: str, key: Any, call: Callable[[], Any]) -> Any:
        return self._replies[key] if operation not in self._anew and key in self._replies else call()


#: What a handle has single things asked with, as far as its provider's has it.
_ASKING = ("call", "answer", "members")


@cache
def _remembered(kind: type[Any]) -> type[Any]:
    """The same handle, which has somebody else decide whether a call is made. A class, so that copies of it do too."""

    def asking(name: str) -> Callable[..., Any]:
        ask = getattr(kind, name)

        def asked(self: Any, operation: str, *args: Any, **params: Any) -> Any:
            key = name, self.collector.kind.kind, self.scope, operation, repr((args, sorted(params.items())))
            return self.result_of(operation, key, lambda: ask(self, operation, *args, **params))

        return asked

    return type("Remembered", (kind,), {name: asking(name) for name in _ASKING if hasattr(kind, name)})


def _listings(kind: type[Resource], inventory: Inventory) -> dict[Any, Any]:
    return {key: listing for key, listing in inventory.listings.items() if key[0] == kind.kind}


def scan(plan: Plan, connected: Any, inventory: Inventory | None = None) -> Inventory:
    """Add to an inventory what the plan needs."""
    inventory = inventory or Inventory(datetime.now(UTC))
    collect(plan, connected, inventory, concurrency=QUICK.concurrency, calls=connected.calls)
    return inventory


@contextmanager
def connected_to(provider: str, manners: Manners = QUICK) -> Iterator[Any]:
    """A provider for whatever the environment points at."""
    settings = {"taken_at": datetime.now(UTC)}
    made = importlib.import_module(f"checks.{provider}.client.api").connect(settings, quick_calls(manners))
    try:
        yield made
    finally:
        made.close()


@cache
def calm_scan(provider: str) -> Calm:
    """A calm scan of the demo organisation."""
    with running(provider), connected_to(provider) as connected:
        return Calm(provider, connected)


def broken(calm: Calm, *faults: Fault, changed: dict[str, Any] | None = None) -> tuple[Inventory, Verdicts, int]:
    """Inventory and verdicts when operations fail in the demo organisation (or `changed`), and how many calls it took.

    What asks none of these operations is taken from the calm scan.
    """
    again, calls = seen_broken(calm, *faults, changed=changed)
    return again.inventory, calm.verdicts_of(again), calls


def seen_broken(calm: Calm, *faults: Fault, changed: dict[str, Any] | None = None) -> tuple[Again, int]:
    """The same, and nothing is judged."""
    with running(calm.provider, changed) as world:
        world.faults += faults
        with connected_to(calm.provider, manners_for(*(fault.kind for fault in faults))) as connected:
            again = calm.again(connected, frozenset(fault.operation for fault in faults))
    return again, len(world.log)
